"""Shadow: both engines beside what people decided, field by field; no ticket is touched."""

from datetime import UTC, datetime

from rich.table import Table

from app.bootstrap import build_reader, with_chat
from app.commands.second_reading import agreement
from app.config import Settings
from app.domain.events import Feedback, Verdict
from app.domain.reference import ReferenceData
from app.flows.intake import IntakeFlow
from app.flows.registry import Flows
from app.flows.shadow import FIELDS, Beside, ShadowFlow
from app.flows.tickets import TicketFlow
from tests.factories import ADMIN, WATER
from tests.fakes import ScriptedChatModel, passage, ticket_forms

TITLE = "幸福家园13号楼停水"


def test_three_readings_stand_side_by_side(flows: Flows, reference: ReferenceData) -> None:
    ticket = flows.intake.run(WATER).tickets[0]
    number, at = ticket.ticket_number, datetime(2026, 11, 18, 2, tzinfo=UTC)
    tickets: TicketFlow = flows.tickets
    corrected = Feedback(
        ticket_number=number, field="title", verdict=Verdict.CORRECTED, right_value=TITLE, actor="desk", created_at=at
    )
    accepted = Feedback(ticket_number=number, field="unit", verdict=Verdict.ACCEPTED, actor="desk", created_at=at)
    for feedback in (corrected, accepted):
        tickets.feedback(feedback, by=ADMIN)
    settings = Settings()
    embedded = build_reader(settings, reference)
    answer = ticket_forms(title=passage(TITLE, (1, "幸福家园"), (1, "停水了")))
    model = with_chat(settings, reference, embedded, ScriptedChatModel(lambda _: answer))
    before = tickets.get(number, by=ADMIN)
    flow = flows.intake
    beside = IntakeFlow(reader=model, policy=flow.policy, store=flows.shadow.store, clock=flows.clock)
    rows = {row.field: row for row in ShadowFlow(flows.shadow.store, beside, embedded).compare()}
    assert set(rows) == set(FIELDS)
    assert (rows["title"].person, rows["title"].judged, rows["title"].engine) == (TITLE, True, "llm")
    assert (rows["title"].llm, rows["title"].embedded) == (TITLE, ticket.title)
    assert rows["unit"].person == rows["unit"].embedded == rows["unit"].llm == "枣庄市城市供水企业"
    assert not rows["wants"].judged
    assert tickets.get(number, by=ADMIN) == before
    assert agreement(list(rows.values())).row_count == len(FIELDS)


def cells(table: Table, row: int) -> list[str]:
    return [str([*column.cells][row]) for column in table.columns]


def test_an_engine_that_stood_in_for_the_model_does_not_count_as_the_model() -> None:
    """It agrees with itself: half of the calls unanswered would look like half of them agreed on."""
    told = [("llm", "停水", "无水"), ("embedded", "停水", "停水"), ("embedded", "停水", "停水")]
    rows = [
        Beside(ticket_number=str(i), field="title", embedded=own, llm=other, judged=True, person="停水", engine=engine)
        for i, (engine, own, other) in enumerate(told)
    ]
    assert cells(agreement(rows), FIELDS.index("title")) == ["title", "3", "1", "0.0%", "3", "100.0%", "0.0%"]
    assert cells(agreement(rows[1:]), FIELDS.index("title")) == ["title", "2", "0", "–", "2", "100.0%", "–"]
