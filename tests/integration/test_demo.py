"""The demo data set: true histories, apart from what is real, gone without a trace when it is removed."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from app.bootstrap import build_flows
from app.domain.errors import Conflict, InvalidInput
from app.flows.registry import Flows
from app.store.engine import make_engine
from tests.conftest import settings_for, with_short_demo
from tests.factories import ADMIN, message


@pytest.fixture
def demo_flows(tmp_path: Path, database_url: str) -> Iterator[Flows]:
    settings = settings_for(tmp_path / "data", database_url)
    settings.knowledge_dir = with_short_demo(tmp_path)
    flows = build_flows(settings)
    yield flows
    flows.close()


def rows(url: str) -> dict[str, int]:
    engine = make_engine(url)
    with engine.connect() as connection:
        names = [
            name
            for name in inspect(connection).get_table_names()
            if not name.startswith(("counters", "audit_seals", "ticket_words_"))
        ]
        counted = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in names}
    engine.dispose()
    return {name: count or 0 for name, count in counted.items()}


def followed(flows: Flows, url: str) -> dict[str, int]:
    """Return the rows once facts and issues have taken in what is settled, as they do after the demo tickets too."""
    end = time.monotonic() + 30
    while (counted := rows(url))["reading_positions"] < 2 or not counted["issue_members"]:
        assert time.monotonic() < end
        flows.analytics.follow()
        flows.hot_issues.follow()
        time.sleep(0.2)
    return counted


def test_demo_tickets_are_marked_true_to_their_history_and_removed_without_a_trace(
    demo_flows: Flows, database_url: str
) -> None:
    real = demo_flows.intake.run(
        message("俺想反映滕州市荆河街道幸福家园3号楼停水了", "real-1", called_at=None)
    ).tickets[0]
    before = followed(demo_flows, database_url)
    made = demo_flows.demo.add()
    with pytest.raises(Conflict):
        demo_flows.demo.add()
    tickets = [ticket for ticket in demo_flows.tickets.each({"demo": "true"}, by=ADMIN) if ticket.demo]
    assert len(tickets) == made > 7
    assert {ticket.ticket_number for ticket in demo_flows.tickets.each({"demo": "false"}, by=ADMIN)} == {
        real.ticket_number
    }
    assert len({ticket.status for ticket in tickets}) >= 2
    for ticket in tickets:
        moments = [event.occurred_at for event in demo_flows.tickets.history(ticket.ticket_number, by=ADMIN)]
        assert moments == sorted(moments)
    assert rows(database_url)["outbox"] == before["outbox"]
    waiting = demo_flows.referrals.page(
        {"status": "pending_confirmation", "severity": "extreme"}, after=None, limit=9, overdue=False, by=ADMIN
    )
    assert any((len(one.confirmations), one.persons) == (1, 2) for one in waiting)
    demo_flows.audit.seal(settled_for=timedelta())
    assert demo_flows.demo.remove() == made
    assert rows(database_url) == before
    assert list(demo_flows.audit.faults()) == []
    assert demo_flows.demo.state().tickets == 0


def test_a_practice_call_and_a_real_one_are_never_the_same_matter(demo_flows: Flows) -> None:
    words = "俺住在滕州市荆河街道幸福家园3号楼，从昨天晚上就停水了"
    real = demo_flows.intake.run(message(words, "real-1")).tickets[0]
    practice = demo_flows.intake.run(message(words, "p-1", demo=True)).tickets[0]
    again = demo_flows.intake.run(message(words, "p-2", demo=True)).tickets[0]
    assert practice.demo
    assert practice.duplicates == ()
    assert [found.ticket_number for found in again.duplicates] == [practice.ticket_number]
    with pytest.raises(InvalidInput, match="演示"):
        demo_flows.merges.merge(practice.ticket_number, real.ticket_number, by=ADMIN, expected_version=None)
    demo_flows.demo.remove()
    third = demo_flows.intake.run(message(words, "p-3", demo=True)).tickets[0]
    assert third.duplicates == ()
