"""Trains what finds the place and chooses the title of a demand: `python -m training.place_tagger`.

The tagger learns which characters of the development calls make up the gold place and the title's keywords; the scorers
learn on calls that the tagger has not seen which candidate is right. Folds keep a call together.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from app.bootstrap.reader import classifier, ticket_reader
from app.config import Settings
from app.domain.ticket import RequestKind
from app.domain.transcript import SpokenCall
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.store.reference.load import load_reference_data
from app.understand.mentions.types import Mention, Mentions
from app.understand.ticket.clauses import Clause
from app.understand.ticket.place import detail_by_rules
from app.understand.ticket.place_choice import FEATURES, place_features
from app.understand.ticket.place_lines import Line, Told, joint, tagged
from app.understand.ticket.place_spans import candidates
from app.understand.ticket.place_words import place_words
from app.understand.ticket.reader import TicketReader
from app.understand.ticket.register import in_figures
from app.understand.ticket.title import by_rules
from app.understand.ticket.title_choice import FEATURES as OF_TITLES
from app.understand.ticket.title_recall import CHARACTER_FEATURES
from app.understand.unit import TopicReader
from eval.base import payload_of, read_jsonl
from eval.examples import Example
from eval.metrics import f1
from eval.tasks.ticket import same_place
from models.char_tagger import APART, shares_of, window_codes
from models.classifier.choice import ChoiceLayer
from models.classifier.choice import shares_of as shares_among
from models.pair_odds import PairOdds, counted, write
from training.aside_classifier import write_layers
from training.char_tagger import fit_tagger, write_tagger
from training.choice_layer import fit_choice, write_choice
from training.data import group_folds
from training.manifest import write_manifest
from training.title_chooser import (
    Titled,
    fit_characters,
    fit_titles,
    judged,
    key_tags,
    offered,
    titles_cross_validated,
    written_titles,
)
from training.title_memory import place_in, without_place

CALLS = Path("eval/datasets/ticket_dev.jsonl")
WEIGHTS = Path("models/weights")
SEED, FOLDS, PENALTY = 7, 5, 15.0
_WEAK = re.compile(r"\d+|[村路][东西南北]")
"""Pieces of a gold place that may stand anywhere in a call."""


@dataclass(frozen=True)
class Demand:
    """A demand with what the rules found and its gold."""

    clauses: tuple[Clause, ...]
    kind: RequestKind
    bound: bool
    rule: Mention | None
    gold: str | None
    titled: Titled


@dataclass(frozen=True)
class Read:
    """A call read, with the hashed features and tags of its characters."""

    id: str
    scenario: str
    mentions: Mentions
    lines: tuple[Line, ...]
    codes: NDArray[np.int64]
    tags: tuple[NDArray[np.int64], ...]
    """Of places, of keywords."""
    demands: tuple[Demand, ...]


Shares = tuple[NDArray[np.float32], ...]


def main(data: Path = CALLS, least: float = 0.25) -> None:
    """Cross-validate, fit on all calls, write weights and manifests of tagger and scorers."""
    calls = list(read_calls(data))
    folds = group_folds([Example(c.id, "", "", c.scenario) for c in calls], FOLDS, SEED)
    shares: list[Shares] = [()] * len(calls)
    for fold in range(FOLDS):
        heads = _heads([c for c, f in zip(calls, folds, strict=True) if f != fold])
        for i in np.flatnonzero(folds == fold).tolist():
            shares[i] = tuple(shares_of(weights, calls[i].codes) for weights in heads)
    usual = _usual(calls, folds)
    demands, of_titles = _titled(calls, shares, folds)
    titles = offered(demands, of_titles, load_reference_data(Settings().knowledge_dir))
    offers = [list(_offered(*one)) for one in zip(calls, shares, usual, strict=True)]
    figures = _cross_validated(offers, folds, least) | titles_cross_validated(titles, of_titles)
    heads = _heads(calls)
    write_tagger(np.hstack(heads), WEIGHTS / "spot")
    write_choice(_scorer([one for offer in offers for one in offer]), WEIGHTS / "place")
    write(counted(_places(calls)), WEIGHTS / "place")
    characters = fit_characters(titles)
    write_layers(characters, WEIGHTS / "title_characters")
    write_layers(fit_titles([judged(demand, characters) for demand in titles]), WEIGHTS / "title")
    facts: dict[str, Any] = {"seed": SEED, "calls": len(calls), "base_revision": None, **figures}
    for name, more in (
        ("spot", {"heads": [head.shape[1] for head in heads]}),
        ("place", {"features": list(FEATURES), "least": least}),
        ("title", {"features": list(OF_TITLES)}),
        ("title_characters", {"features": list(CHARACTER_FEATURES)}),
    ):
        write_manifest(WEIGHTS / name, name=f"own-{name}", task=name, data=data, facts=facts | more)
    Console().print(facts)


def read_calls(data: Path) -> Iterator[Read]:
    """Yield the calls in which something is asked, with demands where as many are found as were made."""
    reference = load_reference_data(Settings().knowledge_dir)
    category, *own = (classifier(WEIGHTS / name) for name in ("category", "kind", "asked", "subject"))
    reader = ticket_reader(WEIGHTS, reference, TopicReader(reference, category), own)
    normaliser, titles = Normaliser(reference.gazetteer), written_titles()
    for row in read_jsonl(data):
        payload = payload_of(row)
        call = normaliser.normalise(parse_transcript(payload, received_at=datetime.now(UTC)))
        mentions = reader.mentions(call)
        told = reader.told(call, mentions)
        parts, wanted, lines = reader.parts(call, mentions, told), row["gold"]["demands"], told.lines
        if lines and wanted:
            pairs = zip(parts, wanted, strict=True) if len(parts) == len(wanted) else ()
            demands = tuple(
                _demand(reader, call, mentions, part, gold, titles.get((row["id"], i)))
                for i, (part, gold) in enumerate(pairs)
            )
            words = [word for gold in wanted for word in gold["title_keywords"]]
            tags = tags_of(lines, [gold["place"] for gold in wanted]), key_tags(lines, words)
            yield Read(row["id"], row["scenario"], mentions, tuple(lines), window_codes(*joint(lines)), tags, demands)


def _demand(
    reader: TicketReader,
    call: SpokenCall,
    mentions: Mentions,
    clauses: tuple[Clause, ...],
    gold: dict[str, Any],
    written: str | None,
) -> Demand:
    kind, bound = reader.kind_and_bound(call, clauses)
    rule = detail_by_rules(mentions, clauses, kind)
    found = reader.headings(clauses, kind, gold["place"] or gold["town"])
    titled = Titled(
        reader.asking(call, mentions, clauses),
        clauses,
        tuple(found),
        by_rules(found, kind),
        gold["place"] or gold["town"] or "",
        gold["wants"] or "",
        tuple(gold["title_keywords"]),
        written,
        without_place(written, place_in(gold)) if written else "",
    )
    return Demand(clauses, kind, bound, rule, gold["place"], titled)


def tags_of(lines: Sequence[Line], places: Sequence[str | None]) -> NDArray[np.int64]:
    """Return 2 for every character that begins a piece of a gold place, 1 for the others of one, else 0."""
    tags = [np.zeros(len(line.text) + len(APART), np.int64) for line in lines]
    for place in filter(None, places):
        for k, start, size in _pieces(place.replace(" ", ""), [in_figures(line.text) for line in lines]):
            tags[k][start : start + size] = 1
    whole = np.concatenate(tags)[: -len(APART)]
    begins = (whole == 1) & np.append(True, whole[:-1] == 0)
    return np.asarray(whole + begins, np.int64)


def _pieces(place: str, texts: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield where the longest pieces of a place were said: text, start, length."""
    found = [piece for i in range(len(place)) if (piece := _longest(place, i, texts))]
    used = np.zeros(len(place), bool)
    for start, end in sorted(found, key=lambda piece: (piece[0] - piece[1], piece[0])):
        words = place[start:end]
        if used[start:end].any() or (len(words) == 2 and _WEAK.fullmatch(words)):
            continue
        used[start:end] = True
        for k, text in enumerate(texts):
            for match in re.finditer(re.escape(words), text):
                yield k, match.start(), len(words)


def _longest(place: str, start: int, texts: Sequence[str]) -> tuple[int, int] | None:
    ends = range(len(place), start + 1, -1)
    end = next((end for end in ends if any(place[start:end] in text for text in texts)), None)
    return (start, end) if end else None


def _heads(calls: Sequence[Read]) -> list[NDArray[np.float32]]:
    codes = [c.codes for c in calls]
    return [
        fit_tagger(codes, [c.tags[head] for c in calls], classes=classes, seed=SEED)
        for head, classes in enumerate((3, 2))
    ]


def _usual(calls: Sequence[Read], folds: NDArray[np.int64]) -> list[PairOdds]:
    """Return for each call how places are worded in the calls of the other folds."""
    others = [
        PairOdds(counted(_places([call for call, f in zip(calls, folds, strict=True) if f != fold])))
        for fold in range(FOLDS)
    ]
    return [others[fold] for fold in folds.tolist()]


def _places(calls: Sequence[Read]) -> list[str]:
    return [demand.gold for call in calls for demand in call.demands if demand.gold]


class Offered(NamedTuple):
    """The candidates for a demand's place, with what is weighed of them."""

    demand: Demand
    values: tuple[str, ...]
    features: NDArray[np.float32]
    words: list[list[str]]


def _offered(call: Read, shares: Shares, usual: PairOdds) -> Iterator[Offered]:
    told = tagged(call.lines, *shares)
    for demand in call.demands:
        if found := candidates(told, call.mentions, demand.rule):
            features = place_features(told, found, demand.clauses, demand.kind, demand.bound, demand.rule, usual)
            words = [list(map(sys.intern, place_words(told, one, demand.kind))) for one in found]
            yield Offered(demand, tuple(one.value for one in found), features, words)


def _scorer(told: Sequence[Offered]) -> ChoiceLayer:
    """Return what weighs the candidates against each other and against none."""
    right = [_fits(one.demand.gold, value) for one in told for value in one.values]
    group = np.repeat(np.arange(len(told)), [len(one.values) for one in told])
    features, words = np.vstack([one.features for one in told]), [own for one in told for own in one.words]
    return fit_choice(features, words, np.array(right), group, penalty=PENALTY)


def _fits(gold: str | None, value: str | None) -> bool:
    return gold is not None and value is not None and same_place(gold, value)


def _cross_validated(offers: Sequence[Sequence[Offered]], folds: NDArray[np.int64], least: float) -> dict[str, float]:
    """Return the F1 of places, as the measurement of tickets counts it, with the models and with the rules alone.

    `offers` are those of each call.
    """
    counts = {"place_f1": [0, 0, 0], "rules_f1": [0, 0, 0]}
    for fold in range(FOLDS):
        layer = _scorer([one for offer, f in zip(offers, folds, strict=True) if f != fold for one in offer])
        for i in np.flatnonzero(folds == fold).tolist():
            for demand, values, features, words in offers[i]:
                likely = shares_among(layer.odds(features, words))
                best = values[int(likely.argmax())] if likely.sum() >= least else None
                _count(counts["place_f1"], demand.gold, best)
                _count(counts["rules_f1"], demand.gold, demand.rule.value if demand.rule else None)
    return {name: round(f1(*triple), 3) for name, triple in counts.items()}


def _titled(
    calls: Sequence[Read], shares: Sequence[Shares], folds: NDArray[np.int64]
) -> tuple[list[tuple[Titled, Told]], NDArray[np.int64]]:
    """Return the demands with what the taggers say of their calls, and the fold of each."""
    found = [
        (demand.titled, tagged(call.lines, *share), fold)
        for call, share, fold in zip(calls, shares, folds.tolist(), strict=True)
        for demand in call.demands
    ]
    return [(titled, told) for titled, told, _ in found], np.array([fold for _, _, fold in found], np.int64)


def _count(triple: list[int], gold: str | None, found: str | None) -> None:
    right = _fits(gold, found)
    triple[0] += right
    triple[1] += found is not None and not right
    triple[2] += gold is not None and not right


if __name__ == "__main__":
    typer.run(main)
