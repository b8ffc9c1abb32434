"""/v1/knowledge/articles: draft, review, publish, retire; versions, diff, roll back."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import PlainTextResponse

from app.api.dependencies import Body, ClassifyKey, FlowsDep, KnowledgeKey, OptionalBody, clean, text_of
from app.api.routes.tickets import version_of
from app.domain.errors import InvalidInput
from app.domain.frozen import Frozen
from app.domain.knowledge import Article, ArticleStatus, ArticleStep, ArticleVersion

router = APIRouter(prefix="/v1/knowledge", tags=["知识库"])
IfMatch = Annotated[str | None, Header()]
Version = Annotated[int, Query(ge=1, le=999_999_999)]
_A = ArticleStep
_BY_ADDRESS = (_A.SUBMIT, _A.SEND_BACK, _A.PUBLISH, _A.RECONFIRM, _A.RETIRE)


class ArticlePage(Frozen):
    """A page of articles; `next` is the cursor of the page after it."""

    articles: tuple[Article, ...]
    next: str | None


@router.get("/articles", summary="知识条目列表，按编号")
def list_articles(
    flows: FlowsDep,
    _key: ClassifyKey,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[str, Query(max_length=64)] = "",
    status: ArticleStatus | None = None,
    owner: Annotated[str | None, Query(max_length=64)] = None,
) -> ArticlePage:
    """可按状态和负责的职能筛选。"""
    wanted = clean("owner", owner) if owner else None
    found = tuple(flows.knowledge.page(status=status, owner=wanted, after=clean("after", after), limit=limit))
    return ArticlePage(articles=found, next=found[-1].id if len(found) == limit else None)


@router.post("/articles", status_code=201, summary="新建条目（草稿）")
def create_article(body: Body, flows: FlowsDep, key: KnowledgeKey, response: Response) -> Article:
    """正文含 id、title、source、owner、body，可含 questions、clause、issued_by、region、effective_from、expires_on。"""
    clean("id", text_of(body, "id"))
    return tagged(flows.knowledge.create(body, actor=key.name), response)


@router.get("/articles/{article_id}", summary="查看条目")
def read_article(article_id: str, flows: FlowsDep, _key: ClassifyKey, response: Response) -> Article:
    """ETag 为版本号，修改时放入 If-Match。"""
    return tagged(flows.knowledge.get(clean("article_id", article_id)), response)


@router.patch("/articles/{article_id}", summary="修改条目，下一次答复即按新内容")
def edit_article(
    article_id: str, body: Body, flows: FlowsDep, key: KnowledgeKey, response: Response, if_match: IfMatch = None
) -> Article:
    """须带 If-Match；已发布的条目修改后立即生效，待审核的回到草稿。"""
    version = version_of(if_match)
    if version is None:
        raise InvalidInput("修改须带 If-Match，值为查看条目时的 ETag", field="If-Match")
    changed = flows.knowledge.edit(clean("article_id", article_id), body, actor=key.name, expected_version=version)
    return tagged(changed, response)


@router.get("/articles/{article_id}/versions", summary="条目的全部版本")
def list_versions(article_id: str, flows: FlowsDep, _key: ClassifyKey) -> list[ArticleVersion]:
    """旧的在前。"""
    return list(flows.knowledge.versions(clean("article_id", article_id)))


@router.get("/articles/{article_id}/diff", summary="比较两个版本", response_class=PlainTextResponse)
def diff_versions(article_id: str, flows: FlowsDep, _key: ClassifyKey, old: Version, new: Version) -> str:
    """统一差异格式。"""
    return flows.knowledge.diff(clean("article_id", article_id), old, new)


@router.post("/articles/{article_id}/roll_back", summary="恢复旧版")
def roll_back(
    article_id: str, body: Body, flows: FlowsDep, key: KnowledgeKey, response: Response, if_match: IfMatch = None
) -> Article:
    """正文含 version；以旧版内容生成新版本。"""
    to = body.get("version")
    if not isinstance(to, int) or isinstance(to, bool):
        raise InvalidInput("version 应为整数", field="version")
    restored = flows.knowledge.roll_back(
        clean("article_id", article_id), to, actor=key.name, expected_version=version_of(if_match)
    )
    return tagged(restored, response)


@router.post("/articles/{article_id}/{step}", summary="提交审核、退回、发布、复核无误、停用")
def take_step(
    article_id: str,
    step: ArticleStep,
    body: OptionalBody,
    flows: FlowsDep,
    key: KnowledgeKey,
    response: Response,
    if_match: IfMatch = None,
) -> Article:
    """正文可含 note；不可能的步骤返回 409，并说明可以执行什么。"""
    if step not in _BY_ADDRESS:
        raise InvalidInput(f"step 应为 {'、'.join(_BY_ADDRESS)}", field="step")
    note = text_of(body, "note") if body.get("note") else ""
    changed = flows.knowledge.step(
        clean("article_id", article_id), step, actor=key.name, expected_version=version_of(if_match), note=note
    )
    return tagged(changed, response)


def tagged(article: Article, response: Response) -> Article:
    """Set the article's version as the answer's ETag."""
    response.headers["ETag"] = f'"{article.version}"'
    return article
