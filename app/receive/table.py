"""A table another system exported (CSV, XLSX) in; its rows by the names in its first row out."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.domain.errors import InvalidInput

_ONE_DIGIT = re.compile(r"(?<![\d.])(?=\d(?!\d))")
"""Where spreadsheets leave out a zero: 2026/1/6 8:05:00."""
_PARTS_OF_A_DATE = str.maketrans({"/": "-", "年": "-", "月": "-", "日": " "})
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_SERIAL_START = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's days have no zone
"""What spreadsheets count days from: 46334.375 is 9 o'clock on 2026-11-08."""
_SECONDS_OF_A_DAY = 86_400
_SHEETS = (".xlsx", ".xlsm")


def rows_of(source: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows that hold anything, with their number in the file; a name without a cell is empty.

    Raises:
        InvalidInput: it is no such file.
    """
    if source.suffix.lower() == ".xls":
        raise InvalidInput("不支持旧版 .xls，请另存为 .xlsx 或 CSV", field="source")
    lines = _sheet(source) if source.suffix.lower() in _SHEETS else _csv(source)
    names = [name.strip() for name in next(lines, [])]
    for number, cells in enumerate(lines, start=2):
        row = {name: cell for name, cell in zip(names, cells + [""] * len(names), strict=False) if name}
        if any(cell.strip() for cell in row.values()):
            yield number, row


def moment_in(cell: str) -> str:
    """Return a time as spreadsheets write it in ISO 8601: 2026/1/6 8:05 is 2026-01-06 08:05, and so is 46028.336806.

    What is no time comes back as it is.
    """
    bare = " ".join(cell.translate(_PARTS_OF_A_DATE).split())
    if _SERIAL.fullmatch(bare):
        return str(_SERIAL_START + timedelta(seconds=round(float(bare) * _SECONDS_OF_A_DAY)))
    written = _ONE_DIGIT.sub("0", bare)
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return cell
    return written


def _csv(source: Path) -> Iterator[list[str]]:
    try:
        text = decoded(source.read_bytes())
    except UnicodeDecodeError as error:
        raise InvalidInput("文件既不是 UTF-8 也不是 GB18030 编码", field="source") from error
    head = text.partition("\n")[0]
    apart = max(",\t;", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=apart, strict=True)
    begun = 1
    try:
        for cells in reader:
            yield cells
            begun = reader.line_num + 1
    except csv.Error as error:  # read loosely, an open quote takes in every row up to the next one
        raise InvalidInput(f"文件 {source.name} 第 {begun} 行：引号不成对，或者不是 CSV", field="source") from error


def decoded(raw: bytes) -> str:
    """Return the text of a file in UTF-8, in UTF-16 with its mark, or in the Chinese code pages.

    Raises:
        UnicodeDecodeError: it is in none of them.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _sheet(source: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        sheet = load_workbook(source, read_only=True, data_only=True).worksheets[0]
        sheet.reset_dimensions()  # some programs write a smaller size than the sheet has
        lines = list(sheet.iter_rows(values_only=True))
    except Exception as error:  # a damaged file fails in the library's own way
        raise InvalidInput(f"文件 {source.name} 不能读取，应为 XLSX", field="source") from error
    for line in lines:
        yield [_cell(value) for value in line]


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else value.isoformat(" ") if isinstance(value, datetime) else str(value)
