"""`hotline import` and `hotline export`: tables as spreadsheets write them, and what is wrong with others."""

import json
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from app.bootstrap import build_flows
from app.cli import cli
from app.commands import HERE
from app.commands.tables import mapping_of
from app.config import Settings
from app.domain.errors import InvalidInput
from app.receive.table import moment_in, rows_of
from eval.base import read_jsonl
from tests.factories import WATER

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))


TABLE = """编号,时间,内容,电话
w1,2026/11/8 9:05,滕州龙泉街道翠湖天地小区停暖气,13900000001
,,,
w2,昨天,山亭区店子镇路灯坏了,
w3,2026-11-08 09:05:00,,13900000001
"""
COLUMNS = "id=编号,text=内容,called_at=时间,caller_number=电话"


@pytest.mark.parametrize(
    ("encoding", "apart"), [("utf-8-sig", ","), ("gb18030", ","), ("utf-16", "\t"), ("utf-8", ";")]
)
def test_a_table_is_read_as_spreadsheets_write_it(tmp_path: Path, encoding: str, apart: str) -> None:
    source = tmp_path / "table.csv"
    source.write_bytes(TABLE.replace(",", apart).encode(encoding))
    ran = RUNNER.invoke(cli, ["import", str(source), "--columns", COLUMNS])
    assert "导入 1 行，工单 1 张" in ran.output
    bad = read_jsonl(tmp_path / "table.rejected.jsonl")
    assert [row["row"] for row in bad] == [4, 5]
    assert bad[1]["reason"] == "内容 为空"


def test_an_import_that_is_run_again_says_that_its_rows_are_there(tmp_path: Path) -> None:
    source = tmp_path / "table.csv"
    source.write_text("编号,内容\n1,山亭区店子镇路灯坏了\n2,滕州龙泉街道停水\n2,滕州龙泉街道停水\n", "utf-8")
    first, again = (RUNNER.invoke(cli, ["import", str(source), "--columns", "id=编号， text=内容"]) for _ in range(2))
    assert "导入 2 行，工单 2 张，已有 1 行" in first.output
    assert "导入 0 行，工单 0 张，已有 3 行" in again.output


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("编号=id,内容=text", "不认识 编号、内容：写作 部分=列名，部分可为 id、text"),
        ("text", "不认识 text：写作 部分=列名"),
        ("id=编号", "须含 text=列名"),
    ],
)
def test_columns_that_are_given_wrongly_are_named(columns: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        mapping_of(columns)


def sheet_of(path: Path, times: Sequence[object], formats: Sequence[str]) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["编号", "时间", "内容"])
    for i, moment in enumerate(times):
        page.append([i, moment, f"滕州市龙泉街道第{i}个路口的路灯坏了，请尽快维修"])
        page.cell(page.max_row, 2).number_format = formats[i]
    book.save(path)
    return path


def test_the_dates_of_a_spreadsheet_are_times_of_the_city(tmp_path: Path) -> None:
    times = (
        datetime(2026, 11, 8, 9, 5),  # noqa: DTZ001  a cell has no zone
        date(2026, 11, 8),
        46334.378472222,
        "2026年11月8日 9:05",
        45000.5,
        0.5,
        time(9),
    )
    source = sheet_of(tmp_path / "t.xlsx", times, ("yyyy/m/d h:mm", "yyyy/m/d", *["General"] * 4, "h:mm"))
    ran = RUNNER.invoke(cli, ["import", str(source), "--columns", "id=编号,text=内容,called_at=时间"])
    assert "导入 5 行" in ran.output
    called = [moment_in(row["时间"]) for _, row in rows_of(source)]
    nine = "2026-11-08 09:05:00"
    assert called == [nine, "2026-11-08 00:00:00", nine, "2026-11-08 09:05", "2023-03-15 12:00:00", "0.5", "09:00:00"]
    flows = build_flows(Settings())
    kept = flows.tickets.transcript(next(flows.tickets.each({"call_id": "2"}, by=HERE)).ticket_number, by=HERE)
    flows.close()
    assert kept.called_at.isoformat() == "2026-11-08T09:05:00+08:00"
    bad = read_jsonl(tmp_path / "t.rejected.jsonl")
    assert [(row["row"], row["reason"]) for row in bad] == [
        (7, "called_at 不是 ISO 8601 时间：'0.5'"),
        (8, "called_at 不是 ISO 8601 时间：'09:00:00'"),
    ]


def test_a_sheet_that_says_a_wrong_size_is_read_whole_and_a_damaged_one_says_so(tmp_path: Path) -> None:
    source = sheet_of(tmp_path / "t.xlsx", ("2026-11-08",), ("General",))
    with ZipFile(source) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for name, change in (
        ("small", lambda text: re.sub(b'<dimension ref="[^"]*"', b'<dimension ref="A1"', text)),
        ("broken", lambda text: text[: len(text) // 2]),
    ):
        with ZipFile(tmp_path / f"{name}.xlsx", "w") as book:
            for part, text in parts.items():
                book.writestr(part, change(text) if "sheet1" in part else text)
    assert [row["时间"] for _, row in rows_of(tmp_path / "small.xlsx")] == ["2026-11-08"]
    with pytest.raises(InvalidInput, match="不能读取"):
        list(rows_of(tmp_path / "broken.xlsx"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("old.xls", b"\xd0\xcf", "另存为"),
        ("odd.xlsx", b"no zip", "不能读取"),
        ("a.csv", "编号\n1\n".encode(), "没有列"),
        ("b.csv", "编号,内容\n".encode(), "没有数据行"),
        ("c.csv", '编号,内容,时间,电话\n1,"停水,,\n2,停电,,\n'.encode(), "第 2 行：引号不成对"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    ran = RUNNER.invoke(cli, ["import", str(tmp_path / name), "--columns", COLUMNS])
    assert isinstance(ran.exception, InvalidInput)
    assert said in str(ran.exception)


def test_an_export_knows_a_district_by_each_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "call.json").write_text(json.dumps(WATER), "utf-8")
    RUNNER.invoke(cli, ["ticket", str(tmp_path / "call.json")])
    out = tmp_path / "out.csv"
    assert RUNNER.invoke(cli, ["export", "tickets", str(out), "--district", "滕州"]).exit_code == 0
    assert len(out.read_text("utf-8").splitlines()) == 2
    refused = RUNNER.invoke(cli, ["export", "tickets", str(out), "--district", "历下区"])
    assert isinstance(refused.exception, InvalidInput)
