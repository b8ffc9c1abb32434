"""Very many tickets from a file, grouped into issues: encoded and compared in worker processes, joined in one pass.

What is finished stands in a folder beside the result, so a run that was cut off goes on where it stopped.
"""

import json
import math
import shutil
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.decide.issue import choose_issue
from app.domain.errors import InvalidInput
from app.domain.thresholds import IssueRules
from app.flows.batch import alone
from app.receive.batch import rejected_beside
from app.understand.duplicate.backfill import blocks_of

CHUNK = 5_000
AHEAD = 4
JOINED_AT_ONCE = 50_000
GATHERED = ("rows", "vectors")
_OF = "of.txt"
"""Which file a run's folder is of."""

EncodeLines = Callable[[Sequence[bytes], int, Path], None]
"""Lines, blank ones among them, the number of the first and a file to write to; refused lines go beside it."""
LinkBlock = Callable[[tuple[int, int], Path, Path, int], None]
"""A block, the folder with all rows, a file to write to, and how many days to look back."""
Progress = Callable[[str, int, int], None]
"""A stage, how much of it is done, how much there is."""


class Grouped(NamedTuple):
    """What a run did."""

    tickets: int
    refused: int
    issues: int


class GroupBackfill:
    """Groups a file of tickets; needs no store."""

    def __init__(self, rules: IssueRules, *, window_days: int) -> None:
        self._rules = rules
        self._window_days = window_days

    def run(
        self,
        source: Path,
        out: Path,
        *,
        executor: Executor,
        encode: EncodeLines,
        link: LinkBlock,
        progress: Progress,
    ) -> Grouped:
        """Write one line a ticket to `out`, `{"id", "issue"}`, in order of time; the issue is its first ticket's id.

        Raises:
            Conflict: another run writes to `out`.
            InvalidInput: what stands at `out`, or beside it, is the input or somebody else's.
        """
        rejected = rejected_beside(out, source)
        with alone(out):
            check_replaceable(out)
            return self._run(source, out, rejected, executor, encode, link, progress)

    def _run(
        self,
        source: Path,
        out: Path,
        rejected: Path,
        executor: Executor,
        encode: EncodeLines,
        link: LinkBlock,
        progress: Progress,
    ) -> Grouped:
        work = begun(out.with_name(f"{out.name}.work"), source)
        self._encode(source, work, executor, encode, progress)
        rows, ids = gathered(work)
        blocks = blocks_of(rows) if ids else []
        waiting = [
            executor.submit(link, block, work, work / f"links-{i:04}.npz", self._window_days)
            for i, block in enumerate(blocks)
        ]
        for done, future in enumerate(waiting, start=1):
            future.result()
            progress("比对", done, len(blocks))
        issue_of = self._join(rows["at"], work, len(blocks), progress) if ids else []
        with out.open("w", encoding="utf-8") as file:
            for position, issue in enumerate(issue_of):
                file.write(json.dumps({"id": ids[position], "issue": ids[issue]}, ensure_ascii=False) + "\n")
        rejected.unlink(missing_ok=True)
        if bad := b"".join(part.read_bytes() for part in sorted(work.glob("*.rejected.jsonl"))):
            rejected.write_bytes(bad)
        shutil.rmtree(work)
        return Grouped(len(ids), bad.count(b"\n"), len(set(issue_of)))

    def _encode(self, source: Path, work: Path, executor: Executor, encode: EncodeLines, progress: Progress) -> None:
        with source.open("rb") as file:
            total = sum(1 for _ in file)
        done = 0
        waiting: deque[tuple[int, Any]] = deque()
        with source.open("rb") as file:
            for part, chunk in enumerate(_chunks(file)):
                written = work / f"part-{part:05}.npz"
                future = None if written.exists() else executor.submit(encode, chunk, part * CHUNK, written)
                waiting.append((len(chunk), future))
                if len(waiting) > AHEAD:
                    size, first = waiting.popleft()
                    if first:
                        first.result()
                    done += size
                    progress("编码", done, total)
        for _, future in waiting:
            if future:
                future.result()
        progress("编码", total, total)

    def _join(self, at: NDArray[np.int32], work: Path, blocks: int, progress: Progress) -> list[int]:
        """Return each ticket's issue by position, the tickets taken in order of time."""
        later, earlier, likely = _links(work, blocks)
        odds = bounded_odds(likely, self._rules.bound)
        issue_of: list[int] = []
        members: defaultdict[int, int] = defaultdict(int)
        for start in range(0, len(at), JOINED_AT_ONCE):
            end = min(start + JOINED_AT_ONCE, len(at))
            found: defaultdict[int, list[tuple[int, int, float]]] = defaultdict(list)
            own = slice(*np.searchsorted(later, (start, end)))
            columns = earlier[own], at[later[own]] - at[earlier[own]], odds[own]
            for position, *link in zip(later[own].tolist(), *(column.tolist() for column in columns), strict=True):
                found[position].append((link[0], link[1], link[2]))
            for position in range(start, end):
                issue_of.append(self._issue_for(position, found.get(position, ()), issue_of, members))
                members[issue_of[-1]] += 1
            progress("成组", end, len(at))
        return issue_of

    def _issue_for(
        self, position: int, links: Sequence[tuple[int, int, float]], issue_of: list[int], members: Mapping[int, int]
    ) -> int:
        """Return the issue that a ticket joins, itself for a new one; a link: earlier ticket, minutes between, odds."""
        found: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        for other, age, odds in links:
            found[issue_of[other]].append((age, odds))
        fits = {issue: self._fit(own, members[issue]) for issue, own in found.items()}
        chosen = choose_issue(fits, self._rules) if fits else None
        return position if chosen is None else chosen

    def _fit(self, found: list[tuple[int, float]], size: int) -> float:
        """Return the mean odds over the latest members; one that the search did not find speaks against."""
        rules = self._rules
        weights = [math.exp2(-age / 1440 / rules.half_life_days) for age, _ in found]
        missing = max(0, min(size, rules.members_compared) - len(found)) * min(weights)
        total = sum(weight * odds for weight, (_, odds) in zip(weights, found, strict=True))
        return (total - missing * rules.bound) / (sum(weights) + missing)


def check_replaceable(out: Path) -> None:
    """Refuse to write over what is no result of an earlier run.

    Raises:
        InvalidInput: it is something else.
    """
    with out.open("rb") as file:
        first = file.readline()
    try:
        result = not first or set(json.loads(first)) == {"id", "issue"}
    except (ValueError, TypeError):
        result = False
    if not result:
        raise InvalidInput(f"{out} 不是归并的结果，请另选输出文件", field="out")


def begun(work: Path, source: Path) -> Path:
    """Return the folder of a run; what another file, or this one before a change, left there is thrown away.

    Raises:
        InvalidInput: a folder of that name is none of ours.
    """
    told = source.stat()
    mark, note = f"{source.resolve()} {told.st_size} {told.st_mtime_ns}", work / _OF
    if work.exists() and not note.exists() and any(work.iterdir()):
        raise InvalidInput(f"目录 {work} 不是归并的中间结果，请移走它或另选输出文件", field="out")
    if work.exists() and not (note.exists() and note.read_text("utf-8") == mark):
        shutil.rmtree(work)
    work.mkdir(exist_ok=True)
    note.write_text(mark, "utf-8")
    return work


def bounded_odds(likely: NDArray[np.float32], bound: float) -> NDArray[np.float32]:
    """Return log-odds, at most the bound either way."""
    inside = np.clip(likely, 1e-6, 1 - 1e-6)
    return np.asarray(np.clip(np.log(inside / (1 - inside)), -bound, bound), np.float32)


def gathered(work: Path) -> tuple[Any, list[str]]:
    """Put the parts in order of time into `rows.npy` and `vectors.npy`; return rows (a structured array) and ids."""
    parts = sorted(work.glob("part-*.npz"))
    if not parts:
        return np.zeros(0), []
    at, ids = [], []
    for part in parts:
        with np.load(part) as loaded:
            at.append(loaded["rows"]["at"])
            ids += loaded["ids"].tolist()
            kinds = {name: (loaded[name].dtype, loaded[name].shape[1:]) for name in GATHERED}
    order = np.argsort(np.concatenate(at), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    whole = {
        name: np.lib.format.open_memmap(work / f"{name}.npy", "w+", kind, (len(order), *shape))
        for name, (kind, shape) in kinds.items()
    }
    start = 0
    for part, own in zip(parts, at, strict=True):
        with np.load(part) as loaded:
            for name, array in whole.items():
                array[place[start : start + len(own)]] = loaded[name]
        start += len(own)
    for array in whole.values():
        array.flush()
    return whole["rows"], [ids[i] for i in order]


def _links(work: Path, blocks: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return every block's links, in order of the later ticket."""
    loaded = [np.load(work / f"links-{i:04}.npz") for i in range(blocks)]
    later, earlier, likely = (np.concatenate([one[name] for one in loaded]) for name in ("later", "earlier", "likely"))
    order = np.argsort(later, kind="stable")
    return later[order], earlier[order], likely[order]


def _chunks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    left = iter(lines)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
