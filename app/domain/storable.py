"""What can be neither stored nor shown: half a surrogate pair, NUL, and values nested without end."""

from collections.abc import Mapping
from typing import Any

from app.domain.errors import InvalidInput

NUL = "\x00"
DEEPEST = 100
"""Levels of a JSON value; what writes JSON gives up at some 250."""


def check_text(text: str, where: str) -> None:
    """Refuse what no database keeps; `where` names it in the error."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInput(f"{where} 含不完整的字符（位置 {error.start}）", field=where) from error
    if NUL in text:
        raise InvalidInput(f"{where} 含空字符（位置 {text.index(NUL)}）", field=where)


def check_all(value: Any, where: str = "", depth: int = 0) -> None:
    """Refuse it anywhere in a JSON value, names included."""
    if depth > DEEPEST:
        top = where.split(".")[0].split("[")[0]
        raise InvalidInput(f"{top} 嵌套过深，最多 {DEEPEST} 层", field=top)
    if isinstance(value, str):
        check_text(value, where)
    elif isinstance(value, Mapping):
        for name, held in value.items():
            check_text(str(name), where or "body")
            check_all(held, f"{where}.{name}" if where else str(name), depth + 1)
    elif isinstance(value, list | tuple):
        for index, held in enumerate(value):
            check_all(held, f"{where}[{index}]", depth + 1)
