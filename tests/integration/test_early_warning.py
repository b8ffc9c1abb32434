"""Early warning over the store: a burst is warned of once, taken up and concluded; a usual day is not."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from app.domain.access import Role
from app.domain.analytics import Scope, TicketFact
from app.domain.early_warning import WarningOutcome, WarningStatus
from app.domain.errors import Forbidden, InvalidTransition
from app.flows.registry import Flows
from app.store.engine import make_engine
from app.store.unit_of_work import SqlUnitOfWork
from app.store.vault import open_vault
from tests.conftest import settings_for
from tests.factories import ADMIN, somebody
from tests.integration.conftest import ZONE, SetClock

NOON = datetime(2026, 11, 18, 12, 5, tzinfo=ZONE)
HEATING, LAMPS = "010101", "010701"
Watched = tuple[Flows, SqlUnitOfWork]
PERIOD = Scope(start="2026-11-01", end="2026-11-30")


def fact(number: int, at: datetime, leaf: str, district: str = "薛城区") -> TicketFact:
    return TicketFact(
        ticket_number=f"{at:%Y%m%d}{number:06}",
        demo=False,
        created_at=at,
        district=district,
        town=None,
        category_code=leaf,
        unit_code=None,
        channel="phone",
        kind="help",
        subject="citizen",
        respond_by=None,
        responded_at=None,
        resolve_by=None,
        closed_at=None,
        solved=None,
        satisfied=None,
    )


def usual_days() -> Iterator[TicketFact]:
    """Yield two months in which every category comes a few times a day."""
    for back in range(60, 0, -1):
        for number in range(12):
            at = (NOON - timedelta(days=back)).replace(hour=8 + number % 10, minute=0)
            yield fact(number, at, HEATING if number % 2 else LAMPS, ("薛城区", "滕州市", "市中区")[number % 3])


@pytest.fixture
def watched(stored: Flows, clock: SetClock, tmp_path: object, database_url: str) -> Iterator[Watched]:
    clock.moment = NOON
    settings = settings_for(tmp_path, database_url)  # type: ignore[arg-type]
    engine = make_engine(settings.database_url)
    uow = SqlUnitOfWork(engine, open_vault(settings.key_file))
    keep(uow, list(usual_days()))
    yield stored, uow
    engine.dispose()


def keep(uow: SqlUnitOfWork, facts: list[TicketFact]) -> None:
    with uow:
        uow.analytics.keep(facts)
        uow.commit()


def burst(uow: SqlUnitOfWork) -> None:
    keep(uow, [fact(500 + n, NOON - timedelta(hours=1, minutes=10 + n), HEATING) for n in range(14)])


def test_nothing_is_unusual_where_nothing_is_known(stored: Flows) -> None:
    assert stored.early_warnings.watch() == 0


def test_usual_days_are_not_warned_of(watched: Watched) -> None:
    flows, _ = watched
    assert flows.early_warnings.watch() == 0


def test_a_burst_is_warned_of_once_and_carried_to_its_outcome(watched: Watched, clock: SetClock) -> None:
    flows, uow = watched
    burst(uow)
    assert flows.early_warnings.watch() == 1
    assert flows.early_warnings.watch() == 0, "the same hour is looked at once"
    clock.move(hours=1)
    assert flows.early_warnings.watch() == 0, "one event is one warning"

    warning = flows.early_warnings.page(status=None, by=ADMIN, scope=PERIOD)[0]
    assert warning.label == "薛城区 供热供暖"
    assert warning.observed == 14
    assert warning.expected < 4

    officer = somebody(Role.SUPERVISOR)
    with pytest.raises(InvalidTransition):
        flows.early_warnings.conclude(warning.id, WarningOutcome.HANDLED, None, by=officer)
    taken = flows.early_warnings.acknowledge(warning.id, "已联系热力公司", by=officer)
    assert (taken.status, taken.acknowledged_by) == (WarningStatus.ACKNOWLEDGED, "supervisor")
    with pytest.raises(InvalidTransition):
        flows.early_warnings.acknowledge(warning.id, None, by=officer)
    done = flows.early_warnings.conclude(warning.id, WarningOutcome.HANDLED, "管网抢修完毕", by=officer)
    assert (done.status, done.note) == (WarningStatus.CLOSED, "管网抢修完毕")
    with pytest.raises(Forbidden):
        flows.early_warnings.page(status=None, by=somebody(Role.UNIT, unit_code="x"), scope=PERIOD)


def test_a_replay_finds_what_the_watch_found_and_writes_nothing(watched: Watched) -> None:
    flows, uow = watched
    burst(uow)
    found = flows.early_warnings.replay(date(2026, 11, 10), date(2026, 11, 18))
    assert [(one.label, one.signal.observed) for one in found] == [("薛城区 供热供暖", 14)]
    assert flows.early_warnings.page(status=None, by=ADMIN, scope=PERIOD) == []


def test_a_second_process_does_not_warn_again(watched: Watched) -> None:
    flows, uow = watched
    burst(uow)
    assert flows.early_warnings.watch() == 1
    flows.early_warnings._looked = None
    assert flows.early_warnings.watch() == 0


def test_warnings_are_those_of_the_district_and_the_categories_asked_for(watched: Watched) -> None:
    flows, uow = watched
    burst(uow)
    assert flows.early_warnings.watch() == 1

    def found(**narrowed: object) -> int:
        scope = PERIOD.model_copy(update=narrowed)
        return len(flows.early_warnings.page(status=None, by=ADMIN, scope=scope))

    assert (found(district="薛城区"), found(district="滕州市")) == (1, 0)
    assert [found(categories=(code,)) for code in ("0101", "01", "010101", "0107")] == [1, 1, 1, 0]


def test_a_warning_of_the_last_hour_belongs_to_its_day_alone(watched: Watched, clock: SetClock) -> None:
    flows, uow = watched
    clock.moment = NOON.replace(hour=0, minute=5) + timedelta(days=1)
    keep(uow, [fact(700 + n, clock.moment - timedelta(minutes=10 + n), HEATING) for n in range(14)])
    assert flows.early_warnings.watch() == 1
    days = [Scope(start=day, end=day) for day in ("2026-11-18", "2026-11-19")]
    assert [len(flows.early_warnings.page(status=None, by=ADMIN, scope=day)) for day in days] == [1, 0]
