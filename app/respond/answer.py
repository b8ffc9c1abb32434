"""An answer made of an article's own sentences, with the article as its citation. Nothing is added."""

import re

from app.domain.knowledge import Article, Citation

LONGEST = 320
_SECTION = re.compile(r"^##\s*", re.MULTILINE)
_BASIS = re.compile(r"[^。；\n]*（[^（）]*《[^》]+》[^（）]*）[^。；\n]*[。；]?")
_MARKS = re.compile(r"^[-*]\s*|\*\*|^#+\s*", re.MULTILINE)


def compose_answer(question: str, article: Article) -> tuple[str, Citation]:
    """Return the direct answer and the section that says most about the question, and where they come from."""
    lead, *sections = (part.strip() for part in _SECTION.split(article.body))
    asked = _pairs(question)
    best = max(sections, key=lambda section: len(asked & _pairs(section)) / (len(section) ** 0.5), default="")
    text = lead
    if best and len(asked & _pairs(best)) and len(lead) + len(best) <= LONGEST:
        text = f"{lead}\n{best}"
    quote = _BASIS.search(lead) or _BASIS.search(article.body)
    return _MARKS.sub("", text), citation_of(article, (quote.group() if quote else lead.split("\n")[0]).strip())


def citation_of(article: Article, quote: str) -> Citation:
    """Return the citation of an article's passage."""
    return Citation(
        article_id=article.id,
        version=article.version,
        title=article.title,
        source=article.source,
        clause=article.clause,
        issued_by=article.issued_by,
        region=article.region,
        effective_from=article.effective_from,
        expires_on=article.expires_on,
        quote=quote,
    )


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
