"""/v1/corrections, /v1/evaluations, /v1/readings:compare: what the model team learns from and measures."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from app.api.dependencies import (
    AnyKey,
    FlowsDep,
    ModelsKey,
    clean,
)
from app.api.sheets import begun
from app.flows.comparison import Comparison

router = APIRouter(prefix="/v1", tags=["模型"])


@router.get(
    "/corrections",
    summary="导出更正样本",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}}},
)
def export_corrections(
    flows: FlowsDep, _key: ModelsKey, field: Annotated[list[str], Query(min_length=1, max_length=20)]
) -> StreamingResponse:
    """每行一个 JSON：人采纳或更正的字段与原文，已去标识。"""
    fields = tuple(clean("field", name) for name in field)

    def lines() -> Iterator[str]:
        for example in flows.exports.corrections(fields):
            yield json.dumps(example, ensure_ascii=False) + "\n"

    return StreamingResponse(begun(lines()), media_type="application/x-ndjson")


@router.get("/evaluations", summary="随版本发布的评测结果")
def list_evaluations(flows: FlowsDep, _key: AnyKey) -> list[dict[str, Any]]:
    """每项含数据、条数、引擎、模型、日期、指标和 95% 置信区间。"""
    return flows.evaluations()


@router.get("/readings:compare", summary="影子对比：用当前模型重读最近的通话，与当时的结果比较")
def compare_readings(flows: FlowsDep, _key: ModelsKey, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Comparison:
    """不改动任何工单；只列出类别或承办单位有变化的。"""
    return flows.comparison.run(limit=limit)
