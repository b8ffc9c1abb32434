"""A call that our readers fail on is kept for a person and stops no other."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.domain.errors import Conflict
from app.domain.reading import CallReading, Unreadable
from app.domain.transcript import Transcript
from app.flows.batch import alone
from app.flows.intake import Delivery
from app.flows.registry import Flows
from tests.factories import ADMIN, message


def test_a_call_that_cannot_be_read_is_rejected_with_its_reason_and_stops_no_other(
    flows: Flows, tmp_path: Path
) -> None:
    rows = [{**message("建设路路灯不亮，希望尽快修复"), "id": f"b-{i}"} for i in range(3)]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")

    def read_many(transcripts: Sequence[Transcript]) -> list[CallReading | Unreadable]:
        return [Unreadable(reason="读取出错") if t.id == "b-1" else flows.intake.reader.read(t) for t in transcripts]

    with ThreadPoolExecutor(1) as pool:
        count = flows.batch.run(source, out, executor=pool, read_many=read_many, progress=lambda _: None)
    assert (count.taken, count.rejected) == (2, 1)
    assert [json.loads(line)["call_id"] for line in out.read_text("utf-8").splitlines()] == ["b-0", "b-2"]
    [left] = map(json.loads, out.with_name("out.rejected.jsonl").read_text("utf-8").splitlines())
    assert left == {"line": 2, "reason": "读取出错", "text": json.dumps(rows[1], ensure_ascii=False)}


def test_a_call_that_the_store_has_otherwise_is_rejected_by_the_line_it_stands_in(flows: Flows, tmp_path: Path) -> None:
    rows = [{**message("建设路路灯不亮，希望尽快修复"), "id": f"b-{i}"} for i in range(3)]
    flows.intake.run({**rows[1], "title": "另一件事"})
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n" + "\n".join(json.dumps(row) for row in rows), "utf-8")

    def read_many(transcripts: Sequence[Transcript]) -> list[CallReading | Unreadable]:
        return [flows.intake.reader.read(t) for t in transcripts]

    with ThreadPoolExecutor(1) as pool:
        flows.batch.run(source, out, executor=pool, read_many=read_many, progress=lambda _: None)
    [left] = map(json.loads, out.with_name("out.rejected.jsonl").read_text("utf-8").splitlines())
    assert left == {"line": 3, "reason": "通话 b-1 已接收过，且内容不同", "text": json.dumps(rows[1])}


def test_a_call_that_another_process_keeps_meanwhile_stops_no_run_and_is_in_the_results(
    flows: Flows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{**message(f"山亭区店子镇第{i}个路口的路灯不亮"), "id": f"b-{i}"} for i in range(3)]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    known, overtaken = flows.intake.known, []

    def known_just_before(deliveries: Sequence[Delivery]) -> frozenset[str]:
        found = known(deliveries)
        if not overtaken:
            overtaken.append(flows.intake.run(rows[1]))
        return found

    def read_many(transcripts: Sequence[Transcript]) -> list[CallReading | Unreadable]:
        return [flows.intake.reader.read(t) for t in transcripts]

    monkeypatch.setattr(flows.intake, "known", known_just_before)
    with ThreadPoolExecutor(1) as pool:
        count = flows.batch.run(source, out, executor=pool, read_many=read_many, progress=lambda _: None)
    results = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert (count.taken, count.skipped) == (2, 1)
    assert sorted(result["call_id"] for result in results) == ["b-0", "b-1", "b-2"]
    numbers = [ticket["ticket_number"] for result in results for ticket in result["tickets"]]
    assert sorted(numbers) == sorted(t.ticket_number for t in flows.tickets.each({}, by=ADMIN))
    named = {d["ticket_number"] for result in results for ticket in result["tickets"] for d in ticket["duplicates"]}
    assert named <= set(numbers)


def test_two_runs_do_not_write_to_one_file(flows: Flows, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps(message("建设路路灯不亮")), "utf-8")
    with alone(out), ThreadPoolExecutor(1) as pool, pytest.raises(Conflict, match="另一批量任务正在写"):
        flows.batch.run(source, out, executor=pool, read_many=lambda _: [], progress=lambda _: None)


KILLED = """
import sys, time
from app.commands.calls import worker_processes
def ready(given): pass
with worker_processes(None, 1, ready, None) as (pool, _):
    print(pool.submit(__import__("os").getpid).result(), flush=True)
    time.sleep(60)
"""


def test_the_workers_of_a_run_that_was_killed_let_go_of_its_result() -> None:
    """They were forked with its lock: the next run was told that another one wrote there."""
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        worker = int(run.stdout.readline())
        run.kill()
    until = time.monotonic() + 10
    while Path(f"/proc/{worker}").exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not Path(f"/proc/{worker}").exists()
