"""How usual each character of a text is behind the one before it, among texts of a kind: counted pairs."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from math import log
from pathlib import Path

from models.model_folder import read_packed, usable

BEGIN, END = "^", "$"
_BACK_OFF, _UNSEEN, _CHARACTERS = 3, 0.5, 3000
"""How many pairs the share of a character alone counts for; what an unseen one counts, and how many there may be."""


class PairOdds:
    """Log probabilities by pairs of characters."""

    def __init__(self, pairs: Mapping[str, int]) -> None:
        """`pairs` are counts, with `^` before a text and `$` behind it."""
        self._pairs, self._first, self._second = pairs, Counter[str](), Counter[str]()
        for pair, count in pairs.items():
            self._first[pair[0]] += count
            self._second[pair[1]] += count
        self._all = sum(pairs.values()) + _CHARACTERS

    @classmethod
    def load(cls, folder: Path) -> "PairOdds":
        """Load what `write` wrote.

        Raises:
            ModelUnavailable: the file is missing or holds something else.
        """
        with usable(folder):
            return cls(read_packed(folder / "pairs.json.gz"))

    def of(self, text: str) -> list[float]:
        """Return the log probability of each character, and of the text's ending where it does."""
        whole = BEGIN + text + END
        return [self._log(whole[i : i + 2]) for i in range(len(whole) - 1)]

    def _log(self, pair: str) -> float:
        alone = (self._second[pair[1]] + _UNSEEN) / self._all
        return log((self._pairs.get(pair, 0) + _BACK_OFF * alone) / (self._first[pair[0]] + _BACK_OFF))


def counted(texts: Iterable[str]) -> dict[str, int]:
    """Return how often each pair of characters stands in texts."""
    pairs = Counter[str]()
    for text in texts:
        whole = BEGIN + text + END
        pairs.update(whole[i : i + 2] for i in range(len(whole) - 1))
    return dict(sorted(pairs.items()))


def write(pairs: Mapping[str, int], folder: Path) -> None:
    """Write counts as `PairOdds.load` reads them."""
    packed = gzip.compress(json.dumps(pairs, ensure_ascii=False).encode(), mtime=0)
    (folder / "pairs.json.gz").write_bytes(packed)
