"""Data files that cannot be used are named with line and reason."""

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
