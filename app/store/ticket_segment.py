"""Some hundred thousand tickets in a folder, never changed but to wipe one out: arrays read where they lie on disk.

In order of area, then of time, so that an area's tickets of a period are one stretch. A sketch of 512 bits a ticket (on
which side of random planes its vector lies) says who is near; the vectors themselves then say how near. Half of the
sketch is scanned, the other half looked at for the nearest; the scanned half lies there in order of time too.
"""

import mmap
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from app.domain.city_time import CITY_TIME
from app.domain.duplicate import TicketFacts
from app.domain.ports.ticket_index import Area, Kept

BITS, SCANNED_BITS = 512, 256
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
_NAMES = FACTS.names or ()
_READ_AHEAD = ("scanned", "at", "scanned_by_time", "at_by_time", "by_time", "refining", "vectors", "scales")
"""What every search reads: brought into memory at the start, in the background."""
_ARRAYS = (*_READ_AHEAD, "areas", "rows", "facts", "numbers", "places")
_WIPED = ("facts", "rows", "vectors", "scanned", "refining")
Places = NDArray[np.int64]


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
    ) -> tuple[NDArray[np.int32], Places]:
        """Return how many of the scanned bits differ, and the positions, of the nearest tickets, in any order.

        At least `most`, where there are as many.
        """
        if self._newest < since:
            return np.zeros(0, np.int32), np.zeros(0, np.int64)
        if area is None or not any(area):
            start = int(np.searchsorted(self._arrays["at_by_time"], since))
            differ, where = _scanned(sketch, self._arrays["scanned_by_time"], start, self.size, most)
            return differ, self._arrays["by_time"][where].astype(np.int64)
        found = [_scanned(sketch, self._arrays["scanned"], *stretch, most) for stretch in self._wanted(area, since)]
        empty = np.zeros(0, np.int32), np.zeros(0, np.int64)
        differs, places = zip(*found, strict=True) if found else ((empty[0],), (empty[1],))
        return np.concatenate(differs), np.concatenate(places)

    def refined(self, sketch: NDArray[np.uint8], positions: Places) -> NDArray[np.int64]:
        """Return how many of the other bits differ."""
        mine, theirs = sketch[SCANNED_BITS // 8 :].view(np.uint64), self._arrays["refining"][positions].view(np.uint64)
        return np.asarray(np.bitwise_count(mine ^ theirs).sum(axis=1), np.int64)

    def _wanted(self, area: Area, since: int) -> Iterator[tuple[int, int]]:
        """Yield the stretches where an area's tickets since a moment lie."""
        stretches, joined = self._stretches_of(area)
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

    def vectors(self, positions: Places) -> NDArray[np.float32]:
        """Return the vectors of some tickets."""
        whole = self._arrays["vectors"][positions].astype(np.float32)
        return np.asarray(whole * self._arrays["scales"][positions, None], np.float32)

    def alike(self, vector: NDArray[np.float32], positions: Places) -> NDArray[np.float32]:
        """Return how alike some tickets' vectors are to one."""
        kept = self._arrays["vectors"][positions].astype(np.float32)
        return np.asarray((kept @ vector) * self._arrays["scales"][positions], np.float32)

    def there(self, positions: Places) -> NDArray[np.bool_]:
        """Tell which tickets are not wiped out."""
        return np.asarray(self._arrays["facts"]["ticket_number"][positions] != b"", np.bool_)

    def positions(self, ticket_numbers: Collection[str]) -> Places:
        """Return where those of the tickets stand that are here."""
        wanted = np.array(sorted(number.encode() for number in ticket_numbers), FACTS["ticket_number"])
        at = np.searchsorted(self._arrays["numbers"], wanted)
        at = at[at < self.size]
        held = self._arrays["places"][at[self._arrays["numbers"][at] == wanted[: len(at)]]]
        return np.asarray(held[self.there(held)], np.int64)

    def kept(self, positions: Places) -> Kept:
        """Return tickets by their positions; those wiped out are missing."""
        positions = positions[self.there(positions)]
        facts, rows = self._arrays["facts"][positions], self._arrays["rows"][positions]
        return Kept([_facts_of(one) for one in facts.tolist()], np.array(rows), self.vectors(positions))

    def whole(self) -> Kept:
        """Return every ticket."""
        return self.kept(np.arange(self.size))

    def forget(self, ticket_numbers: Collection[str]) -> None:
        """Wipe out tickets: nothing of them stays but a number that leads nowhere."""
        positions = self.positions(ticket_numbers)
        if not len(positions):
            return
        in_time = np.flatnonzero(np.isin(self._arrays["by_time"], positions))
        for name, where in (*((name, positions) for name in _WIPED), ("scanned_by_time", in_time)):
            array = np.load(self.folder / f"{name}.npy", mmap_mode="r+")
            array[where] = np.zeros(1, array.dtype)
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
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9).astype(np.float32) / 127
    sketches = sketched(vectors, planes)
    scanned, by_time = np.ascontiguousarray(sketches[:, : SCANNED_BITS // 8]), np.argsort(rows["at"], kind="stable")
    arrays = {
        "scanned": scanned,
        "refining": sketches[:, SCANNED_BITS // 8 :],
        "at": rows["at"],
        "scanned_by_time": scanned[by_time],
        "at_by_time": rows["at"][by_time],
        "by_time": by_time.astype(np.int32),
        "vectors": np.round(vectors / scales[:, None]).astype(np.int8),
        "scales": scales,
        "areas": np.column_stack([areas[starts], starts, ends]),
        "rows": rows,
        "facts": facts,
        "numbers": facts["ticket_number"][places],
        "places": places,
    }
    folder.mkdir(parents=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def planes_of(dimensions: int) -> NDArray[np.float32]:
    """Return random planes, at right angles to one another as far as there is room: they tell more than any others."""
    dice = np.random.default_rng(0)
    turned = [np.linalg.qr(dice.standard_normal((dimensions, dimensions)))[0] for _ in range(-(-BITS // dimensions))]
    return np.hstack(turned)[:, :BITS].astype(np.float32)


def sketched(vectors: NDArray[np.float32], planes: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return on which side of each plane each vector lies."""
    return np.packbits(vectors @ planes > 0, axis=1)


def _scanned(
    sketch: NDArray[np.uint8], sketches: NDArray[np.uint8], start: int, end: int, most: int
) -> tuple[NDArray[np.int32], Places]:
    own = sketch[None, : SCANNED_BITS // 8]
    differ, where = faiss.knn_hamming(own, sketches[start:end], min(most, end - start), variant="mc")
    return differ[0], where[0] + start


def _record(facts: TicketFacts) -> tuple[Any, ...]:
    words = ((getattr(facts, name) or "").encode()[:size] for name, size in _WORDS.items())
    closed = int(facts.closed_at.timestamp()) if facts.closed_at else 0
    return (*words, int(facts.created_at.timestamp()), closed, *(getattr(facts, name) for name in _FLAGS))


def _facts_of(record: Sequence[Any]) -> TicketFacts:
    told = dict(zip(_NAMES, record, strict=True))
    for name in _WORDS:
        told[name] = told[name].decode(errors="ignore") if told[name] else None
    for name in ("created_at", "closed_at"):
        told[name] = datetime.fromtimestamp(told[name], CITY_TIME) if told[name] else None
    told["text"] = ""
    return TicketFacts.model_validate(told)
