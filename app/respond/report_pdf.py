"""A report in, a PDF out. The Chinese font is the reader's own (Adobe's STSong-Light): none is embedded."""

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from app.domain.report import Report, Section

_FONT = "STSong-Light"
_BLUE = colors.HexColor("#2f6db3")
_STEP, _LABEL, _WIDTH = 15, 130, 440
"""Points: between bars, for their labels, of the drawing."""
_GRID = [
    ("FONT", (0, 0), (-1, -1), _FONT, 9),
    ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey),
    ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
    ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
]


def pdf_of(report: Report) -> bytes:
    """Return the document on A4."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    file = io.BytesIO()
    document = SimpleDocTemplate(file, pagesize=A4, title=report.title, author="市民诉求办理平台")
    parts: list[Any] = [
        _text(report.title, 18, align=1, after=6),
        _text(f"{report.start} 至 {report.end}　{report.made_at:%Y-%m-%d %H:%M} 生成", 9, align=1, after=12),
    ]
    if report.demo:
        parts.append(_text("演示数据：由编写的演示工单统计，不代表真实情况。", 9, after=6))
    parts.append(_text(report.summary.text, 10.5, after=6))
    for section in report.sections:
        parts += _written(section)
    document.build(parts)
    return file.getvalue()


def _written(section: Section) -> list[Any]:
    head: list[Any] = [Spacer(1, 10), _text(section.title, 13, after=6)]
    if section.bars:
        head.append(_drawing(section))
    if not section.rows:
        head.append(_text("无。", 10))
    rows = [[_text(row[0], 9), *row[1:]] for row in section.rows]
    table = [Table([list(section.columns), *rows], style=_GRID, repeatRows=1, hAlign="LEFT")] if rows else []
    return [KeepTogether(head), *table, _text(f"数据来源：{section.source}", 7, after=4)]


def _drawing(section: Section) -> Drawing:
    most = max(value for _, value in section.bars) or 1
    height = _STEP * len(section.bars)
    drawing = Drawing(_WIDTH, height + 4)
    for n, (label, value) in enumerate(section.bars):
        base = height - (n + 1) * _STEP + 3
        length = (_WIDTH - _LABEL - 40) * value / most
        drawing.add(String(_LABEL - 6, base + 2, label[-14:], fontName=_FONT, fontSize=8, textAnchor="end"))
        drawing.add(Rect(_LABEL, base, length, _STEP - 5, fillColor=_BLUE, strokeColor=None))
        drawing.add(String(_LABEL + length + 4, base + 2, str(value), fontName=_FONT, fontSize=8))
    return drawing


def _text(text: str, size: float, *, align: int = 0, after: float = 0) -> Paragraph:
    style = ParagraphStyle(
        f"s{size}", fontName=_FONT, fontSize=size, leading=size * 1.5, alignment=align, spaceAfter=after, wordWrap="CJK"
    )
    return Paragraph(escape(text), style)
