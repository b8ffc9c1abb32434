"""A text in, the same text without what tells one person from others out."""

import re

_MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "【邮箱】"),
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "【证件号】"),
    (re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\d{7,8})(?!\d)"), "【电话】"),
    (re.compile(r"(?<!\d)\d{12,19}(?!\d)"), "【号码】"),
    (
        re.compile(r"[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-Z][·\s]?[A-Z0-9]{5,6}"),
        "【车牌】",
    ),
    (re.compile(r"(?:我叫|我是|本人|姓名[:：]?)[一-龥]{2,3}(?=[，,。、；\s]|$)"), "【姓名】"),
    (re.compile(r"[一-龥](?:先生|女士|师傅|大爷|大娘|老师)"), "【姓名】"),
    (
        re.compile(
            r"\d+\s*(?:号楼|栋|幢|单元|室|户)(?:\s*\d+\s*(?:号楼|栋|幢|单元|室|户))*(?:\s*\d{3,4}(?![\d年元]))?"
        ),
        "【门牌】",
    ),
)


def deidentified(text: str) -> str:
    """Return the text with numbers, names and doors put out."""
    for pattern, mark in _MARKS:
        text = pattern.sub(mark, text)
    return text
