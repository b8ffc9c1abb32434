"""The ranker's last step: how sure its best label may be."""

import numpy as np
import pytest

from models.ranker import calibrated
from training.function_ranker import _fit_lead


def test_the_best_label_is_as_sure_as_it_was_right() -> None:
    """Rows of which nine in ten are right at .99, and half at .5, come out at these shares; each row still adds up."""
    sure = np.array([[0.99, 0.01]] * 1000 + [[0.6, 0.4]] * 1000)
    right = np.zeros(sure.shape, dtype=bool)
    right[:900, 0] = right[1000:1500, 0] = True
    found = calibrated(sure, _fit_lead(sure, right))
    assert found.sum(axis=1) == pytest.approx(1.0)
    assert found[0, 0] == pytest.approx(0.9, abs=0.02)
    assert found[-1, 0] == pytest.approx(0.5, abs=0.02)
