"""Articles in the order of a cross-encoder behind a server; how likely it is that any answers stays as it was told."""

from collections.abc import Sequence

from app.domain.knowledge import Found, ScoredArticle
from models.base import ModelError, Reranker

_LONGEST = 1500
"""Characters of an article that are sent."""
_FAILED = "重排序服务没有及时给出结果，次序由内置模型单独确定"


class SecondOrder:
    """Shares out the probability among the articles by both opinions.

    A server's scores are not calibrated: they say which article, never whether any answers.
    """

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    def reorder(self, question: str, articles: Sequence[ScoredArticle]) -> Found:
        """Return the articles with their `fit` shared out anew, the likeliest first; as they were where it fails."""
        open_ = [one for one in articles if one.fit > 0]
        if len(open_) < 2:
            return Found(articles=tuple(articles))
        try:
            scores = self._reranker.scores(question, [_text(one) for one in open_])
        except ModelError:
            return Found(articles=tuple(articles), degraded_reason=_FAILED)
        both = [one.fit * float(score) for one, score in zip(open_, scores, strict=True)]
        if not sum(both):
            return Found(articles=tuple(articles))
        scale = sum(one.fit for one in open_) / sum(both)
        shared = {one.article.id: share * scale for one, share in zip(open_, both, strict=True)}
        scored = [one.model_copy(update={"fit": shared.get(one.article.id, 0.0)}) for one in articles]
        return Found(articles=tuple(sorted(scored, key=lambda one: -one.fit)))

    def close(self) -> None:
        """Let go of the server."""
        self._reranker.close()


def _text(one: ScoredArticle) -> str:
    return f"{one.article.title}\n{one.article.body}"[:_LONGEST]
