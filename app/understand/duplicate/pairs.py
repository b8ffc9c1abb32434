"""Rows of earlier and of new tickets in, what agrees and what does not out: one vector of features a pair."""

import numpy as np
from numpy.typing import NDArray

from app.understand.duplicate.rows import ASKS, FOLLOWS

FEATURES = (
    "dense",
    "sparse",
    "rare_share",
    "rare_count",
    "site_alike",
    "site_differs",
    "site_unknown",
    "site_named",
    "district_same",
    "district_differs",
    "town_same",
    "town_differs",
    "building_same",
    "building_differs",
    "number_same",
    "category_same",
    "branch_same",
    "function_same",
    "function_differs",
    "opposed",
    "one_asks",
    "praise_differs",
    "log_days",
    "over_month",
    "over_quarter",
    "caller_same",
    "follows",
    "caller_follows",
    "rare_and_town",
    "text_and_site",
    "text_and_soon",
    "function_and_soon",
    "category_alike",
    "duty_alike",
    "category_likely",
)
_PRAISE = 6
_MONTH, _QUARTER = 30.0, 90.0
_FEW = 100
"""Pairs that one new ticket is compared in; a grouping run compares very many at once."""
_UNLIKELY = 1e-4
"""Probability of one category, from which on down two texts are sure to be of two."""


def pair_features(
    old: NDArray[np.void],
    new: NDArray[np.void],
    dense: NDArray[np.float32],
    sparse: NDArray[np.float32],
    rarity: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return features, shape (pairs, len(FEATURES)); `old[i]` goes with `new[i]`, cosines given."""
    share, count = _rare_overlap(old["rare"], new["rare"], rarity)
    site = _share(old["site"], new["site"])
    both_sites = (old["site"][:, 0] > 0) & (new["site"][:, 0] > 0)
    named = np.maximum(
        np.where(both_sites, 0, _named(old["site"], new["rare"])),
        np.where(both_sites, 0, _named(new["site"], old["rare"])),
    )
    days = np.abs(new["at"].astype(np.float32) - old["at"]) / 1440
    soon = np.exp(-days / 7)
    town_same, town_differs = _agree(old["town"], new["town"])
    district_same, district_differs = _agree(old["district"], new["district"])
    building = _any(old["buildings"], new["buildings"])
    both_buildings = (old["buildings"][:, 0] > 0) & (new["buildings"][:, 0] > 0)
    function_same, function_differs = _agree(old["function"], new["function"])
    category_same, _ = _agree(old["category"], new["category"])
    branch_same, _ = _agree((old["category"] + 99) // 100, (new["category"] + 99) // 100)
    caller = (old["caller"] == new["caller"]) & (new["caller"] > 0)
    follows = (new["marks"] & FOLLOWS) > 0
    praise = (old["kind"] == _PRAISE) != (new["kind"] == _PRAISE)
    category_alike, category_likely = _topics_alike(old, new, 0)
    columns = (
        dense,
        sparse,
        share,
        count,
        np.where(both_sites, site, 0),
        both_sites & (site < 0.2),
        ~both_sites,
        named,
        district_same,
        district_differs,
        town_same,
        town_differs,
        building,
        both_buildings & ~building,
        _any(old["numbers"], new["numbers"]),
        category_same,
        branch_same,
        function_same,
        function_differs,
        (old["stance"] & 3) != (new["stance"] & 3),
        ((old["marks"] ^ new["marks"]) & ASKS) > 0,
        praise | ((old["stance"] ^ new["stance"]) & 12 > 0),
        np.log1p(days),
        days > _MONTH,
        days > _QUARTER,
        caller,
        follows,
        caller & follows,
        share * town_same,
        sparse * np.where(both_sites, site, 0),
        dense * soon,
        function_same * soon,
        category_alike,
        _topics_alike(old, new, 1)[0],
        np.log1p(category_likely / _UNLIKELY),
    )
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


def _agree(old: NDArray[np.uint32], new: NDArray[np.uint32]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    known = (old > 0) & (new > 0)
    return known & (old == new), known & (old != new)


def _rare_overlap(
    old: NDArray[np.uint32], new: NDArray[np.uint32], rarity: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what is rare in both: its share of the poorer text, and how much it is (0 to 1)."""
    shared = _common(old, new)
    weight_old, weight_new = (np.where(r > 0, rarity[r % len(rarity)], 0) for r in (old, new))
    common = (weight_old * shared).sum(axis=1)
    least = np.minimum(weight_old.sum(axis=1), weight_new.sum(axis=1))
    return common / np.maximum(least, 1e-6), np.minimum(common / 60, 1)


def _topics_alike(old: NDArray[np.void], new: NDArray[np.void], which: int) -> tuple[NDArray[np.float32], ...]:
    """Return how alike two distributions over topics are (Bhattacharyya), of what is kept of them.

    And how likely both draw one topic: next to nothing only where each is sure of another.
    """
    mine, theirs = (row["topic_weights"][:, which].astype(np.float32) / 255 for row in (old, new))
    equal = old["topics"][:, which, None] == new["topics"][:, which, :, None]
    shared = (equal * mine[:, None]).sum(axis=2) * theirs
    alike, likely = np.zeros(len(old), np.float32), np.zeros(len(old), np.float32)
    for column in shared.T:
        alike += column
        likely += column**2
    return alike, likely


def _common(old: NDArray[np.unsignedinteger], new: NDArray[np.unsignedinteger]) -> NDArray[np.bool_]:
    """Return which of the old codes are among the new; of many pairs column by column, for the cache holds no cube."""
    if len(old) <= _FEW:
        return np.asarray((old[:, :, None] == new[:, None, :]).any(axis=2) & (old > 0))
    shared = np.zeros(old.shape, np.bool_)
    for column in range(new.shape[1]):
        shared |= old == new[:, column, None]
    return shared & (old > 0)


def _share(old: NDArray[np.uint32], new: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Return the common share of two sets of codes, of the smaller one."""
    least = np.minimum((old > 0).sum(axis=1), (new > 0).sum(axis=1))
    return np.asarray(_common(old, new).sum(axis=1) / np.maximum(least, 1), np.float32)


def _named(site: NDArray[np.uint32], rare: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Return the share of a site's name that stands in a text whose own site is not known."""
    return np.asarray(_common(site, rare).sum(axis=1) / np.maximum((site > 0).sum(axis=1), 1), np.float32)


def _any(old: NDArray[np.unsignedinteger], new: NDArray[np.unsignedinteger]) -> NDArray[np.bool_]:
    return np.asarray(_common(old, new).any(axis=1))
