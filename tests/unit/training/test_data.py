from pathlib import Path

import pytest

from eval.examples import Example, read_examples
from eval.splits import near_duplicates_across
from training.data import group_folds


def example(id: str, text: str, label: str = "a", group: str | None = None) -> Example:
    return Example(id, text, label, group or id)


def test_a_row_without_label_names_file_and_row(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text("id,title,text,label\n1,,停水,水务\n2,,停电,\n", "utf-8")
    with pytest.raises(ValueError, match="第 2 条"):
        read_examples(file)


def test_title_and_text_are_read_together(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text("id,title,text,label\n1,停水,三天没水,水务\n", "utf-8")
    assert read_examples(file)[0].text == "停水 三天没水"


def test_a_group_never_spans_two_folds() -> None:
    rows = [example(str(i), f"文本{i}", "ab"[i % 2], f"g{i // 4 * 2 + i % 2}") for i in range(40)]
    folds = group_folds(rows, 5, seed=1)
    by_group = {r.group: {int(f) for q, f in zip(rows, folds, strict=True) if q.group == r.group} for r in rows}
    assert all(len(found) == 1 for found in by_group.values())
    assert len(set(folds.tolist())) == 5


def test_near_duplicates_across_a_split_are_found() -> None:
    train = [example("1", "幸福家园十三号楼已经停水三天了没人管"), example("2", "路灯不亮")]
    test = [example("9", "幸福家园十三号楼已经停水三天了没人管啊"), example("8", "学校收费")]
    assert near_duplicates_across(train, test) == [("1", "9")]
