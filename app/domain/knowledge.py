"""Knowledge articles and the answers that rest on them."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from app.domain.errors import InvalidTransition
from app.domain.frozen import Frozen
from app.domain.labels import ARTICLE_STATUS, ARTICLE_STEP, possible

NATIONAL = "全国"
EVERYWHERE = frozenset({NATIONAL, "山东省", "枣庄市"})
"""Regions whose articles hold in the whole city."""


class ArticleStatus(StrEnum):
    """Where an article stands."""

    DRAFT = "draft"
    """草稿"""
    REVIEW = "review"
    """待审核"""
    PUBLISHED = "published"
    """已发布"""
    RETIRED = "retired"
    """已停用"""


class Article(Frozen):
    """知识条目: an answer in the city's own words, with the law it rests on and when it holds."""

    id: str
    title: str
    questions: tuple[str, ...] = ()
    """How citizens ask it."""
    source: str
    clause: str | None = None
    issued_by: str | None = None
    region: str = NATIONAL
    """Where it holds: everywhere, a district, or a town behind its district (滕州市荆河街道)."""
    effective_from: date | None = None
    expires_on: date | None = None
    """The first day on which it holds no more."""
    owner: str
    """The function that answers for it."""
    status: ArticleStatus
    version: int = 1
    body: str

    @property
    def may_hold(self) -> bool:
        """Tell whether the article can be cited on some day, somewhere."""
        return self.status is ArticleStatus.PUBLISHED

    def holds(self, *, on: date, area: str | None) -> bool:
        """Tell whether the article may be cited on a day for a matter in an area."""
        in_time = (self.effective_from is None or self.effective_from <= on) and (
            self.expires_on is None or on < self.expires_on
        )
        return self.may_hold and in_time and holds_in(self.region, area)


def holds_in(region: str, area: str | None) -> bool:
    """Tell whether what holds in a region holds in an area: a town is in its district."""
    return region in EVERYWHERE or (area is not None and area.startswith(region))


def may_hold_in(region: str, area: str | None) -> bool:
    """Tell whether it holds there, or in a part of the area."""
    return area is None or holds_in(region, area) or region.startswith(area)


class ArticleStep(StrEnum):
    """What may be done with an article."""

    CREATE = "create"
    """新建"""
    EDIT = "edit"
    """修改"""
    SUBMIT = "submit"
    """提交审核"""
    SEND_BACK = "send_back"
    """退回修改"""
    PUBLISH = "publish"
    """发布"""
    RECONFIRM = "reconfirm"
    """复核无误"""
    RETIRE = "retire"
    """停用"""
    ROLL_BACK = "roll_back"
    """恢复旧版"""


_A, _S = ArticleStatus, ArticleStep
STEPS: dict[tuple[ArticleStatus, ArticleStep], ArticleStatus] = {
    (_A.DRAFT, _S.EDIT): _A.DRAFT,
    (_A.DRAFT, _S.ROLL_BACK): _A.DRAFT,
    (_A.DRAFT, _S.SUBMIT): _A.REVIEW,
    (_A.REVIEW, _S.EDIT): _A.DRAFT,
    (_A.REVIEW, _S.ROLL_BACK): _A.DRAFT,
    (_A.REVIEW, _S.SEND_BACK): _A.DRAFT,
    (_A.REVIEW, _S.PUBLISH): _A.PUBLISHED,
    (_A.PUBLISHED, _S.EDIT): _A.PUBLISHED,
    (_A.PUBLISHED, _S.ROLL_BACK): _A.PUBLISHED,
    (_A.PUBLISHED, _S.RECONFIRM): _A.PUBLISHED,
    (_A.PUBLISHED, _S.RETIRE): _A.RETIRED,
    (_A.RETIRED, _S.EDIT): _A.DRAFT,
    (_A.RETIRED, _S.ROLL_BACK): _A.DRAFT,
}
"""From a status and a step to the next status; a change of a published article is in force at once."""


def step_article(article: Article, step: ArticleStep) -> ArticleStatus:
    """Return the status after a step.

    Raises:
        InvalidTransition: the step is not possible now.
    """
    after = STEPS.get((article.status, step))
    if after is None:
        said = possible((s for status, s in STEPS if status is article.status), ARTICLE_STEP)
        raise InvalidTransition(f"条目现为“{ARTICLE_STATUS[article.status]}”，不能{ARTICLE_STEP[step]}；{said}")
    return after


class ArticleVersion(Frozen):
    """One version of an article: who made it, how, when."""

    article: Article
    step: ArticleStep
    actor: str
    note: str = ""
    changed_at: datetime


def searchable(article: Article) -> str:
    """Return what of an article is searched; its title counts three times, how people ask it twice."""
    return "。".join([*[article.title] * 3, *article.questions * 2, article.body])


class Passage(Frozen):
    """A part of an article that can be found alone: its direct answer or one section."""

    article_id: str
    number: int
    header: str
    """Title, source and validity: what a reader of the part alone has to know."""
    text: str

    @property
    def id(self) -> str:
        """The passage's own id."""
        return f"{self.article_id}#{self.number}"


def passages(article: Article) -> tuple[Passage, ...]:
    """Return an article cut at its headings, each part under its title."""
    lead, *sections = (part.strip() for part in re.split(r"^##\s*", article.body, flags=re.MULTILINE))
    texts = [f"{article.title}。{part}" for part in (lead, *sections)]
    since = f"，{article.effective_from}起施行" if article.effective_from else ""
    until = f"，{article.expires_on}起失效" if article.expires_on else ""
    header = f"{article.title}（{article.source}{article.clause or ''}，{article.region}{since}{until}）"
    return tuple(
        Passage(article_id=article.id, number=number, header=header, text=text) for number, text in enumerate(texts)
    )


class ScoredArticle(Frozen):
    """An article with how well it fits a question."""

    article: Article
    score: float
    """Of words and meaning together; comparable within one question only."""
    words: float = 0.0
    """BM25 of the words alone."""
    likeness: float = 0.0
    """Cosine of the nearest passage to the question; at most so much where meaning did not propose it."""
    coverage: float
    """Share of the question's telling character pairs that the article holds, 0 to 1."""
    fit: float = 0.0
    """How likely it is, of all articles and of none, that this one answers the question."""


class Nearest(Frozen):
    """What lies near a question by meaning."""

    likeness: Mapping[str, float] = {}
    """Cosine of the nearest passage, by article."""
    beyond: float = 0.0
    """What no other article exceeds."""
    first: tuple[str, ...] = ()
    """Articles to be weighed whatever their likeness."""
    degraded_reason: str | None = None
    """Chinese; set where another embedding should have answered and could not."""


class Found(Frozen):
    """The articles that may answer a question, the likeliest first."""

    articles: tuple[ScoredArticle, ...]
    degraded_reason: str | None = None


class RefusalCode(StrEnum):
    """Why there is no answer."""

    NO_BASIS = "no_basis"
    """知识库没有依据"""
    NEEDS_TICKET = "needs_ticket"
    """属于诉求，应转受理"""
    EMERGENCY = "emergency"
    """紧急情况"""


class Refusal(Frozen):
    """A typed refusal, with what to do instead."""

    code: RefusalCode
    reason: str
    unit: str | None = None
    """Who could know."""


class Citation(Frozen):
    """The article and the passage that an answer rests on."""

    article_id: str
    version: int
    title: str
    source: str
    clause: str | None
    issued_by: str | None
    region: str
    effective_from: date | None
    expires_on: date | None
    quote: str


class Needs(StrEnum):
    """What has to be known before a question can be answered."""

    AREA = "area"
    """哪个区（市）"""
    CASE = "case"
    """哪种情况"""


class Clarification(Frozen):
    """What is asked back, with what may be answered."""

    needs: Needs
    question: str
    options: tuple[str, ...]


class ConsultationAnswer(Frozen):
    """A suggested answer with its sources, a question back, or a refusal: always exactly one of them."""

    answer_id: str | None = None
    """By which it is rated; None where it was not kept."""
    question: str
    answer: str | None
    citations: tuple[Citation, ...] = ()
    refusal: Refusal | None = None
    clarification: Clarification | None = None
    handover: str | None = None
    """Beside an answer: what makes the matter one for intake."""
    nearest: tuple[str, ...] = ()
    """Of a refusal: titles of the nearest articles, for the operator to look at."""
    confidence: float
    engine: str
    degraded: bool = False
    degraded_reason: str | None = None
    model: str | None = None
    prompt_version: str | None = None
