import numpy as np
import pytest

from eval.metrics import (
    adjusted_rand_index,
    b_cubed_f1,
    calibration_floor,
    coverage_at_precision,
    expected_calibration_error,
    f1,
    macro_f1,
    tail_labels,
)


def test_f1_of_nothing_to_find_and_nothing_found_is_one() -> None:
    assert f1(0, 0, 0) == 1.0
    assert f1(1, 1, 0) == pytest.approx(2 / 3)


def test_macro_f1_weighs_rare_labels_like_common_ones() -> None:
    gold = ["a"] * 9 + ["b"]
    assert macro_f1(gold, ["a"] * 10) == pytest.approx((18 / 19 + 0) / 2)


def test_tail_holds_the_rarest_labels_up_to_its_share() -> None:
    assert tail_labels(["a"] * 6 + ["b"] * 3 + ["c"], share=0.2) == ["c"]


def test_coverage_counts_ties_together() -> None:
    confidence = np.array([0.9, 0.5, 0.5, 0.5])
    assert coverage_at_precision(confidence, np.array([1.0, 1.0, 0.0, 1.0]), 0.9) == 0.25
    assert coverage_at_precision(confidence, np.ones(4), 0.98) == 1.0
    assert coverage_at_precision(confidence, np.zeros(4), 0.98) == 0.0


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    assert expected_calibration_error(np.full(10, 0.8), np.array([1.0] * 8 + [0.0] * 2)) == pytest.approx(0)
    assert expected_calibration_error(np.full(4, 0.99), np.zeros(4)) == pytest.approx(0.99)


def test_grouping_figures_are_one_for_the_same_grouping_under_other_names() -> None:
    gold, same = ["x", "x", "y"], ["1", "1", "2"]
    assert b_cubed_f1(gold, same) == 1.0
    assert adjusted_rand_index(gold, same) == 1.0


def test_one_big_group_loses_precision() -> None:
    gold = ["x", "x", "y", "y"]
    assert b_cubed_f1(gold, ["1"] * 4) == pytest.approx(2 * 0.5 / 1.5)
    assert adjusted_rand_index(gold, ["1"] * 4) == pytest.approx(0.0)


def test_the_floor_of_calibration_falls_with_the_number_of_rows() -> None:
    few, many = calibration_floor(np.full(30, 0.8)), calibration_floor(np.full(3000, 0.8))
    assert few == pytest.approx(0.8 * np.sqrt(0.16 / 30), rel=0.2)  # mean absolute error of a share
    assert many < few / 5
    assert calibration_floor(np.ones(30)) == 0
