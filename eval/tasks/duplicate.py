"""Same-matter detection: tickets in the order they came, each compared with those before it.

Dangerous error: two matters joined into one (`merge_precision`), since one of the callers gets a wrong reply.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.bootstrap import build_duplicates, build_reader
from app.config import Settings
from app.decide.duplicate import judge_duplicates
from app.domain.duplicate import DuplicateCandidate, SimilarTicket, TicketFacts
from app.domain.reference import ReferenceData
from app.flows.grouping import IssueGrouping
from app.flows.reading import CallReader
from app.receive.payload import parse_transcript
from app.store.reference.load import load_reference_data
from eval.base import BadData, Measurement, with_intervals
from eval.examples import moment_of, table_rows
from eval.metrics import adjusted_rand_index, b_cubed_f1
from eval.normal_form import bigram_f1

LOOKED_AT = 10
DISSIMILAR = 0.15
"""Share of common character pairs below which two texts of one matter count as textually dissimilar."""


@dataclass(frozen=True)
class Row:
    """One ticket: the truth, what was found before it, and whether it was easy to find."""

    group: str
    assigned: str
    wanted: bool
    found: bool
    dissimilar: bool
    pairs: int
    right_pairs: int


def duplicate_rows(data: Path) -> Measurement:
    """Measure search, pair decisions and grouping on tickets with their true groups."""
    settings = Settings()
    reference = load_reference_data(settings.knowledge_dir)
    reader = build_reader(settings, reference)
    index = build_duplicates(settings, reference)
    given = in_order(data)
    seen: dict[str, dict[str, Any]] = {}
    grouping = IssueGrouping(index, reference.thresholds.issue)
    counted = []
    for row in given:
        facts = facts_of(row, reader)
        similar = index.similar(facts)
        counted.append(counted_row(row, candidates_for(facts, similar, reference), seen, grouping.add(facts, similar)))
        index.add(facts)
        seen[str(row["id"])] = row
    metrics, intervals = with_intervals(counted, figures)
    for name in ("b3_f1", "ari"):  # a row drawn twice would count as a pair that was found
        del intervals[name]
    return Measurement(len(given), metrics, intervals)


def in_order(data: Path) -> list[dict[str, Any]]:
    """Return the rows of a file in the order their tickets came.

    Raises:
        BadData: a row lacks what is needed, or its time is none.
    """
    rows = table_rows(data, "id", "created_at", "group")
    for number, row in enumerate(rows, start=1):
        row["at"] = moment_of(row["created_at"])
        if row["at"] is None:
            raise BadData(f"{data} 第 {number} 条：created_at 不是时间：{row['created_at']!r}")
    return sorted(rows, key=lambda row: row["at"])


def facts_of(row: dict[str, Any], reader: CallReader) -> TicketFacts:
    """Read a row as a message; a place that its table gives counts over one that was read."""
    payload = {
        "id": str(row["id"]),
        "channel": "web",
        "called_at": row["at"].isoformat(),
        "title": row.get("title") or None,
        "turns": [{"speaker": "citizen", "text": row.get("text") or row.get("title") or ""}],
    }
    transcript = parse_transcript(payload, received_at=row["at"])
    demands = reader.read(transcript).demands
    words = f"{row.get('title') or ''} {row.get('text') or ''}".strip()
    if not demands:
        return TicketFacts(
            ticket_number=str(row["id"]), text=words, created_at=transcript.called_at, request_kind="help"
        )
    draft, unit = demands[0].draft, demands[0].unit
    return TicketFacts(
        ticket_number=str(row["id"]),
        text=words,
        created_at=transcript.called_at,
        request_kind=str(draft.request_kind),
        district=row.get("district") or draft.place.district,
        town=row.get("town") or draft.place.town,
        detail=draft.place.detail,
        category=unit.categories[0].label if unit.categories else None,
        function=unit.functions[0].label if unit.functions else None,
        caller=row.get("caller") or None,
    )


def candidates_for(
    facts: TicketFacts, similar: tuple[SimilarTicket, ...], reference: ReferenceData
) -> tuple[DuplicateCandidate, ...]:
    """Return the ten best, whatever their score; `same_matter` as in production."""
    limits = reference.thresholds.duplicate.model_copy(update={"candidate": 0.0, "max_candidates": LOOKED_AT})
    return judge_duplicates(facts, similar, reference.duplicate, limits)


def counted_row(
    row: dict[str, Any],
    candidates: Sequence[DuplicateCandidate],
    seen: dict[str, dict[str, Any]],
    assigned: str,
) -> Row:
    """Count one ticket: is an earlier one of its matter among the ten, are the proposed ones right, which group."""
    group, own = str(row["group"]), str(row["id"])
    earlier = [other for other in seen.values() if other["group"] == group]
    proposed = [candidate for candidate in candidates if candidate.same_matter]
    alike = max((bigram_f1(str(row.get("text")), str(other.get("text"))) for other in earlier), default=1.0)
    return Row(
        group=group if not group.startswith("s") else f"alone {own}",
        assigned=assigned,
        wanted=bool(earlier),
        found=any(seen[c.ticket_number]["group"] == group for c in candidates),
        dissimilar=alike < DISSIMILAR,
        pairs=len(proposed),
        right_pairs=sum(seen[c.ticket_number]["group"] == group for c in proposed),
    )


def figures(rows: Sequence[Row]) -> dict[str, float]:
    """Return recall among ten, precision of proposed pairs, and how well the groups came out."""
    wanted = [row for row in rows if row.wanted]
    far = [row for row in wanted if row.dissimilar]
    pairs = sum(row.pairs for row in rows)
    gold, predicted = [row.group for row in rows], [row.assigned for row in rows]
    return {
        "recall_at_10": sum(row.found for row in wanted) / len(wanted) if wanted else 0.0,
        "recall_at_10_dissimilar": sum(row.found for row in far) / len(far) if far else 0.0,
        "merge_precision": sum(row.right_pairs for row in rows) / pairs if pairs else 1.0,
        "merge_recall": sum(bool(row.right_pairs) for row in wanted) / len(wanted) if wanted else 0.0,
        "b3_f1": b_cubed_f1(gold, predicted),
        "ari": adjusted_rand_index(gold, predicted) if len(Counter(gold)) > 1 else 1.0,
    }
