"""Risk windows with gold: each lane's recall and precision, the alert budget, natural prevalence, traps and gaps."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from app.config import ROOT
from app.domain.errors import InvalidInput
from app.domain.referral import Receiver
from app.flows.registry import Flows
from eval.base import BadData, Measurement, read_jsonl, with_intervals
from eval.metrics import f1
from eval.tasks.intake import NOW, Counted, capabilities_of, fresh_flows

LANES = tuple(str(lane) for lane in Receiver)
PREVALENCE = 0.008
"""Share of true extreme cases among tickets."""
BUDGET = 0.02
"""Share of ordinary texts that may alert."""
ORDINARY = ROOT / "eval/datasets/unit_test.jsonl"
"""Blind demand texts that stand for the ordinary stream, save those of conduct and enforcement."""
NOT_ORDINARY = ("discipline_inspection", "justice", "petition")
GROUPED_BY = ("area", "channel", "dialect")
_DIALECT = ("俺", "恁", "咋", "啥", "夜来", "白搭", "木有")
_FEWEST = 20
"""Groups smaller than this say nothing."""


@dataclass(frozen=True)
class Read:
    """A window with what was proposed, and each lane's highest score."""

    row: dict[str, Any]
    proposed: frozenset[str]
    scores: dict[str, float] = field(default_factory=dict)


def risk_rows(data: Path, engine: str = "embedded", model: Path | None = None) -> Measurement:
    """Measure the referral lanes on windows with gold, and the alerts on ordinary texts."""
    rows = with_truth(read_jsonl(data, "id", "turns"), data)
    with fresh_flows(engine, model) as flows:
        flows.intake.reader = counted = Counted(flows.intake.reader)
        read = [assessed(flows, row) for row in rows]
        ordinary = [assessed(flows, row) for row in ordinary_texts()]
    metrics, intervals = with_intervals(read, lane_metrics)
    metrics |= at_budget(read, ordinary)
    tables = {"slices": slices(read), "gaps": gaps(read)}
    return Measurement(len(rows), metrics, intervals, {**counted.table, **tables} if engine == "llm" else tables)


def with_truth(rows: list[dict[str, Any]], data: Path) -> list[dict[str, Any]]:
    """Return rows whose lanes are true or false; a text would count as true whatever it says.

    Raises:
        BadData: a lane is something else.
    """
    for number, row in enumerate(rows, start=1):
        if wrong := [lane for lane in LANES if row.get(lane) not in (None, False, True)]:
            raise BadData(f"{data} 第 {number} 条：{'、'.join(wrong)} 应为 true 或 false")
    return rows


def assessed(flows: Flows, row: dict[str, Any]) -> Read:
    """Read one window as `/v1/risk:assess` does."""
    try:
        answer = capabilities_of(flows).risk({"id": row["id"], "turns": row["turns"]}, received_at=NOW)
    except InvalidInput as error:
        raise BadData(f"{row['id']}：{error.message_zh}") from error
    rules = flows.reference.referral
    lane_of = {rule.id: str(rule.receiver) for rule in rules.rules} | {m.id: str(m.receiver) for m in rules.models}
    scores: dict[str, float] = {}
    for signal in answer.risk.signals:
        lane = lane_of[signal.rule_id]
        scores[lane] = max(scores.get(lane, 0.0), signal.score)
    return Read(row, frozenset(str(r.receiver) for r in answer.referrals), scores)


def ordinary_texts() -> Iterator[dict[str, Any]]:
    """Yield everyday texts as windows."""
    for row in read_jsonl(ORDINARY):
        if row["label"] not in NOT_ORDINARY:
            yield {"id": row["id"], "turns": [{"speaker": "citizen", "text": row["text"]}]}


def lane_metrics(read: Sequence[Read]) -> dict[str, float]:
    """Return recall, precision and F1 of each lane, the share that alerts, and the share of traps that do."""
    metrics: dict[str, float] = {}
    for lane in LANES:
        hits = sum(bool(r.row.get(lane)) and lane in r.proposed for r in read)
        false = sum(not r.row.get(lane) and lane in r.proposed for r in read)
        missed = sum(bool(r.row.get(lane)) and lane not in r.proposed for r in read)
        metrics[f"{lane}.recall"] = hits / (hits + missed) if hits + missed else 1.0
        metrics[f"{lane}.precision"] = hits / (hits + false) if hits + false else 1.0
        metrics[f"{lane}.f1"] = f1(hits, false, missed)
    traps = [r for r in read if r.row.get("slice") == "trap"]
    if traps:
        metrics["trap_alert_rate"] = sum(bool(r.proposed) for r in traps) / len(traps)
    if idioms := [r for r in traps if r.row.get("trap") == "idiom"]:
        metrics["idiom_alert_rate"] = sum(bool(r.proposed) for r in idioms) / len(idioms)
    return metrics | {"alert_rate": sum(bool(r.proposed) for r in read) / len(read)}


def at_budget(read: Sequence[Read], ordinary: Sequence[Read]) -> dict[str, float]:
    """Return what ordinary texts alert, the alerts at natural prevalence, and extreme recall at the budget."""
    lane = str(Receiver.POLITICAL_LEGAL)
    false = sum(lane in r.proposed for r in ordinary) / len(ordinary)
    positive = [r for r in read if r.row.get(lane)]
    recall = sum(lane in r.proposed for r in positive) / len(positive) if positive else 1.0
    limit = float(np.quantile([r.scores.get(lane, 0.0) for r in ordinary], 1 - BUDGET))
    within = sum(r.scores.get(lane, 0.0) > limit for r in positive) / len(positive) if positive else 1.0
    alerts = PREVALENCE * recall + (1 - PREVALENCE) * false
    return {
        "ordinary_alert_rate": sum(bool(r.proposed) for r in ordinary) / len(ordinary),
        **{f"{name}.ordinary_alert_rate": _share(ordinary, name) for name in LANES},
        "political_legal.alerts_at_prevalence": alerts,
        "political_legal.precision_at_prevalence": PREVALENCE * recall / alerts if alerts else 1.0,
        "recall_at_budget": within,
    }


def slices(read: Sequence[Read]) -> list[dict[str, Any]]:
    """Return, for each slice and each kind of trap, how often each lane is proposed."""
    return [{"slice": name, **row} for name, row in _by(read, _slice)]


def _slice(read: Read) -> str:
    return ".".join(str(read.row[key]) for key in ("slice", "trap") if read.row.get(key)) or "–"


def gaps(read: Sequence[Read]) -> list[dict[str, Any]]:
    """Return recall of what any lane wants by the groups that rows carry; dialect is heard in the words."""
    wanted = [r for r in read if any(r.row.get(lane) for lane in LANES)]
    found = []
    for name in GROUPED_BY:
        for group, row in _by(wanted, lambda r, name=name: _group(r, name)):  # type: ignore[misc]
            if group and row["n"] >= _FEWEST:
                hit = [bool(r.proposed) for r in wanted if _group(r, name) == group]
                found.append({"group": f"{name}={group}", "n": len(hit), "recall": round(sum(hit) / len(hit), 3)})
    return found


def _group(read: Read, name: str) -> str:
    if name == "dialect" and name not in read.row:
        words = "".join(turn["text"] for turn in read.row["turns"])
        return "yes" if any(word in words for word in _DIALECT) else "no"
    return str(read.row.get(name) or "")


def _by(read: Sequence[Read], key: Callable[[Read], str]) -> list[tuple[str, dict[str, Any]]]:
    groups: dict[str, list[Read]] = {}
    for one in read:
        groups.setdefault(key(one), []).append(one)
    return [
        (name, {"n": len(group), **{lane: round(_share(group, lane), 3) for lane in LANES}})
        for name, group in sorted(groups.items())
    ]


def _share(read: Sequence[Read], lane: str) -> float:
    return sum(lane in r.proposed for r in read) / len(read)
