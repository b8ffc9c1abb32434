"""Rows and vectors of very many tickets in, each one's likely fellows among the earlier ones out. numpy only."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.understand.duplicate.pairs import pair_features
from app.understand.duplicate.rows import TicketEncoder, of_issues
from models.base import PairScorer

NEAREST = 20
LEAST = 0.15
"""Likeness of texts below which two tickets are not compared."""
UNLIKELY = 0.04
"""Probability below which a pair counts like one that was not found: its log-odds lie under any bound in use."""
_AT_ONCE, _SPAN = 256, 2048
"""Tickets compared at once; so many share one window of vectors made ready for it."""


class Links(NamedTuple):
    """Pairs of tickets by position: the later, the earlier, and how likely both tell of one issue."""

    later: NDArray[np.int64]
    earlier: NDArray[np.int64]
    likely: NDArray[np.float32]


def blocks_of(rows: NDArray[np.void]) -> list[tuple[int, int]]:
    """Return the blocks to compare in: every district with every town of it, 0 for tickets without one."""
    both = np.unique(rows["district"].astype(np.uint64) << np.uint64(32) | rows["town"])
    return [(int(one) >> 32, int(one) & 0xFFFFFFFF) for one in both]


def links_of_block(
    block: tuple[int, int],
    rows: NDArray[np.void],
    vectors: NDArray[np.float16],
    encoder: TicketEncoder,
    scorer: PairScorer,
    *,
    window_days: int,
) -> Links:
    """Return the likely fellows of a block's tickets: the nearest of the same town, or of no known town, in time.

    Tickets without a town are compared with the whole district. `rows` must be in order of time.
    """
    district, town = block
    here = rows["district"] == district
    asked = np.flatnonzero(here & (rows["town"] == town))
    among = np.flatnonzero(here & ((rows["town"] == town) | (rows["town"] == 0))) if town else np.flatnonzero(here)
    parts = list(_parts(asked, among, rows, vectors, encoder, scorer, window_days))
    empty = Links(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    return Links(*(np.concatenate(one) for one in zip(*parts, strict=True))) if parts else empty


def _parts(
    asked: NDArray[np.int64],
    among: NDArray[np.int64],
    rows: NDArray[np.void],
    vectors: NDArray[np.float16],
    encoder: TicketEncoder,
    scorer: PairScorer,
    window_days: int,
) -> Iterator[Links]:
    at = rows["at"][among]
    for start in range(0, len(asked), _SPAN):
        span = asked[start : start + _SPAN]
        first = int(np.searchsorted(at, rows["at"][span[0]] - window_days * 1440))
        window = np.asarray(vectors[among[first : np.searchsorted(among, span[-1])]], np.float32)
        for inside in range(0, len(span), _AT_ONCE):
            mine = span[inside : inside + _AT_ONCE]
            oldest = int(np.searchsorted(at, rows["at"][mine[0]] - window_days * 1440))
            before = among[oldest : np.searchsorted(among, mine[-1])]
            if not len(before):
                continue
            alike = np.asarray(vectors[mine], np.float32) @ window[oldest - first :][: len(before)].T
            new = np.searchsorted(before, mine[0])
            alike[:, new:][before[None, new:] >= mine[:, None]] = -1  # only what came before
            later, column = _nearest(alike)
            if len(later):
                yield _likely_ones(rows, vectors, mine[later], before[column], encoder, scorer)


def _nearest(alike: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    most = min(NEAREST, alike.shape[1])
    best = np.argpartition(alike, -most, axis=1)[:, -most:]
    row = np.repeat(np.arange(len(alike)), most)
    column = best.ravel()
    kept = alike[row, column] >= LEAST
    return row[kept], column[kept]


def _likely_ones(
    rows: NDArray[np.void],
    vectors: NDArray[np.float16],
    later: NDArray[np.int64],
    earlier: NDArray[np.int64],
    encoder: TicketEncoder,
    scorer: PairScorer,
) -> Links:
    old, new = np.asarray(rows[earlier]), of_issues(rows[later])
    dense, sparse = encoder.cosines(vectors[earlier].astype(np.float32), vectors[later].astype(np.float32))
    likely = scorer.scores(pair_features(old, new, dense, sparse, encoder.rarity))
    kept = likely >= UNLIKELY
    return Links(later[kept], earlier[kept], likely[kept])
