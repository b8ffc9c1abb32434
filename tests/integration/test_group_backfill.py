"""Old tickets from a file become issues, whatever a run was interrupted by."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap import encode_lines, link_block, start_grouping
from app.config import Settings
from app.domain.errors import Conflict, InvalidInput
from app.domain.reference import ReferenceData
from app.flows.batch import alone
from app.flows.group_backfill import EncodeLines, GroupBackfill, Grouped, LinkBlock
from app.receive.ticket_line import ticket_line

START = datetime.fromisoformat("2026-11-18T09:00:00+08:00")
SAID = (
    "滕州市荆河街道翠竹苑小区从昨天开始停水，家里一滴水都没有，希望尽快恢复供水。",
    "薛城区临城街道燕山路路灯不亮，晚上看不见路，希望修好。",
    "荆河街道翠竹苑小区停水一天了，5号楼也没有水，希望尽快恢复供水。",
    "荆河街道翠竹苑小区停水，老人在家没法做饭，希望尽快恢复供水。",
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    times = [(START + timedelta(hours=i)).isoformat() for i in range(len(SAID))]
    tickets = [{"id": str(i), "created_at": times[i], "text": text} for i, text in enumerate(SAID)]
    lines = [json.dumps(ticket, ensure_ascii=False) for ticket in tickets]
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join([lines[3], "not json", *lines[:3], '{"id": "x", "text": "没有时间"}']), "utf-8")
    return file


def group(
    source: Path, reference: ReferenceData, encode: EncodeLines = encode_lines, link: LinkBlock = link_block
) -> Grouped:
    start_grouping(Settings())
    flow = GroupBackfill(reference.thresholds.issue, window_days=reference.duplicate.window_days)
    out = source.with_name("out.jsonl")
    with ThreadPoolExecutor(1) as pool:
        return flow.run(source, out, executor=pool, encode=encode, link=link, progress=lambda *_: None)


def test_a_file_is_grouped_in_order_of_time_and_bad_lines_are_told(source: Path, reference: ReferenceData) -> None:
    count = group(source, reference)
    assert count == Grouped(tickets=4, refused=2, issues=2)
    found = [json.loads(line) for line in source.with_name("out.jsonl").read_text("utf-8").splitlines()]
    assert found == [{"id": str(i), "issue": issue} for i, issue in enumerate("0100")]
    rejected = source.with_name("out.rejected.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["line"] for line in rejected] == [2, 6]


BAD = (
    {"id": 1, "kind": 5, "created_at": "2026-11-08", "text": "停水"},
    {"id": 1, "created_at": "0001-01-01", "text": "停水"},
    {"id": "\ud800", "created_at": "2026-11-08", "text": "停水"},
    {"id": "1" * 129, "created_at": "2026-11-08", "text": "停水"},
)


def test_no_line_stops_a_run_and_each_is_told_by_its_place_in_the_file(source: Path, reference: ReferenceData) -> None:
    source.write_text("\n" + "\n\n".join(json.dumps(one) for one in BAD), "utf-8")
    assert group(source, reference) == Grouped(tickets=0, refused=4, issues=0)
    assert source.with_name("out.jsonl").read_text("utf-8") == ""
    rejected = source.with_name("out.rejected.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["line"] for line in rejected] == [2, 4, 6, 8]
    odd = {"id": 1, "created_at": "2026-11-08", "text": "停水", "category": "9" * 30}
    source.write_text(json.dumps(odd), "utf-8")
    assert group(source, reference).tickets == 1
    assert not source.with_name("out.rejected.jsonl").exists()


def test_an_empty_file_is_no_issue_and_no_result_is_written_over_the_input(
    source: Path, reference: ReferenceData
) -> None:
    held = source.read_text("utf-8")
    source.rename(source.with_name("out.jsonl"))
    with pytest.raises(InvalidInput, match="输入文件"):
        group(source.with_name("out.jsonl"), reference)
    assert source.with_name("out.jsonl").read_text("utf-8") == held
    source.with_name("out.jsonl").unlink()
    source.touch()
    assert group(source, reference) == Grouped(tickets=0, refused=0, issues=0)


def test_what_is_somebody_elses_is_not_written_over(source: Path, reference: ReferenceData) -> None:
    out, work = source.with_name("out.jsonl"), source.with_name("out.jsonl.work")
    for foreign in ('{"name": "名单"}\n', "会议记录\n", "[1]\n"):
        out.write_text(foreign, "utf-8")
        with pytest.raises(InvalidInput, match="不是归并的结果"):
            group(source, reference)
        assert out.read_text("utf-8") == foreign
    out.unlink()
    work.mkdir()
    (work / "report.docx").touch()
    with pytest.raises(InvalidInput, match="不是归并的中间结果"):
        group(source, reference)
    assert (work / "report.docx").exists()
    (work / "report.docx").unlink()
    assert group(source, reference) == group(source, reference)  # a result of ours is made anew


def test_the_mended_bad_lines_of_a_run_are_no_place_for_new_ones(source: Path, reference: ReferenceData) -> None:
    mended = source.rename(source.with_name("out.rejected.jsonl"))
    held = mended.read_text("utf-8")
    with pytest.raises(InvalidInput, match="坏行会写入输入文件"):
        group(mended, reference)
    assert mended.read_text("utf-8") == held


def test_two_runs_do_not_write_one_result(source: Path, reference: ReferenceData) -> None:
    with alone(source.with_name("out.jsonl")), pytest.raises(Conflict, match="另一批量任务"):
        group(source, reference)


def test_a_run_that_was_cut_off_goes_on_and_does_nothing_twice(source: Path, reference: ReferenceData) -> None:
    encoded: list[int] = []

    def counting(lines: Sequence[bytes], first: int, written: Path) -> None:
        encoded.append(first)
        encode_lines(lines, first, written)

    def broken(*_: object) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        group(source, reference, counting, broken)
    assert encoded == [0]
    assert group(source, reference, counting) == Grouped(tickets=4, refused=2, issues=2)
    assert encoded == [0]


def test_a_file_that_was_mended_after_the_cut_is_read_anew(source: Path, reference: ReferenceData) -> None:
    def broken(*_: object) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        group(source, reference, link=broken)
    lines = source.read_text("utf-8").splitlines()
    source.write_text("\n".join(line for line in lines if line.startswith("{")), "utf-8")
    assert group(source, reference).refused == 1


def test_dates_of_spreadsheets_are_taken_and_places_are_read(reference: ReferenceData) -> None:
    line = {"id": 7, "created_at": "2026/1/6 8:05:00", "title": "停水", "text": "滕州荆河街道翠竹苑停水"}
    facts = ticket_line(line, reference.gazetteer)
    assert (facts.ticket_number, facts.district, facts.town) == ("7", "滕州市", "荆河街道")
    assert facts.created_at.isoformat() == "2026-01-06T08:05:00+08:00"
    with pytest.raises(InvalidInput, match="created_at"):
        ticket_line(line | {"created_at": "yesterday"}, reference.gazetteer)
