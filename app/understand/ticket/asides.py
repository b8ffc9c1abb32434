"""Clauses that a ticket leaves out for where they stand: answers about the caller, guesses, digressions, outbursts."""

import re
from collections.abc import Collection, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from app.domain.cue_rules import AsideCues, Cue
from app.domain.patterns import Words
from app.domain.thresholds import ClauseLimits
from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.types import Mentions
from app.understand.ticket.bearing import aside_odds, bearing_features, named, telling
from app.understand.ticket.clauses import Clause
from app.understand.ticket.place_lines import Told
from app.understand.ticket.wishes import is_wish
from models.base import Embedder, PairScorer, TextClassifier

_ASKS_WHO = re.compile(
    r"贵姓|怎么称呼|姓名|全名|名字|您姓|联系(?:电话|方式|您)|(?:电话|号码|手机)[^，。]{0,8}(?:吗|是|多少|行)|打(?:这个|您)"
)
_ASKS_MORE = re.compile(r"诉求|要求|希望|什么时候|哪|情况|地址|多少钱|反映过|之前|(?:医生|店|公司|老人|孩子|对方|司机)")
_SPELLS = re.compile(r"的[\u4e00-\u9fff]$|[旁底]$|字头|耳朵|[左右]边|弓长|木子|草头")
"""How a name is written, in an answer to 您贵姓."""
_LONGEST_DIGRESSION = 8
_LONGEST_IDENTITY = 14


class AsideModels(NamedTuple):
    """What is trained to tell asides: of a clause alone, of a clause beside the others, and of what a clause means."""

    alone: TextClassifier
    beside: PairScorer
    meaning: Embedder


class AsideModel:
    """The trained models of asides: one reads a clause alone, one weighs that beside the rest of its call."""

    def __init__(self, models: AsideModels, cues: Sequence[Cue], least: ClauseLimits) -> None:
        self._alone, self._beside, self._meaning = models
        self._least_alone, self._hinted = least.aside_alone, least.aside_hinted
        self._least_beside, self._least_named = least.aside, least.aside_named
        self._column = self._alone.labels.index("aside")
        self._cues = tuple(re.compile(cue.pattern) for cue in cues)

    def found(
        self, call: SpokenCall, mentions: Mentions, clauses: Sequence[Clause], told_of: Told, words: Words
    ) -> set[int]:
        """Return the positions of asides; a wish is none, and what names a matter is left where nothing else does."""
        told = [i for i, clause in enumerate(clauses) if not clause.chatter]
        if not told:
            return set()
        alone = np.zeros(len(clauses))
        texts = [clause.text.strip() for clause in clauses]
        alone[told] = self._alone.scores([texts[i] for i in told])[:, self._column]
        odds = np.where([clause.chatter for clause in clauses], 0, aside_odds(alone))
        vectors = self._meaning.embed(texts)
        beside = self._beside.scores(
            bearing_features(call, mentions, clauses, odds, told_of, words, self._cues, vectors)
        )
        names = np.array([named(clause.text, words) > 0 for clause in clauses])
        sure = beside >= np.where(names, self._least_named, self._least_beside)
        likely = (alone >= self._least_alone) & (beside >= self._hinted)
        found = {
            i for i in told if (sure[i] or (likely[i] and not telling(clauses[i], words))) and not is_wish(clauses[i])
        }
        found -= _asked_in_a_row(clauses)
        matters = {i for i in told if names[i] and not is_wish(clauses[i])}
        if matters <= found:
            found -= matters
        return found if set(told) - found else set()


def _asked_in_a_row(clauses: Sequence[Clause]) -> set[int]:
    """Return the positions of questions beside another question of the same saying: who asks several wants each."""
    pairs = [
        (i - 1, i)
        for i, (before, clause) in enumerate(pairwise(clauses), 1)
        if before.question and clause.question and before.saying == clause.saying
    ]
    return set(chain.from_iterable(pairs))


class AsideRules:
    """What the rules say of clauses: asides by their own words, and what a guess or a dropped digression takes along."""

    def __init__(self, rules: AsideCues) -> None:
        self._certain = re.compile("|".join(cue.pattern for cue in rules.certain))
        self._guess, self._dropped, self._began, self._danger = (
            re.compile(cue.pattern) for cue in (rules.guess, rules.dropped, rules.began, rules.danger)
        )

    def with_dangers(self, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
        """Return the clauses as content shows them: what tells of somebody in danger now is no aside."""
        return tuple(
            clause._replace(chatter=False) if clause.chatter and self._danger.search(clause.text) else clause
            for clause in clauses
        )

    def found(self, call: SpokenCall, mentions: Mentions, clauses: Sequence[Clause], words: Words) -> set[int]:
        """Return the positions of asides."""
        aside = {i for i, clause in enumerate(clauses) if self._certain.search(clause.text.strip())}
        for i, clause in enumerate(clauses):
            aside |= self._led_to(clauses, i)
            if _asked_who(call, mentions.sayings[clause.saying].turn) and _about_the_caller(clause, words):
                aside.add(i)
        return aside

    def _led_to(self, clauses: Sequence[Clause], position: int) -> set[int]:
        """Return the clauses that a guess or a digression ending here takes along."""
        text, saying = clauses[position].text, clauses[position].saying
        if self._guess.search(text):
            return {i for i in range(max(0, position - 4), position + 1) if clauses[i].saying == saying}
        if self._dropped.search(text):
            starts = [i for i in range(position) if self._began.match(clauses[i].text)]
            if starts and position - starts[-1] < _LONGEST_DIGRESSION:
                return set(range(starts[-1], position + 1))
            return {i for i in range(max(0, position - 1), position + 1) if clauses[i].saying == saying}
        return set()


def without(clauses: Sequence[Clause], asides: Collection[int]) -> tuple[Clause, ...]:
    """Return the clauses with asides marked as chatter."""
    return tuple(
        clause._replace(chatter=True) if i in asides and not clause.chatter else clause
        for i, clause in enumerate(clauses)
    )


def _asked_who(call: SpokenCall, turn: int) -> bool:
    """Tell whether the operator's turn before asks for name or number and for nothing else."""
    before = call.turns[turn - 1] if turn else None
    return (
        before is not None
        and before.speaker is Speaker.OPERATOR
        and bool(_ASKS_WHO.search(before.text))
        and not _ASKS_MORE.search(before.text)
    )


def _about_the_caller(clause: Clause, matter_words: Words) -> bool:
    if _SPELLS.search(clause.text):
        return True
    short = len(clause.text) <= _LONGEST_IDENTITY
    return short and not is_wish(clause) and not named(clause.text, matter_words) and not re.search(r"\d", clause.text)
