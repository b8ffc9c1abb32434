"""What is fitted to choose one of several candidates, or none, and how the service reads it."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.base import ModelUnavailable
from models.classifier.choice import ChoiceModel, shares_of
from training.choice_layer import fit_choice, write_choice
from training.manifest import write_arrays

GROUPS = 40


def written(folder: Path) -> ChoiceModel:
    """Return a model of groups of three: a word tells the right one, and where none has it none is right."""
    generator = np.random.default_rng(3)
    features = generator.normal(size=(GROUPS * 3, 2)).astype(np.float32)
    right = np.zeros(GROUPS * 3, bool)
    right[np.arange(0, GROUPS, 2) * 3 + generator.integers(0, 3, GROUPS // 2)] = True
    words = [["坏了", "昨天"] if one else ["买的", "昨天"] for one in right]
    layer = fit_choice(features, words, right, np.repeat(np.arange(GROUPS), 3), penalty=1.0)
    write_choice(layer, folder)
    (folder / "manifest.json").write_text(json.dumps({"name": "own-moment", "revision": "1"}), "utf-8")
    return ChoiceModel(folder)


def test_the_candidate_with_the_telling_word_is_chosen_and_none_without_it(tmp_path: Path) -> None:
    model = written(tmp_path / "model")
    features = np.zeros((3, 2), np.float32)
    shares = model.shares(features, [["买的"], ["坏了"], ["买的"]])
    assert shares.argmax() == 1
    assert shares[1] > 0.5
    assert model.shares(features, [["买的"]] * 3).sum() < 0.5


def test_a_word_that_one_candidate_alone_holds_has_no_weight() -> None:
    features, words = np.zeros((4, 1), np.float32), [["一次"], ["两次"], ["两次"], []]
    layer = fit_choice(features, words, np.array([True, False, True, False]), np.array([0, 0, 1, 1]), penalty=1.0)
    assert np.count_nonzero(layer.words) == 1


def test_shares_leave_room_for_none_and_stand_far_odds() -> None:
    shares = shares_of(np.array([900.0, -900.0]))
    assert shares.tolist() == [1, 0]
    assert shares_of(np.array([0.0])).tolist() == [0.5]


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="中的模型不能用"):
        ChoiceModel(tmp_path)


def test_arrays_are_packed_so_that_numpy_reads_them(tmp_path: Path) -> None:
    arrays = {"table": np.arange(12, dtype=np.int8).reshape(3, 4), "scale": np.array(0.5, np.float32)}
    write_arrays(tmp_path / "weights.npz", arrays)
    with np.load(tmp_path / "weights.npz") as read:
        assert read["table"].dtype == np.int8
        assert read["table"].tolist() == arrays["table"].tolist()
        assert float(read["scale"]) == 0.5
