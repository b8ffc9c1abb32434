"""/v1/knowledge: import of documents, gaps, faults, mined drafts, usage."""

import base64
import binascii
from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.api.dependencies import Body, FlowsDep, KnowledgeKey, text_of
from app.domain.errors import InvalidInput
from app.domain.knowledge import Article
from app.domain.knowledge_upkeep import ArticleFault, Gap
from app.flows.knowledge import EDITABLE
from app.flows.knowledge_import import ImportedDraft

router = APIRouter(prefix="/v1/knowledge", tags=["知识库维护"])
Days = Annotated[int, Query(ge=1, le=3650)]


@router.post("/imports", summary="由文档导入草稿（md、html、docx、pdf、xlsx），可先预览")
def import_document(body: Body, flows: FlowsDep, key: KnowledgeKey) -> list[ImportedDraft]:
    """正文含 name（带扩展名）、content（base64），可含 preview（只看不存）和各条共用的 source、owner、region 等。"""
    name, common = text_of(body, "name"), {field: body[field] for field in EDITABLE if field in body}
    content = _decoded(text_of(body, "content"))
    if body.get("preview") is True:
        return flows.imports.preview(name, content, common)
    return flows.imports.run(name, content, common, actor=key.name)


@router.get("/gaps", summary="知识缺口：答不上和不被采纳的问题，相近的归为一组")
def list_gaps(flows: FlowsDep, _key: KnowledgeKey, days: Days = 30) -> list[Gap]:
    """最常问的在前。"""
    return flows.upkeep.gaps(days=days)


@router.get("/faults", summary="条目体检：失效、即将失效、久未复核、重复、冲突")
def list_faults(flows: FlowsDep, _key: KnowledgeKey) -> list[ArticleFault]:
    """只看已发布的条目。"""
    return flows.upkeep.faults()


@router.get("/usage", summary="各条目的引用和采纳次数")
def list_usage(flows: FlowsDep, _key: KnowledgeKey, days: Days = 30) -> list[dict[str, Any]]:
    """引用多的在前；adoption 为采纳率，没有评价时为 null。"""
    return [{**usage.model_dump(), "adoption": usage.adoption} for usage in flows.upkeep.usage(days=days)]


@router.post("/drafts:mine", status_code=201, summary="由已办结工单的答复生成常见问题草稿")
def mine_drafts(flows: FlowsDep, key: KnowledgeKey) -> list[Article]:
    """已去标识、去重；草稿须经审核才发布。"""
    return flows.upkeep.mine(actor=key.name)


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("content 应为 base64", field="content") from error
