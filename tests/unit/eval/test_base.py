"""Data files that cannot be used are named with line and reason."""

from pathlib import Path

import pytest

from eval.base import BadData, read_jsonl, with_intervals
from eval.examples import read_examples


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"turns": [], "gold": {}}\n{"turns": [', "第 2 行：不是完整的 JSON"),
        ("[1]", "第 1 行：不是 JSON 对象"),
        ('\n{"turns": []}', "第 2 行：缺少 gold"),
        ("路灯".encode("gb18030"), "不是 UTF-8"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: str | bytes, reason: str) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadData, match=reason):
        read_jsonl(file, "turns", "gold")


def test_a_table_that_is_no_utf8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    file.write_bytes("id,text,label\n1,路灯不亮,city\n".encode("gb18030"))
    with pytest.raises(BadData, match="不是 UTF-8"):
        read_examples(file)


def test_nothing_to_measure_is_an_error() -> None:
    with pytest.raises(BadData, match="没有数据"):
        with_intervals([], len)  # type: ignore[arg-type]
