"""Search, lists and exports: on both databases."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from app.api.sheets import csv_lines, xlsx_bytes
from app.domain.city_time import CITY_TIME
from app.domain.errors import InvalidInput
from app.domain.workflow import Step
from app.flows.exports import COLUMNS
from app.flows.registry import Flows
from tests.factories import ADMIN, message
from tests.integration.conftest import MONDAY, SetClock
from tests.integration.record_steps import LAMP, REVIEWER, SUPERVISOR, assigned, corrected, intake, take


def test_tickets_are_found_by_words_caller_time_and_delay(stored: Flows, clock: SetClock) -> None:
    lamp = intake(stored, call_id="a")
    water = stored.intake.run(
        message("薛城区临城街道自来水发黄有异味，请检测", "b", called_at=MONDAY.isoformat())
    ).tickets[0]

    def found(**filters: str) -> list[str]:
        return [t.ticket_number for t in stored.tickets.page(after=None, limit=9, filters=filters, by=ADMIN)]

    assert found(q="路灯") == [lamp.ticket_number]
    assert found(q="自来水 异味") == [water.ticket_number]
    assert found(q="路灯 异味") == []
    assert found(q=f" {water.ticket_number} ") == [water.ticket_number]
    assert found(q=water.ticket_number, status="archived") == []
    assert found(q="29990101000001") == []
    assert found(caller="139-0000-0000") == [lamp.ticket_number]
    assert found(created_before=MONDAY.isoformat()) == []
    assert len(found(created_from=MONDAY.isoformat())) == 2
    assert found(overdue="true") == []
    clock.move(days=30)
    assert len(found(overdue="true")) == 2
    with pytest.raises(InvalidInput, match="检索词"):
        found(q="路")
    with pytest.raises(InvalidInput, match="created_from"):
        found(created_from="昨天")
    changed = stored.tickets.correct(lamp.ticket_number, {"title": "井盖丢失"}, by=ADMIN, expected_version=1)
    assert found(q="井盖") == [changed.ticket_number]


def test_a_list_is_counted_and_goes_by_deadline(stored: Flows, clock: SetClock) -> None:
    later, sooner = (
        intake(stored, call_id=f"t-{days}", called_at=(MONDAY - timedelta(days=days)).isoformat()) for days in (0, 3)
    )
    done = intake(stored, call_id="t-2", called_at=(MONDAY - timedelta(days=7)).isoformat())
    unit, *_ = [assigned(stored, ticket) for ticket in (later, sooner, done)]
    take(stored, done, Step.ACKNOWLEDGE, by=unit)
    take(stored, done, Step.FEED_BACK, by=unit, text="路灯已修好")
    first, second, last = sooner.ticket_number, later.ticket_number, done.ticket_number

    def found(by: Any, after: str | None = None, **filters: str) -> list[str]:
        page = stored.tickets.page(after=after, limit=9, filters=filters, by=by)
        assert after or stored.tickets.count(filters, by=by) == (len(page), False)
        return [ticket.ticket_number for ticket in page]

    assert len(found(ADMIN)) == 3
    assert found(ADMIN, order="deadline") == [last, first, second]
    assert found(ADMIN, after=first, order="deadline") == [second]
    assert found(unit, order="deadline") == [first, second]  # the centre is waited for, no unit
    assert (found(ADMIN, overdue="true"), found(unit, overdue="true")) == ([last], [])
    assert found(unit, caller="13900000000", status="completed") == [last]


def test_a_reviewer_finds_the_extensions_that_wait_for_him(stored: Flows) -> None:
    ticket = intake(stored)
    unit = assigned(stored, ticket)
    intake(stored, call_id="t-2")

    def waiting() -> list[tuple[str, int | None]]:
        asked = {"extension_requested": "true"}
        found = stored.tickets.page(after=None, limit=9, filters=asked, by=REVIEWER)
        return [(one.ticket_number, one.extension_requested) for one in found]

    assert waiting() == []
    take(stored, ticket, Step.REQUEST_EXTENSION, by=unit, days=5, reason="等待配件")
    assert waiting() == [(ticket.ticket_number, 5)]
    take(stored, ticket, Step.REFUSE_EXTENSION, by=REVIEWER, reason="理由不足")
    assert waiting() == []


def test_exports_open_as_tables_and_mask_the_citizen(stored: Flows) -> None:
    intake(stored, f"俺叫张三丰，{LAMP}")
    rows = list(stored.exports.ticket_rows({}, by=REVIEWER))
    table = list(csv.DictReader(io.StringIO("".join(csv_lines(COLUMNS, rows)).removeprefix("\ufeff"))))
    assert (table[0]["诉求人"], table[0]["联系电话"]) == ("张某", "139****0000")
    assert (table[0]["状态"], table[0]["诉求主体"], table[0]["紧急程度"]) == ("待受理", "自然人", "一般")
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(COLUMNS, rows))).worksheets[0]
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert sheet.max_row == 2
    stored.tickets.correct(rows[0][0], {"title": "=HYPERLINK(1)"}, by=ADMIN, expected_version=1)
    assert next(iter(stored.exports.ticket_rows({}, by=ADMIN)))[4] == "'=HYPERLINK(1)"


def test_exports_write_moments_as_people_and_spreadsheets_read_them(stored: Flows) -> None:
    ticket = corrected(stored, intake(stored, LAMP), event_time="2026-11-16T19")
    row = dict(zip(COLUMNS, next(iter(stored.exports.ticket_rows({}, by=REVIEWER))), strict=True))
    assert row["事发时间"] == "2026-11-16 19时"
    assert row["受理时间"] == f"{ticket.created_at.astimezone(CITY_TIME):%Y-%m-%d %H:%M}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d 17:30", row["办结时限"])


def test_exports_mask_a_landline_too(stored: Flows) -> None:
    ticket = intake(stored, LAMP)
    for phone, shown in (("0632-5551234", "063****1234"), ("5551234", "****34")):
        ticket = corrected(stored, ticket, citizen__phone=phone, wants=f"请回电{phone}")
        row = dict(zip(COLUMNS, next(iter(stored.exports.ticket_rows({}, by=REVIEWER))), strict=True))
        assert row["联系电话"] == shown
    ticket = corrected(stored, ticket, wants="请回电0632-5551234")
    assert dict(zip(COLUMNS, next(iter(stored.exports.ticket_rows({}, by=REVIEWER))), strict=True))["诉求"] == (
        "请回电063****1234"
    )


def test_what_is_unclear_goes_on_the_monthly_list(stored: Flows) -> None:
    ticket = intake(stored)
    take(stored, ticket, Step.ACCEPT)
    take(stored, ticket, Step.PUT_ON_MEETING, SUPERVISOR, meeting="unclear_duty", reason="两家都说不归自己管")
    listed = stored.tickets.page(after=None, limit=9, filters={"meeting": "unclear_duty"}, by=SUPERVISOR)
    assert [t.ticket_number for t in listed] == [ticket.ticket_number]
    with pytest.raises(InvalidInput, match="会商缘由"):
        take(stored, ticket, Step.PUT_ON_MEETING, SUPERVISOR, meeting="随便", reason="x")


@pytest.mark.parametrize("number", ["{}", "：{}，"])
def test_a_ticket_whose_number_the_citizen_gives_stands_first(stored: Flows, number: str) -> None:
    asked = intake(stored, "台儿庄区运河街道顺河路的垃圾桶满了没人清理，请处理", call_id="a")
    for other in "bcdefg":
        intake(stored, f"{LAMP}，还没人管，已经催过{other}", call_id=other)
    told = message(
        f"滕州市荆河街道善国路的路灯全都不亮，工单编号{number.format(asked.ticket_number)}还没人管，请尽快处理",
        "z", called_at=MONDAY.isoformat(), caller_number="13900000000",
    )  # fmt: skip
    first = stored.intake.run(told).tickets[0].duplicates[0]
    assert (first.ticket_number, first.reasons[0]) == (asked.ticket_number, "诉求人说出了此工单的编号")


def test_a_number_of_no_ticket_finds_nothing(stored: Flows) -> None:
    told = message("工单20201128000009怎么还没人管，路灯还是不亮", "z", called_at=MONDAY.isoformat())
    assert stored.intake.run(told).tickets[0].duplicates == ()
