"""When the matter of a demand began or happened: rules name the moments, a small model weighs which is it, or none."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from math import log1p

import numpy as np
from numpy.typing import NDArray

from app.domain.cue_rules import Cue
from app.domain.patterns import Words
from app.domain.ticket import RequestKind
from app.domain.transcript import Speaker, SpokenCall
from app.understand.likeness import neighbours
from app.understand.mentions.types import Mention, Mentions
from app.understand.ticket.bearing import named
from app.understand.ticket.clauses import Clause
from app.understand.ticket.moment_words import ASKS_WHEN, BREAK, around, words_around
from app.understand.ticket.place import inside
from app.understand.ticket.wishes import is_wish
from models.base import ChoiceScorer

TIMELESS = (RequestKind.CONSULTATION, RequestKind.SUGGESTION)
"""Kinds that tell of no event."""
_BEGAN = re.compile(r"^[^，。\s]{0,4}(?:开始|起就?|以来|至今|到现在|停的|断的|坏的)")
"""What is said right after the moment when it began."""
_ASIDE_TIME = re.compile(
    r"^[^，。\s]{0,4}(?:打过|反映过|来过|答复|回复|来了?[两俩2]?个?人|给(?:我|俺)打电话|请|夸|是[^，。\s]{2,3}节|去问|交的|办的|进的场|入的规|垫过|那回)"
)
"""What is said right after the moment of something else: an earlier call, a purchase, an answer."""
_VAGUE = re.compile(r"一直|好几年|多年|天天|每天|最近|近期|经常|老是|总是|长期|这些年|这几[天年月]|好长时间|好久|半天")
_GOES_ON = re.compile(
    r"(?:烧|打|闹|冒|流|淌|漏|堵|围|烤|放|站|躺|坐|趴|撵)着(?:呢|火|人|他)|(?:现在|这会儿?|这时候)(?:就|还|正)在|正(?:在)?(?:打|烧|闹|往)|"
    r"快(?:点儿?)?(?:来人|派人|叫人|来看|派个人|的)|刚(?:才|刚)?(?:放完|跑|看见|找着|发现|抓|撞|摔)|就在(?:这|楼顶|桥上)|又来一"
)
"""Said of what happens while they talk."""
_RANGED = re.compile(r"^(?:份|底|初|号|天)?[，,\s]*(?:到|至|和|跟|还有|[,，、\s])\s?\d")
_RANGE_END = re.compile(r"(?:\d|月份?|[号日])[，,、\s]?(?:到|至|和|跟)$")
_DAY, _HOUR = len("2026-11-16"), len("2026-11-16T09")
_SOURCES = ("time", "duration", "clock", "now")
_KINDS = (RequestKind.COMPLAINT, RequestKind.HELP, RequestKind.REPORT, RequestKind.PRAISE)
_PLACES = ("before", "after", "previous", "next", "question")
_OWN = (
    "time duration clock now year month day hour today age log_age young current own only first last earliest latest share "
    "said_again alike finer coarser asked asked_now confirmed place pieces size turn opening began aside_time clause wish chatter "
    "ranged range_end named like vague complaint help report praise"
).split()
_MOST, _YOUNG = 6, 3
_LEAST_EXACT, _MOST_APART = 0.05, 3
"""Least probability of a moment that only says the likeliest one more exactly; days that a reckoned one may be off."""


def feature_names(cues: Sequence[str]) -> tuple[str, ...]:
    """Return the names of `moment_features`, in order."""
    return (*_OWN, *(f"{name}_{place}" for place in _PLACES for name in cues))


class MomentModel:
    """Finds when the matter of a demand began or happened."""

    def __init__(self, scorer: ChoiceScorer, cues: Sequence[Cue], least: float) -> None:
        self._scorer, self._least = scorer, least
        self._cues = tuple(re.compile(cue.pattern) for cue in cues)

    def best(
        self,
        call: SpokenCall,
        mentions: Mentions,
        clauses: Sequence[Clause],
        kind: RequestKind,
        words: Words,
    ) -> Mention | None:
        """Return the likeliest moment, as sure as the model is; none where none is likely."""
        sourced = _sourced(call, mentions, clauses)
        if not sourced:
            return None
        found = [m for _source, m in sourced]
        features = moment_features(call, mentions, clauses, kind, words, self._cues)
        scores = self._scorer.shares(features, [words_around(call, m) for m in found])
        if scores.max() < self._least:
            return None
        best = chosen([m.value for m in found], [_SOURCES[source] == "duration" for source, _m in sourced], scores)
        return found[best].model_copy(update={"confidence": round(float(scores[best]), 2)})


def chosen(values: Sequence[str], reckoned: Sequence[bool], scores: NDArray[np.floating]) -> int:
    """Return the likeliest moment, or one not unlikely that says it more exactly.

    What a stretch of time was `reckoned` back to (断了四天) gives way to a day near it that was named, a month or a day to
    a day or an hour within it.
    """
    best = int(scores.argmax())
    likely = [i for i in range(len(values)) if scores[i] >= _LEAST_EXACT and values[i] != values[best]]
    near = [i for i in likely if reckoned[best] and not reckoned[i] and _near(values[i], values[best])]
    best = max(near, key=lambda i: scores[i], default=best)
    within = [i for i in likely if values[i].startswith(values[best]) and len(values[i]) > len(values[best])]
    return max(within, key=lambda i: scores[i], default=best)


def _near(named: str, reckoned: str) -> bool:
    """Tell whether a named day is within a few days of a day reckoned back to."""
    days = _first_day(named), _first_day(reckoned)
    exact = len(named) >= _DAY == len(reckoned)
    return bool(exact and days[0] and days[1] and abs((days[0] - days[1]).days) <= _MOST_APART)


def names_moment(call: SpokenCall, mentions: Mentions, clauses: Sequence[Clause]) -> bool:
    """Tell whether the clauses of a demand name any moment: who has told of one is not asked for another."""
    return bool(inside(candidates(call, mentions, clauses), mentions, clauses))


def told_vaguely(matter: str) -> bool:
    """Tell whether a matter says since when only vaguely: 一直, 好几年."""
    return bool(_VAGUE.search(matter))


def _right_now(call: SpokenCall, clauses: Sequence[Clause]) -> Mention | None:
    """Return the day of the call where somebody must come at once to what goes on."""
    clause = next((c for c in clauses if _GOES_ON.search(c.text)), None)
    if clause is None or told_vaguely("".join(c.text for c in clauses)):
        return None
    quote = clause.evidence
    return Mention(
        value=call.transcript.called_at.date().isoformat(), turn=quote.turn, start=clause.start, end=clause.end,
        confidence=0.5, evidence=(quote,),
    )  # fmt: skip


def _after(call: SpokenCall, mention: Mention) -> str:
    return call.turns[mention.turn].text[mention.end : mention.end + 12]


def candidates(call: SpokenCall, mentions: Mentions, clauses: Sequence[Clause]) -> list[Mention]:
    """Return every moment that was named, and the day of the call where something goes on."""
    return [m for _source, m in _sourced(call, mentions, clauses)]


def _sourced(call: SpokenCall, mentions: Mentions, clauses: Sequence[Clause]) -> list[tuple[int, Mention]]:
    clocks = [clock for clock in mentions.clocks if not any(_overlap(clock, m) for m in mentions.times)]
    groups = (mentions.times, mentions.durations, clocks, filter(None, [_right_now(call, clauses)]))
    return [(source, m) for source, group in enumerate(groups) for m in group if _first_day(m.value)]


def _first_day(value: str) -> date | None:
    """Return the day that a moment begins with; None where it is no day at all (2月30日, 两千年前)."""
    try:
        return date(int(value[:4]), int(value[5:7] or 1), int(value[8:10] or 1))
    except ValueError:
        return None


def _overlap(one: Mention, other: Mention) -> bool:
    return one.turn == other.turn and one.start < other.end and other.start < one.end


def moment_features(
    call: SpokenCall,
    mentions: Mentions,
    clauses: Sequence[Clause],
    kind: RequestKind,
    words: Words,
    cues: Sequence[re.Pattern[str]],
) -> NDArray[np.float32]:
    """Return one row a candidate, columns as in `feature_names`."""
    found = _sourced(call, mentions, clauses)
    moments, today = [m for _, m in found], call.transcript.called_at.date()
    own = {(m.turn, m.start) for m in inside(moments, mentions, clauses)}
    matter = [clause for clause in clauses if not clause.chatter]
    whole = [told_vaguely("".join(clause.text for clause in matter)), *(kind is k for k in _KINDS)]
    told = frozenset(chain.from_iterable(neighbours(clause.text) for clause in matter))
    rows = []
    for source, m in found:
        near = around(call, m)
        row = [*(source == i for i in range(len(_SOURCES))), *_form(m.value, today)]
        row += [
            (m.turn, m.start) in own,
            *_among(m, moments),
            *_where(call, mentions, m),
            *_clause(m, mentions, clauses),
        ]
        text = call.turns[m.turn].text
        row += [bool(_RANGED.search(_after(call, m))), bool(_RANGE_END.search(text[: m.start]))]
        row += [
            min(named(near.before + near.after, words), _MOST) / _MOST,
            _share(near.after + near.next, told),
            *whole,
        ]
        rows.append([*row, *(bool(cue.search(text)) for text in near for cue in cues)])
    return np.array(rows, np.float32)


def _form(value: str, today: date) -> Iterator[float]:
    """Yield how exact a moment is and how long ago."""
    size = len(value)
    yield from (size == len("2026"), size == len("2026-11"), size == _DAY, size >= _HOUR, value.startswith(str(today)))
    age = max((today - (_first_day(value) or today)).days, 0)
    yield from (min(age / 365, 5), log1p(age), age <= _YOUNG, value.startswith(str(today)[: len(value)]))


def _among(moment: Mention, moments: Sequence[Mention]) -> Iterator[float]:
    """Yield how a moment stands to the others of its call."""
    yield from (len(moments) == 1, moment is moments[0], moment is moments[-1])
    same = [m for m in moments if len(m.value) == len(moment.value)]
    yield from (moment.value == min(m.value for m in moments), moment.value == max(m.value for m in moments))
    yield from (1 / len(moments), min(sum(m.value == moment.value for m in moments), 3), len(same) / len(moments))
    yield any(moment.value.startswith(m.value) and moment.value != m.value for m in moments)
    yield any(m.value.startswith(moment.value) and moment.value != m.value for m in moments)


def _where(call: SpokenCall, mentions: Mentions, moment: Mention) -> Iterator[float]:
    """Yield where in the talk a moment was said, and whether the operator asked for it."""
    turn = call.turns[moment.turn]
    question = call.turns[moment.turn - 1].text if moment.turn else ""
    asked = bool(ASKS_WHEN.search(question)) and turn.speaker is not Speaker.OPERATOR
    before = BREAK.split(turn.text[: moment.start].strip())
    yield from (asked, asked and len(before) == 1, turn.speaker is Speaker.OPERATOR)
    yield from (moment.start / max(len(turn.text), 1), min(len(before), _MOST) / _MOST, len(turn.text) / 100)
    yield from (moment.turn / len(call.turns), moment.turn <= 1, bool(_BEGAN.search(_after(call, moment))))
    yield bool(_ASIDE_TIME.search(_after(call, moment)))


def _clause(moment: Mention, mentions: Mentions, clauses: Sequence[Clause]) -> tuple[bool, bool, bool]:
    """Return of the clause that holds a moment whether it is there, a wish, and chatter."""
    for clause in clauses:
        turn = mentions.sayings[clause.saying].turn
        if turn == moment.turn and clause.start <= moment.start < clause.end:
            return True, is_wish(clause), clause.chatter
    return False, False, False


def _share(text: str, told: frozenset[str]) -> float:
    own = neighbours(text)
    return len(own & told) / max(len(own), 1)
