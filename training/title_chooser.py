"""Fits what chooses a demand's title among those that its clauses make; run by `training.place_tagger`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.understand.ticket.clauses import Clause
from app.understand.ticket.place_lines import Line, Told
from app.understand.ticket.title import Heading
from app.understand.ticket.title_choice import cost, title_features
from eval.tasks.ticket import holds_keywords
from models.char_tagger import APART
from training.linear_layer import Layers, fit_layer

COST = 0.3


@dataclass(frozen=True)
class Titled:
    """The titles that a demand could have, the one that the rules choose, and the words a good one holds."""

    clauses: tuple[Clause, ...]
    found: tuple[Heading, ...]
    rule: Heading
    keywords: tuple[str, ...]


def key_tags(lines: Sequence[Line], keywords: Sequence[str]) -> NDArray[np.int64]:
    """Return 1 for every character of a keyword wherever it was said."""
    tags = [np.zeros(len(line.text) + len(APART), np.int64) for line in lines]
    for word in keywords:
        for k, line in enumerate(lines):
            for match in re.finditer(re.escape(word), line.text):
                tags[k][match.start() : match.end()] = 1
    return np.concatenate(tags)[: -len(APART)]


def fit_titles(demands: Sequence[tuple[Titled, Told]]) -> Layers:
    """Return one layer that weighs titles by how likely they hold the keywords."""
    rows = np.vstack([title_features(d.found, d.rule, told, d.clauses) for d, told in demands])
    right = [holds_keywords(d.keywords, heading.passage.text) for d, _ in demands for heading in d.found]
    return fit_layer(rows, right, cost=COST)


def titles_right(layers: Layers, demands: Sequence[tuple[Titled, Told]]) -> NDArray[np.bool_]:
    """Return of each demand whether the chosen title and the rules' own hold the keywords."""
    [(inner, bias)] = layers
    right = []
    for demand, told in demands:
        odds = (title_features(demand.found, demand.rule, told, demand.clauses) @ inner + bias)[:, 0]
        odds = odds - np.array([cost(heading) for heading in demand.found])
        chosen = demand.found[int(odds.argmax())]
        right.append([holds_keywords(demand.keywords, h.passage.text) for h in (chosen, demand.rule)])
    return np.array(right, bool).reshape(-1, 2)
