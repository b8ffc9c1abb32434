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
_AT_ONCE = 256


class Links(NamedTuple):
    """Pairs of tickets by position: the later, the earlier, and how likely both tell of one issue."""

    later: NDArray[np.int64]
    earlier: NDArray[np.int64]
    likely: NDArray[np.float32]


def blocks_of(rows: NDArray[np.void]) -> list[tuple[int, int]]:
    """Return the blocks to compare in: every district with every town of it, 0 for tickets without one."""
    return sorted({(int(d), int(t)) for d, t in np.unique(rows[["district", "town"]]).tolist()})


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
    at, compared = rows["at"][among], np.asarray(vectors[among])
    for start in range(0, len(asked), _AT_ONCE):
        mine = asked[start : start + _AT_ONCE]
        first = int(np.searchsorted(at, rows["at"][mine[0]] - window_days * 1440))
        last = int(np.searchsorted(among, mine[-1]))
        if last <= first:
            continue
        window = compared[first:last].astype(np.float32)
        alike = np.asarray(vectors[mine], np.float32) @ window.T
        alike[among[first:last][None] >= mine[:, None]] = -1  # only what came before
        later, column = _nearest(alike)
        earlier = among[first + column]
        if len(later):
            yield Links(mine[later], earlier, _likely(rows, vectors, mine[later], earlier, encoder, scorer))


def _nearest(alike: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    most = min(NEAREST, alike.shape[1])
    best = np.argpartition(-alike, most - 1, axis=1)[:, :most]
    row = np.repeat(np.arange(len(alike)), most)
    column = best.ravel()
    kept = alike[row, column] >= LEAST
    return row[kept], column[kept]


def _likely(
    rows: NDArray[np.void],
    vectors: NDArray[np.float16],
    later: NDArray[np.int64],
    earlier: NDArray[np.int64],
    encoder: TicketEncoder,
    scorer: PairScorer,
) -> NDArray[np.float32]:
    old, new = np.asarray(rows[earlier]), of_issues(rows[later])
    dense, sparse = encoder.cosines(vectors[earlier].astype(np.float32), vectors[later].astype(np.float32))
    return scorer.scores(pair_features(old, new, dense, sparse, encoder.rarity))
