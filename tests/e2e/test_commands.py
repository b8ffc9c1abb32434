"""The commands as a user runs them: files in, files out, one bad line never stops the rest."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from app.cli import cli
from app.domain.errors import InvalidInput
from eval.base import read_jsonl
from eval.run import evaluate
from tests.factories import WATER, call
from training.run import train

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))


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
    assert {row["call_id"] for row in read_jsonl(out)} == {c["id"] for c in calls}
    rejected = read_jsonl(tmp_path / "out.rejected.jsonl")
    assert [row["line"] for row in rejected] == [11, 12, 13]
    assert all(row["reason"] for row in rejected)

    kept = out.read_text("utf-8").splitlines()
    out.write_text("\n".join(kept[:12]) + "\n" + kept[12][:40], "utf-8")
    again = RUNNER.invoke(cli, ["batch", str(source), str(out), "--workers", "1"])
    assert again.exit_code == 0, again.output
    assert sorted(row["call_id"] for row in read_jsonl(out)) == sorted(c["id"] for c in calls)
    numbers = [t["ticket_number"] for row in read_jsonl(out) for t in row["tickets"]]
    assert len(numbers) == len(set(numbers))


def test_a_batch_keeps_no_call_back_and_lets_no_line_stop_it(tmp_path: Path) -> None:
    first = call("您好", "山亭区店子镇的路灯不亮，希望尽快维修", call_id="b-1")
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    other = {**first, "title": "另一件事"}
    broken = json.dumps({**first, "id": "b-2", "note": "\ud800"})
    source.write_text("\n".join([json.dumps(first), json.dumps(first), json.dumps(other), broken]), "utf-8")
    for _ in range(2):
        assert RUNNER.invoke(cli, ["batch", str(source), str(out), "--workers", "1"]).exit_code == 0
        assert [row["call_id"] for row in read_jsonl(out)] == ["b-1"]
        assert [row["line"] for row in read_jsonl(tmp_path / "out.rejected.jsonl")] == [3, 4]


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
