"""What the labels of a demand are learnt from."""

import json
from pathlib import Path

from app.domain.reference import ReferenceData
from eval.examples import Example
from training.demand_examples import Demand, catalogue_examples, demands_of, likeliest_examples
from training.function_ranker import _writer_folds
from training.linear_classifier import LinearSettings

SETTINGS = LinearSettings(min_documents=1, kind="svm", inverse_regularisation=1.0)


def test_a_demand_keeps_its_writer_and_its_functions(tmp_path: Path) -> None:
    rows = [
        {"id": "t-w5-012-0", "text": "灯不亮", "functions": ["urban_management", "sanitation"]},
        {"id": "ba-45", "text": "没水", "label": "water_supply"},
        {"id": "ba-46", "text": "谁管", "functions": []},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    assert demands_of(file, lambda text: f"{text}。") == [
        Demand("灯不亮。", ("urban_management", "sanitation"), "t-w5"),
        Demand("没水。", ("water_supply",), "ba"),
    ]


def test_texts_of_one_writer_stay_together() -> None:
    demands = [Demand(str(i), ("tax",), writer) for i, writer in enumerate("aaaabbbccd")]
    folds = _writer_folds(demands, 2).tolist()
    assert all(len({fold for fold, d in zip(folds, demands, strict=True) if d.writer == w}) == 1 for w in "abcd")
    assert sorted(folds.count(fold) for fold in (0, 1)) == [5, 5]


def test_a_text_is_learnt_under_the_likeliest_label_that_its_gold_allows(reference: ReferenceData) -> None:
    written = catalogue_examples(reference, "function")
    row = {"id": "x-1", "scenario": "x", "text": "路灯不亮", "functions": ["sanitation", "urban_management"]}
    assert likeliest_examples(reference, "function", [row], written, SETTINGS) == [
        Example("x-1", "路灯不亮", "urban_management", "x")
    ]


def test_a_leaf_is_taken_as_it_is_named_or_from_the_function(reference: ReferenceData) -> None:
    written = catalogue_examples(reference, "category")
    named = {"id": "x-1", "scenario": "x", "text": "路灯不亮", "label": "tax", "category": "010101"}
    other = {"id": "x-2", "scenario": "x", "text": "路灯不亮", "label": "tax"}
    first, second = likeliest_examples(reference, "category", [named, other], written, SETTINGS)
    assert first.label == "010101"
    assert next(leaf.function for leaf in reference.categories.leaves if leaf.code == second.label) == "tax"
