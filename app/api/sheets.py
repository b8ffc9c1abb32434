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
Cell = str | int | float | None
"""What a table holds: a share is a float, and shown as per cent; None is an empty cell."""
Item = TypeVar("Item")


def begun(items: Iterator[Item]) -> Iterator[Item]:
    """Return the items with the first already made: what is wrong with the request is known before the answer."""
    return chain(list(islice(items, 1)), items)


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield a CSV file line by line, with a byte-order mark."""
    yield _BOM + _line(columns)
    for row in rows:
        yield _line(row)


def xlsx_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "工单") -> bytes:
    """Return an XLSX file, in which numbers can be reckoned with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(list(columns))
    for row in rows:
        cells = [ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell for cell in row]
        page.append([_share(WriteOnlyCell(page, cell)) if isinstance(cell, float) else cell for cell in cells])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _share(cell: Any) -> Any:
    cell.number_format = "0.0%"
    return cell


def _line(cells: Sequence[Cell]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(f"{cell:.1%}" if isinstance(cell, float) else cell for cell in cells)
    return buffer.getvalue()
