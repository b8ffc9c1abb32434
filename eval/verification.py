"""How much of what a language model might write the checks let through: `python -m eval.verification`.

Values written as the prompts ask for them, each faithful or with one fault, of calls in `ticket_dev.jsonl` and of the
project's own articles. Dangerous error: a fault that passes. The other one, a faithful value that is refused, makes
the language model useless.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from app.bootstrap.reader import classifier, load_embedded
from app.config import Settings
from app.domain.knowledge import Article
from app.receive.payload import parse_transcript
from app.respond.generated_answer import AnswerSentence, wrong_with
from app.understand.generated.fields import FieldChecker, Verified
from app.understand.generated.forms import TicketForm
from app.understand.generated.ground import Ground
from app.understand.mentions.places import AreaReader
from app.understand.ticket.kind import KindReader
from eval.base import payload_of, read_jsonl

CALLS = Path("eval/datasets/ticket_dev.jsonl")
TICKETS = Path("eval/datasets/generated_tickets.jsonl")
ANSWERS = Path("eval/datasets/generated_answers.jsonl")
FAITHFUL = "faithful"


@dataclass
class Count:
    """What became of the values with one fault."""

    passed: int = 0
    doubted: int = 0
    refused: int = 0
    examples: list[str] = field(default_factory=list)


def main(show: bool = False) -> None:
    """Print what was refused, what the model would be asked to look at again, and what passed."""
    found = {**counted(ticket_outcomes()), **counted(answer_outcomes())}
    table = Table("of", "fault", "values", "refused", "asked again", "passed", title="checks of a model's words")
    for (of, fault), count in sorted(found.items()):
        whole = count.refused + count.doubted + count.passed
        table.add_row(of, fault, *map(str, (whole, count.refused, count.doubted, count.passed)))
    console = Console()
    console.print(table)
    for (of, fault), count in sorted(found.items()) if show else ():
        console.print(of, fault, *count.examples, sep="\n  ")


def counted(outcomes: Iterator[tuple[str, str, str, str]]) -> dict[tuple[str, str], Count]:
    """Count outcomes by what the value is of and its fault; keep those that went wrong as examples."""
    found: dict[tuple[str, str], Count] = {}
    for of, fault, outcome, value in outcomes:
        count = found.setdefault((of, fault), Count())
        setattr(count, outcome, getattr(count, outcome) + 1)
        if (outcome == "passed") != (fault == FAITHFUL):
            count.examples.append(value)
    return found


def ticket_outcomes() -> Iterator[tuple[str, str, str, str]]:
    """Yield field, fault, outcome and value of every written value of a ticket."""
    settings = Settings()
    embedded = load_embedded(settings)
    reference, reader = embedded.reference, embedded.reader
    kinds = KindReader(reference.request_kind, *(classifier(settings.weights_dir / name) for name in ("kind", "asked")))
    areas = AreaReader(reference.gazetteer, reference.areas)
    least = reference.thresholds.request_kind.least_generated
    checker = FieldChecker(reference.gazetteer, areas, kinds, least_kind=least)
    calls = {row["id"]: row for row in read_jsonl(CALLS)}
    for row in read_jsonl(TICKETS, "call", "field", "value"):
        transcript = parse_transcript(payload_of(calls[row["call"]]), received_at=datetime.now(UTC))
        call = reader.normalised(transcript)
        draft = reader.read(transcript).demands[row["demand"]].draft
        outcome = checker.check(form_of(row), draft, Ground(call, reader.mentions(call)))[row["field"]]
        yield row["field"], row["fault"] or FAITHFUL, told(outcome), row["value"]


def form_of(row: dict[str, Any]) -> TicketForm:
    """Return a form whose one field is the row's."""
    passage = {"quotes": row["quotes"], "value": row["value"]}
    empty = dict.fromkeys(TicketForm.model_fields)
    filled = {**empty, "demand": row["demand"], "left_out": row["left_out"], row["field"]: passage}
    return TicketForm.model_validate_json(json.dumps(filled, ensure_ascii=False))


def told(outcome: object) -> str:
    """Return what became of a checked value."""
    if not isinstance(outcome, Verified):
        return "refused"
    return "doubted" if outcome.doubt else "passed"


def answer_outcomes() -> Iterator[tuple[str, str, str, str]]:
    """Yield "answer", fault, outcome and text of every written sentence of an answer."""
    articles = {article.id: article for article in load_embedded(Settings()).articles}
    for row in read_jsonl(ANSWERS, "question", "articles", "text"):
        shown: list[Article] = [articles[id_] for id_ in row["articles"]]
        sentence = AnswerSentence(article=row["article"], quote=row["quote"], text=row["text"])
        wrong = wrong_with(sentence, shown, row["question"])
        yield "answer", row["fault"] or FAITHFUL, "refused" if wrong else "passed", row["text"]


if __name__ == "__main__":
    typer.run(main)
