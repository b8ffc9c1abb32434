"""Fits what chooses a demand's title among those that its clauses make; run by `training.place_tagger`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.understand.ticket.clauses import Clause
from app.understand.ticket.place_lines import Line, Told
from app.understand.ticket.title import Heading
from app.understand.ticket.title_choice import cost, title_features
from eval.base import read_jsonl
from eval.normal_form import rouge_l
from eval.tasks.ticket import holds_keywords
from models.char_tagger import APART
from training.linear_layer import Layers, fit_shares

WRITTEN = Path("training/datasets/titles.jsonl")
COST = 0.3
_WRITTEN_SHARE = 0.25
"""What the likeness to a written title weighs beside the keywords."""


@dataclass(frozen=True)
class Titled:
    """The titles that a demand could have, the one that the rules choose, and the words a good one holds."""

    clauses: tuple[Clause, ...]
    found: tuple[Heading, ...]
    rule: Heading
    keywords: tuple[str, ...]
    written: str | None
    """The title that an operator wrote, where one did."""


def written_titles() -> dict[tuple[str, int], str]:
    """Return the titles that operators wrote, by call and which of its demands."""
    return {(row["id"], row["demand"]): row["title"] for row in read_jsonl(WRITTEN)}


def key_tags(lines: Sequence[Line], keywords: Sequence[str]) -> NDArray[np.int64]:
    """Return 1 for every character of a keyword wherever it was said."""
    tags = [np.zeros(len(line.text) + len(APART), np.int64) for line in lines]
    for word in keywords:
        for k, line in enumerate(lines):
            for match in re.finditer(re.escape(word), line.text):
                tags[k][match.start() : match.end()] = 1
    return np.concatenate(tags)[: -len(APART)]


def fit_titles(demands: Sequence[tuple[Titled, Told]]) -> Layers:
    """Return one layer that weighs titles: do they hold the keywords, how near the written one are they."""
    rows = np.vstack([title_features(d.found, d.rule, told, d.clauses) for d, told in demands])
    shares = np.array([share for d, _ in demands for share in _shares(d)])
    return fit_shares(rows, shares, cost=COST)


def _shares(demand: Titled) -> list[float]:
    """Return how right each title is: by the keywords, a quarter by its likeness to the written one."""
    held = [float(holds_keywords(demand.keywords, heading.passage.text)) for heading in demand.found]
    if demand.written is None:
        return held
    alike = [rouge_l(demand.written, heading.passage.text) for heading in demand.found]
    return [(1 - _WRITTEN_SHARE) * by_words + _WRITTEN_SHARE * like for by_words, like in zip(held, alike, strict=True)]


def titles_right(layers: Layers, demands: Sequence[tuple[Titled, Told]]) -> NDArray[np.float64]:
    """Return of each demand whether the chosen title and the rules' own hold the keywords, and how near the written
    title they are (not a number where none was written)."""
    [(inner, bias)] = layers
    right = []
    for demand, told in demands:
        odds = (title_features(demand.found, demand.rule, told, demand.clauses) @ inner + bias)[:, 0]
        odds = odds - np.array([cost(heading) for heading in demand.found])
        both = demand.found[int(odds.argmax())], demand.rule
        held = [float(holds_keywords(demand.keywords, h.passage.text)) for h in both]
        right.append(held + [rouge_l(demand.written, h.passage.text) if demand.written else np.nan for h in both])
    return np.array(right, float).reshape(-1, 4)
