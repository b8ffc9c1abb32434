"""A drafted paragraph: a note or a piece of a report, for a person to look over."""

from app.domain.frozen import Frozen


class Paragraph(Frozen):
    """The text, and who wrote it."""

    text: str
    engine: str = "embedded"
    degraded_reason: str | None = None
    """Chinese; set where a model should have written it and the plain text stands."""
    prompt_version: str | None = None
    model: str | None = None
