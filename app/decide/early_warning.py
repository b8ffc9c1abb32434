"""Early warning: an area that suddenly has many more requests of one category than the season, day and hour explain.

Expected are, for each area × category and hour: the mean of the last four weeks, drawn towards what the category's city
mean and the area's share say (empirical Bayes); times what the same weeks of last year did; times the share of the
hour on a day of its kind. Against it runs a negative-binomial CUSUM (Höhle & Paul 2008, "Count data regression
charts for the monitoring of surveillance time series"): the log likelihood ratio of a raised mean, never below zero.
"""

from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from app.domain.city_time import midnight
from app.domain.early_warning import EarlyWarningRules, HourlyCounts, Signal

Numbers = NDArray[np.float64]
WINDOW = 28
"""Days of the usual level."""
_LEAST_DAYS = 14
"""Days with tickets within the window without which nothing is known to be usual."""
_PROFILE_DAYS = 56
_YEAR = 364
"""Days to the same weekday of last year."""
_LOWEST = 0.002
"""Expected an hour, at least: what never came before may come once."""


def signals(counts: HourlyCounts, rules: EarlyWarningRules, *, first: int, last: int) -> list[Signal]:
    """Return what stands out in the hours from the day numbered `first` to `last`, both included, oldest first.

    A cell that was warned of starts anew, and is not warned of again for `rules.quiet_hours`.
    """
    cells = counts.tickets.shape[:2]
    score, since, seen, usual = (np.zeros(cells) for _ in range(4))
    quiet = np.zeros(cells, dtype=int)
    found: list[Signal] = []
    for day in range(max(first, WINDOW), last + 1):
        if counts.daily[:, :, day - WINDOW : day].any(axis=(0, 1)).sum() < _LEAST_DAYS:
            continue
        means, dispersion = expected(counts, day)
        for hour in range(24):
            tickets = counts.tickets[:, :, day, hour]
            mean = means[:, :, hour]
            fresh = score <= 0
            since = np.where(fresh, day * 24 + hour, since)
            seen = np.where(fresh, 0, seen) + tickets
            usual = np.where(fresh, 0, usual) + mean
            score = np.maximum(score + likelihood_ratio(tickets, mean, dispersion, rules), 0)
            quiet = np.maximum(quiet - 1, 0)
            raised = (score > rules.threshold) & (seen >= rules.least_tickets)
            for area, category in np.argwhere(raised & (quiet == 0)):
                found.append(_signal(counts, (area, category), day * 24 + hour, since, seen, usual, score))
            quiet = np.where(raised & (quiet == 0), rules.quiet_hours, quiet)
            score = np.where(raised, 0, score)
    return found


def likelihood_ratio(tickets: NDArray[np.int64], mean: Numbers, dispersion: float, rules: EarlyWarningRules) -> Numbers:
    """Return the log likelihood of a raised mean over the usual one, for negative-binomial counts.

    The variance is `mean + dispersion * mean²`; raised is `rules.factor` times the mean and `rules.extra` tickets more.
    """
    raised = rules.factor * mean + rules.extra * np.minimum(1, mean / mean.mean() + 0.25)
    before, after = 1 + dispersion * mean, 1 + dispersion * raised
    ratio: Numbers = tickets * np.log(raised * before / (mean * after)) - np.log(after / before) / dispersion
    return ratio


def expected(counts: HourlyCounts, day: int) -> tuple[Numbers, float]:
    """Return the tickets expected in each area, category and hour of a day, and the dispersion around such means."""
    daily = counts.daily[:, :, day - WINDOW : day].astype(float)
    kind = _kinds(counts, day)
    level = _level(daily / kind[:-1])
    season = _season(counts, day)
    dispersion = _dispersion(daily, level[:, :, None] * kind[None, None, :-1])
    means = level * season[None, :] * kind[-1]
    return np.maximum(means[:, :, None] * _profile(counts, day)[None, :, :], _LOWEST), dispersion


def _kinds(counts: HourlyCounts, day: int) -> Numbers:
    """Return, for the window's days and the day itself, how busy days of their kind are (1: the average day)."""
    working = counts.working[day - WINDOW : day + 1]
    city = counts.daily[:, :, day - WINDOW : day].sum(axis=(0, 1)) + 1.0
    mean = {flag: city[working[:-1] == flag].mean() for flag in (True, False) if (working[:-1] == flag).any()}
    return np.array([mean.get(bool(flag), city.mean()) / city.mean() for flag in working])


def _level(daily: Numbers) -> Numbers:
    """Return tickets a usual day by area and category; single high days count as no more than a busy day."""
    median = np.median(daily, axis=2, keepdims=True)
    own = np.minimum(daily, 3 * median + 4).mean(axis=2)
    total = own.sum() + 1e-9
    prior = own.sum(axis=1, keepdims=True) * own.sum(axis=0, keepdims=True) / total
    weight = _prior_days(own, prior)
    level: Numbers = (WINDOW * own + weight * prior) / (WINDOW + weight)
    return level


def _prior_days(own: Numbers, prior: Numbers) -> float:
    """Return how many days of data the prior is worth: the more cells differ from it, the fewer."""
    spread = max(float(((own - prior) ** 2 - prior / WINDOW).sum() / (prior**2).sum()), 1e-3)
    return float(np.clip(1 / (spread * max(float(prior.mean()), 1e-3)), 0, WINDOW))


def _season(counts: HourlyCounts, day: int) -> Numbers:
    """Return by category how the week around this day last year compared with the four weeks before it."""
    past = day - _YEAR
    if past < WINDOW:
        return np.ones(counts.tickets.shape[1])
    category = counts.daily.sum(axis=0)
    around = category[:, past - 2 : past + 3].mean(axis=1)
    before = category[:, past - WINDOW : past].mean(axis=1)
    weight = 2.0
    ratio: Numbers = np.clip((around + weight) / (before + weight), 0.3, 8)
    return ratio


def _profile(counts: HourlyCounts, day: int) -> Numbers:
    """Return by category the share of each hour on days like this one, drawn towards the city's share."""
    start = max(0, day - _PROFILE_DAYS)
    alike = np.flatnonzero(counts.working[start:day] == counts.working[day]) + start
    days = alike if len(alike) else np.arange(start, day)
    hours = counts.tickets[:, :, days, :].sum(axis=(0, 2)) + 0.0
    city = hours.sum(axis=0) + 1.0
    city /= city.sum()
    weight = 200.0
    shares: Numbers = (hours + weight * city) / (hours.sum(axis=1, keepdims=True) + weight)
    return shares


def _dispersion(daily: Numbers, means: Numbers) -> float:
    excess = ((daily - means) ** 2 - means).sum() / (means**2).sum()
    return float(np.clip(excess, 0.02, 1.0))


def _signal(
    counts: HourlyCounts,
    cell: tuple[int, int],
    hour: int,
    since: Numbers,
    seen: Numbers,
    usual: Numbers,
    score: Numbers,
) -> Signal:
    return Signal(
        district=counts.areas[cell[0]],
        category_code=counts.categories[cell[1]],
        since=moment(counts.first_day, int(since[cell])),
        raised_at=moment(counts.first_day, hour + 1),
        observed=int(seen[cell]),
        expected=round(float(usual[cell]), 2),
        score=round(float(score[cell]), 2),
    )


def moment(first_day: date, hour: int) -> datetime:
    """Return the beginning of an hour counted from midnight of the first day."""
    return midnight(first_day) + timedelta(hours=hour)
