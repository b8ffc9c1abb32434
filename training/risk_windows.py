"""What the model of the referral lanes learns from: windows, everyday texts, emergencies, rules, a grammar."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.config import ROOT, Settings
from app.domain.errors import InvalidInput
from app.domain.reference_rules import ReferralRules
from app.domain.referral import Receiver
from app.domain.risk import Severity
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.store.reference.load import load_reference_data
from app.understand.said import LONGEST_WINDOW, Said, joined, passage
from app.understand.said import windows as cut
from eval.base import BadData, read_jsonl
from eval.examples import Example
from eval.tasks.risk import with_truth
from training.risk_grammar import GRAMMAR, made_texts

WINDOWS = ROOT / "training/datasets/risk.jsonl"
DEMANDS = ROOT / "training/datasets/demands.jsonl"
ORDINARY = ROOT / "training/datasets/ordinary.jsonl"
"""Spoken passages that no referral lane wants: everyday talk, dialect, grumbling."""
CALLS = ROOT / "eval/datasets/ticket_dev.jsonl"
"""Development calls: what none of the lanes got of them is as ordinary as talk is."""
EMERGENCIES = ROOT / "training/datasets/emergencies.jsonl"
"""Emergencies and what only sounds like one, with the lanes they belong to; none where it can be argued."""
FAMILIES = ROOT / "training/risk_concepts.yaml"
MADE_OF_EACH = 60
"""Texts that are made of each pattern of the grammar."""
MADE_SEED = 7
LANES_OF_DEMANDS = ROOT / "training/datasets/risk_of_demands.csv"
"""Demand texts read by eye: the lane they belong to, or none where it can be argued either way."""
NOT_ORDINARY = ("discipline_inspection",)
"""A function whose demand texts are a lane's matter or close to it."""


@dataclass(frozen=True)
class Window:
    """A citizen's words and the lanes that should learn of them."""

    example: Example
    lanes: frozenset[str]
    ordinary: bool
    made: bool = False
    """Of the grammar: learnt from, never measured on."""
    aside: bool = False
    """Written for another model: weighs less, and its words are none of this one's features."""


def read_windows(path: Path, *, own: bool = True) -> list[Window]:
    """Read risk windows (`turns`, one truth a lane); the operator's words do not count.

    In a city's file what no lane wants is its ordinary stream; the project's own holds traps instead.

    Raises:
        BadData: a row lacks its turns or every lane; names file and row.
    """
    windows = []
    for number, row in enumerate(with_truth(read_jsonl(path), path), start=1):
        if not row.get("turns") or not any(str(lane) in row for lane in Receiver):
            raise BadData(f"{path} 第 {number} 条：缺少 turns 或 {'、'.join(Receiver)}")
        lanes = frozenset(str(lane) for lane in Receiver if row.get(str(lane)))
        name = str(row.get("id") or number)
        try:
            heard = as_heard(row["turns"])
        except InvalidInput as error:
            raise BadData(f"{path} 第 {number} 条：{error.message_zh}") from error
        example = Example(name, heard, "", str(row.get("scenario") or name), row.get("created_at"))
        windows.append(Window(example, lanes, ordinary=not own and not lanes))
    return windows


def own_windows() -> list[Window]:
    """Return everything the project wrote: windows, rules with their examples, everyday texts, what a grammar makes."""
    rules = load_reference_data(Settings().knowledge_dir).referral
    ordinary = [window for path in (DEMANDS, ORDINARY) for window in ordinary_windows(path)]
    told = read_windows(WINDOWS) + emergency_windows(EMERGENCIES) + windows_of_rules(rules)
    return told + ordinary + call_windows(CALLS) + made_windows()


def emergency_windows(path: Path) -> list[Window]:
    """Read emergencies and their look-alikes: a fire or an accident is nobody's lane, violence under way is one's."""
    return [
        Window(
            Example(row["id"], as_spoken(row["text"]), "", row["scenario"]),
            frozenset(row["lanes"]),
            ordinary=False,
            aside=True,
        )
        for row in read_jsonl(path)
        if row["lanes"] is not None
    ]


def call_windows(path: Path) -> list[Window]:
    """Read the passages of calls that no lane should learn of, cut as the service cuts them, as what no lane wants.

    A call has ten passages where a message has one: what is never said in a single text must not alert in one of them.
    """
    windows = []
    for row in read_jsonl(path):
        if row["gold"]["referrals"]:
            continue
        for i, text in enumerate(passages_of(row)):
            windows.append(Window(Example(f"{row['id']}-{i}", text, "", row["id"]), frozenset(), ordinary=True))
    return windows


def passages_of(call: Mapping[str, Any], longest: int = LONGEST_WINDOW) -> list[str]:
    """Return what the citizen said in a call, cut as the service cuts it."""
    transcript = parse_transcript({"id": call["id"], "turns": call["turns"]}, received_at=datetime.now(UTC))
    said = Said(_normaliser().normalise(transcript).citizen_turns)
    return [joined(said.text, pieces) for pieces in cut(said.pieces, longest)]


def ordinary_windows(path: Path) -> list[Window]:
    """Read everyday texts as what no lane wants, save those that were read as a lane's; arguable ones are left out."""
    lane_of = {row["id"]: row["lane"] for row in csv.DictReader(LANES_OF_DEMANDS.open(encoding="utf-8"))}
    windows = []
    for row in read_jsonl(path):
        lane = lane_of.get(row["id"])
        if lane == "" or (lane is None and row.get("function") in NOT_ORDINARY):
            continue
        example = Example(row["id"], as_spoken(row["text"]), "", row["scenario"])
        windows.append(Window(example, frozenset({lane} if lane else ()), ordinary=lane is None))
    return windows


def made_windows() -> list[Window]:
    """Return what the grammar makes."""
    lanes = {str(lane) for lane in Receiver}
    return [
        Window(Example(f"made-{i}", as_spoken(text), "", f"made-{i}"), frozenset({lane} & lanes), False, made=True)
        for i, (lane, text) in enumerate(made_texts(GRAMMAR, times=MADE_OF_EACH, seed=MADE_SEED))
    ]


def windows_of_rules(rules: ReferralRules) -> list[Window]:
    """Return the examples of the rules and the must-catch list: what they match, and what only looks like it.

    What a rule notices without proposing it is no lane's matter on its own, nor is it nobody's: it is left out.
    """
    said = [
        (rule.id, str(rule.receiver), text, matched)
        for rule in rules.rules
        for matched, texts in ((True, rule.examples.match), (False, rule.examples.no_match))
        for text in texts
        if not (matched and rule.severity is Severity.NOTICE)
    ]
    said += [("must_catch", str(item.receiver), text, True) for item in rules.must_catch for text in item.texts]
    windows = []
    for i, (rule, lane, text, matched) in enumerate(said):
        example = Example(f"{rule}-{i}", as_spoken(text), "", f"{rule}-{i}")
        windows.append(Window(example, frozenset((lane,) if matched else ()), ordinary=False))
    return windows


def families() -> Mapping[str, str]:
    """Return the families of words."""
    found: Mapping[str, str] = yaml.safe_load(FAMILIES.read_text("utf-8"))
    return found


def as_heard(turns: Sequence[Mapping[str, Any]]) -> str:
    """Return the citizen's words as the service puts them before the model: numbers written, fillers dropped."""
    transcript = parse_transcript({"id": "window", "turns": turns}, received_at=datetime.now(UTC))
    return passage(_normaliser().normalise(transcript).citizen_turns)


def as_spoken(text: str) -> str:
    """Return a text as if it had been spoken."""
    return as_heard([{"speaker": "citizen", "text": text}])


@cache
def _normaliser() -> Normaliser:
    """Return what puts misheard names of places right."""
    return Normaliser(load_reference_data(Settings().knowledge_dir).gazetteer)
