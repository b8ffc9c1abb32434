"""Fits what chooses a title among those that clauses and earlier titles make; run by `training.place_tagger`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.reference import ReferenceData
from app.understand.ticket.clauses import Clause
from app.understand.ticket.place_lines import Line, Told
from app.understand.ticket.title import Heading
from app.understand.ticket.title_choice import choices, cost
from app.understand.ticket.title_recall import Recalled, recall
from app.understand.ticket.want_pieces import Asking
from app.understand.ticket.wants_characters import likeness
from eval.base import read_jsonl
from eval.normal_form import rouge_l
from eval.tasks.ticket import holds_keywords
from models.char_tagger import APART
from models.earlier_titles import EarlierTitles
from models.earlier_wants import EarlierWants
from training.linear_layer import Layers, fit_shares
from training.title_memory import area_names, remembered_titles
from training.wants_memory import fields_of, remembered

WRITTEN = Path("training/datasets/titles.jsonl")
COST = 0.3
_WRITTEN_SHARE = 0.25
"""What the likeness to a written title weighs beside the keywords."""


@dataclass(frozen=True)
class Titled:
    """The titles that a demand's clauses make, the one that the rules choose, and the words a good one holds."""

    asking: Asking
    clauses: tuple[Clause, ...]
    found: tuple[Heading, ...]
    rule: Heading
    place: str
    wants: str
    keywords: tuple[str, ...]
    written: str | None
    """The title that an operator wrote, where one did."""
    matter: str
    """The same without its place; empty where none was written."""


@dataclass(frozen=True)
class Offered:
    """A demand with what earlier titles could say of it, by a memory that does not hold its call."""

    titled: Titled
    told: Told
    recalled: Recalled
    earlier: EarlierTitles


@dataclass(frozen=True)
class Judged:
    """The titles that a demand could have: what is weighed of each, what speaks against it, and how right it is."""

    features: NDArray[np.float32]
    costs: NDArray[np.float64]
    held: NDArray[np.float64]
    """Whether it holds the keywords."""
    alike: NDArray[np.float64] | None
    """Its likeness to the written one."""
    rule: int


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


def offered(
    demands: Sequence[tuple[Titled, Told]], folds: NDArray[np.int64], reference: ReferenceData
) -> list[Offered]:
    """Return each demand with what the titles of the other folds could say of it."""
    found: dict[int, Offered] = {}
    areas = area_names(reference)
    for fold in sorted(set(folds.tolist())):
        inside = [d for (d, _), f in zip(demands, folds, strict=True) if f != fold and d.matter]
        pairs = [(d.asking, d.wants) for d in inside]
        memory = EarlierWants(*remembered(pairs, fields_of(reference), reference.matters.matters))
        earlier = EarlierTitles(remembered_titles(*titles_of(inside), areas))
        for i in np.flatnonzero(folds == fold).tolist():
            titled, told = demands[i]
            near = earlier.nearest(likeness(titled.asking, memory))
            found[i] = Offered(titled, told, recall(titled.asking, titled.found, told, near, earlier), earlier)
    return [found[i] for i in range(len(demands))]


def titles_of(demands: Sequence[Titled]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return what demands tell with their titles, and their keywords."""
    words = [word for demand in demands for word in demand.keywords]
    return [(demand.asking.matter, demand.matter) for demand in demands], words


def fit_characters(demands: Sequence[Offered]) -> Layers:
    """Return one layer that weighs the characters that a title may hold."""
    known = [d for d in demands if d.titled.matter]
    right = [float(c in d.titled.matter) for d in known for c in d.recalled.characters]
    return fit_shares(np.vstack([d.recalled.features for d in known]), np.array(right), cost=COST)


def judged(demand: Offered, characters: Layers) -> Judged:
    """Return the titles that a demand could have."""
    titled, [(inner, bias)] = demand.titled, characters
    likely = np.asarray(1 / (1 + np.exp(-(demand.recalled.features @ inner + bias)[:, 0])), np.float32)
    titles, features = choices(
        titled.found,
        titled.rule,
        demand.told,
        titled.clauses,
        demand.recalled,
        likely,
        titled.place,
        demand.earlier,
    )
    texts = [heading.passage.text for heading in titles]
    held = [float(holds_keywords(titled.keywords, text)) for text in texts]
    alike = np.array([rouge_l(titled.written, text) for text in texts]) if titled.written else None
    costs = np.array([cost(heading) for heading in titles])
    return Judged(features, costs, np.array(held), alike, titled.found.index(titled.rule))


def fit_titles(demands: Sequence[Judged]) -> Layers:
    """Return one layer that weighs titles: do they hold the keywords, how near the written one are they."""
    shares = np.concatenate([_shares(demand) for demand in demands])
    return fit_shares(np.vstack([demand.features for demand in demands]), shares, cost=COST)


def _shares(demand: Judged) -> NDArray[np.float64]:
    """Return how right each title is: by the keywords, a quarter by its likeness to the written one."""
    if demand.alike is None:
        return demand.held
    return np.asarray((1 - _WRITTEN_SHARE) * demand.held + _WRITTEN_SHARE * demand.alike)


def titles_cross_validated(titles: Sequence[Offered], folds: NDArray[np.int64]) -> dict[str, float]:
    """Return the share of titles that hold the keywords and their likeness to written ones, with the model and with the
    rules alone."""
    right = []
    for fold in sorted(set(folds.tolist())):
        kept, held_out = (
            [titles[i] for i in rows]
            for rows in (np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist())
        )
        characters = fit_characters(kept)
        layers = fit_titles([judged(demand, characters) for demand in kept])
        right.append(_right(layers, [judged(demand, characters) for demand in held_out]))
    names = ("titles", "rules_titles", "titles_rouge_l", "rules_titles_rouge_l")
    return dict(zip(names, np.nanmean(np.vstack(right), axis=0).round(3).tolist(), strict=True))


def _right(layers: Layers, demands: Sequence[Judged]) -> NDArray[np.float64]:
    """Return of each demand whether the chosen title and the rules' own hold the keywords, and how near the written
    title they are (not a number where none was written)."""
    [(inner, bias)] = layers
    right = []
    for demand in demands:
        both = [int(((demand.features @ inner + bias)[:, 0] - demand.costs).argmax()), demand.rule]
        alike = [np.nan, np.nan] if demand.alike is None else demand.alike[both].tolist()
        right.append([*demand.held[both].tolist(), *alike])
    return np.array(right, float).reshape(-1, 4)
