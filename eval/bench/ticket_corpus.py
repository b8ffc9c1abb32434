"""A city's tickets on their way into the service's index, questions about them, and what comparing with all finds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from app.bootstrap import ticket_encoder
from app.config import Settings
from app.domain.duplicate import TicketFacts
from app.domain.ports.ticket_index import Kept
from app.store.reference.load import load_reference_data
from app.understand.duplicate.rows import ROW, TicketEncoder
from eval.bench.varied_tickets import Made
from models.embedding.rare import RareGrams

Allowed = Callable[[NDArray[np.void], np.void], NDArray[np.bool_]]
"""Rows and a question: which of them may be returned."""
TEN = 10
CHUNK, PART = 5_000, 200_000
VECTOR = 384
_encoder: TicketEncoder | None = None


class Corpus(NamedTuple):
    """The tickets searched, and the questions."""

    rows: NDArray[np.void]
    vectors: NDArray[np.float16]
    issues: NDArray[np.int64]
    asked: Sequence[Made]
    questions: Kept
    texts: Sequence[str]
    """Of the first tickets."""

    def first(self, count: int) -> "Corpus":
        """Return the same questions over fewer tickets."""
        return self._replace(rows=self.rows[:count], vectors=self.vectors[:count], issues=self.issues[:count])


class Making:
    """Parts of an index on their way into it. Every so-manieth ticket is kept out as a question."""

    def __init__(self, rows: int, questions: int, folder: Path, *, keep_texts: int) -> None:
        self._count, self._questions, self._keep_texts = rows, questions, keep_texts
        self._rows = np.zeros(rows, ROW)
        self._vectors = np.memmap(folder / "vectors", np.float16, "w+", shape=(rows, VECTOR))
        self._issues = np.zeros(rows, np.int64)
        self._asked: list[tuple[Made, Kept]] = []
        self._texts: list[str] = []
        self._at = 0

    def parts(self, encoded: Iterable[tuple[Sequence[Made], Kept]], chunks: int) -> Iterator[Kept]:
        """Yield what is searched, note it, and put the questions aside."""
        every, waiting = self._count // self._questions, list[Kept]()
        for made, kept in track(encoded, total=chunks, description="tickets"):
            place = self._at + len(self._asked) + np.arange(len(made))
            asked = place % every == every - 1
            asked &= np.cumsum(asked) <= self._questions - len(self._asked)
            self._asked += [(made[int(i)], kept.take(np.array([i]))) for i in np.flatnonzero(asked)]
            there = np.flatnonzero(~asked)[: self._count - self._at]
            own = kept.take(there)
            end = self._at + len(there)
            self._rows[self._at : end], self._vectors[self._at : end] = own.rows, own.vectors
            self._issues[self._at : end] = [made[int(i)].issue for i in there]
            self._texts += [made[int(i)].facts.text for i in there[: max(0, self._keep_texts - self._at)]]
            self._at = end
            waiting.append(own)
            if sum(len(one.facts) for one in waiting) >= PART:
                yield Kept.joined(waiting)
                waiting = []
        if waiting:
            yield Kept.joined(waiting)

    def corpus(self) -> Corpus:
        """Return what was made."""
        asked = [made for made, _ in self._asked]
        questions = Kept.joined([kept for _, kept in self._asked])
        return Corpus(
            self._rows[: self._at], self._vectors[: self._at], self._issues[: self._at], asked, questions, self._texts
        )  # fmt: skip


def encoded(made: Iterator[Made], pool: ProcessPoolExecutor) -> Iterator[tuple[list[Made], Kept]]:
    """Yield tickets as they are kept, encoded in worker processes."""
    waiting = []
    while chunk := list(islice(made, CHUNK)):
        waiting.append((chunk, pool.submit(_encode, [one.facts for one in chunk])))
        if len(waiting) > 4:
            first, future = waiting.pop(0)
            yield first, Kept([one.facts for one in first], *future.result())
    for first, future in waiting:
        yield first, Kept([one.facts for one in first], *future.result())


def start_encoding() -> None:
    """Give a worker process what it encodes with."""
    global _encoder
    settings = Settings()
    reference = load_reference_data(settings.knowledge_dir)
    _encoder = ticket_encoder(settings, reference, RareGrams.load(settings.weights_dir / "duplicate"))


def _encode(tickets: list[TicketFacts]) -> tuple[NDArray[np.void], NDArray[np.float32]]:
    assert _encoder is not None
    return _encoder.encode(tickets)


def exact_ten(corpus: Corpus, allowed: Allowed | None = None) -> NDArray[np.int64]:
    """Return each question's ten nearest, by comparing with every ticket that is allowed."""
    questions = corpus.questions.vectors
    best = np.full((len(questions), TEN), -1.0, np.float32)
    where = np.full((len(questions), TEN), -1, np.int64)
    for start in track(range(0, len(corpus.vectors), 50_000), description="exact"):
        rows = corpus.rows[start : start + 50_000]
        scores = questions @ corpus.vectors[start : start + 50_000].astype(np.float32).T
        if allowed:
            scores[~np.stack([allowed(rows, row) for row in corpus.questions.rows])] = -1
        joined = np.hstack([best, scores])
        order = np.argpartition(-joined, TEN, axis=1)[:, :TEN]
        places = np.hstack([where, np.broadcast_to(np.arange(start, start + scores.shape[1]), scores.shape)])
        best, where = np.take_along_axis(joined, order, 1), np.take_along_axis(places, order, 1)
    where[best <= -1] = -1
    return where


def in_area(rows: NDArray[np.void], question: np.void) -> NDArray[np.bool_]:
    """Tell which tickets may lie where a question does."""
    fits = np.ones(len(rows), np.bool_)
    for name in ("district", "town"):
        if question[name]:
            fits &= (rows[name] == question[name]) | (rows[name] == 0)
    return fits
