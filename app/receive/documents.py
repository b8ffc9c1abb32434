"""A document in (Markdown, HTML, DOCX, PDF, XLSX); the articles that it holds out, as fields still to be checked.

A document is cut at its highest heading that occurs more than once, each part an article; lower headings stay inside
as sections. Every row of a table is an article.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any
from zipfile import BadZipFile, ZipFile

import yaml

from app.domain.errors import InvalidInput
from app.receive.table import decoded

Fields = dict[str, Any]
LONGEST_TITLE = 60
LARGEST_UNPACKED = 100 * 1024 * 1024
COLUMNS = {
    "编号": "id",
    "标题": "title",
    "问题": "title",
    "正文": "body",
    "答案": "body",
    "答复": "body",
    "答复内容": "body",
    "问法": "questions",
    "群众会怎么问": "questions",
    "来源": "source",
    "依据": "source",
    "条款": "clause",
    "发布机关": "issued_by",
    "制定机关": "issued_by",
    "地区": "region",
    "适用范围": "region",
    "生效日期": "effective_from",
    "失效日期": "expires_on",
    "职能": "owner",
    "负责的职能": "owner",
}
"""Columns of a table, by the field they fill; the words of the article form are among them."""
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*$")
_ARTICLE_OF_LAW = re.compile(r"^(第[一二三四五六七八九十百零〇\d]+[章节条])\s*(.*)$")
_BETWEEN = re.compile(r"[;；|\n]")
_FENCE = "---\n"


def read_document(name: str, content: bytes) -> list[Fields]:
    """Return the fields of each article in a document.

    Raises:
        InvalidInput: the format is unknown, or the document cannot be read or holds no text.
    """
    reader = READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        raise InvalidInput(f"不支持的格式，可用：{'、'.join(sorted(READERS))}", field="name")
    if _unpacked(content) > LARGEST_UNPACKED:
        raise InvalidInput(f"文件 {name} 解压后超过 {LARGEST_UNPACKED // 1024 // 1024} MiB", field="content")
    try:
        found = [fields for fields in reader(PurePath(name).stem, content) if fields.get("body")]
    except InvalidInput:
        raise
    except Exception as error:  # a damaged file fails in the library's own way
        raise InvalidInput(f"文件 {name} 不能读取，可能已损坏，或内容与扩展名不符", field="content") from error
    if not found:
        raise InvalidInput(f"文件 {name} 中没有文字", field="content")
    return found


def _unpacked(content: bytes) -> int:
    """Return how large a document becomes; only DOCX and XLSX are packed."""
    try:
        return sum(part.file_size for part in ZipFile(io.BytesIO(content)).infolist())
    except BadZipFile:
        return len(content)


class _PlainYaml(yaml.SafeLoader):
    """Front matter without aliases: a few lines of them stand for a text without end."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node."""
        if self.check_event(yaml.AliasEvent):
            raise InvalidInput("首部不能使用 YAML 别名（*）", field="content")
        return super().compose_node(parent, index)


def _markdown(stem: str, content: bytes) -> Iterator[Fields]:
    text = decoded(content).replace("\r\n", "\n")
    given: Fields = {}
    if text.startswith(_FENCE):
        front, _, text = text.removeprefix(_FENCE).partition(f"\n{_FENCE}")
        loaded = yaml.load(front, _PlainYaml)
        given = dict(loaded) if isinstance(loaded, Mapping) else {}
        yield {**given, "body": text.strip()}
        return
    yield from articles_of(stem, text)


def _html(stem: str, content: bytes) -> Iterator[Fields]:
    from bs4 import BeautifulSoup
    from markdownify import markdownify

    page = BeautifulSoup(content, "html.parser")
    for unseen in page(["script", "style", "nav", "header", "footer", "form"]):
        unseen.decompose()
    title = page.title.get_text(strip=True) if page.title else stem
    yield from articles_of(title, markdownify(str(page.body or page), heading_style="ATX"))


def _docx(stem: str, content: bytes) -> Iterator[Fields]:
    from docx import Document
    from docx.table import Table

    lines = []
    for part in Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(part, Table):
            lines += [" | ".join(cell.text.strip() for cell in row.cells) for row in part.rows]
            continue
        style = part.style.name or "" if part.style else ""
        level = style.removeprefix("Heading ").strip()
        mark = "#" * int(level) + " " if level.isdigit() else "# " if style == "Title" else ""
        lines.append(mark + part.text.strip())
    yield from articles_of(stem, "\n".join(lines))


def _pdf(stem: str, content: bytes) -> Iterator[Fields]:
    from pypdf import PdfReader

    pages = [page.extract_text() or "" for page in PdfReader(io.BytesIO(content)).pages]
    yield from articles_of(stem, "\n".join(_numbered(line) for line in "\n".join(pages).splitlines()))


def _numbered(line: str) -> str:
    """Return a line that begins a chapter or an article of law as a heading: a PDF has no others."""
    found = _ARTICLE_OF_LAW.match(line.strip())
    if not found:
        return line.strip()
    mark, rest = found.groups()
    return f"## {mark} {rest}" if mark[-1] in "章节" else f"### {mark}\n{rest}"


def _xlsx(_stem: str, content: bytes) -> Iterator[Fields]:
    from openpyxl import load_workbook

    for sheet in load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets:
        sheet.reset_dimensions()  # some programs write a smaller size than the sheet has
        lines = sheet.iter_rows(values_only=True)
        names = [COLUMNS.get(str(cell or "").strip()) for cell in next(lines, ())]
        if "title" not in names or "body" not in names:
            raise InvalidInput("首行应有 标题 和 正文 两列", field="content")
        for line in lines:
            cells = {
                name: str(cell).strip() for name, cell in zip(names, line, strict=False) if name and cell is not None
            }
            if cells.get("title"):
                yield {**cells, **_listed(cells), **_dated(cells)}


def _listed(cells: Mapping[str, str]) -> Fields:
    asked = [part.strip() for part in _BETWEEN.split(cells.get("questions", "")) if part.strip()]
    return {"questions": asked} if asked else {}


def _dated(cells: Mapping[str, str]) -> Fields:
    """Return the days of a row; a spreadsheet writes them with a time."""
    return {name: cells[name][:10].replace("/", "-") for name in ("effective_from", "expires_on") if cells.get(name)}


READERS: dict[str, Callable[[str, bytes], Iterator[Fields]]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": _html,
    ".htm": _html,
    ".docx": _docx,
    ".pdf": _pdf,
    ".xlsx": _xlsx,
}


def articles_of(title: str, text: str) -> Iterator[Fields]:
    """Yield the articles of a text with headings; without any it is one article under the document's title."""
    lines = [line.rstrip() for line in text.splitlines()]
    levels = [len(found[1]) for line in lines if (found := _HEADING.match(line))]
    repeated = [level for level in sorted(set(levels)) if levels.count(level) > 1]
    cut = repeated[0] if repeated else min(levels, default=0)
    parts: list[tuple[str, list[str]]] = [(title, [])]
    for line in lines:
        heading = _HEADING.match(line)
        if heading and len(heading[1]) <= cut:
            parts.append((heading[2].strip("# *"), []))
        else:
            parts[-1][1].append(f"## {heading[2]}" if heading else line)
    for name, held in parts:
        body = re.sub(r"\n{3,}", "\n\n", "\n".join(held)).strip()
        if body:
            yield {"title": name[:LONGEST_TITLE], "body": body}
