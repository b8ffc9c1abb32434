"""Writes the development calls' demands with kind, subject, field and functions: `python -m training.call_matters`.

The field is the first level of the category. What a caller says in a call reads unlike what a citizen writes; the
classifiers of kinds and categories learn from both, and the ranker of functions sets its scale on them.
"""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import typer

from app.bootstrap import build_reader
from app.config import Settings
from app.domain.reference import ReferenceData
from app.receive.payload import parse_transcript
from app.store.reference.load import load_reference_data
from eval.base import payload_of, read_jsonl

CALLS = Path("eval/datasets/ticket_dev.jsonl")
OUT = Path("training/datasets/call_matters.jsonl")
RECEIVED = datetime(2026, 11, 18, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def main(calls: Path = CALLS, out: Path = OUT) -> None:
    """Read each call; where as many demands are found as were made, pair them in order."""
    settings = Settings()
    reference = load_reference_data(settings.knowledge_dir)
    reader = build_reader(settings, reference)
    rows = []
    for call in read_jsonl(calls):
        payload = payload_of(call)
        found = reader.read(parse_transcript(payload, received_at=RECEIVED)).demands
        wanted = call["gold"]["demands"]
        if len(found) == len(wanted):
            rows += [
                {
                    "id": f"{call['id']}-{i}",
                    "scenario": call["id"],
                    "text": demand.draft.matter,
                    "kind": gold["kind"],
                    "subject": gold["subject"],
                    "field": gold["category_level1"],
                    "functions": functions_of(gold.get("lead_unit"), reference),
                }
                for i, (demand, gold) in enumerate(zip(found, wanted, strict=True))
            ]
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def functions_of(unit: str | None, reference: ReferenceData) -> tuple[str, ...]:
    """Return what the right unit answers for; none where the gold names none."""
    named = reference.unit_by_name.get(unit or "")
    return reference.unit_by_code[named.unit_code].functions if named else ()


if __name__ == "__main__":
    typer.run(main)
