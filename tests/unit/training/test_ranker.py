"""The ranker's last step: how sure its best label may be."""

import numpy as np
import pytest

from models.ranker import calibrated
from training.function_ranker import _fit_lead


def test_the_best_label_is_as_sure_as_it_was_right() -> None:
    """Rows of which nine in ten are right at .99, and half at .6, come out at these shares; each row still adds up."""
    sure = np.array([[0.99, 0.01, 0.0]] * 1000 + [[0.6, 0.3, 0.1]] * 1000)
    right = np.zeros(sure.shape, dtype=bool)
    right[:900, 0] = right[1000:1500, 0] = True
    found = calibrated(sure, _fit_lead(sure, right))
    assert found.sum(axis=1) == pytest.approx(1.0)
    assert found[0, 0] == pytest.approx(0.9, abs=0.02)
    assert found[-1, 0] == pytest.approx(0.5, abs=0.02)


def test_the_best_label_stays_the_best() -> None:
    """However little the lead is believed in, the second never passes it."""
    found = calibrated(np.array([0.48, 0.47, 0.05]), np.array([0.1, -3.0]))
    assert found.sum() == pytest.approx(1.0)
    assert found[0] >= found[1] > found[2]


def test_the_same_score_is_surer_far_ahead_of_the_second() -> None:
    close, far = np.array([0.5, 0.4, 0.1, 0, 0, 0]), np.array([0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    lead = np.array([1.0, 0.0])
    assert calibrated(far, lead)[0] > calibrated(close, lead)[0]
