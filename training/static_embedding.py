"""Makes the embedding of the knowledge index again: `python -m training.static_embedding`.

Latent semantic analysis of character n-grams over the project's own articles and demand texts.
"""

import json
from pathlib import Path

import numpy as np
import typer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from app.store.articles import parse_article
from models.embedding.static import grams
from training.manifest import write_manifest

ARTICLES = Path("knowledge_base/articles")
DEMANDS = Path("training/datasets/demands.jsonl")
OUT = Path("models/weights/embedding")


def main(out: Path = OUT, dimensions: int = 192, features: int = 12_000, seed: int = 1) -> None:
    """Write `vocabulary.json`, `weights.npz` (idf times projection, half precision) and the manifest."""
    texts = corpus()
    vectorizer = TfidfVectorizer(
        analyzer=grams, min_df=2, max_features=features, sublinear_tf=True, norm="l2", dtype=np.float32
    )
    counted = vectorizer.fit_transform(texts)
    projection = TruncatedSVD(dimensions, random_state=seed, n_iter=3).fit(counted).components_.T
    table = (vectorizer.idf_[:, None] * projection).astype(np.float16)
    out.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in vectorizer.get_feature_names_out()]
    (out / "vocabulary.json").write_text(json.dumps(words, ensure_ascii=False, separators=(",", ":")), "utf-8")
    np.savez_compressed(out / "weights.npz", table=table)
    facts = {"kind": "static", "seed": seed, "texts": len(texts), "features": len(words), "dimensions": dimensions}
    write_manifest(out, name="own-embedding", task="embedding", data=DEMANDS, facts=facts)


def corpus() -> list[str]:
    """Return titles, questions and paragraphs of the articles, and the demand texts."""
    texts = []
    for path in sorted(ARTICLES.glob("*.md")):
        article = parse_article(path.read_text("utf-8"))
        texts += ["。".join([article.title, *article.questions, article.body]), *article.questions]
        texts += [line for line in article.body.splitlines() if len(line) > 5]
    return texts + [str(json.loads(line)["text"]) for line in DEMANDS.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    typer.run(main)
