"""Many calls from a file: understood in worker processes, stored by one writer, resumable, nothing lost."""

import fcntl
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from app.domain.errors import Conflict, InvalidInput
from app.domain.reading import CallReading, Unreadable
from app.domain.ticket import IntakeResult
from app.domain.transcript import Transcript
from app.flows.intake import Delivery, IntakeFlow
from app.receive.batch import Line, read_lines, rejected_beside

CHUNK = 100
"""Calls a transaction: large enough that the disk does not set the pace, small enough to lose nothing dear."""

_TRIES = 5
"""How often a chunk is tried again of which another process keeps calls at the same time."""

Seen = dict[str, str | None]
"""Digest by call id; None: its result stands in the output, its content is not known."""
ReadMany = Callable[[Sequence[Transcript]], list[CallReading | Unreadable]]
Chunk = list[tuple[Line, Delivery]]
Understood = tuple[Line, Delivery, CallReading]


@dataclass
class BatchCount:
    """What a run did."""

    taken: int = 0
    skipped: int = 0
    rejected: int = 0
    tickets: int = 0
    degraded: int = 0


class BatchFlow:
    """Runs a file through the intake."""

    def __init__(self, intake: IntakeFlow) -> None:
        self._intake = intake

    def run(
        self,
        source: Path,
        out: Path,
        *,
        executor: Executor,
        read_many: ReadMany,
        progress: Callable[[int], None],
        ahead: int = 3,
    ) -> BatchCount:
        """Write one result a line to `out`; bad lines go to `<out>.rejected.jsonl` with their reason.

        Calls whose results stand in `out` already are skipped, so a run that was cut off can be started again.
        The workers are kept `ahead` chunks ahead of the writer.

        Raises:
            Conflict: another run writes to `out`.
            InvalidInput: `out` holds something else than results, or is the input, or bad lines would go there.
        """
        count = BatchCount()
        rejected_path = rejected_beside(out, source)
        with ExitStack() as opened:
            results = opened.enter_context(alone(out))
            done: Seen = dict.fromkeys(finished_ids(out))
            rejects = opened.enter_context(rejected_path.open("w", encoding="utf-8"))
            chunks = self._chunks(source, done, rejects, count, progress)
            for chunk, readings in read_ahead(chunks, executor, read_many, ahead):
                for result in self._store(chunk, readings, rejects, count):
                    results.write(result.model_dump_json() + "\n")
                    count.tickets += len(result.tickets)
                    count.degraded += result.degraded
                results.flush()
                progress(len(chunk))
        if rejected_path.stat().st_size == 0:
            rejected_path.unlink()
        return count

    def _chunks(
        self,
        source: Path,
        done: Seen,
        rejects: IO[str],
        count: BatchCount,
        progress: Callable[[int], None],
    ) -> Iterator[Chunk]:
        def wanted() -> Iterator[tuple[Line, Delivery]]:
            for line in read_lines(source):
                delivery = self._delivery(line, rejects, count)
                if delivery is None:
                    progress(1)
                elif done.get(delivery.transcript.id, delivery.digest) not in (None, delivery.digest):
                    reason = f"通话 {delivery.transcript.id} 在文件中出现过，且内容不同"
                    reject(rejects, count, line, reason)
                    progress(1)
                elif delivery.transcript.id in done:
                    count.skipped += 1
                    done[delivery.transcript.id] = delivery.digest
                    progress(1)
                else:
                    done[delivery.transcript.id] = delivery.digest
                    yield line, delivery

        deliveries = wanted()
        while chunk := list(islice(deliveries, CHUNK)):
            yield chunk

    def _delivery(self, line: Line, rejects: IO[str], count: BatchCount) -> Delivery | None:
        if line.payload is None:
            reject(rejects, count, line, line.reason or "")
            return None
        try:
            return self._intake.receive(line.payload)
        except InvalidInput as error:
            reject(rejects, count, line, error.message_zh)
            return None

    def _store(
        self, chunk: Chunk, readings: list[CallReading | Unreadable], rejects: IO[str], count: BatchCount
    ) -> Iterator[IntakeResult]:
        left = [(line, delivery, reading) for (line, delivery), reading in zip(chunk, readings, strict=True)]
        for tried in range(1, _TRIES + 1):
            earlier, fresh = self._apart(left, rejects, count)
            yield from earlier
            try:
                results = self._intake.keep_many([one[1:] for one in fresh], time.perf_counter())
            except Conflict:
                if tried == _TRIES:
                    raise
                left = [*fresh]
            else:
                yield from results
                count.taken += len(results)
                return

    def _apart(
        self, read: Sequence[tuple[Line, Delivery, CallReading | Unreadable]], rejects: IO[str], count: BatchCount
    ) -> tuple[list[IntakeResult], list[Understood]]:
        """Return what became of calls that are known, and the calls that can be kept; reject the rest."""
        earlier: list[IntakeResult] = []
        fresh: list[Understood] = []
        known = self._intake.known([delivery for _, delivery, _ in read])
        for line, delivery, reading in read:
            try:
                found = self._intake.earlier(delivery) if delivery.transcript.id in known else None
            except Conflict as error:
                reject(rejects, count, line, error.message_zh)
                continue
            if found:
                count.skipped += 1
                earlier.append(found)
            elif isinstance(reading, Unreadable):
                reject(rejects, count, line, reading.reason)
            else:
                fresh.append((line, delivery, reading))
        return earlier, fresh


@contextmanager
def alone(out: Path) -> Iterator[IO[str]]:
    """Open a file to add to, and let nobody else add to it meanwhile.

    Raises:
        Conflict: somebody else does.
    """
    with out.open("a", encoding="utf-8") as results:
        try:
            fcntl.flock(results, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(f"另一批量任务正在写 {out}", field="out") from error
        yield results


def read_ahead(
    chunks: Iterator[Chunk], executor: Executor, read_many: ReadMany, ahead: int
) -> Iterator[tuple[Chunk, list[CallReading | Unreadable]]]:
    """Keep the workers ahead of the writer; order is kept."""
    waiting: list[tuple[Chunk, Any]] = []
    for chunk in chunks:
        waiting.append((chunk, executor.submit(read_many, [delivery.transcript for _, delivery in chunk])))
        if len(waiting) > ahead:
            first, future = waiting.pop(0)
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()


def finished_ids(out: Path) -> set[str]:
    """Return the call ids whose results stand in `out`; a half-written last line is cut off.

    Raises:
        InvalidInput: `out` holds something else than results, the input itself for example.
    """
    if not out.exists():
        return set()
    done = set()
    good = 0
    with out.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                done.add(str(json.loads(raw)["call_id"]))
            except (ValueError, KeyError, TypeError) as error:
                if raw.endswith(b"\n"):
                    raise InvalidInput(f"{out} 第 {number} 行不是结果，请另选输出文件", field="out") from error
                break
            good += len(raw)
    with out.open("r+b") as file:
        file.truncate(good)
    return done


def reject(rejects: IO[str], count: BatchCount, line: Line, reason: str) -> None:
    """Write one rejected line with its reason."""
    count.rejected += 1
    rejects.write(json.dumps({"line": line.number, "reason": reason, "text": line.text}, ensure_ascii=False) + "\n")
    rejects.flush()
