"""Ticket generation: transcripts with gold in, how much of the truth reached the tickets out.

Dangerous error: a value nobody said (`unsupported_rate`) or one the caller took back (`forbidden_rate`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from app.domain.ticket import IntakeResult, Ticket
from eval.base import Measurement, payload_of, with_intervals
from eval.metrics import f1
from eval.normal_form import bigram_f1, contains, holds_fact, normal, rouge_l
from eval.tasks.ticket_support import unsupported_values

Intake = Callable[[dict[str, Any]], IntakeResult]
FieldCheck = Callable[[Any, Any, dict[str, Any]], bool]

WANTS_SIMILAR = 0.4
"""ROUGE-L from which two wordings of a want count as the same: the gold sums up what the citizen said at length."""
PLACE_SIMILAR = 0.6


@dataclass
class RowCounts:
    """Counts of one transcript; summed over rows they give every metric."""

    facts: int = 0
    facts_found: int = 0
    values: int = 0
    unsupported: int = 0
    forbidden: int = 0
    forbidden_found: int = 0
    split: list[int] = field(default_factory=lambda: [0, 0, 0])
    fields: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    title_rouge: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def measure_ticket(intake: Intake, rows: Sequence[dict[str, Any]]) -> Measurement:
    """Run every transcript through `intake` and compare with its gold."""
    counted = []
    for row in rows:
        payload = payload_of(row)
        counted.append(compare(row, intake(payload)))
    metrics, intervals = with_intervals(counted, aggregate)
    faults = [
        {"id": row["id"], "fault": fault} for row, counts in zip(rows, counted, strict=True) for fault in counts.faults
    ]
    return Measurement(len(rows), metrics, intervals, {"faults": faults})


def aggregate(counted: Sequence[RowCounts]) -> dict[str, float]:
    """Sum counts over rows into the task's metrics."""

    def share(part: str, whole: str) -> float:
        total = sum(getattr(c, whole) for c in counted)
        return sum(getattr(c, part) for c in counted) / total if total else 0.0

    summed: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for counts in counted:
        for name, triple in counts.fields.items():
            summed[name] = [a + b for a, b in zip(summed[name], triple, strict=True)]
    rouge = [value for counts in counted for value in counts.title_rouge]
    metrics = {
        "fact_recall": share("facts_found", "facts"),
        "unsupported_rate": share("unsupported", "values"),
        "forbidden_rate": share("forbidden_found", "forbidden"),
        "split_f1": f1(*(sum(c.split[i] for c in counted) for i in range(3))),
        "field_f1.micro": f1(*(sum(t[i] for t in summed.values()) for i in range(3))),
    }
    metrics |= {f"field_f1.{name}": f1(*triple) for name, triple in sorted(summed.items())}
    return metrics | ({"title_rouge_l": sum(rouge) / len(rouge)} if rouge else {})


def compare(row: dict[str, Any], result: IntakeResult) -> RowCounts:
    """Count what one result got right and wrong against the row's gold."""
    gold, tickets = row["gold"], list(result.tickets)
    counts = RowCounts()
    text = "\n".join(ticket_text(ticket) for ticket in tickets)
    for fact in gold.get("facts", []):
        counts.facts += 1
        found = holds_fact(text, fact)
        counts.facts_found += found
        counts.faults += [] if found else [f"fact lost: {fact}"]
    for forbidden in gold.get("must_not_contain", []):
        counts.forbidden += 1
        found = contains(text, forbidden)
        counts.forbidden_found += found
        counts.faults += [f"forbidden shown: {forbidden}"] if found else []
    for ticket in tickets:
        checked, wrong = unsupported_values(row, ticket)
        counts.values += checked
        counts.unsupported += len(wrong)
        counts.faults += [f"unsupported: {value}" for value in wrong]
    compare_demands(gold, tickets, counts)
    return counts


def ticket_text(ticket: Ticket) -> str:
    """Return everything of a ticket that an operator reads."""
    place = "".join(filter(None, (ticket.place.district, ticket.place.town, ticket.place.detail)))
    citizen = ticket.citizen
    parts = (
        ticket.title,
        ticket.content,
        ticket.wants,
        place,
        ticket.event_time,
        citizen.name,
        citizen.phone,
    )
    return "\n".join(part for part in parts if part)


def compare_demands(gold: dict[str, Any], tickets: list[Ticket], counts: RowCounts) -> None:
    """Pair tickets with gold demands and count each field."""
    pairs, lost, extra = align(gold["demands"], tickets)
    counts.split = [len(pairs), len(extra), len(lost)]
    counts.faults += [f"demand lost: {d.get('wants')}" for d in lost]
    counts.faults += [f"demand invented: {t.title}" for t in extra]
    for demand, ticket in pairs:
        for name, same in FIELD_CHECKS.items():
            count_field(counts, name, demand.get(name), PREDICTED[name](ticket), partial(_with_demand, same, demand))
        counts.title_rouge.append(rouge_l("".join(demand.get("title_keywords", [])), ticket.title))
    if not tickets:
        return
    first = tickets[0]
    count_field(counts, "caller_name", gold.get("caller_name"), first.citizen.name, same_name)
    count_field(counts, "callback_number", gold.get("callback_number"), first.citizen.phone, str.__eq__)
    count_field(counts, "confidential", gold.get("confidential") or None, first.citizen.confidential or None, _equal)
    worst = max((str(t.emotion) for t in tickets), key=EMOTIONS.index)
    count_field(counts, "emotion", gold.get("emotion"), worst, _equal)
    count_set(
        counts,
        "referrals",
        gold.get("referrals", []),
        (str(r.receiver) for t in tickets for r in t.referrals),
    )
    count_set(counts, "missing", gold.get("missing", []), (name for t in tickets for name in t.missing))


def align(
    demands: list[dict[str, Any]], tickets: list[Ticket]
) -> tuple[list[tuple[dict[str, Any], Ticket]], list[dict[str, Any]], list[Ticket]]:
    """Pair demands with tickets greedily by likeness; what is left over is lost or invented."""
    if len(demands) == len(tickets) == 1:
        return [(demands[0], tickets[0])], [], []
    ranked = sorted(
        ((likeness(d, t), i, j) for i, d in enumerate(demands) for j, t in enumerate(tickets)),
        key=lambda item: (-item[0], item[1], item[2]),
    )
    used_demands: set[int] = set()
    used_tickets: set[int] = set()
    pairs = []
    for score, i, j in ranked:
        if score > 0 and i not in used_demands and j not in used_tickets:
            pairs.append((demands[i], tickets[j]))
            used_demands.add(i)
            used_tickets.add(j)
    lost = [d for i, d in enumerate(demands) if i not in used_demands]
    return pairs, lost, [t for j, t in enumerate(tickets) if j not in used_tickets]


def likeness(demand: dict[str, Any], ticket: Ticket) -> float:
    """Score how well a ticket fits a demand, by title keywords and wants."""
    text = ticket.title + ticket.content
    keywords = demand.get("title_keywords", [])
    hits = sum(contains(text, word) for word in keywords) / len(keywords) if keywords else 0.0
    return hits + bigram_f1(demand.get("wants") or "", ticket.wants or ticket.content)


def count_field(counts: RowCounts, name: str, gold: Any, predicted: Any, same: Callable[[Any, Any], bool]) -> None:
    """Add one field's hit, false value or miss; a wrong value is both false and missed."""
    triple = counts.fields[name]
    if gold is None and predicted is None:
        return
    if gold is not None and predicted is not None and same(gold, predicted):
        triple[0] += 1
        return
    triple[1] += predicted is not None
    triple[2] += gold is not None
    counts.faults.append(f"{name}: gold {gold!r}, got {predicted!r}")


def count_set(counts: RowCounts, name: str, gold: Iterable[str], predicted: Iterable[str]) -> None:
    """Add a set-valued field's hits, false values and misses."""
    wanted, got = set(gold), set(predicted)
    triple = counts.fields[name]
    triple[0] += len(wanted & got)
    triple[1] += len(got - wanted)
    triple[2] += len(wanted - got)
    if wanted != got:
        counts.faults.append(f"{name}: gold {sorted(wanted)}, got {sorted(got)}")


def same_name(gold: str, predicted: str) -> bool:
    """Accept the surname with another polite form, never another name."""
    return gold == predicted or (
        len(gold) > 1 and gold[0] == predicted[0] and gold[1:] in TITLES and predicted[1:] in TITLES
    )


def _with_demand(same: FieldCheck, demand: dict[str, Any], gold: Any, predicted: Any) -> bool:
    return same(gold, predicted, demand)


def _equal(gold: Any, predicted: Any) -> bool:
    return bool(gold == predicted)


def same_place(gold: str, predicted: str) -> bool:
    """Accept a place that holds the gold, most of it, or most of its character pairs."""
    a, b = normal(gold), normal(predicted)
    return a in b or (b in a and len(b) >= PLACE_SIMILAR * len(a)) or bigram_f1(a, b) >= PLACE_SIMILAR


def holds_keywords(words: Sequence[str], title: str) -> bool:
    """Tell whether at least half of the words stand in a title."""
    return 2 * sum(contains(title, word) for word in words) >= len(words)


def same_time(gold: str, predicted: str) -> bool:
    """Accept a moment as exact as the gold or more; of one with an hour, its day."""
    return predicted.startswith(gold) or (len(predicted) >= len("2026-11-16") and gold.startswith(predicted))


def _same_unit(gold: str, predicted: str, demand: dict[str, Any]) -> bool:
    return predicted == gold or predicted in demand.get("acceptable_units", [])


TITLES = ("先生", "女士", "师傅", "同志", "老师", "大爷", "大娘", "")
EMOTIONS = ("calm", "dissatisfied", "angry", "extreme")
PREDICTED: dict[str, Callable[[Ticket], Any]] = {
    "kind": lambda t: str(t.request_kind),
    "subject": lambda t: str(t.subject),
    "district": lambda t: t.place.district,
    "town": lambda t: t.place.town,
    "place": lambda t: t.place.detail,
    "event_time": lambda t: t.event_time,
    "lead_unit": lambda t: t.unit.lead.name if t.unit.lead else None,
    "category_level1": lambda t: t.category.path[0] if t.category else None,
    "wants": lambda t: t.wants,
    "title_keywords": lambda t: t.title,
}
FIELD_CHECKS: dict[str, FieldCheck] = {
    "kind": lambda g, p, _: g == p,
    "subject": lambda g, p, _: g == p,
    "district": lambda g, p, _: g == p,
    "town": lambda g, p, _: g == p,
    "place": lambda g, p, _: same_place(g, p),
    "event_time": lambda g, p, _: same_time(g, p),
    "lead_unit": _same_unit,
    "category_level1": lambda g, p, _: g == p,
    "wants": lambda g, p, _: rouge_l(g, p) >= WANTS_SIMILAR,
    "title_keywords": lambda g, p, _: holds_keywords(g, p),
}
