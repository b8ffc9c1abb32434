"""Trains what words the wants of a demand: `python -m training.wants_chooser`.

Learnt from the development calls, and from written demands with their wants in official words
(`training/datasets/wants.jsonl`): the tagger's head that marks what is asked for, the memory of earlier wants, the
probability of a character, and which set of pieces is right, as the measurement of tickets counts it. The memory holds
the titles of the same demands, for `training.place_tagger` fits what chooses with them. What is fitted on
top of the head and the memory has not been seen by them: folds keep a call together, no memory holds what it judges.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from app.bootstrap.reader import classifier, ticket_reader
from app.config import Settings
from app.domain.reference import ReferenceData
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.store.reference.load import load_reference_data
from app.understand.ticket.deeds import Remembered
from app.understand.ticket.place_lines import Line, Told, joint, tagged
from app.understand.ticket.want_pieces import Asking
from app.understand.ticket.wants_characters import CHARACTER_FEATURES, Thought, thought_of
from app.understand.ticket.wants_choice import SET_FEATURES, choices
from app.understand.unit import TopicReader
from eval.base import payload_of, read_jsonl
from eval.examples import Example
from eval.normal_form import rouge_l
from eval.tasks.ticket import WANTS_SIMILAR
from models.char_tagger import APART, shares_of, window_codes
from models.classifier.choice import ChoiceLayer
from models.earlier_wants import EarlierWants
from training.aside_classifier import write_layers
from training.char_tagger import fit_tagger, write_tagger
from training.choice_layer import fit_choice, write_choice
from training.data import group_folds
from training.linear_layer import Layers, fit_shares
from training.manifest import write_arrays, write_manifest, write_vocabulary
from training.title_chooser import written_titles
from training.title_memory import area_names, place_in, remembered_titles, without_place
from training.wants_memory import fields_of, remembered

CALLS, DEMANDS = Path("eval/datasets/ticket_dev.jsonl"), Path("training/datasets/demands.jsonl")
WANTS, WEIGHTS = Path("training/datasets/wants.jsonl"), Path("models/weights")
SEED, FOLDS = 7, 5
_CHARACTERS_COST, _SETS_PENALTY = 0.3, 30.0
_ALONE = frozenset("修退赔查换装拆清补停撤罚挪救")
"""Verbs that are marked wherever they stand; of other characters only pairs are."""
_HEADS = ("咨询", "建议", "表扬")
_MESSAGE = {"channel": "phone", "called_at": "2026-11-18T09:00:00+08:00", "caller_number": "13900000000"}


@dataclass(frozen=True)
class Read:
    """A call read: its lines with hashed features and tags, its demands with their wants."""

    lines: tuple[Line, ...]
    codes: NDArray[np.int64]
    tags: NDArray[np.int64]
    demands: tuple[tuple[Asking, str], ...]
    written: bool
    """It is a written demand, no call: it is learnt from, never measured."""
    titles: tuple[str, ...]
    """Of each demand the title that an operator wrote, without its place; empty where none was."""


def main(data: Path = CALLS) -> None:
    """Cross-validate, fit on everything, write weights and manifests."""
    reference = load_reference_data(Settings().knowledge_dir)
    reads = list(read_demands(reference, data))
    calls = [Example(str(i), str(read.written), "", str(i)) for i, read in enumerate(reads)]
    folds = group_folds(calls, FOLDS, SEED)
    told = _told(reads, folds)
    figures = _cross_validated(reads, told, folds, reference)
    write_tagger(_head(reads), WEIGHTS / "wish")
    characters, sets = _fitted(reads, told, reference)
    arrays, stored = _remembered(reads, reference)
    write_choice(sets, WEIGHTS / "wants")
    write_arrays(WEIGHTS / "wants" / "memory.npz", arrays)
    write_vocabulary(WEIGHTS / "wants", stored | {"titles": _titles(reads, data, reference)})
    write_layers(characters, WEIGHTS / "wants_characters")
    facts: dict[str, Any] = {"seed": SEED, "calls": len(reads), "base_revision": None, **figures}
    for name, more in (
        ("wish", {"heads": [2]}),
        ("wants", {"features": list(SET_FEATURES)}),
        ("wants_characters", {"features": list(CHARACTER_FEATURES)}),
    ):
        write_manifest(WEIGHTS / name, name=f"own-{name}", task=name, data=data, facts=facts | more)
    Console().print(facts)


def read_demands(reference: ReferenceData, data: Path) -> Iterator[Read]:
    """Yield the calls in which as many demands are found as were made, paired in order, and the written demands."""
    category, *own = (classifier(WEIGHTS / name) for name in ("category", "kind", "asked", "subject"))
    reader = ticket_reader(WEIGHTS, reference, TopicReader(reference, category), own)
    normaliser = Normaliser(reference.gazetteer)
    for payload, wanted, titles in _sources(data):
        call = normaliser.normalise(parse_transcript(payload, received_at=datetime.now(UTC)))
        mentions = reader.mentions(call)
        told = reader.told(call, mentions)
        parts, lines = reader.parts(call, mentions, told), told.lines
        if lines and parts and len(parts) == len(wanted):
            asking = [reader.asking(call, mentions, part) for part in parts]
            pairs = tuple(zip(asking, wanted, strict=True))
            codes, tags = window_codes(*joint(lines)), tags_of(lines, wanted)
            yield Read(lines, codes, tags, pairs, titles is None, titles or ("",))


def _sources(data: Path) -> Iterator[tuple[dict[str, Any], list[str], tuple[str, ...] | None]]:
    """Yield payloads with the wants and titles of their demands; written demands have no titles."""
    written = written_titles()
    for row in read_jsonl(data):
        demands = row["gold"]["demands"]
        titles = [(written.get((row["id"], i), ""), place_in(demand)) for i, demand in enumerate(demands)]
        told = tuple(without_place(title, place) if title else "" for title, place in titles)
        yield payload_of(row), [demand["wants"] for demand in demands], told
    texts = {row["id"]: row["text"] for row in read_jsonl(DEMANDS)}
    for row in read_jsonl(WANTS):
        turns = [{"speaker": "operator", "text": "您好"}, {"speaker": "citizen", "text": texts[row["demand"]]}]
        yield {"id": row["demand"], "turns": turns, **_MESSAGE}, [row["wants"]], None


def tags_of(lines: Sequence[Line], wants: Sequence[str]) -> NDArray[np.int64]:
    """Return 1 for every character of a pair that stands in the wants too, and for the commonest verbs of wants."""
    wanted = "、".join(wants)
    for head in _HEADS:
        wanted = wanted.replace(head, "")
    tags = [np.zeros(len(line.text) + len(APART), np.int64) for line in lines]
    for line, own in zip(lines, tags, strict=True):
        for i, character in enumerate(line.text):
            if i and line.text[i - 1 : i + 1] in wanted and not set(line.text[i - 1 : i + 1]) & {"，", ","}:
                own[i - 1 : i + 1] = 1
            own[i] |= character in wanted and character in _ALONE
    return np.concatenate(tags)[: -len(APART)]


def _head(reads: Sequence[Read]) -> NDArray[np.float32]:
    return fit_tagger([read.codes for read in reads], [read.tags for read in reads], classes=2, seed=SEED)


def _told(reads: Sequence[Read], folds: NDArray[np.int64]) -> list[Told]:
    """Return each call tagged by a head that has not learnt from it."""
    told: dict[int, Told] = {}
    for fold in range(FOLDS):
        head = _head([read for read, f in zip(reads, folds, strict=True) if f != fold])
        for i in np.flatnonzero(folds == fold).tolist():
            size = len(reads[i].tags)
            others = np.zeros((size, 3), np.float32), np.zeros((size, 2), np.float32)
            told[i] = tagged(reads[i].lines, *others, asks=shares_of(head, reads[i].codes))
    return [told[i] for i in range(len(reads))]


def _remembered(reads: Sequence[Read], reference: ReferenceData) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    demands = [pair for read in reads for pair in read.demands]
    return remembered(demands, fields_of(reference), reference.matters.matters)


def _titles(reads: Sequence[Read], data: Path, reference: ReferenceData) -> dict[str, Any]:
    """Return what is remembered of the titles of all demands."""
    demands = [demand for row in read_jsonl(data) for demand in row["gold"]["demands"]]
    told = [
        (asking.matter, title) for read in reads for (asking, _), title in zip(read.demands, read.titles, strict=True)
    ]
    words = [word for demand in demands for word in demand["title_keywords"]]
    return remembered_titles(told, words, area_names(reference))


def _memory(reads: Sequence[Read], reference: ReferenceData) -> Remembered:
    return Remembered.of(EarlierWants(*_remembered(reads, reference)))


def _fitted(reads: Sequence[Read], told: Sequence[Told], reference: ReferenceData) -> tuple[Layers, ChoiceLayer]:
    """Return what weighs characters and sets of pieces.

    Both learn from what is thought of a call by a memory without it, as of a call that is served.
    """
    parts: list[tuple[Remembered, list[tuple[str, Thought]]]] = []
    for block in np.array_split([i for i, read in enumerate(reads) if not read.written], FOLDS):
        held_out = set(block.tolist())
        memory = _memory([read for i, read in enumerate(reads) if i not in held_out], reference)
        parts.append((memory, _thoughts(((reads[i], told[i]) for i in sorted(held_out)), memory)))
    features, words, right = [], [], []
    for memory, thoughts in parts:
        others = _characters([one for _, more in parts if more is not thoughts for one in more])
        for wanted, thought in thoughts:
            choice = choices(thought, _scores(others, thought.features), memory)
            features.append(choice.features)
            words += [list(map(sys.intern, own)) for own in choice.words()]
            right.append([rouge_l(wanted, choice.worded(i).text) >= WANTS_SIMILAR for i in range(len(choice.sets))])
    group = np.repeat(np.arange(len(right)), list(map(len, right)))
    sets = fit_choice(np.vstack(features), words, np.concatenate(right), group, penalty=_SETS_PENALTY)
    return _characters([one for _, thoughts in parts for one in thoughts]), sets


def _thoughts(calls: Iterable[tuple[Read, Told]], memory: Remembered) -> list[tuple[str, Thought]]:
    """Return the wants of each demand and what is thought of it."""
    return [(wanted, thought_of(asking, told, memory)) for read, told in calls for asking, wanted in read.demands]


def _characters(thoughts: Sequence[tuple[str, Thought]]) -> Layers:
    """Return the layer that weighs characters."""
    rows = np.vstack([thought.features for _, thought in thoughts])
    right = np.array([c in wanted for wanted, thought in thoughts for c in thought.characters], float)
    return fit_shares(rows, right, cost=_CHARACTERS_COST)


def _scores(layers: Layers, features: NDArray[np.float32]) -> NDArray[np.float32]:
    [(inner, bias)] = layers
    return np.asarray(1 / (1 + np.exp(-(features @ inner + bias)[:, 0])), np.float32)


def _cross_validated(
    reads: Sequence[Read], told: Sequence[Told], folds: NDArray[np.int64], reference: ReferenceData
) -> dict[str, float]:
    """Return the share of right wants, as the measurement counts them, with the models and with the rules alone."""
    right, written = [], np.array([read.written for read in reads])
    for fold in range(FOLDS):
        inside = np.flatnonzero((folds != fold) | written).tolist()
        characters, sets = _fitted([reads[i] for i in inside], [told[i] for i in inside], reference)
        memory = _memory([reads[i] for i in inside], reference)
        for i in np.flatnonzero((folds == fold) & ~written).tolist():
            for asking, wanted in reads[i].demands:
                thought = thought_of(asking, told[i], memory)
                choice = choices(thought, _scores(characters, thought.features), memory)
                ruled = asking.ruled.text if asking.ruled else ""
                odds = sets.odds(choice.features, choice.words())
                given = choice.worded(int(odds.argmax())).text if len(odds) else ruled, ruled
                right.append([rouge_l(wanted, text) >= WANTS_SIMILAR for text in given])
    chosen, rules = np.mean(right, axis=0).tolist()
    return {"wants": round(chosen, 3), "rules_wants": round(rules, 3)}


if __name__ == "__main__":
    typer.run(main)
