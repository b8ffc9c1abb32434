"""Earlier tickets on disk, as segments: new ones are sealed into small segments, small ones grow together."""

import json
import secrets
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import Conflict
from app.domain.ports.ticket_index import Kept, Search
from app.store.ticket_segment import BITS, Places, Segment, planes_of, sketched, write_segment
from app.store.writer_lock import WriterLock

LARGEST = 200_000
"""Tickets from which a segment is let alone."""
REFINED, WEIGHED = 2000, 300
"""Tickets nearest by half a sketch whose other half is looked at; nearest by both whose vectors are compared."""
_LEAST_SCANNED = 250
_OWNER = 32
"""A place is a segment's number, shifted by so many bits, and a position in it."""
_MANIFEST, _PLANES, _NAME = "manifest.json", "planes.npy", "segment-"
_FEW = 20


class TicketSegments:
    """A folder of segments. Any number of processes read it, one writes: whoever first seals or rebuilds."""

    def __init__(self, folder: Path, *, dimensions: int, row: np.dtype[np.void], model: str) -> None:
        """Open a folder; `model` says what made the vectors, and what another one made is not used."""
        self._folder = folder
        self._row = row
        self._dimensions = dimensions
        self._model = f"{model} {BITS}"
        self._writing = threading.Lock()
        self._writer = WriterLock(folder)
        self._planes = self._read_planes()
        self._seen = self._stamp()
        self._segments, self.last = self._read()

    def nearest(self, vector: NDArray[np.float32], searches: Sequence[Search], *, most: int) -> list[Kept]:
        """Return the tickets most alike, best first, search by search."""
        segments, sketch = self._segments, sketched(vector[None], self._planes)[0]
        found = _nearest(segments, sketch, vector, searches, most)
        every = _each_once(found)
        held = self._joined([segments[i].kept(at) for i, at in _by_segment(segments, every)])
        return [held.take(np.searchsorted(every, one)) for one in found]

    def of(self, ticket_numbers: Collection[str]) -> Kept:
        """Return those of the tickets that it holds."""
        segments = self._segments
        return self._joined([segment.kept(segment.positions(ticket_numbers)) for segment in segments])

    def refresh(self) -> bool:
        """Read again what another process has written; tell whether there was anything new."""
        with self._writing:
            stamp = self._stamp()
            if self._writer.held or stamp == self._seen:
                return False
            segments, last = self._read()
            if not segments:  # the other process is just putting its segments together
                return False
            self._seen, self._planes = stamp, self._read_planes()
            self._segments, self.last = segments, last
            return True

    def seal(self, kept: Kept) -> bool:
        """Take in tickets, together with small segments; tell whether this process may write.

        What another process has sealed before stays as it is.
        """
        with self._writing:
            if not self._may_write():
                return False
            known = {facts.ticket_number for facts in self.of([facts.ticket_number for facts in kept.facts]).facts}
            new = [i for i, facts in enumerate(kept.facts) if facts.ticket_number not in known]
            if not new:
                return True
            kept = kept.take(np.array(new, np.int64))
            small = _grown_together(self._segments, len(kept.facts))
            made = self._written(Kept.joined([*(segment.whole() for segment in small), kept]))
            last = max(self.last, *(facts.ticket_number for facts in kept.facts))
            self._put([*(one for one in self._segments if one not in small), made], last)
            return True

    def rebuild(self, parts: Iterable[Kept]) -> None:
        """Begin anew with these, each a segment."""
        with self._writing:
            if not self._may_write():
                raise Conflict("另一进程正在使用工单索引，请停止服务后再重建")
            segments, last = [], ""
            for kept in parts:
                segments.append(self._written(kept))
                last = max(last, *(facts.ticket_number for facts in kept.facts))
            self._put(segments, last)

    def some(self) -> Sequence[str]:
        """Return a few of the numbers it holds."""
        segments = self._segments[-1:]
        few = [segment.kept(np.arange(min(_FEW, segment.size))) for segment in segments]
        return [facts.ticket_number for kept in few for facts in kept.facts]

    def forget(self, ticket_numbers: Collection[str]) -> None:
        """Wipe out these tickets."""
        with self._writing:
            for segment in self._segments:
                segment.forget(ticket_numbers)

    def close(self) -> None:
        """Let others write."""
        with self._writing:
            self._writer.release()

    def _written(self, kept: Kept) -> Segment:
        folder = self._folder / f"{_NAME}{secrets.token_hex(6)}"
        write_segment(folder, kept, self._planes)
        return Segment(folder)

    def _put(self, segments: list[Segment], last: str) -> None:
        """Make these the segments in force, and drop the others; who reads one still may go on."""
        names = [segment.folder.name for segment in segments]
        half = self._folder / f"{_MANIFEST}.half"
        half.write_text(json.dumps({"model": self._model, "last": last, "segments": names}), "utf-8")
        half.rename(self._folder / _MANIFEST)
        self._segments, self.last = segments, last
        for folder in self._folder.glob(f"{_NAME}*"):
            if folder.name not in names:
                shutil.rmtree(folder, ignore_errors=True)

    def _read(self) -> tuple[list[Segment], str]:
        try:
            told = json.loads((self._folder / _MANIFEST).read_text("utf-8"))
            if told["model"] != self._model:
                return [], ""
            return [Segment(self._folder / name) for name in told["segments"]], str(told["last"])
        except (OSError, ValueError, KeyError):  # missing or damaged: made from the store, it can be made again
            return [], ""

    def _stamp(self) -> int:
        """Return when the manifest was written, 0 where there is none."""
        try:
            return (self._folder / _MANIFEST).stat().st_mtime_ns
        except OSError:
            return 0

    def _read_planes(self) -> NDArray[np.float32]:
        file = self._folder / _PLANES
        if file.exists():
            planes: NDArray[np.float32] = np.load(file)
            if planes.shape == (self._dimensions, BITS):
                return planes
        return planes_of(self._dimensions)

    def _may_write(self) -> bool:
        if self._writer.held:
            return True
        if not self._writer.take():
            return False
        self._planes = self._read_planes()
        np.save(self._folder / _PLANES, self._planes)
        self._segments, self.last = self._read()  # another process may have written since
        return True

    def _joined(self, parts: Sequence[Kept]) -> Kept:
        none = Kept((), np.zeros(0, self._row), np.zeros((0, self._dimensions), np.float32))
        return Kept.joined([none, *parts])


def _nearest(
    segments: Sequence[Segment],
    sketch: NDArray[np.uint8],
    vector: NDArray[np.float32],
    searches: Sequence[Search],
    most: int,
) -> list[Places]:
    """Return the places of the tickets most alike, best first, search by search.

    What several searches found is looked at once: each visit to a segment costs more than some hundred tickets there.
    """
    scanned = [_scanned(segments, sketch, search) for search in searches]
    other = _Told.of_each(segments, [at for at, _ in scanned], lambda segment, at: segment.refined(sketch, at))
    weighed = [at[_least(differ + other.of(at), WEIGHED)] for at, differ in scanned]
    alike = _Told.of_each(segments, weighed, lambda segment, at: segment.alike(vector, at))
    return [at[_best(alike.of(at), most)] for at in weighed]


def _best(scores: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """Return the positions of the highest scores; what is wiped out has exactly none."""
    there = np.flatnonzero(scores)
    return there[np.argsort(-scores[there], kind="stable")[:most]]


def _scanned(
    segments: Sequence[Segment], sketch: NDArray[np.uint8], search: Search
) -> tuple[Places, NDArray[np.int64]]:
    """Return the places nearest by half a sketch, and how much of it differs."""
    in_each = min(REFINED, max(_LEAST_SCANNED, 4 * REFINED // max(len(segments), 1)))
    found = [segment.near(sketch, area=search.area, since=search.since, most=in_each) for segment in segments]
    places = np.concatenate([np.zeros(0, np.int64), *(at + (i << _OWNER) for i, (_, at) in enumerate(found))])
    differ = np.concatenate([np.zeros(0, np.int64), *(bits for bits, _ in found)])
    near = _least(differ, REFINED)
    return places[near], differ[near]


class _Told(NamedTuple):
    """What segments tell of places, in order of place."""

    places: Places
    values: NDArray[np.float32]

    @classmethod
    def of_each(
        cls, segments: Sequence[Segment], places: Sequence[Places], told: Callable[[Segment, Places], NDArray[Any]]
    ) -> Self:
        every = _each_once(places)
        values = [np.zeros(0, np.float32), *(told(segments[i], at) for i, at in _by_segment(segments, every))]
        return cls(every, np.concatenate(values))

    def of(self, places: Places) -> NDArray[np.float32]:
        return np.asarray(self.values[np.searchsorted(self.places, places)])


def _each_once(places: Sequence[Places]) -> Places:
    """Return them in order: faster than numpy's own, which hashes first."""
    ordered = np.sort(np.concatenate(places))
    return ordered[np.diff(ordered, prepend=-1) > 0]


def _by_segment(segments: Sequence[Segment], places: Places) -> Iterator[tuple[int, Places]]:
    """Yield each segment's number and its positions among places, which are in order."""
    ends = np.searchsorted(places, np.arange(len(segments) + 1) << _OWNER)
    for i, (start, end) in enumerate(pairwise(ends.tolist())):
        if start < end:
            yield i, places[start:end] & ((1 << _OWNER) - 1)


def _least(differ: NDArray[np.generic], most: int) -> NDArray[np.int64]:
    return np.argpartition(differ, most)[:most] if len(differ) > most else np.arange(len(differ))


def _grown_together(segments: Sequence[Segment], size: int) -> list[Segment]:
    """Return the segments that new ones are sealed together with: each less than twice what came together so far."""
    chosen: list[Segment] = []
    for segment in sorted(segments, key=lambda one: one.size):
        if segment.size >= LARGEST or segment.size > 2 * size:
            break
        chosen.append(segment)
        size += segment.size
    return chosen
