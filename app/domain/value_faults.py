"""What is wrong with a value that pydantic refused, in Chinese."""

from collections.abc import Mapping
from typing import Any

_SAID = {
    "missing": "缺少此项",
    "enum": "应为 {expected} 之一",
    "literal_error": "应为 {expected} 之一",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "string_too_long": "最长 {max_length} 个字符",
    "string_too_short": "至少 {min_length} 个字符",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "string_pattern_mismatch": "格式不正确，应符合 {pattern}",
    "string_type": "应为文字",
    "tuple_type": "应为列表",
    "list_type": "应为列表",
    "dict_type": "应为键和值",
    "model_type": "应为键和值",
    "bool_type": "应为 true 或 false",
    "int_from_float": "应为整数",
    "extra_forbidden": "没有这一项",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数值过大",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "greater_than": "应大于 {gt}",
    "bool_parsing": "应为 true 或 false",
    "date_from_datetime_parsing": "应为日期，如 2026-11-25",
    "date_type": "应为日期，如 2026-11-25",
    "date_parsing": "应为日期，如 2026-11-25",
}
"""What is said of a value, by its kind of error."""


def said_of(error: Mapping[str, Any]) -> str:
    """Return in Chinese what is wrong with a value."""
    limits = {name: str(value) for name, value in error.get("ctx", {}).items()}
    if "expected" in limits:
        limits["expected"] = limits["expected"].replace(" or ", "、").replace(", ", "、")
    return _SAID.get(error["type"], "不符合要求").format(**limits)
