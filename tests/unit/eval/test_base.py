"""Data files that cannot be used are named with line and reason."""

import json
from pathlib import Path

import pytest

from app.domain.errors import InvalidInput
from eval.base import BadData, read_jsonl, with_intervals
from eval.examples import read_examples


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"turns": [], "gold": {}}\n{"turns": [', "第 2 行：不是完整的 JSON"),
        ("[1]", "第 1 行：不是 JSON 对象"),
        ('\n{"turns": []}', "第 2 行：缺少 gold"),
        ("路灯".encode("gb18030"), "不是 UTF-8"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: str | bytes, reason: str) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadData, match=reason):
        read_jsonl(file, "turns", "gold")


TABLE = "id,text,label\n1,路灯不亮, 城管 \n2,停水,水务\n"


@pytest.mark.parametrize(
    ("encoding", "apart"), [("utf-8-sig", ","), ("gb18030", ","), ("utf-16", "\t"), ("utf-8", ";")]
)
def test_a_table_is_read_as_spreadsheets_write_it(tmp_path: Path, encoding: str, apart: str) -> None:
    file = tmp_path / "texts.csv"
    file.write_bytes(TABLE.replace(",", apart).encode(encoding))
    assert [(e.id, e.text, e.label) for e in read_examples(file)] == [("1", "路灯不亮", "城管"), ("2", "停水", "水务")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "没有数据"),
        ("id,text,label\n", "没有数据"),
        ("编号,内容,分类\n1,停水,水务\n", "须有 text 和 label 两列；现有 编号、内容、分类"),
        ("id,text,label\n1,停水,水务\n2,,水务\n3,停电,\n4, ,水务\n", "第 2、3、4 条：缺少 text 或 label"),
        ("id,text,label\n" + "1,,水务\n" * 12, "第 1、2、3、4、5、6、7、8、9、10 等共 12 条"),
        ('id,text,label\n1,停水,水务\n2,"停电,供电\n3,"路灯"不亮,城管\n', "第 3 行：引号不成对"),
    ],
)
def test_a_table_that_cannot_be_learnt_from_says_what_it_lacks(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "texts.csv").write_text(content, "utf-8")
    with pytest.raises(InvalidInput, match=reason):
        read_examples(tmp_path / "texts.csv")


def test_nothing_to_measure_is_an_error() -> None:
    with pytest.raises(BadData, match="没有数据"):
        with_intervals([], len)  # type: ignore[arg-type]


def test_exported_corrections_teach_the_task_that_they_are_of(tmp_path: Path) -> None:
    def row(field: str, verdict: str, label: object) -> str:
        told = {"id": "1", "title": "停水", "text": "三天没水", "field": field, "verdict": verdict, "label": label}
        return json.dumps(told | {"created_at": "2026-11-28T04:31:30+08:00"}, ensure_ascii=False)

    file = tmp_path / "corrections.jsonl"
    rows = [
        row("title", "corrected", "停水问题"),
        row("category", "corrected", {"code": "010302", "path": ["城乡建设"]}),
        row("category", "corrected", "010303"),
        row("category", "accepted", None),
        row("unit", "corrected", "滕州市水务局"),
        row("same_matter", "accepted", True),
    ]
    file.write_text("\n".join(rows), "utf-8")
    found = {task: [e.label for e in read_examples(file, task=task)] for task in ("category", "unit")}
    assert found == {"category": ["010302", "010303"], "unit": ["滕州市水务局"]}
    with pytest.raises(BadData, match="没有 embedding 的更正"):
        read_examples(file, task="embedding")
