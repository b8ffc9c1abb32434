"""Early warning: looks at every complete hour, keeps what stands out, and what people made of it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

import numpy as np

from app.decide.early_warning import WINDOW, signals
from app.domain.access import AccessKey
from app.domain.analytics import Scope
from app.domain.city_time import CITY_TIME
from app.domain.early_warning import EarlyWarning, HourlyCounts, Signal, WarningOutcome, WarningStatus
from app.domain.errors import InvalidTransition
from app.domain.events import OutboxMessage
from app.domain.frozen import Frozen
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.reference import ReferenceData
from app.flows.analytics import checked, in_both

_HISTORY = timedelta(days=365 + 2 * WINDOW)
_LOOKED_AT = timedelta(days=7)
"""A score is worked out from this long ago."""
_REFRESHED = timedelta(days=3)
_NEW = timedelta(hours=24)
"""What stood out longer ago is no warning any more."""
_SAMPLES = 10


class WarningOnFile(EarlyWarning):
    """A warning as its reader sees it: in words, with tickets to look at."""

    label: str
    ticket_numbers: tuple[str, ...]


class Replay(Frozen):
    """What would have been warned of."""

    label: str
    signal: Signal


class EarlyWarningFlow:
    """Watches the counts; keeps a year of them in memory, so that an hour's look reads three days."""

    def __init__(
        self,
        store: UnitOfWorkFactory,
        clock: Clock,
        reference: ReferenceData,
        is_working: Callable[[date], bool],
    ) -> None:
        self._store = store
        self._clock = clock
        self._reference = reference
        self._is_working = is_working
        self._areas = tuple(district.name for district in reference.gazetteer.districts)
        self._categories = tuple(code for code in reference.categories.by_code if len(code) == 4)
        self._counts: dict[bool, HourlyCounts] = {}
        self._looked: datetime | None = None

    def watch(self) -> int:
        """Look once at every complete hour; return how many warnings are new."""
        hour = self._hour()
        if self._looked == hour:
            return 0
        raised = sum(self._watch(hour, demo=demo) for demo in (False, True))
        self._looked = hour
        return raised

    def look_at_demo(self) -> int:
        """Look at the demo data as it now is, whenever the hour was looked at; return how many warnings are new."""
        self._counts.pop(True, None)
        return self._watch(self._hour(), demo=True)

    def replay(self, start: date, end: date) -> Sequence[Replay]:
        """Return what would have been warned of in a past period, oldest first."""
        counts = self._load(start - _HISTORY, end, demo=False)
        first = (start - counts.first_day).days
        found = signals(counts, self._reference.early_warning, first=first, last=first + (end - start).days)
        return [Replay(label=self._label(signal), signal=signal) for signal in found]

    def page(self, *, status: WarningStatus | None, scope: Scope, by: AccessKey) -> Sequence[WarningOnFile]:
        """Return the warnings raised in the period of a scope, its district and its categories, newest first.

        Raises:
            InvalidInput: a period that is no period.
            Forbidden: for units.
        """
        checked(scope, by)
        with self._store(reading=True) as uow:
            found = uow.early_warnings.page(status=status, demo=scope.demo, start=scope.start, end=scope.end)
            return [self._on_file(uow, warning) for warning in found if _is_about(warning, scope)]

    def acknowledge(self, warning_id: int, note: str | None, *, by: AccessKey) -> WarningOnFile:
        """Put on file that somebody took a warning up.

        Raises:
            InvalidTransition: somebody did.
        """
        changes = {"acknowledged_by": by.name, "acknowledged_at": self._clock.now()}
        return self._move(warning_id, WarningStatus.OPEN, WarningStatus.ACKNOWLEDGED, changes, note)

    def conclude(self, warning_id: int, outcome: WarningOutcome, note: str | None, *, by: AccessKey) -> WarningOnFile:
        """Put on file what a warning turned out to be.

        Raises:
            InvalidTransition: it was not acknowledged, or has its outcome.
        """
        changes = {"outcome": outcome, "outcome_by": by.name, "outcome_at": self._clock.now()}
        return self._move(warning_id, WarningStatus.ACKNOWLEDGED, WarningStatus.CLOSED, changes, note)

    def _hour(self) -> datetime:
        return self._clock.now().astimezone(CITY_TIME).replace(minute=0, second=0, microsecond=0)

    def _watch(self, hour: datetime, *, demo: bool) -> int:
        counts = self._refreshed(hour.date(), demo=demo)
        today = (hour.date() - counts.first_day).days
        found = signals(counts, self._reference.early_warning, first=today - _LOOKED_AT.days, last=today)
        raised = 0
        for signal in found:
            if hour - _NEW < signal.raised_at <= hour:
                raised += self._raise(signal, demo=demo)
        return raised

    def _raise(self, signal: Signal, *, demo: bool) -> int:
        quiet = timedelta(hours=self._reference.early_warning.quiet_hours)
        with self._store() as uow:
            warning = uow.early_warnings.add(signal, demo=demo, quiet_since=signal.raised_at - quiet)
            if warning is None:
                return 0
            if not demo:
                uow.outbox.add(
                    OutboxMessage(
                        id=f"warning.{warning.id}",
                        topic="warning.raised",
                        payload={"id": warning.id, "label": self._label(signal), **signal.model_dump(mode="json")},
                        created_at=self._clock.now(),
                    )
                )
            uow.commit()
        return 1

    def _refreshed(self, today: date, *, demo: bool) -> HourlyCounts:
        """Return the counts up to today: a year is read once a day, the last days each time."""
        kept = self._counts.get(demo)
        if kept is None or kept.first_day != today - _HISTORY:
            kept = self._load(today - _HISTORY, today, demo=demo)
        else:
            recent = self._load(today - _REFRESHED, today, demo=demo)
            tickets = np.concatenate([kept.tickets[:, :, : -len(recent.working)], recent.tickets], axis=2)
            kept = HourlyCounts(kept.first_day, self._areas, self._categories, tickets, kept.working)
        self._counts[demo] = kept
        return kept

    def _load(self, start: date, end: date, *, demo: bool) -> HourlyCounts:
        days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
        shape = (len(self._areas), len(self._categories), len(days), 24)
        with self._store(reading=True) as uow:
            tickets = self._placed(uow.early_warnings.hourly(str(start), str(end), demo=demo), start, shape)
        working = np.array([self._is_working(day) for day in days])
        return HourlyCounts(start, self._areas, self._categories, tickets, working)

    def _placed(
        self, rows: Iterable[tuple[str, int, str, str, int]], start: date, shape: tuple[int, ...]
    ) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
        tickets = np.zeros(shape, dtype=np.int64)
        areas = {name: n for n, name in enumerate(self._areas)}
        categories = {code: n for n, code in enumerate(self._categories)}
        for day, hour, district, category, count in rows:
            if district in areas and category in categories:
                at = (date.fromisoformat(day) - start).days
                tickets[areas[district], categories[category], at, hour] += count
        return tickets

    def _move(
        self, warning_id: int, was: WarningStatus, becomes: WarningStatus, changes: dict[str, object], note: str | None
    ) -> WarningOnFile:
        with self._store() as uow:
            warning = uow.early_warnings.get(warning_id)
            if warning.status is not was:
                raise InvalidTransition(f"预警 {warning_id} 现为{_STATUSES[warning.status]}，不能这样处理")
            update = {**changes, "status": becomes, "note": note or warning.note}
            changed = warning.model_copy(update=update)
            uow.early_warnings.save(changed, was=was)
            found = self._on_file(uow, changed)
            uow.commit()
        return found

    def _on_file(self, uow: UnitOfWork, warning: EarlyWarning) -> WarningOnFile:
        numbers = tuple(uow.early_warnings.samples(warning, limit=_SAMPLES))
        return WarningOnFile(**warning.model_dump(), label=self._label(warning), ticket_numbers=numbers)

    def _label(self, signal: Signal) -> str:
        return f"{signal.district} {self._reference.categories.by_code[signal.category_code].path[-1]}"


def _is_about(warning: EarlyWarning, scope: Scope) -> bool:
    here = scope.district in (None, warning.district)
    return here and bool(in_both((warning.category_code,), scope.categories))


_STATUSES = {
    WarningStatus.OPEN: "待确认",
    WarningStatus.ACKNOWLEDGED: "已确认",
    WarningStatus.CLOSED: "已有结果",
}
