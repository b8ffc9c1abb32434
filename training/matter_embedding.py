"""Makes the embedding of dispatch again: `python -m training.matter_embedding`.

It places demands by whose matter they are: texts of one category leaf together, articles' titles with their own
paragraphs. Articles' questions stay out of the pairs: retrieval is measured with them.
"""

import json
from pathlib import Path
from typing import Any

import typer

from app.store.articles import parse_article
from eval.examples import read_examples
from training.contrastive_embedding import (
    EmbeddingSettings,
    Pair,
    contrasted,
    same_label_pairs,
    start_table,
    write_table,
)

ARTICLES = Path("knowledge_base/articles")
DEMANDS = Path("training/datasets/demands.jsonl")
WEIGHTS = Path("models/weights")
PARAGRAPHS = 6
"""Paragraphs of an article that are paired with its title."""


def main(out: Path = WEIGHTS) -> None:
    """Train and write `matters`."""
    settings = EmbeddingSettings()
    examples = read_examples(DEMANDS, label="category")
    texts, labels = [e.text for e in examples], [e.label for e in examples]
    pairs = same_label_pairs(texts, labels, each=2, seed=settings.seed) + title_pairs()
    table = contrasted(start_table(corpus(), settings), pairs, settings)
    facts: dict[str, Any] = {
        "seed": settings.seed,
        "settings": settings.__dict__,
        "pairs": len(pairs),
        "base_revision": None,
    }
    write_table(table, out / "matters", name="own-matters", data=DEMANDS, facts=facts | {"pairs": len(pairs)})


def title_pairs() -> list[Pair]:
    """Return each article's title with its first paragraphs."""
    articles = [parse_article(path.read_text("utf-8")) for path in sorted(ARTICLES.glob("*.md"))]
    return [(article.title, line) for article in articles for line in paragraphs(article.body)[:PARAGRAPHS]]


def paragraphs(body: str) -> list[str]:
    """Return the lines that say something."""
    return [line for line in body.splitlines() if len(line) > 5]


def corpus() -> list[str]:
    """Return titles, questions and paragraphs of the articles, and the demand texts."""
    texts = []
    for path in sorted(ARTICLES.glob("*.md")):
        article = parse_article(path.read_text("utf-8"))
        texts += ["。".join([article.title, *article.questions, article.body]), *article.questions]
        texts += paragraphs(article.body)
    return texts + [str(json.loads(line)["text"]) for line in DEMANDS.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    typer.run(main)
