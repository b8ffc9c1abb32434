"""Documents of five formats become drafts, looked at first; what is unusable says why."""

import base64
import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx import Document
from fastapi.testclient import TestClient
from openpyxl import Workbook

from app.domain.errors import InvalidInput
from app.receive.documents import read_document
from tests.conftest import KEY

TITLE, OTHER = "蜂箱备案", "蜂箱迁移"
LEAD = "养蜂前应当备案（《蜂箱管理办法》第三条）。"
MARKDOWN = f"# 蜂箱管理问答\n\n## {TITLE}\n\n{LEAD}\n\n### 材料\n\n身份证、照片。\n\n## {OTHER}\n\n提前三日报告。\n"
HTML = (
    f"<html><head><title>问答</title><script>x()</script></head><body><nav>首页</nav><h1>蜂箱管理问答</h1>"
    f"<h2>{TITLE}</h2><p>{LEAD}</p><h3>材料</h3><p>身份证、照片。</p><h2>{OTHER}</h2><p>提前三日报告。</p></body></html>"
)


def docx_bytes() -> bytes:
    document = Document()
    document.add_heading("蜂箱管理问答", 0)
    for title, text in ((TITLE, LEAD), (OTHER, "提前三日报告。")):
        document.add_heading(title, 2)
        document.add_paragraph(text)
        if title == TITLE:
            document.add_heading("材料", 3)
            document.add_paragraph("身份证、照片。")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx_bytes() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["标题", "正文", "问法", "来源", "职能", "生效日期"])
    sheet.append(
        [TITLE, f"{LEAD}\n\n## 材料\n身份证、照片。", "怎么备案；备案要啥", "蜂箱管理办法", "agriculture", "2026-01-01"]
    )
    sheet.append([OTHER, "提前三日报告。", None, "蜂箱管理办法", "nobody", None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", MARKDOWN.encode()),
        ("a.html", HTML.encode()),
        ("a.docx", docx_bytes()),
        ("a.xlsx", xlsx_bytes()),
    ],
)
def test_a_document_is_cut_at_the_headings_of_its_articles(name: str, content: bytes) -> None:
    found = [fields for fields in read_document(name, content) if fields["title"] in (TITLE, OTHER)]
    assert [fields["title"] for fields in found] == [TITLE, OTHER]
    assert found[0]["body"].startswith(LEAD)
    assert "## 材料" in found[0]["body"]
    assert "首页" not in str(found)


def test_a_table_may_be_headed_with_the_words_of_the_article_form() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["标题", "答复内容", "依据", "制定机关", "适用范围", "负责的职能", "群众会怎么问"])
    sheet.append([TITLE, LEAD, "蜂箱管理办法", "滕州市政府", "滕州市", "agriculture", "怎么备案"])
    out = io.BytesIO()
    book.save(out)
    (found,) = read_document("a.xlsx", out.getvalue())
    assert (found["region"], found["source"], found["owner"]) == ("滕州市", "蜂箱管理办法", "agriculture")
    assert (found["issued_by"], found["questions"]) == ("滕州市政府", ["怎么备案"])


def test_a_text_may_come_in_the_encoding_of_older_programs() -> None:
    found = read_document("a.md", MARKDOWN.encode("gb18030"))
    assert [fields["title"] for fields in found if fields["title"] in (TITLE, OTHER)] == [TITLE, OTHER]


def test_a_law_in_pdf_is_cut_at_its_chapters() -> None:
    # One page, one text object a line, in a font with a Unicode map: what a printer driver writes.
    from tests.pdf_file import pdf_of

    found = read_document("办法.pdf", pdf_of(["第一章 总则", "第一条 为了养蜂。", "第二章 备案", "第三条 应当备案。"]))
    assert [fields["title"] for fields in found] == ["第一章 总则", "第二章 备案"]
    assert "应当备案" in found[1]["body"]


@pytest.mark.parametrize(
    ("name", "content"), [("a.exe", b"x"), ("a.docx", b"x"), ("a.pdf", b"%PDF-1.4"), ("a.md", b" "), ("a.md", b"\xff")]
)
def test_what_cannot_be_read_says_so(name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_document(name, content)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused() -> None:
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file, file.open("word/document.xml", "w") as part:
        for _ in range(101):
            part.write(bytes(2**20))
    assert len(packed.getvalue()) < 2**20
    with pytest.raises(InvalidInput, match="解压后超过 100 MiB"):
        read_document("问答.docx", packed.getvalue())


def test_front_matter_does_not_multiply_itself() -> None:
    lines = ["a0: &a0 [蜂, 蜂]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 6)), "title: *a5"]
    with pytest.raises(InvalidInput, match="别名"):
        read_document("问答.md", "\n".join(["---", *lines, "---", LEAD]).encode())


@pytest.mark.parametrize(("name", "content"), [("a.docx", b"x"), ("a.pdf", b"%PDF-1.4"), ("a.md", b"\xff")])
def test_a_damaged_document_is_refused_without_the_words_of_a_library(name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"不能读取，可能已损坏，或内容与扩展名不符$"):
        read_document(name, content)


def test_a_preview_keeps_nothing_and_an_import_keeps_drafts(client: TestClient) -> None:
    url, body = "/v1/knowledge/imports", {"name": "a.xlsx", "content": base64.b64encode(xlsx_bytes()).decode()}
    seen = client.post(url, json={**body, "preview": True}).json()
    assert [draft["taken"] for draft in seen] == [False, False]
    assert seen[0]["problem"] is None
    assert "nobody" in seen[1]["problem"]
    address = f"/v1/knowledge/articles/{seen[0]['id']}"
    assert client.get(address).status_code == 404
    assert [draft["taken"] for draft in client.post(url, json=body).json()] == [True, False]
    kept = client.get(address).json()
    assert (kept["status"], kept["questions"], kept["effective_from"]) == (
        "draft",
        ["怎么备案", "备案要啥"],
        "2026-01-01",
    )
    assert "已经存在" in client.post(url, json=body).json()[0]["problem"]
    assert client.post(url, json={**body, "content": "?"}).json()["field"] == "content"


def test_the_commands_import_publish_and_retire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from typer.testing import CliRunner

    from app.cli import cli

    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("AUTH__BOOTSTRAP_KEY", KEY)
    source = tmp_path / "beehive.md"
    front = "---\nid: beehive\ntitle: 蜂箱备案\nsource: 蜂箱管理办法\nowner: agriculture\n---\n"
    source.write_text(f"{front}{LEAD}\n", "utf-8")
    run = CliRunner().invoke
    assert "可以导入" in run(cli, ["kb", "import", str(source), "--preview"]).output
    assert "存为草稿 1 篇" in run(cli, ["kb", "import", str(source)]).output
    assert "已发布 beehive" in run(cli, ["kb", "publish", "beehive"]).output
    assert TITLE in run(cli, ["kb", "search", "蜂箱怎么备案"]).output
    assert "已停用 beehive" in run(cli, ["kb", "retire", "beehive"]).output
    assert TITLE not in run(cli, ["kb", "search", "蜂箱怎么备案"]).output
