"""What is wrong with a text that should be JSON, in Chinese."""

import json


def json_fault(error: Exception) -> str:
    """Return the reason and, where it is known, line and column."""
    if isinstance(error, RecursionError):
        return "嵌套层数过多"
    if isinstance(error, UnicodeDecodeError):
        return f"不是 UTF-8 编码（第 {error.start + 1} 个字节）"
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.lineno} 行第 {error.colno} 列有误" if error.doc.strip() else "内容为空"
    return "含不能使用的数值"
