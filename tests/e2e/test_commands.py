"""The commands as a user runs them: files in, files out, one bad line never stops the rest."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from typer.main import get_command
from typer.testing import CliRunner

from app.bootstrap import build_flows
from app.bootstrap.chat import build_chat
from app.cli import cli
from app.commands import HERE
from app.commands.tables import mapping_of
from app.config import ChatSettings, Settings
from app.domain.errors import InvalidInput, ServiceUnavailable
from app.receive.table import moment_in, rows_of
from eval.run import evaluate
from tests.factories import WATER, call
from training.run import train

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_ticket_prints_the_result(tmp_path: Path) -> None:
    (tmp_path / "call.json").write_text(json.dumps(WATER), "utf-8")
    printed = RUNNER.invoke(cli, ["ticket", str(tmp_path / "call.json")])
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.output)["tickets"][0]["place"]["detail"] == "幸福家园13号楼2单元"


def test_ticket_reads_standard_input() -> None:
    printed = RUNNER.invoke(cli, ["ticket", "-"], input=json.dumps(WATER))
    assert json.loads(printed.output)["call_id"] == WATER["id"]


def test_a_batch_keeps_going_and_can_be_run_again(tmp_path: Path) -> None:
    calls = [call("您好", f"山亭区第{i}个路口的路灯不亮，希望尽快维修", call_id=f"b-{i}") for i in range(30)]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    good = [json.dumps(c, ensure_ascii=False) for c in calls]
    bad = ["{not json", json.dumps({"id": "x"}), json.dumps({**calls[0], "turns": [{"speaker": "dog", "text": "a"}]})]
    source.write_text("\n".join([*good[:10], *bad, *good[10:]]), "utf-8")

    first = RUNNER.invoke(cli, ["batch", str(source), str(out), "--workers", "1"])
    assert first.exit_code == 0, first.output
    assert {row["call_id"] for row in lines(out)} == {c["id"] for c in calls}
    rejected = lines(tmp_path / "out.rejected.jsonl")
    assert [row["line"] for row in rejected] == [11, 12, 13]
    assert all(row["reason"] for row in rejected)

    kept = out.read_text("utf-8").splitlines()
    out.write_text("\n".join(kept[:12]) + "\n" + kept[12][:40], "utf-8")
    again = RUNNER.invoke(cli, ["batch", str(source), str(out), "--workers", "1"])
    assert again.exit_code == 0, again.output
    assert sorted(row["call_id"] for row in lines(out)) == sorted(c["id"] for c in calls)
    numbers = [t["ticket_number"] for row in lines(out) for t in row["tickets"]]  # type: ignore[attr-defined]
    assert len(numbers) == len(set(numbers))


def test_a_batch_keeps_no_call_back_and_lets_no_line_stop_it(tmp_path: Path) -> None:
    first = call("您好", "山亭区店子镇的路灯不亮，希望尽快维修", call_id="b-1")
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    other = {**first, "title": "另一件事"}
    broken = json.dumps({**first, "id": "b-2", "note": "\ud800"})
    source.write_text("\n".join([json.dumps(first), json.dumps(first), json.dumps(other), broken]), "utf-8")
    for _ in range(2):
        assert RUNNER.invoke(cli, ["batch", str(source), str(out), "--workers", "1"]).exit_code == 0
        assert [row["call_id"] for row in lines(out)] == ["b-1"]
        assert [row["line"] for row in lines(tmp_path / "out.rejected.jsonl")] == [3, 4]


@pytest.mark.parametrize("held", ['{"id": "b-1", "turns": []}\n', "not a result\n", '{"call_id": "b-0"}\n[]\n'])
def test_a_file_that_holds_no_results_is_not_written_over(tmp_path: Path, held: str) -> None:
    (tmp_path / "in.jsonl").write_text(held, "utf-8")
    ran = RUNNER.invoke(cli, ["batch", *[str(tmp_path / "in.jsonl")] * 2, "--workers", "1"])
    assert isinstance(ran.exception, InvalidInput)
    assert (tmp_path / "in.jsonl").read_text("utf-8") == held


def test_the_mended_bad_lines_of_a_batch_are_not_lost(tmp_path: Path) -> None:
    mended = tmp_path / "out.rejected.jsonl"
    mended.write_text(json.dumps(WATER), "utf-8")
    ran = RUNNER.invoke(cli, ["batch", str(mended), str(tmp_path / "out.jsonl"), "--workers", "1"])
    assert isinstance(ran.exception, InvalidInput)
    assert json.loads(mended.read_text("utf-8")) == WATER


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
    bad = lines(tmp_path / "table.rejected.jsonl")
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
    bad = lines(tmp_path / "t.rejected.jsonl")
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


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CHAT__ENGINE", "llm", "CHAT__ENGINE=llm 需要 CHAT__MODEL"),
        ("CHAT__ENGINE", "gpt", "CHAT__ENGINE 应为"),
        ("REPORTS__HOUR", "x", "REPORTS__HOUR 应为整数"),
        ("CHAT__SECONDS", "x", "CHAT__SECONDS 应为数字"),
        ("CHAT__SECONDS", "0", "CHAT__SECONDS 应大于 0"),
        ("DATABASE__URI", "postgresql+psycopg://host/hotline", "DATABASE__URI 没有这一项"),
        ("AUTH__OIDC_ISSUER", "sso.city.cn", "AUTH__OIDC_ISSUER 应为 http:// 或 https:// 开头的地址"),
        ("INDEX__URL", "https://host/index", "INDEX__URL 应为 http://主机:端口"),
        ("EMBED__BASE_URL", "http://host/v1", "EMBED__BASE_URL 须与 EMBED__MODEL 同时设置"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path, name: str, value: str, said: str) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), name: value}
    ran = subprocess.run(
        [sys.executable, "-m", "app.cli", "keys", "list"], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"设置有误：{said}")
    assert "Traceback" not in ran.stderr


def test_keys_are_made_listed_and_revoked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.commands.console.width", 200)
    secret = RUNNER.invoke(cli, ["keys", "create", "desk", "--scope", "tickets:read"]).output.strip()
    assert RUNNER.invoke(cli, ["keys", "create", "lin", "--role", "operator"]).exit_code == 0
    listed = RUNNER.invoke(cli, ["keys", "list"]).output
    assert all(said in listed for said in ("desk", "查看工单（tickets:read）", "话务员（operator）"))
    assert secret not in listed
    assert RUNNER.invoke(cli, ["keys", "revoke", "desk"]).exit_code == 0
    long = "滕州市荆河街道办事处便民服务中心-2"
    RUNNER.invoke(cli, ["keys", "create", long, "--role", "unit", "--unit", "370481001.town"])
    monkeypatch.setattr("app.commands.console.width", 80)
    assert long in RUNNER.invoke(cli, ["keys", "list"]).output


WITHOUT = """
import importlib.abc, json, sys
missing = set(json.loads(sys.argv[1]))
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in missing:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Missing())
"""
SERVING = """
from app.config import Settings
from app.main import create_app
from app.bootstrap import build_flows
create_app()
build_flows(Settings()).close()
"""
COMMANDING = """
sys.argv = ["hotline", *sys.argv[2:]]
from app.cli import main
main()
"""


def with_the_base_set_alone(code: str, *given: str, data: Path) -> subprocess.CompletedProcess[str]:
    locked = Path(".locks/base.txt").read_text("utf-8").splitlines()
    base = {line.split("==")[0].split("[")[0] for line in locked if "==" in line} | {"hotline", "pip"}
    missing = [
        module
        for module, owners in packages_distributions().items()
        if not {owner.lower().replace("_", "-") for owner in owners} & base
    ]
    assert "sklearn" in missing
    command = [sys.executable, "-c", WITHOUT + code, json.dumps(missing), *given]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os.environ, "DATA_DIR": str(data)}
    )


def test_the_service_starts_with_the_base_set_alone(tmp_path: Path) -> None:
    assert with_the_base_set_alone(SERVING, data=tmp_path).returncode == 0


def test_an_engine_says_which_packages_it_lacks() -> None:
    settings = Settings(chat=ChatSettings(engine="llm", backend="offline", model="folder"))
    with pytest.raises(ServiceUnavailable, match="不能启用：缺少 vllm，请先安装 vLLM"):
        build_chat(settings)


def test_commands_say_which_packages_they_lack(tmp_path: Path) -> None:
    listed = with_the_base_set_alone(COMMANDING, "--help", data=tmp_path)
    assert (listed.returncode, "eval" in listed.stdout) == (0, True)
    refused = with_the_base_set_alone(COMMANDING, "train", "category", "--data", "x.csv", data=tmp_path)
    assert (refused.returncode, refused.stderr.strip()) == (1, "缺少 sklearn：请先安装 .locks/train.txt")


def test_a_lane_is_written_into_a_folder_and_checked_where_it_arrives(tmp_path: Path) -> None:
    folder, secret_file = tmp_path / "exchange", tmp_path / "secret"
    folder.mkdir()
    opened = RUNNER.invoke(cli, ["referrals", "drop", "political_legal", str(folder)])
    secret_file.write_text(opened.output.splitlines()[-1], "utf-8")
    assert RUNNER.invoke(cli, ["referrals", "push"]).exit_code == 0
    checked = RUNNER.invoke(
        cli, ["referrals", "verify", "political_legal", str(folder), "--secret-file", str(secret_file)]
    )
    assert (checked.exit_code, "head.json 缺失" in checked.output) == (1, True)  # nothing was written yet
    for foreign in ("[red]1", "[bold]2[", "3[#]"):
        (folder / f"{foreign}.json").write_text("{}", "utf-8")
    checked = RUNNER.invoke(
        cli, ["referrals", "verify", "political_legal", str(folder), "--secret-file", str(secret_file)]
    )
    assert all(f"{name}：读不出、签名不符" in checked.output for name in ("[red]1.json", "[bold]2[.json", "3[#].json"))
    assert "政法机关" in RUNNER.invoke(cli, ["referrals", "statistics"]).output


def test_the_record_tells_who_named_a_folder(tmp_path: Path) -> None:
    (tmp_path / "exchange").mkdir()
    RUNNER.invoke(cli, ["referrals", "drop", "judicial", str(tmp_path / "exchange")])
    (line,) = RUNNER.invoke(cli, ["audit", "webhooks"]).output.splitlines()
    assert line.split("\t")[1:3] == ["command", "订阅"]
    assert "referral.judicial" in line


def helps(command: Any, path: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    yield " ".join(path), RUNNER.invoke(cli, [*path, "--help"], env={"TERMINAL_WIDTH": "80"}).output
    for name, own in getattr(command, "commands", {}).items():
        yield from helps(own, [*path, name])


def test_no_help_is_cut_off_on_a_narrow_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text without a space is one word, and what of it does not fit a line is left out."""
    for name, command in (("eval", evaluate), ("train", train)):
        monkeypatch.setattr(cli, "registered_commands", [*cli.registered_commands])
        cli.command(name)(command)
    cut = [
        f"{name}: {line.strip()}" for name, told in helps(get_command(cli)) for line in told.split("\n") if "… " in line
    ]
    assert cut == []
