"""Chinese numerals and what they are in figures."""

DIGITS = {
    **dict(zip("零〇一二三四五六七八九", "00123456789", strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True)),
    "幺": "1",
    "洞": "0",
    "拐": "7",
    "勾": "9",
    "两": "2",
}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def digit_by_digit(numeral: str) -> str:
    """Return each spoken digit as its figure: 五零二 → 502."""
    return "".join(DIGITS.get(character, character) for character in numeral)


def parse_numeral(numeral: str) -> int | None:
    """Return the value of a Chinese numeral, shorthand included (两万三 → 23000); None if it is none."""
    if numeral.isdigit():
        return int(numeral)
    total, section, digit, last_unit = 0, 0, -1, 1
    for character in numeral:
        if character in DIGITS or character.isdigit():
            if digit > 0:
                return None
            digit = int(DIGITS.get(character, character))
            last_unit = 1 if character in "零〇" else last_unit
        elif character in _UNITS:
            section += (1 if digit < 0 else digit) * _UNITS[character]
            digit, last_unit = -1, _UNITS[character]
        elif character in "万亿":
            scale = 10_000 if character == "万" else 100_000_000
            part = section + max(digit, 0)
            total = (total + part) * scale if character == "亿" else total + part * scale
            section, digit, last_unit = 0, -1, scale
        else:
            return None
    return total + section + (digit * max(1, last_unit // 10) if digit > 0 else 0)
