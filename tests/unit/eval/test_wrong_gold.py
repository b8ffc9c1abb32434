"""Files with wrong gold: what nobody could have found is named, and one slip does not turn the figures over."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import eval.tasks.intake as intake_task
from app.cli import cli
from app.config import Settings
from app.domain.errors import InvalidInput
from app.domain.reference import ReferenceData
from eval.base import BadData
from eval.examples import read_examples, with_zeros
from eval.run import evaluate
from eval.tasks.answer import answer_rows
from eval.tasks.duplicate import in_order
from eval.tasks.intake import ticket_rows, weights_with
from eval.tasks.retrieval import relevant_ids, retrieval_rows
from eval.tasks.risk import risk_rows
from eval.tasks.unit import category_rows, unit_rows

WEIGHTS = Settings().weights_dir
WATER, LAMP = "小区停水三天了没人管", "路灯坏了好几天不亮"


def jsonl(path: Path, *rows: Mapping[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def labelled(path: Path, *pairs: tuple[str, str]) -> Path:
    return jsonl(path, *({"id": str(i), "text": text, "label": label} for i, (text, label) in enumerate(pairs)))


def test_a_code_without_its_leading_zero_is_known(tmp_path: Path) -> None:
    told = labelled(tmp_path / "a.jsonl", (WATER, "10301"), (WATER, "010301"), (WATER, "130101"), (WATER, "99"))
    found = with_zeros(read_examples(told), {"010301", "130101"})
    assert [example.label for example in found] == ["010301", "010301", "130101", "99"]
    assert category_rows(labelled(tmp_path / "b.jsonl", (WATER, "10301"))).metrics["accuracy"] == 1.0


def test_one_long_wrong_label_does_not_change_the_level_of_all_others(tmp_path: Path, reference: ReferenceData) -> None:
    top = reference.categories.categories[0]
    data = labelled(tmp_path / "a.jsonl", *[(WATER, top.code)] * 3, (WATER, "城乡建设类问题"))
    measured = category_rows(data)
    assert measured.metrics["accuracy"] == 0.75
    assert measured.tables["unknown labels, counted as missed"] == [{"label": "城乡建设类问题", "rows": 1}]
    with pytest.raises(BadData, match="都不是分类代码"):
        category_rows(labelled(tmp_path / "b.jsonl", (WATER, "供水")))


def test_one_wrong_function_does_not_make_units_of_all_others(tmp_path: Path) -> None:
    data = labelled(tmp_path / "a.jsonl", *[(WATER, "water_supply")] * 3, (WATER, "watersupply"))
    measured = unit_rows(data)
    assert measured.metrics["accuracy"] == 0.75
    assert measured.tables["unknown labels, counted as missed"] == [{"label": "watersupply", "rows": 1}]


def test_a_trained_model_takes_the_place_of_its_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city = tmp_path / "city"
    shutil.copytree(WEIGHTS / "risk", city)
    told = json.loads((city / "manifest.json").read_text("utf-8"))
    (city / "manifest.json").write_text(json.dumps(told | {"name": "city-risk"}), "utf-8")
    weights = weights_with(city, WEIGHTS, tmp_path / "weights")
    assert json.loads((weights / "risk" / "manifest.json").read_text("utf-8"))["name"] == "city-risk"
    assert (weights / "kind").resolve() == (WEIGHTS / "kind").resolve()
    with pytest.raises(BadData, match="不是训练得到的"):
        weights_with(tmp_path, WEIGHTS, tmp_path / "other")

    asked = []

    def built(settings: Settings) -> None:
        asked.append(settings.weights_dir)
        raise InvalidInput("seen")

    monkeypatch.setattr(intake_task, "build_flows", built)
    rows = [{"id": "1", "turns": [{"speaker": "citizen", "text": LAMP}], "gold": {"demands": []}}]
    for measure in (risk_rows, ticket_rows):
        with pytest.raises(InvalidInput, match="seen"):
            measure(jsonl(tmp_path / "r.jsonl", *rows), "embedded", city)
    assert [folder.name for folder in asked] == ["weights", "weights"]


def test_a_model_that_would_not_be_measured_is_refused(tmp_path: Path) -> None:
    data = jsonl(tmp_path / "a.jsonl", {"id": "1"})
    cli.command("eval")(evaluate)
    ran = CliRunner().invoke(cli, ["eval", "answer", "--data", str(data), "--model", str(WEIGHTS / "kind")])
    assert ran.exit_code == 2
    assert "不用 --model" in ran.output


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"id": "1", "text": LAMP, "group": "g"}, "第 1 行：缺少 created_at"),
        ({"id": "1", "text": LAMP, "group": "g", "created_at": "昨天"}, "第 1 条：created_at 不是时间"),
        ({"id": "1", "text": LAMP, "created_at": "2026-11-08"}, "第 1 行：缺少 group"),
    ],
)
def test_a_ticket_without_time_or_group_is_named(tmp_path: Path, row: Mapping[str, Any], says: str) -> None:
    with pytest.raises(BadData, match=says):
        in_order(jsonl(tmp_path / "a.jsonl", row))


def test_tickets_of_a_spreadsheet_come_in_the_order_of_time(tmp_path: Path) -> None:
    times = ["2026/10/8 8:05", "2026/9/30 17:00", "2026-09-30 08:00"]
    table = "id,created_at,text,group\n" + "".join(f"{i},{at},{LAMP},g\n" for i, at in enumerate(times))
    (tmp_path / "a.csv").write_bytes(table.encode("gb18030"))
    assert [row["id"] for row in in_order(tmp_path / "a.csv")] == ["2", "1", "0"]


def of_tickets(row: Mapping[str, Any], folder: Path) -> None:
    ticket_rows(jsonl(folder / "a.jsonl", row))


def of_answers(row: Mapping[str, Any], folder: Path) -> None:
    answer_rows(jsonl(folder / "a.jsonl", row))


def of_risk(row: Mapping[str, Any], folder: Path) -> None:
    risk_rows(jsonl(folder / "a.jsonl", row))


def of_retrieval(row: Mapping[str, Any], folder: Path) -> None:
    jsonl(folder / "corpus.jsonl", {"id": 1, "text": "居住证怎么办理"})
    jsonl(folder / "queries.jsonl", row)
    retrieval_rows(folder)


@pytest.mark.parametrize(
    ("measure", "row", "says"),
    [
        (of_tickets, {"id": "1", "turns": [], "gold": {}}, "第 1 行：缺少 gold.demands"),
        (of_tickets, {"id": "c-7", "turns": "x", "gold": {"demands": []}}, "c-7：turns 应为列表"),
        (of_risk, {"id": "1", "turns": [], "judicial": "false"}, "第 1 条：judicial 应为 true 或 false"),
        (of_risk, {"id": "r-7", "turns": [{"speaker": "citizen"}], "judicial": False}, "r-7：turns"),
        (of_answers, {"id": "1", "question": "居住证怎么办"}, "第 1 行：缺少 answerable"),
        (of_retrieval, {"id": "1", "q": "居住证"}, "第 1 行：缺少 question、relevant"),
        (of_retrieval, {"id": "1", "question": "居住证怎么办", "relevant": ["9"]}, "relevant 在 corpus.jsonl 中没有"),
    ],
)
def test_a_row_that_lacks_its_gold_is_named(measure: Any, row: Mapping[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=says):
        measure(row, tmp_path)


@pytest.mark.parametrize("relevant", [[7], ["7"], 7, "7"])
def test_ids_are_the_same_written_as_numbers_or_words(relevant: Sequence[Any]) -> None:
    assert relevant_ids({"relevant": relevant}) == {"7"}


def test_a_run_that_the_model_did_not_answer_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("MODEL", "x"), ("BASE_URL", "http://127.0.0.1:9/v1"), ("SECONDS", "1")):
        monkeypatch.setenv(f"CHAT__{name}", value)
    question = {"id": "1", "question": "居住证怎么办理", "answerable": True}
    answered = answer_rows(jsonl(tmp_path / "a.jsonl", question), "llm").tables["answered by"]
    united = unit_rows(labelled(tmp_path / "u.jsonl", (WATER, "枣庄市城市供水企业")), "llm").tables["answered by"]
    assert [(row["engine"], row["calls"]) for row in (*answered, *united)] == [("embedded", 1)] * 2
    assert all(row["reason"].startswith("大模型") for row in (*answered, *united))
