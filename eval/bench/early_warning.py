"""Early warning on a simulated city: two years drawn, bursts put into the second, found within six hours or not.

A cell's mean is area share × category share (few large, many small) × a category's season (with one heating category
that starts in mid-November) × day kind × hour of day; on it lie a slow drift of each cell, good and bad days of the
city and of each category, and negative-binomial noise. Thresholds of every method are set on `--tune`, all figures
are of `--seed`. EARS C1 to C3 (Hutwagner et al. 2003) look at the last six hours against the same hours of seven days
before, renewed every hour: kinder to them than their daily use.
Run: `python -m eval.bench.early_warning`.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import typer
import yaml
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from app.config import ROOT
from app.decide.early_warning import moment, signals
from app.domain.early_warning import EarlyWarningRules, HourlyCounts, Signal

AREAS, CATEGORIES, DAYS, A_DAY = 7, 91, 730, 5_000
FIRST = date(2024, 11, 1)
BURST_HOURS, FOUND_WITHIN, BURSTS = 12, 6, 300
FALSE_A_DAY = 0.8
"""What thresholds are set to, so that another city stays below one."""
RULES = ROOT / "knowledge_base" / "rules" / "early_warning.yaml"
Found = list[tuple[int, int, int]]
"""(area, category, hour of the warning) each."""


@dataclass(frozen=True)
class Burst:
    """Extra tickets put into one cell."""

    area: int
    category: int
    hour: int
    six_hours: float
    """Extra tickets expected in its first six hours."""


def main(seed: int = 2, tune: int = 1) -> None:
    """Print, method by method, the bursts found within six hours and the false warnings a day."""
    table = Table("method", "threshold", "found ≤ 6 h", "false/day", "median hours", "replay s")
    rules = EarlyWarningRules(**yaml.safe_load(Path(RULES).read_text("utf-8")))
    tuning, testing = city(tune), city(seed)
    methods: list[tuple[str, Callable[[HourlyCounts, float], Found], Iterable[float]]] = [
        ("NB-CUSUM", lambda counts, limit: by_cusum(counts, rules, limit), np.arange(8, 14, 0.5).tolist())
    ]
    for kind in (1, 2, 3):
        ears = partial(by_ears, kind=kind, rules=rules)
        methods.append((f"EARS C{kind}", ears, np.arange(8, 20, 0.5).tolist()))
    for name, run, limits in methods:
        limit = next(x for x in limits if judged(run(tuning[0], x), tuning[1])[1] <= FALSE_A_DAY)
        started = time.perf_counter()
        found = run(testing[0], limit)
        seconds = time.perf_counter() - started
        share, false, delay = judged(found, testing[1])
        table.add_row(name, f"{limit:.1f}", f"{share:.3f}", f"{false:.2f}", f"{delay:.0f}", f"{seconds:.0f}")
    console = Console()
    console.print(f"threshold in rules/early_warning.yaml: {rules.threshold}")
    console.print(table)
    console.print(by_size(by_cusum(testing[0], rules, rules.threshold), testing[1]))


def city(seed: int) -> tuple[HourlyCounts, list[Burst]]:
    """Return a simulated city and the bursts in its second year."""
    random = default_rng(seed)
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    working = np.array([day.weekday() < 5 for day in days])
    area = random.dirichlet(np.full(AREAS, 6.0))
    category = random.dirichlet(np.full(CATEGORIES, 0.5))
    drift = np.exp(np.cumsum(random.normal(0, 0.006, (AREAS, CATEGORIES, DAYS)), axis=2))
    means = A_DAY * area[:, None, None] * category[None, :, None] * seasons(days, random)[None] * drift
    means *= np.where(working, 1.08, 0.8) * random.gamma(150, 1 / 150, DAYS)
    means *= random.gamma(60, 1 / 60, (CATEGORIES, DAYS))[None]
    hours = profile(random)
    rate = means[..., None] * np.where(working[:, None, None], hours[0], hours[1]).transpose(1, 0, 2)[None]
    size = 12.0
    tickets = random.poisson(rate * random.gamma(size, 1 / size, rate.shape))
    bursts = [burst(random, means, hours[0].mean(axis=0)) for _ in range(BURSTS)]
    for one in bursts:
        shape = np.resize(np.roll(hours[0].mean(axis=0), -(one.hour % 24)), BURST_HOURS)
        extra = random.poisson(one.six_hours * shape / shape[:FOUND_WITHIN].sum())
        flat = tickets[one.area, one.category].reshape(-1)
        flat[one.hour : one.hour + BURST_HOURS] += extra
    names = tuple(f"a{n}" for n in range(AREAS)), tuple(f"{n:04}" for n in range(CATEGORIES))
    return HourlyCounts(FIRST, *names, tickets=tickets, working=working), bursts


def seasons(days: Sequence[date], random: Generator) -> NDArray[np.float64]:
    """Return by category and day how busy the season is; category 0 is heating."""
    turn = 2 * np.pi * np.array([day.timetuple().tm_yday for day in days]) / 365.25
    phase, height = random.uniform(0, 2 * np.pi, (CATEGORIES, 1)), random.uniform(0, 0.35, (CATEGORIES, 1))
    curves = 1 + height * np.sin(turn[None] + phase)
    for n, day in enumerate(days):
        start = 15 + (2 if day.year % 2 else 0)
        cold = (day.month, day.day) >= (11, start) or (day.month, day.day) <= (3, 15)
        curves[0, n] = (5.0 if day.month in (11, 12) else 3.0) if cold else 0.4
    return curves


def profile(random: Generator) -> NDArray[np.float64]:
    """Return shares of the hours, shape (2 day kinds, categories, 24): offices' days and free days."""
    hour = np.arange(24)
    day = np.exp(-(((hour - 10) / 3) ** 2)) + 0.8 * np.exp(-(((hour - 15.5) / 3) ** 2)) + 0.12
    free = 0.7 * np.exp(-(((hour - 14) / 5) ** 2)) + 0.15
    night = 0.5 * np.exp(-(((hour - 21) / 2) ** 2))
    own = random.uniform(0, 1, (CATEGORIES, 1)) ** 3
    curves = np.stack([day[None] + own * night[None], free[None] + own * night[None]])
    shares: NDArray[np.float64] = curves / curves.sum(axis=2, keepdims=True)
    return shares


def burst(random: Generator, means: NDArray[np.float64], hours: NDArray[np.float64]) -> Burst:
    """Return a burst: in its first six hours 8 to 40 tickets and once more what is usual there."""
    area, category = int(random.integers(AREAS)), int(random.integers(CATEGORIES))
    day, hour = int(random.integers(366, DAYS - 2)), int(random.integers(7, 20))
    usual = means[area, category, day] * np.resize(np.roll(hours, -hour), FOUND_WITHIN).sum()
    return Burst(area, category, day * 24 + hour, float(random.uniform(8, 40) + usual))


def by_cusum(counts: HourlyCounts, rules: EarlyWarningRules, limit: float) -> Found:
    """Return what the service would have warned of in the second year."""
    found = signals(counts, rules.model_copy(update={"threshold": float(limit)}), first=365, last=DAYS - 1)
    return [placed(counts, signal) for signal in found]


def placed(counts: HourlyCounts, signal: Signal) -> tuple[int, int, int]:
    """Return a warning as indices."""
    hour = int((signal.raised_at - moment(counts.first_day, 0)) / timedelta(hours=1)) - 1
    return counts.areas.index(signal.district), counts.categories.index(signal.category_code), hour


def by_ears(counts: HourlyCounts, limit: float, *, kind: int, rules: EarlyWarningRules) -> Found:
    """Return what EARS would have warned of in the second year, silent as long after a warning as the CUSUM."""
    flat = counts.tickets.reshape(AREAS * CATEGORIES, -1)
    sums = np.cumsum(flat, axis=1)
    six = sums.copy()
    six[:, FOUND_WITHIN:] = sums[:, FOUND_WITHIN:] - sums[:, :-FOUND_WITHIN]
    lag = 1 if kind == 1 else 3
    found: Found = []
    quiet = np.zeros(len(flat), dtype=int)
    for hour in range(365 * 24, DAYS * 24):
        excess = np.maximum(_excess(six, hour, lag), 0)
        if kind == 3:
            excess += sum(np.maximum(_excess(six, hour - 24 * back, lag) - 1, 0) for back in (1, 2))
        raised = (excess > limit) & (six[:, hour] >= rules.least_tickets) & (quiet == 0)
        found += [(int(c) // CATEGORIES, int(c) % CATEGORIES, hour) for c in np.flatnonzero(raised)]
        quiet = np.where(raised, rules.quiet_hours, np.maximum(quiet - 1, 0))
    return found


def _excess(six: NDArray[np.int64], hour: int, lag: int) -> NDArray[np.float64]:
    past = six[:, [hour - 24 * (lag + n) for n in range(7)]]
    excess: NDArray[np.float64] = (six[:, hour] - past.mean(axis=1)) / np.maximum(past.std(axis=1, ddof=1), 0.5)
    return excess


def judged(found: Found, bursts: Sequence[Burst]) -> tuple[float, float, float]:
    """Return the share of bursts found in time, false warnings a day, and the median hours to the warning."""
    delays = [delay(found, one) for one in bursts]
    in_time = [hours for hours in delays if hours is not None and hours < FOUND_WITHIN]
    false = [w for w in found if not any(w[:2] == (b.area, b.category) and -1 <= w[2] - b.hour <= 36 for b in bursts)]
    return len(in_time) / len(bursts), len(false) / 365, float(np.median(in_time)) + 1 if in_time else float("nan")


def delay(found: Found, one: Burst) -> int | None:
    """Return the hours from a burst's first hour to the warning of it."""
    hours = [w[2] - one.hour for w in found if w[:2] == (one.area, one.category) and 0 <= w[2] - one.hour <= 36]
    return min(hours, default=None)


def by_size(found: Found, bursts: Sequence[Burst]) -> Table:
    """Return the share found in time by the size of the burst."""
    table = Table("extra tickets in six hours", "bursts", "found ≤ 6 h", title="NB-CUSUM by size")
    for low, high in ((8, 12), (12, 20), (20, 30), (30, 1_000)):
        own = [one for one in bursts if low <= one.six_hours < high]
        hit = sum((hours := delay(found, one)) is not None and hours < FOUND_WITHIN for one in own)
        table.add_row(f"{low}–{high}", str(len(own)), f"{hit / max(len(own), 1):.3f}")
    return table


if __name__ == "__main__":
    typer.run(main)
