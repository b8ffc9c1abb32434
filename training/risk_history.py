"""A city's own risk windows as training matter: what `hotline train risk` learns from and measures itself on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from app.domain.referral import Receiver
from eval.examples import Example
from models.factory import load_lane_scorer
from training.risk_classifier import RiskSettings, train_risk
from training.risk_windows import Window, own_windows, read_windows
from training.settings import settings_of

LANES = tuple(str(lane) for lane in Receiver)
BUDGET = 0.02
"""Share of windows that no lane wants that may alert, for which recall is reported."""
SHOWN = ("average_precision", *(f"{lane}.{name}" for lane in LANES for name in ("average_precision", "recall_at_2")))


class RiskHistory:
    """Windows of a file, learnt from beside the project's own: a city has few true cases of its own."""

    def __init__(self, data: Path, name: str, settings: dict[str, Any]) -> None:
        """Read the windows; `own: false` among the settings leaves the project's out.

        Raises:
            InvalidInput: a row lacks its turns or lanes, or a setting is unknown; names file and line.
        """
        self._windows = {window.example.id: window for window in read_windows(data, own=False)}
        texts = {window.example.text for window in self._windows.values()}
        beside = own_windows() if settings.get("own", True) else []
        self._beside = [window for window in beside if window.example.text not in texts]
        self._settings = settings_of(RiskSettings, {key: value for key, value in settings.items() if key != "own"})
        self._data, self._name = data, name

    @property
    def examples(self) -> list[Example]:
        """The file's windows."""
        return [window.example for window in self._windows.values()]

    def fit(self, examples: Sequence[Example], out: Path) -> dict[str, Any]:
        """Train on some of the file's windows into a folder; return its manifest."""
        windows = [self._windows[example.id] for example in examples] + self._beside
        return train_risk(windows, out, name=self._name, data=self._data, settings=self._settings)

    def measured(self, folder: Path, _: Sequence[Example], held: Sequence[Example]) -> dict[str, float]:
        """Measure the model in a folder on held-out windows; a lane without a case among them says nothing."""
        model = load_lane_scorer(folder)
        scores = model.independent_scores([example.text for example in held])
        windows = [self._windows[example.id] for example in held]
        found: dict[str, float] = {}
        for lane in LANES:
            found |= _of_lane(lane, windows, np.asarray(scores[:, model.labels.index(lane)], dtype=np.float64))
        each = [value for name, value in found.items() if name.endswith("average_precision")]
        return {"average_precision": float(np.mean(each)) if each else 0.0, **found}


def _of_lane(lane: str, windows: Sequence[Window], scores: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, float]:
    truth = np.array([lane in window.lanes for window in windows])
    ordinary = np.array([not window.lanes for window in windows])
    if not truth.any() or not ordinary.any():
        return {}
    limit = np.quantile(scores[ordinary], 1 - BUDGET)
    return {
        f"{lane}.average_precision": float(average_precision_score(truth, scores)),
        f"{lane}.recall_at_2": float((scores[truth] > limit).mean()),
    }
