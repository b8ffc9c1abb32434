"""Reports: made from the figures, kept as made, read as page, DOCX and PDF."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from docx import Document
from pypdf import PdfReader

from app.domain.access import Role
from app.domain.analytics import Dimension, Scope
from app.domain.errors import Forbidden, InvalidInput
from app.domain.report import ReportKind
from app.flows.registry import Flows
from tests.factories import ADMIN, call, somebody
from tests.integration.conftest import ZONE, SetClock

LAMPS = "滕州市荆河街道善国路的路灯全都不亮，希望尽快维修"
COLD = "薛城区临城街道泰和小区暖气不热，屋里只有十三度"


@pytest.fixture
def week(stored: Flows, clock: SetClock) -> Flows:
    for i, text in enumerate((LAMPS, COLD, COLD)):
        stored.intake.run(call("您好", text, call_id=f"r{i}"))
    stored.analytics.follow()
    clock.move(days=2)
    return stored


def test_a_report_says_what_the_indicators_say(week: Flows) -> None:
    report = week.reports.make(ReportKind.WEEKLY, {}, by=ADMIN)
    assert (report.title, report.start, report.end) == ("市民诉求周报", "2026-11-11", "2026-11-17")
    assert "受理工单3件" in report.summary.text
    assert "比上期增加3件" in report.summary.text
    sections = {section.title: section for section in report.sections}
    scope = Scope(start=report.start, end=report.end)
    shown = week.analytics.indicators(Dimension.DISTRICT, scope, by=ADMIN)
    assert sections["各区（市）"].bars == tuple((g.label, g.measures.tickets) for g in shown.groups)
    assert sections["各区（市）"].source == "/v1/analytics/indicators?from=2026-11-11&to=2026-11-17&group_by=district"
    assert sections["概况"].rows[0] == ("受理工单", "3", "0")


def test_every_format_carries_title_paragraph_and_tables(week: Flows) -> None:
    number = week.reports.make(ReportKind.DAILY, {"from": "2026-11-16", "to": "2026-11-16"}, by=ADMIN).id
    page, media_type, _ = week.reports.rendered(number, "html", by=ADMIN)
    assert media_type.startswith("text/html")
    assert page.decode().count("<table>") >= 4
    document = Document(io.BytesIO(week.reports.rendered(number, "docx", by=ADMIN)[0]))
    assert document.paragraphs[0].text == "市民诉求日报"
    assert any(cell.text == "薛城区" for table in document.tables for cell in table.columns[0].cells)
    reader = PdfReader(io.BytesIO(week.reports.rendered(number, "pdf", by=ADMIN)[0]))
    text = "".join(one.extract_text() for one in reader.pages)
    assert "市民诉求日报" in text
    assert "薛城区" in text


def test_a_topical_report_looks_at_its_topic_and_stays_as_it_was(week: Flows) -> None:
    asked = {"topic": "供热", "category": "0101", "from": "2026-11-16", "to": "2026-11-17"}
    made = week.reports.make(ReportKind.TOPICAL, asked, by=ADMIN)
    assert made.title == "供热专报"
    assert "受理工单2件" in made.summary.text
    week.intake.run(call("您好", COLD, call_id="later"))
    week.analytics.follow()
    assert week.reports.page(demo=False, limit=5, by=ADMIN) == [made]


@pytest.mark.parametrize("topic", [None, 5, "  ", "长" * 61])
def test_a_topical_report_has_a_topic_that_can_name_it(stored: Flows, topic: object) -> None:
    with pytest.raises(InvalidInput, match="topic") as refused:
        stored.reports.make(ReportKind.TOPICAL, {"topic": topic}, by=ADMIN)
    assert refused.value.field == "topic"


def test_what_a_report_looks_at_is_what_its_sections_and_sources_say(stored: Flows, clock: SetClock) -> None:
    for i, text in enumerate((COLD, COLD, COLD, LAMPS, LAMPS, LAMPS)):
        stored.intake.run(call("您好", text, call_id=f"h{i}", caller_number=f"1390000000{i}"))
    stored.analytics.follow()
    clock.move(seconds=10)
    stored.hot_issues.follow()
    asked = {"topic": "供热", "category": "0101", "from": "2026-11-16", "to": "2026-11-16", "channel": "phone"}
    made = {section.title: section for section in stored.reports.make(ReportKind.TOPICAL, asked, by=ADMIN).sections}
    hot = made["热点（不分单位、渠道和主体）"]
    assert [row[2] for row in hot.rows] == ["3"]
    assert hot.source == "/v1/analytics/hot-issues?from=2026-11-16&to=2026-11-17&category_code=0101"
    assert made["热词（全市）"].source == "/v1/analytics/hot-words?from=2026-11-16&to=2026-11-16"
    period = "from=2026-11-16&to=2026-11-16"
    assert made["预警（不分单位、渠道和主体）"].source == f"/v1/analytics/warnings?{period}&category=0101"


def test_a_period_over_the_new_year_names_both_years_and_no_change_is_none(week: Flows) -> None:
    winter = {"topic": "供暖", "from": "2025-11-15", "to": "2026-03-15"}
    report = week.reports.make(ReportKind.TOPICAL, winter, by=ADMIN)
    assert "2025年11月15日至2026年3月15日" in report.summary.text
    assert "与上期持平" in report.summary.text


def test_a_morning_makes_its_reports_once_however_many_processes_look(week: Flows, clock: SetClock) -> None:
    clock.moment = datetime(2026, 11, 17, 6, 59, tzinfo=ZONE)
    assert week.reports.make_due() == 0, "not before its hour"
    clock.move(minutes=1)
    with ThreadPoolExecutor(4) as processes:
        assert sum(processes.map(lambda _: week.reports.make_due(), range(4))) == 1
    clock.moment = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
    assert week.reports.make_due() == 1, "the week; the day before had no ticket"
    assert week.reports.make_due() == 0
    found = week.reports.page(demo=False, limit=5, by=ADMIN)
    assert [(one.kind, one.start, one.end, one.made_by) for one in found] == [
        (ReportKind.WEEKLY, "2026-11-16", "2026-11-22", "定时生成"),
        (ReportKind.DAILY, "2026-11-16", "2026-11-16", "定时生成"),
    ]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({}, "topic"), ({"topic": "供热", "from": "昨天"}, "from"), ({"topic": "x", "from": 3}, "from")],
)
def test_a_wrong_request_names_its_field(week: Flows, asked: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        week.reports.make(ReportKind.TOPICAL, asked, by=ADMIN)
    assert caught.value.field == field


def test_units_read_no_reports(week: Flows) -> None:
    with pytest.raises(Forbidden):
        week.reports.page(demo=False, limit=5, by=somebody(Role.UNIT, unit_code="x"))
