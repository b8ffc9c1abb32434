"""Splits that do not leak."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.examples import Example


def group_folds(examples: Sequence[Example], folds: int, seed: int) -> NDArray[np.int64]:
    """Return a fold number per example; a group never spans two folds, labels are spread evenly."""
    generator = np.random.default_rng(seed)
    by_label: dict[str, list[str]] = {}
    label_of = {example.group: example.label for example in examples}
    for group, name in label_of.items():
        by_label.setdefault(name, []).append(group)
    fold_of: dict[str, int] = {}
    for name in sorted(by_label):
        groups = list(by_label[name])
        generator.shuffle(groups)
        start = int(generator.integers(folds))
        fold_of |= {group: (start + i) % folds for i, group in enumerate(groups)}
    return np.array([fold_of[example.group] for example in examples])
