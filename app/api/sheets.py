"""Rows to files: CSV that Excel opens as Chinese, and XLSX."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, XLSX: {}}}}
"""What an export answers, for the description of the API."""
_BOM = "\ufeff"
Item = TypeVar("Item")


def begun(items: Iterator[Item]) -> Iterator[Item]:
    """Return the items with the first already made: what is wrong with the request is known before the answer."""
    return chain(list(islice(items, 1)), items)


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a CSV file line by line, with a byte-order mark."""
    yield _BOM + _line(columns)
    for row in rows:
        yield _line(row)


def xlsx_bytes(columns: Sequence[str], rows: Iterable[Sequence[str]], *, sheet: str = "工单") -> bytes:
    """Return an XLSX file."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(list(columns))
    for row in rows:
        page.append([ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
