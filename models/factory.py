"""Names to classes, imported only when asked for: a backend that is not installed breaks nothing."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from models.base import LaneScorer, ModelUnavailable, TextClassifier

CLASSIFIERS = {"linear": "models.classifier.linear:LinearClassifier"}


def load_classifier(folder: Path) -> TextClassifier:
    """Load the classifier a training run wrote into `folder`; its manifest names the kind.

    Raises:
        ModelUnavailable: no manifest, an unknown kind, or unusable weights.
    """
    try:
        kind = json.loads((folder / "manifest.json").read_text("utf-8")).get("kind", "linear")
        loaded: TextClassifier = _named(CLASSIFIERS[kind])(folder)
    except (OSError, KeyError, ValueError) as error:
        raise ModelUnavailable(f"no usable classifier in {folder}: {error}") from error
    return loaded


def load_lane_scorer(folder: Path) -> LaneScorer:
    """Load the risk model a training run wrote into `folder`; raises ModelUnavailable."""
    from models.classifier.linear import LinearClassifier

    return LinearClassifier(folder)


def _named(path: str) -> Any:
    module, name = path.split(":")
    return getattr(import_module(module), name)
