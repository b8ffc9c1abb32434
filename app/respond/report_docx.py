"""A report in, a DOCX out: tables and bars that can be edited, no pictures."""

import io

from docx import Document
from docx.document import Document as Made
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell

from app.domain.report import Report, Section

_FONT = "宋体"
_LONGEST = 9.0
"""Centimetres of the longest bar."""


def docx_of(report: Report) -> bytes:
    """Return the document."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    document.add_heading(report.title, level=0)
    document.add_paragraph(f"{report.start} 至 {report.end}　{report.made_at:%Y-%m-%d %H:%M} 生成")
    if report.demo:
        document.add_paragraph("演示数据：由编写的演示工单统计，不代表真实情况。")
    document.add_paragraph(report.summary.text)
    for section in report.sections:
        _write(document, section)
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.font.name = _FONT
            run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _write(document: Made, section: Section) -> None:
    document.add_heading(section.title, level=1)
    if section.bars:
        _draw(document, section)
    if section.rows:
        table = document.add_table(rows=1, cols=len(section.columns), style="Light Grid Accent 1")
        for row in (section.columns, *section.rows):
            cells = table.rows[0].cells if row is section.columns else table.add_row().cells
            for cell, text in zip(cells, row, strict=True):
                cell.text = text
    else:
        document.add_paragraph("无。")
    source = document.add_paragraph().add_run(f"数据来源：{section.source}")
    source.font.size, source.font.color.rgb = Pt(8), RGBColor(0x66, 0x66, 0x66)


def _draw(document: Made, section: Section) -> None:
    """Draw bars as rows of three cells: label, a shaded cell as long as the value, the value."""
    most = max(value for _, value in section.bars) or 1
    for label, value in section.bars:
        table = document.add_table(rows=1, cols=3)
        table.autofit = False
        name, bar, figure = table.rows[0].cells
        name.text, figure.text = label[-14:], str(value)
        for cell, width in ((name, 4.6), (bar, max(_LONGEST * value / most, 0.1)), (figure, 1.6)):
            cell.width = Cm(width)
        _shade(bar, "2F6DB3")


def _shade(cell: _Cell, colour: str) -> None:
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(shading)
