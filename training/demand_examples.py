"""What each label of a demand is learnt from: written texts, development calls, dispatch texts, the catalogue's words.

Every text is read as the service reads it: figures in digits, no fillers.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.domain.reference import ReferenceData
from app.domain.ticket import RequestKind
from eval.base import read_jsonl
from eval.examples import Example, read_examples
from training.linear_classifier import LinearSettings, fit

CALLS = Path("training/datasets/call_matters.jsonl")
"""Demands of the development calls (`python -m training.call_matters`)."""
WISHES = Path("training/datasets/wishes.jsonl")
"""Demands for kind and subject alone: questions that are wishes, wishes that are questions, workers and customers who
speak of firms."""
DISPATCH = Path("eval/datasets/dispatch_dev.jsonl")
"""Demands written blind: scored by models that had not seen their writer, they tell how sure the ranker may be."""
OWN_FUNCTION = 0.3
"""Margin that a leaf of the right unit's functions gains."""
COPIES = {"kind": 2}
"""How often a development call counts: they are long and read unlike written demands. With three copies of 7,459 the
kinds of 902 public letters fell from .697 to .673."""
OF_CALLS = ("kind", "asked", "subject")
"""Labels that the development calls' demands, the dispatch texts and the wishes have as well."""
_NUMBER = re.compile(r"-?\d+(-\d+)?$")

Reads = Callable[[str], str]


@dataclass(frozen=True)
class Demand:
    """A text by a known writer, and the functions of the unit that it goes to."""

    text: str
    functions: tuple[str, ...]
    writer: str


def demands_of(path: Path, as_served: Reads) -> list[Demand]:
    """Return the demands whose unit is known; a row's id begins with its writer's letters."""
    found = [Demand(as_served(row["text"]), functions_of(row), _NUMBER.sub("", row["id"])) for row in read_jsonl(path)]
    return [demand for demand in found if demand.functions]


def functions_of(row: dict[str, Any]) -> tuple[str, ...]:
    """Return the right unit's functions, or the text's own."""
    return tuple(row.get("functions") or filter(None, [row.get("label")]))


def written_examples(label: str, data: Path, as_served: Reads) -> list[Example]:
    """Return the texts that are scored in cross-validation: the written demands, for `OF_CALLS` all the others too.

    `asked` is consultation or other; a row that has a kind says it by that.
    """
    named = "kind" if label == "asked" else label
    found = read_examples(data, label=named, partial=named == "kind")
    if label in OF_CALLS:
        found += COPIES.get(label, 1) * read_examples(CALLS, label=named)
        found += read_examples(DISPATCH, label=named)
        found += read_examples(WISHES, label=named, partial=True)
    if label == "asked":
        asked = RequestKind.CONSULTATION
        found = [replace(e, label=e.label if e.label == asked else "other") for e in found]
        found += read_examples(data, label=label, partial=True)
    return [replace(e, text=as_served(e.text)) for e in found]


def beside_examples(
    reference: ReferenceData, label: str, written: Sequence[Example], settings: LinearSettings, as_served: Reads
) -> list[Example]:
    """Return what is learnt and not scored: the catalogue's words; for functions and categories calls and dispatch
    texts."""
    if label in OF_CALLS:
        return []
    catalogue = catalogue_examples(reference, label)
    rows = [{**row, "text": as_served(row["text"])} for path in (CALLS, DISPATCH) for row in read_jsonl(path)]
    return catalogue + likeliest_examples(reference, label, rows, [*written, *catalogue], settings)


def catalogue_examples(reference: ReferenceData, label: str) -> list[Example]:
    """Return the keywords of the category tree as examples of leaves or functions."""
    return [
        Example(f"{leaf.code}-{i}", word, leaf.code if label == "category" else str(leaf.function), "catalogue")
        for leaf in reference.categories.leaves
        for i, word in enumerate((*leaf.keywords, leaf.name))
    ]


def likeliest_examples(
    reference: ReferenceData,
    label: str,
    rows: Sequence[dict[str, Any]],
    written: Sequence[Example],
    settings: LinearSettings,
) -> list[Example]:
    """Return each row under the label that a model of the written texts finds likeliest of those its gold allows."""
    fitted = fit([e.text for e in written], [e.label for e in written], settings)
    codes = [str(code) for code in fitted.model.classes_]
    allowed = _leaves_allowed if label == "category" else _functions_allowed
    found = []
    for row, scores in zip(rows, fitted.logits([row["text"] for row in rows]), strict=True):
        margins = allowed(reference, row)
        likely = {code: score + margins[code] for code, score in zip(codes, scores, strict=True) if code in margins}
        if likely:
            best = max(likely, key=lambda code: likely[code])
            found.append(Example(row["id"], row["text"], best, row["scenario"]))
    return found


def _functions_allowed(_reference: ReferenceData, row: dict[str, Any]) -> dict[str, float]:
    return dict.fromkeys(functions_of(row), 0.0)


def _leaves_allowed(reference: ReferenceData, row: dict[str, Any]) -> dict[str, float]:
    """Return the leaf that a row names, those of its field (a call), or those of its function; the latter gain."""
    if row.get("category"):
        return {row["category"]: 0.0}
    right = functions_of(row)
    fields = {field.code: field.name for field in reference.categories.categories}
    return {
        leaf.code: OWN_FUNCTION * (leaf.function in right)
        for leaf in reference.categories.leaves
        if (fields[leaf.code[:2]] == row["field"] if "field" in row else leaf.function in right)
    }
