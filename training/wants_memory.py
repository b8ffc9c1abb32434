"""Makes what `EarlierWants` remembers of demands whose wants are known; run by `training.wants_chooser`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from app.domain.reference import ReferenceData
from app.domain.reference_rules import Matter
from app.understand.ticket.want_pieces import HEADS, Asking, can_be_asked_again, parts_of
from app.understand.ticket.wants_characters import KINDS
from models.earlier_wants import FINEST
from models.grams import LONGEST

_COMMON = 0.1
"""Share of the demands from which an n-gram tells nothing."""
_LIKELY = 0.005
"""Probability from which a category leaf of a demand is remembered."""
_NO_CHARACTER = frozenset("、，,。 0123456789")

Remembered = tuple[dict[str, NDArray[Any]], dict[str, Any]]


def fields_of(reference: ReferenceData) -> list[int]:
    """Return each category leaf's first level."""
    first = sorted({leaf.code[:2] for leaf in reference.categories.leaves})
    return [first.index(leaf.code[:2]) for leaf in reference.categories.leaves]


def remembered(demands: Sequence[tuple[Asking, str]], fields: Sequence[int], matters: Sequence[Matter]) -> Remembered:
    """Return arrays and vocabulary of demands with their wants; `fields` holds each category leaf's first level."""
    wants = [wanted for _, wanted in demands]
    characters = "".join(sorted({c for wanted in wants for c in wanted} - _NO_CHARACTER))
    place = {character: i for i, character in enumerate(characters)}
    held = sorted({(row, place[c]) for row, wanted in enumerate(wants) for c in wanted if c in place})
    told, grams = _indexed("words", [asking.matter for asking, _ in demands])
    wishes, wish_grams = _indexed("wishes", ["，".join(c.text for c in asking.wished) for asking, _ in demands])
    arrays: dict[str, NDArray[Any]] = {
        "leaves": np.array([np.where(asking.shares < _LIKELY, 0, asking.shares) for asking, _ in demands], np.float16),
        "field_of": np.array(fields, np.int16),
        "kinds": np.array([KINDS.index(asking.kind) for asking, _ in demands], np.int8),
        "held_rows": np.array([row for row, _ in held], np.int32),
        "held_characters": np.array([column for _, column in held], np.int32),
        **told,
        **wishes,
    }
    pieces = [_pieces(asking, wanted) for asking, wanted in demands]
    usual = _usual([*(part for wanted in wants for part in parts_of(wanted))], matters)
    stored: dict[str, Any] = {
        "characters": characters,
        "grams": grams,
        "wish_grams": wish_grams,
        "pieces": pieces,
        "usual": usual,
    }
    return arrays, stored


def _pieces(asking: Asking, wanted: str) -> list[str]:
    return [part for part in parts_of(wanted.removeprefix(HEADS.get(asking.kind, ""))) if can_be_asked_again(part)]


def _usual(parts: Sequence[str], matters: Iterable[Matter]) -> dict[str, int]:
    """Count the pairs of characters of wants, and of what matters are called and remedied by."""
    told = Counter(pair for part in parts for pair in _pairs(f"^{part}$"))
    official = [text for matter in matters for text in (matter.title, *parts_of(matter.remedy), matter.topic or "")]
    return dict(sorted((told + Counter(pair for text in official for pair in _pairs(text))).items()))


def _pairs(text: str) -> list[str]:
    return [text[i : i + 2] for i in range(len(text) - 1)]


def _indexed(name: str, texts: Sequence[str]) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """Return each n-gram's rows and weights in them, and the n-grams."""
    reader = TfidfVectorizer(
        analyzer="char", ngram_range=(2, LONGEST), sublinear_tf=True, min_df=2, max_df=_COMMON, lowercase=False
    )
    columns = csc_matrix(reader.fit_transform([text.replace("\n", " ") for text in texts]))
    arrays = {
        f"{name}_rows": columns.indices.astype(np.int16),
        f"{name}_weights": np.round(columns.data * FINEST).astype(np.uint8),
        f"{name}_starts": columns.indptr.astype(np.int32),
        f"{name}_rarity": reader.idf_.astype(np.float32),
    }
    return arrays, reader.get_feature_names_out().tolist()
