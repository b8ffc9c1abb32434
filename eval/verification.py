"""How much of what a language model might write the checks let through: `python -m eval.verification`.

Values written as the prompts ask for them, each faithful or with one fault, of calls in `ticket_dev.jsonl` and of the
project's own articles. Dangerous error: a fault that passes. The other one, a faithful value that is refused, makes
the language model useless.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from app.bootstrap.reader import kind_reader, load_embedded
from app.config import Settings
from app.domain.knowledge import Article
from app.domain.reading import CallReading
from app.flows.reading import CallReader
from app.receive.payload import parse_transcript
from app.respond.generated_answer import AnswerSentence, wrong_with
from app.understand.generated.fields import FieldChecker, Verified
from app.understand.generated.forms import TicketForm
from app.understand.generated.ground import Ground
from eval.base import payload_of, read_jsonl

CALLS = Path("eval/datasets/ticket_dev.jsonl")
TICKETS = Path("eval/datasets/generated_tickets.jsonl")
ANSWERS = Path("eval/datasets/generated_answers.jsonl")
FAITHFUL = "faithful"


class Outcome(NamedTuple):
    """What became of one value: what it is of, its fault, and whether it was refused, doubted or passed."""

    of: str
    fault: str
    outcome: str
    value: str


@dataclass
class Count:
    """What became of the values with one fault."""

    passed: int = 0
    doubted: int = 0
    refused: int = 0
    examples: list[str] = field(default_factory=list)


def main(show: bool = False) -> None:
    """Print what was refused, what the model would be asked to look at again, and what passed."""
    settings = Settings()
    embedded = load_embedded(settings)
    checker = FieldChecker(embedded.reference, kind_reader(settings.weights_dir, embedded.reference))
    found = counted([*ticket_outcomes(embedded.reader, checker), *answer_outcomes(embedded.articles)])
    table = Table("of", "fault", "values", "refused", "asked again", "passed", title="checks of a model's words")
    for (of, fault), count in sorted(found.items()):
        whole = count.refused + count.doubted + count.passed
        table.add_row(of, fault, *map(str, (whole, count.refused, count.doubted, count.passed)))
    console = Console()
    console.print(table)
    for (of, fault), count in sorted(found.items()) if show else ():
        console.print(of, fault, *count.examples, sep="\n  ")


def counted(outcomes: Iterable[Outcome]) -> dict[tuple[str, str], Count]:
    """Count outcomes by what the value is of and its fault; keep those that went wrong as examples."""
    found: dict[tuple[str, str], Count] = {}
    for of, fault, outcome, value in outcomes:
        count = found.setdefault((of, fault), Count())
        setattr(count, outcome, getattr(count, outcome) + 1)
        if (outcome == "passed") != (fault == FAITHFUL):
            count.examples.append(value)
    return found


def ticket_outcomes(reader: CallReader, checker: FieldChecker) -> Iterator[Outcome]:
    """Yield what became of every written value of a ticket."""
    calls = {row["id"]: row for row in read_jsonl(CALLS)}

    @cache
    def read(call_id: str) -> tuple[CallReading, Ground]:
        transcript = parse_transcript(payload_of(calls[call_id]), received_at=datetime.now(UTC))
        call = reader.normalised(transcript)
        return reader.read(transcript), Ground(call, reader.mentions(call))

    for row in read_jsonl(TICKETS, "call", "field", "value"):
        reading, ground = read(row["call"])
        outcome = checker.check(form_of(row), reading.demands[row["demand"]].draft, ground)[row["field"]]
        yield Outcome(row["field"], row["fault"] or FAITHFUL, told(outcome), row["value"])


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


def answer_outcomes(held: Sequence[Article]) -> Iterator[Outcome]:
    """Yield what became of every written sentence of an answer."""
    articles = {article.id: article for article in held}
    for row in read_jsonl(ANSWERS, "question", "articles", "text"):
        shown = [articles[id_] for id_ in row["articles"]]
        sentence = AnswerSentence(article=row["article"], quote=row["quote"], text=row["text"])
        wrong = wrong_with(sentence, shown, row["question"])
        yield Outcome("answer", row["fault"] or FAITHFUL, "refused" if wrong else "passed", row["text"])


if __name__ == "__main__":
    typer.run(main)
