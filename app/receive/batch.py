"""A JSONL file in, one payload or one reason of rejection a line out. A bad line never stops the rest."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.domain.errors import InvalidInput
from app.domain.frozen import Frozen
from app.domain.json_faults import json_fault

LONGEST_LINE = 16 * 1024 * 1024


class Line(Frozen):
    """One line: its payload, or why it cannot be used."""

    number: int
    payload: dict[str, Any] | None = None
    reason: str | None = None
    text: str = ""


def rejected_beside(out: Path, source: Path) -> Path:
    """Return the file that bad lines go to.

    Raises:
        InvalidInput: that, or `out`, is the input itself: what an earlier run rejected and somebody mended.
    """
    rejected = out.with_name(out.name.removesuffix(".jsonl") + ".rejected.jsonl")
    for what, file in (("结果", out), ("坏行", rejected)):
        if file.exists() and file.samefile(source):
            raise InvalidInput(f"{what}会写入输入文件 {source}，请另选输出文件", field="out")
    return rejected


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a file that are not blank, numbered from 1."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if raw.strip():
                yield read_line(number, raw)


def read_line(number: int, raw: bytes) -> Line:
    """Parse one line."""
    if len(raw) > LONGEST_LINE:
        return Line(number=number, reason=f"一行超过 {LONGEST_LINE} 字节", text=raw[:200].decode("utf-8", "replace"))
    try:
        text = raw.decode("utf-8-sig")
        payload = json.loads(text)
    except UnicodeDecodeError:
        return Line(number=number, reason="不是 UTF-8 文字", text=raw[:200].decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        reason = f"不是合法的 JSON：{json_fault(error)}"
        return Line(number=number, reason=reason, text=raw[:200].decode("utf-8", "replace"))
    if not isinstance(payload, dict):
        return Line(number=number, reason="应为 JSON 对象", text=text[:200])
    return Line(number=number, payload=payload, text=text.rstrip("\r\n"))
