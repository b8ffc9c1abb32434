"""`hotline train` on tables as a city has them: fair comparisons, nothing lost, faults in one line."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

import pytest
import typer

from app.domain.errors import InvalidInput
from eval.base import BadData
from eval.examples import Example
from eval.tasks.risk import ordinary_texts
from models.factory import load_classifier
from training.manifest import git_commit
from training.risk_windows import own_windows
from training.run import Task, split, train

PLACES = ("幸福家园", "光明小区", "翠湖天地", "金河湾", "龙泉花园", "文化路", "建设街", "学府苑", "东沙河", "店子镇")
MATTERS = {"水务": "停水三天没人修", "供热": "暖气不热屋里冷", "城管": "垃圾堆着没人清"}


def table(path: Path, rows: Iterable[int], **also: str) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text", "label", *also])
        writer.writeheader()
        for i in rows:
            for label, words in MATTERS.items():
                text = f"{PLACES[i % len(PLACES)]}{i}号楼{words}"
                writer.writerow({"id": f"{label}{i}", "text": text, "label": label, **also})
    return path


def trained(data: Path, out: Path, **options: bool) -> None:
    train(Task.CATEGORY, data, out, None, **options)


def test_a_model_is_not_measured_on_what_it_has_learnt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would be right nearly everywhere, and no later model would ever be as good."""
    out = tmp_path / "category"
    trained(table(tmp_path / "a.csv", range(20)), out)
    first = (out / "weights.npz").read_bytes()
    with pytest.raises(typer.Exit):
        trained(tmp_path / "a.csv", out)
    assert "现有模型全都学过，不能比较，未替换" in capsys.readouterr().out.replace("\n", "")
    assert (out / "weights.npz").read_bytes() == first

    trained(table(tmp_path / "b.csv", range(30)), out)
    told = capsys.readouterr().out
    held = int(told.split("留出 ")[1].split("，")[0])
    asked = int(told.split("留出 ")[2].split(" 条")[0])
    assert 0 < asked < held
    assert (tmp_path / "category.previous" / "weights.npz").read_bytes() == first
    assert (out / "weights.npz").read_bytes() != first
    assert load_classifier(out).labels == tuple(sorted(MATTERS))
    assert not (tmp_path / "category.trial").exists()


def test_a_run_that_fails_leaves_the_model_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "category"
    trained(table(tmp_path / "a.csv", range(20)), out)
    kept = {file.name: file.read_bytes() for file in out.iterdir()}
    one_class = tmp_path / "one.csv"
    one_class.write_text("id,text,label\n" + "".join(f"{i},停水{i}天,水务\n" for i in range(20)), "utf-8")
    with pytest.raises(BadData, match="类别至少两个"):
        trained(one_class, out)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == kept
    assert sorted(found.name for found in tmp_path.iterdir()) == ["a.csv", "category", "one.csv"]


def test_a_folder_of_something_else_is_not_written_over(tmp_path: Path) -> None:
    data = table(tmp_path / "a.csv", range(20))
    with pytest.raises(InvalidInput, match="是文件"):
        trained(data, data)
    with pytest.raises(InvalidInput, match="没有模型"):
        trained(data, tmp_path)
    trained(data, tmp_path / "category")
    with pytest.raises(InvalidInput, match="里是 category 的模型，不是 unit 的"):
        train(Task.UNIT, data, tmp_path / "category", None)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("features: [1\n", "不是合法的 YAML"),
        ("- 1\n", "应为"),
        ("featurs: 1\n", "没有设置 featurs；可用 .*features"),
        ("features: many\n", "features 应为整数"),
        ("kind: SVM\n", "kind 应为 'logistic'、'svm' 之一"),
        ("analyser: x\n", "analyser 应为 chars、words"),
    ],
)
def test_a_wrong_setting_of_a_run_is_named(tmp_path: Path, written: str, says: str) -> None:
    (tmp_path / "c.yaml").write_text(written, "utf-8")
    with pytest.raises(InvalidInput, match=says):
        train(Task.CATEGORY, table(tmp_path / "a.csv", range(20)), tmp_path / "out", tmp_path / "c.yaml")
    assert not (tmp_path / "out").exists()


def test_a_settings_file_of_comments_alone_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("# features: 1000\n", "utf-8")
    train(Task.CATEGORY, table(tmp_path / "a.csv", range(20)), tmp_path / "out", tmp_path / "c.yaml")
    assert json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["settings"]["features"] == 60_000


def test_the_latest_fifth_is_held_out_by_time_and_not_by_letter() -> None:
    """2026/10/8 is later than 2026/9/30, whatever its first character is."""
    days = [*(f"2026/9/{day} 8:05" for day in range(1, 9)), "2026/10/1 9:00", "2026-11-02T08:00:00+08:00"]
    rows = [Example(day, "停水", "水务", day, day) for day in days]
    kept, held = split(rows[::-1], seed=7)
    assert [e.id for e in held] == days[-2:]
    assert [e.id for e in kept] == days[:-2]


def test_labels_that_the_service_does_not_know_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = table(tmp_path / "a.csv", range(20))
    data.write_text(data.read_text("utf-8-sig").replace("供热", "010101").replace("水务", "10301"), "utf-8")
    trained(data, tmp_path / "out")
    told = capsys.readouterr().out.replace("\n", "")
    assert "1 种标签不在知识库中，服务不会用到：城管（应为末级分类代码" in told
    assert load_classifier(tmp_path / "out").labels == ("010101", "010301", "城管")


def test_a_run_starts_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it learns from beside the city's file, and the commit it notes, are the project's own."""
    commit = git_commit()
    monkeypatch.chdir(tmp_path)
    assert own_windows()
    assert next(ordinary_texts())
    assert git_commit() == commit
