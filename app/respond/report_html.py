"""A report in, one page out: it stands alone, prints on A4, and draws its bars in SVG."""

from pathlib import Path

import jinja2

from app.domain.report import Report, Section

_TEMPLATE = (Path(__file__).parent / "report.html").read_text("utf-8")
_STEP, _LABEL, _WIDTH = 22, 190, 640
"""Pixels: between bars, for their labels, of the drawing."""


def html_of(report: Report) -> bytes:
    """Return the page as UTF-8."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_TEMPLATE)
    return template.render(report=report, drawn=drawn, label=_LABEL, width=_WIDTH, step=_STEP).encode()


def drawn(section: Section) -> list[tuple[str, int, float, int]]:
    """Return label, value, length in pixels and top in pixels of each bar."""
    most = max((value for _, value in section.bars), default=0) or 1
    room = _WIDTH - _LABEL - 60
    return [(name, value, room * value / most, n * _STEP) for n, (name, value) in enumerate(section.bars)]
