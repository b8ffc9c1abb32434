"""Trains what says of two tickets whether they are one matter: `python -m training.duplicate_pairs`.

First the embedding of tickets (`training.same_matter_embedding`), then the model of pairs. Learns from tickets with
their true groups. Beside their own candidates, every ticket is also compared with tickets of the same function that are
moved to its town and day: in a city another estate has the same fault on the same day.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from app.bootstrap import build_reader, ticket_encoder
from app.config import Settings
from app.domain.duplicate import TicketFacts
from app.flows.reading import CallReader
from app.store.reference.load import load_reference_data
from app.understand.duplicate.pairs import FEATURES, pair_features
from app.understand.duplicate.rows import TicketEncoder, areas_of, told_of
from eval.base import read_jsonl
from eval.tasks.duplicate import facts_of
from models.embedding.rare import BUCKETS, RareGrams, pairs_of
from training.contrastive_embedding import write_table
from training.manifest import write_manifest
from training.same_matter_embedding import Told, TuningSettings, grown, held_out_likeness, start_from, tuned

Floats = NDArray[np.float32]
DEVELOPMENT, WRITTEN = Path("eval/datasets/duplicate_dev.jsonl"), Path("training/datasets/duplicate.jsonl")
BACKGROUND = tuple(Path("training/datasets") / f"{name}.jsonl" for name in ("demands", "ordinary", "call_matters"))
"""Texts that say how rare a pair of characters is."""
AGAINST = (
    "site_differs", "district_differs", "town_differs", "building_differs", "function_differs", "opposed", "one_asks",
    "praise_differs", "log_days", "over_month", "over_quarter",
)  # fmt: skip
EITHER = ("follows", "site_unknown")
RARITY_STEP = 16
"""Rarities are stored in sixteenths."""


@dataclass(frozen=True)
class PairSettings:
    """Everything that changes the result; stands in the manifest."""

    decay: float = 3.0
    folds: int = 5
    nearest: int = 20
    moved: int = 6
    seed: int = 7


@dataclass(frozen=True)
class Truth:
    """A ticket and the matter it belongs to."""

    facts: TicketFacts
    group: str
    scenario: str
    """Groups written together, hard negatives included: what a fold holds as a whole."""
    told: str
    """What is embedded: the text without where."""


@dataclass(frozen=True)
class Pairs:
    """Features of pairs, and whether they are one matter."""

    features: Floats
    same: NDArray[np.bool_]
    moved: NDArray[np.bool_]
    tickets: NDArray[np.int64]
    """Positions of the earlier and of the later ticket."""


def rarity_of(texts: list[str]) -> NDArray[np.uint8]:
    """Return how rare each bucket of character pairs is among texts, in sixteenths of a natural logarithm."""
    owner, codes = pairs_of(texts)
    once = np.unique((owner.astype(np.uint64) << np.uint64(32)) | codes)
    counts = np.bincount((once & np.uint64(0xFFFFFFFF)).astype(np.int64) % BUCKETS, minlength=BUCKETS)
    return np.round(RARITY_STEP * np.log((len(texts) + 1) / (counts + 1))).astype(np.uint8)


def make_pairs(
    truths: list[Truth], encoder: TicketEncoder, rarity: Floats, settings: PairSettings, meant: Floats
) -> Pairs:
    """Return every true pair, each ticket's nearest others, and its likes moved to its town and day.

    `meant`: how alike every two tickets are by an embedding that has not seen them; the encoder's own has.
    """
    facts = [truth.facts for truth in truths]
    rows, vectors = encoder.encode(facts)
    cosines = vectors @ vectors.T
    chosen: set[tuple[int, int]] = set()
    order = np.argsort(rows["at"], kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    for i, truth in enumerate(truths):
        near = np.argsort(-cosines[i])[: settings.nearest + 1]
        here = [j for j in range(len(truths)) if facts[j].town and facts[j].town == truth.facts.town]
        mine = [j for j in range(len(truths)) if truths[j].group == truth.group]
        chosen |= {
            (min(i, j, key=rank.item), max(i, j, key=rank.item)) for j in {*near.tolist(), *here, *mine} if i != j
        }
    pairs = np.array(sorted(chosen))
    moved_from, moved_to = _moved(truths, settings)
    moved_rows = rows[moved_from].copy()
    for name in ("district", "town"):
        moved_rows[name] = rows[moved_to][name]
    generator = np.random.default_rng(settings.seed)
    moved_rows["at"] = rows[moved_to]["at"] - generator.integers(0, 10 * 1440, len(moved_to))
    moved_rows["caller"] = 0
    old, new = np.concatenate([rows[pairs[:, 0]], moved_rows]), np.concatenate([rows[pairs[:, 1]], rows[moved_to]])
    first, second = np.concatenate([pairs[:, 0], moved_from]), np.concatenate([pairs[:, 1], moved_to])
    _, sparse = encoder.cosines(vectors[first], vectors[second])
    return Pairs(
        pair_features(old, new, meant[first, second], sparse, rarity),
        np.array([truths[a].group == truths[b].group for a, b in zip(first, second, strict=True)]),
        np.arange(len(first)) >= len(pairs),
        np.stack([first, second], axis=1),
    )


def _moved(truths: list[Truth], settings: PairSettings) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    generator = np.random.default_rng(settings.seed)
    by_function: dict[str | None, list[int]] = {}
    for i, truth in enumerate(truths):
        by_function.setdefault(truth.facts.function, []).append(i)
    moved = [
        (j, i)
        for i, truth in enumerate(truths)
        for j in generator.permutation(by_function[truth.facts.function])[: settings.moved].tolist()
        if truths[j].scenario != truth.scenario
    ]
    return np.array([m[0] for m in moved]), np.array([m[1] for m in moved])


def fit(pairs: Pairs, kept: NDArray[np.bool_], settings: PairSettings) -> list[tuple[Floats, Floats]]:
    """Return a logistic regression in which no agreement speaks against, and no contradiction for, one matter."""
    features, same = pairs.features[kept], pairs.same[kept].astype(np.float64)
    spread = features.std(axis=0) + 1e-6
    scaled = features / spread

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        raw = scaled @ weights[:-1] + weights[-1]
        wrong = 1 / (1 + np.exp(-raw)) - same
        value = np.logaddexp(0, raw).sum() - same @ raw + settings.decay * (weights[:-1] ** 2).sum() / 2
        return float(value), np.append(scaled.T @ wrong + settings.decay * weights[:-1], wrong.sum())

    bounds = [(None, 0) if name in AGAINST else (None, None) if name in EITHER else (0, None) for name in FEATURES]
    found = minimize(loss, np.zeros(len(FEATURES) + 1), jac=True, bounds=[*bounds, (None, None)], method="L-BFGS-B").x
    return [((found[:-1] / spread)[:, None].astype(np.float32), found[-1:].astype(np.float32))]


def odds(layers: list[tuple[Floats, Floats]], features: Floats) -> Floats:
    """Return log-odds."""
    values = features
    for weights, bias in layers[:-1]:
        values = np.maximum(values @ weights + bias, 0)
    return np.asarray((values @ layers[-1][0] + layers[-1][1])[:, 0], np.float32)


def folds_of(truths: Sequence[Truth], settings: PairSettings) -> NDArray[np.int64]:
    """Return every ticket's fold; a scenario lies in one."""
    names, place = np.unique([truth.scenario for truth in truths], return_inverse=True)
    generator = np.random.default_rng(settings.seed)
    return np.asarray((generator.permutation(len(names)) % settings.folds)[place], np.int64)


def cross_validated(pairs: Pairs, folds: NDArray[np.int64], settings: PairSettings) -> Floats:
    """Return log-odds of every pair by a model that saw neither of its scenarios."""
    of_pairs = folds[pairs.tickets]
    found = np.zeros(len(pairs.same), np.float32)
    for fold in range(settings.folds):
        held = (of_pairs == fold).any(axis=1)
        found[held] = odds(fit(pairs, ~held, settings), pairs.features[held])
    return found


def tune_embedding(
    truths: Sequence[Truth], background: Sequence[str], folds: NDArray[np.int64], weights: Path
) -> Floats:
    """Write the embedding of tickets; return how alike every two are by one that has not seen them."""
    settings = TuningSettings()
    matters, scenarios = (
        np.unique(names, return_inverse=True)[1]
        for names in ([truth.group for truth in truths], [truth.scenario for truth in truths])
    )
    told = Told([truth.told for truth in truths], matters, scenarios)
    table = grown(start_from(weights / "passages"), [*background, *told.texts], settings.least)
    meant = held_out_likeness(table, told, folds, settings)
    whole = tuned(table, told, np.ones(len(truths), np.bool_), settings)
    base = json.loads((weights / "passages" / "manifest.json").read_text("utf-8"))["revision"]
    facts = {"settings": asdict(settings), "base_revision": base}
    write_table(whole, weights / "embedding", name="own-embedding", data=WRITTEN, facts=facts)
    return meant


def train_pairs(
    truths: list[Truth],
    background: list[str],
    weights: Path,
    *,
    wired: Callable[[RareGrams], TicketEncoder],
    data: Path,
) -> dict[str, Any]:
    """Fit, calibrate on held-out scenarios, write the folders; return the manifest of the model of pairs."""
    settings, out = PairSettings(), weights / "duplicate"
    folds = folds_of(truths, settings)
    meant = tune_embedding(truths, background, folds, weights)
    stored = rarity_of(background)
    rarity: Floats = np.asarray(stored / RARITY_STEP, np.float32)
    encoder = wired(RareGrams(rarity))
    pairs = make_pairs(truths, encoder, rarity, settings, meant)
    held_out = cross_validated(pairs, folds, settings)
    platt = LogisticRegression(C=1e6).fit(held_out[:, None], pairs.same)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    layers = fit(pairs, np.ones(len(pairs.same), np.bool_), settings)
    layers[-1] = (layers[-1][0] * np.float32(slope), layers[-1][1] * np.float32(slope) + np.float32(offset))
    out.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"rarity": stored, "layers": np.array(len(layers))}
    arrays |= {f"weights{i}": factors for i, (factors, _) in enumerate(layers)}
    arrays |= {f"bias{i}": bias for i, (_, bias) in enumerate(layers)}
    np.savez_compressed(out / "weights.npz", **arrays)
    order = np.argsort(-held_out)
    precision = np.cumsum(pairs.same[order]) / np.arange(1, len(order) + 1)
    facts = {
        "seed": settings.seed,
        "settings": asdict(settings),
        "features": list(FEATURES),
        "pairs": len(pairs.same),
        "same": int(pairs.same.sum()),
        "average_precision_held_out": round(float(precision[pairs.same[order]].mean()), 4),
    }
    return write_manifest(out, name="own-duplicate", task="duplicate", data=data, facts=facts)


def read_truths(files: Sequence[Path], reader: CallReader, areas: re.Pattern[str]) -> list[Truth]:
    """Read tickets with their true groups; a scenario is all that begins with the name of its first group."""
    rows = [row for file in files for row in read_jsonl(file)]
    named = sorted({row["group"][2:] for row in rows if row["group"].startswith("g-")}, key=len)
    read = ((facts_of(row, reader), str(row["group"])) for row in rows)
    return [
        Truth(facts, group, _scenario(group[2:], named), told_of(facts.text, facts.detail, areas))
        for facts, group in read
    ]


def _scenario(group: str, named: Sequence[str]) -> str:
    own = (name for name in named if group == name or group.startswith(f"{name}-"))
    return next(own, group.split("-neg")[0])


def main() -> None:
    """Train the model that the repository holds."""
    settings = Settings()
    reference = load_reference_data(settings.knowledge_dir)
    areas = areas_of(reference.gazetteer)
    truths = read_truths((DEVELOPMENT, WRITTEN), build_reader(settings, reference), areas)
    facts = train_pairs(
        truths,
        [row["text"] for file in BACKGROUND for row in read_jsonl(file)],
        settings.weights_dir,
        wired=lambda rare: ticket_encoder(settings, reference, rare),
        data=WRITTEN,
    )
    print(facts)  # noqa: T201  what a training run says


if __name__ == "__main__":
    main()
