"""The demo script and a seed in, calls with their moments and lives out. Pure: the same seed gives the same calls."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple

from app.domain.demo import DemoCall, DemoScript, LifeStep

_BUSY_HOURS = (8, 8, 9, 9, 9, 10, 10, 11, 12, 14, 14, 15, 15, 16, 17, 18, 19, 20, 21)
"""When people call: an hour as often as it stands here."""


class PlannedCall(NamedTuple):
    """One call to be played: its delivery, its moment, what then happens."""

    payload: dict[str, Any]
    at: datetime
    call: DemoCall
    steps: tuple[LifeStep, ...]


def plan(script: DemoScript, towns: Sequence[str], now: datetime, seed: int = 12345) -> list[PlannedCall]:
    """Return every call of the script, oldest first, all before `now`. `towns` are written with their district."""
    maker = _Maker(script, towns, now, Random(seed))
    calls = [maker.usual(call) for call in script.calls for _ in range(call.times)]
    calls += [maker.of_burst(call) for call in script.calls if call.burst for _ in range(call.burst.count)]
    calls.sort(key=lambda planned: planned.at)
    for number, planned in enumerate(calls, 1):
        planned.payload["id"] = call_id(number)
    return calls


def call_id(number: int) -> str:
    """Return the id of the so-manyth call."""
    return f"demo-{number:04}"


class _Maker:
    def __init__(self, script: DemoScript, towns: Sequence[str], now: datetime, random: Random) -> None:
        self._script, self._towns, self._now, self._random = script, towns, now, random

    def usual(self, call: DemoCall) -> PlannedCall:
        at = self._moment(call.within_days or self._script.days)
        town, spot = self._pick(self._towns), self._pick(self._script.spots[call.spot])
        life = self._pick(call.lives) if call.lives else self._life(at)
        return self._planned(call, at, town + spot, spot, life)

    def of_burst(self, call: DemoCall) -> PlannedCall:
        assert call.burst is not None
        burst, place = call.burst, call.burst.place
        at = self._lately(burst.within_days) if burst.rising else self._moment(burst.within_days)
        door = f"{place}{self._random.randint(1, 18)}号楼"
        return self._planned(call, at, door, door, self._pick(call.burst.lives))

    def _planned(self, call: DemoCall, at: datetime, place: str, spot: str, life: str) -> PlannedCall:
        said = {"place": place, "spot": spot, "name": self._pick(self._script.names)}
        said["given"] = self._pick(self._script.given)
        payload = {
            "id": "",
            "channel": call.channel,
            "called_at": at.isoformat(timespec="seconds"),
            "caller_number": f"139000{self._random.randint(0, 99999):05}",
            "turns": [{"speaker": who, "text": text.format(**said)} for who, text in self._turns(call)],
            "demo": True,
        }
        return PlannedCall(payload, at, call, self._script.lives[life].steps)

    def _turns(self, call: DemoCall) -> list[tuple[str, str]]:
        if call.channel == "web":
            return [("citizen", f"{self._pick(call.says)}。{self._pick(call.wants)}。")]
        greeting = ("operator", "您好，枣庄12345，请讲")
        if call.asks:
            return [greeting, ("citizen", self._pick(call.asks))]
        return [
            greeting,
            ("citizen", self._pick(self._script.openings) + self._pick(call.says)),
            ("operator", "您希望怎么处理"),
            ("citizen", self._pick(call.wants)),
            ("operator", "怎么称呼您"),
            ("citizen", self._pick(self._script.closings)),
        ]

    def _moment(self, days: int) -> datetime:
        """Return a moment in waking hours of the last days, before now."""
        day = self._now.date() - timedelta(days=self._random.randrange(days))
        hour, minute = self._pick(_BUSY_HOURS), self._random.randrange(60)
        at = datetime.combine(day, time(hour, minute), self._now.tzinfo)
        return at if at < self._now else self._now - timedelta(minutes=self._random.randint(5, 180))

    def _lately(self, days: int) -> datetime:
        """Return a moment in waking hours of the last days, the later the more often."""
        back = (self._now - timedelta(hours=hours) for hours in range(24 * days))
        waking = [hour for hour in back if hour.hour in _BUSY_HOURS]
        return waking[int(len(waking) * self._random.random() ** 3)] - timedelta(minutes=self._random.randint(1, 59))

    def _life(self, at: datetime) -> str:
        days = (self._now - at).days
        lives = {
            name: life
            for name, life in self._script.lives.items()
            if life.within_days is None or days < life.within_days
        }
        return self._random.choices(list(lives), [life.weight for life in lives.values()])[0]

    def _pick(self, among: Sequence[Any]) -> Any:
        return self._random.choice(among)
