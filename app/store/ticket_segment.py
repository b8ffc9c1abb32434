"""Some hundred thousand tickets in a folder, never changed but to wipe one out: arrays read where they lie on disk.

In order of area, then of time, so that an area's tickets of a period are one stretch. A sketch of 512 bits a ticket (on
which side of random planes its vector lies) says who is near; the vectors themselves then say how near.
"""

import mmap
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from app.domain.city_time import CITY_TIME
from app.domain.duplicate import TicketFacts
from app.domain.ports.ticket_index import Area, Kept

BITS = 512
_WORDS: Mapping[str, int] = {
    "ticket_number": 20,
    "district": 30,
    "town": 48,
    "detail": 120,
    "category": 8,
    "function": 48,
    "request_kind": 16,
    "caller": 32,
}
"""Bytes of UTF-8 kept of each text."""
_FLAGS = ("confidential", "demo", "referred")
FACTS = np.dtype([
    *((name, f"S{size}") for name, size in _WORDS.items()), ("created_at", "i8"), ("closed_at", "i8"),
    *((name, "?") for name in _FLAGS),
])  # fmt: skip
_READ_AHEAD = ("sketches", "at", "vectors")
"""What every search reads: brought into memory at the start, in the background."""
_ARRAYS = (*_READ_AHEAD, "areas", "rows", "facts", "numbers", "places")


class Segment:
    """One folder, opened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        mapped: dict[str, Any] = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        for name in _READ_AHEAD:
            mapped[name]._mmap.madvise(mmap.MADV_WILLNEED)
        self._arrays: dict[str, Any] = {name: np.asarray(array) for name, array in mapped.items()}
        self.size = len(self._arrays["at"])
        self._stretches = {(int(d), int(t)): (int(a), int(b)) for d, t, a, b in self._arrays["areas"]}
        self._known: dict[Area, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = {}
        self._oldest, self._newest = int(self._arrays["at"].min()), int(self._arrays["at"].max())

    def near(
        self, sketch: NDArray[np.uint8], *, area: Area | None, since: int, most: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return how many bits differ, and the positions, of the tickets nearest by sketch, in any order."""
        found = [self._scanned(sketch, start, end, most) for start, end in self._wanted(area, since)]
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found])

    def _scanned(
        self, sketch: NDArray[np.uint8], start: int, end: int, most: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        part = self._arrays["sketches"][start:end]
        differ, where = faiss.knn_hamming(sketch[None], part, min(most, end - start), variant="mc")
        return differ[0].astype(np.int64), where[0] + start

    def _wanted(self, area: Area | None, since: int) -> Iterator[tuple[int, int]]:
        """Yield the stretches where an area's tickets since a moment lie, all areas' without one."""
        if self._newest < since:
            return
        stretches, joined = self._stretches_of(area or (0, 0))
        if self._oldest >= since:
            yield from joined
            return
        for start, end in stretches:
            first = start + int(np.searchsorted(self._arrays["at"][start:end], since))
            if first < end:
                yield first, end

    def _stretches_of(self, area: Area) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return where the tickets lie that may be of an area, in order, and the same with neighbours joined."""
        if area not in self._known:
            found = [
                stretch
                for other, stretch in self._stretches.items()
                if all(mine == 0 or theirs in (0, mine) for mine, theirs in zip(area, other, strict=True))
            ]
            joined: list[tuple[int, int]] = []
            for start, end in found:
                before = joined.pop() if joined and joined[-1][1] == start else (start, end)
                joined.append((before[0], end))
            self._known[area] = found, joined
        return self._known[area]

    def vectors(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of some tickets."""
        return np.asarray(self._arrays["vectors"][positions], np.float32)

    def positions(self, ticket_numbers: Collection[str]) -> NDArray[np.int64]:
        """Return where those of the tickets stand that are here."""
        wanted = np.array(sorted(number.encode() for number in ticket_numbers), FACTS["ticket_number"])
        at = np.searchsorted(self._arrays["numbers"], wanted)
        at = at[at < self.size]
        held = self._arrays["places"][at[self._arrays["numbers"][at] == wanted[: len(at)]]]
        return np.asarray(held[self._arrays["facts"]["ticket_number"][held] != b""], np.int64)

    def kept(self, positions: NDArray[np.int64]) -> Kept:
        """Return tickets by their positions; those wiped out are missing."""
        facts = self._arrays["facts"][positions]
        there = facts["ticket_number"] != b""
        positions = positions[there]
        rows = np.array(self._arrays["rows"][positions])
        return Kept([_facts_of(one) for one in facts[there]], rows, self.vectors(positions))

    def whole(self) -> Kept:
        """Return every ticket."""
        return self.kept(np.arange(self.size))

    def forget(self, ticket_numbers: Collection[str]) -> None:
        """Wipe out tickets: nothing of them stays but a number that leads nowhere."""
        positions = self.positions(ticket_numbers)
        for name in ("facts", "rows", "vectors", "sketches") if len(positions) else ():
            array = np.load(self.folder / f"{name}.npy", mmap_mode="r+")
            array[positions] = np.zeros(1, array.dtype)
            array.flush()


def write_segment(folder: Path, kept: Kept, planes: NDArray[np.float32]) -> None:
    """Write tickets to a new folder."""
    rows = kept.rows
    order = np.lexsort((rows["at"], rows["town"], rows["district"]))
    rows = rows[order]
    facts = np.array([_record(kept.facts[i]) for i in order], FACTS)
    areas = np.stack([rows["district"], rows["town"]], axis=1).astype(np.int64)
    starts = np.flatnonzero((np.diff(areas, axis=0, prepend=-1) != 0).any(axis=1))
    ends = np.append(starts[1:], len(rows))[: len(starts)]
    places = np.argsort(facts["ticket_number"], kind="stable")
    vectors = kept.vectors[order]
    arrays = {
        "sketches": sketched(vectors, planes),
        "at": rows["at"],
        "vectors": vectors.astype(np.float16),
        "areas": np.column_stack([areas[starts], starts, ends]),
        "rows": rows,
        "facts": facts,
        "numbers": facts["ticket_number"][places],
        "places": places,
    }
    folder.mkdir(parents=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def sketched(vectors: NDArray[np.float32], planes: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return on which side of each plane each vector lies."""
    return np.packbits(vectors @ planes > 0, axis=1)


def _record(facts: TicketFacts) -> tuple[Any, ...]:
    words = ((getattr(facts, name) or "").encode()[:size] for name, size in _WORDS.items())
    closed = int(facts.closed_at.timestamp()) if facts.closed_at else 0
    return (*words, int(facts.created_at.timestamp()), closed, *(getattr(facts, name) for name in _FLAGS))


def _facts_of(record: Any) -> TicketFacts:
    words = {name: record[name].decode(errors="ignore") or None for name in _WORDS}
    closed = int(record["closed_at"])
    return TicketFacts.model_validate(
        words
        | {name: bool(record[name]) for name in _FLAGS}
        | {
            "text": "",
            "created_at": datetime.fromtimestamp(int(record["created_at"]), CITY_TIME),
            "closed_at": datetime.fromtimestamp(closed, CITY_TIME) if closed else None,
        }
    )
