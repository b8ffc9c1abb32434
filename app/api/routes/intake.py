"""POST /v1/transcripts: a whole call or message becomes tickets."""

from fastapi import APIRouter, Response

from app.api.dependencies import Body, ClassifyKey, FlowsDep, IntakeKey
from app.domain.ticket import IntakeResult
from app.flows.capabilities import DuplicateAnswer, RiskAnswer, UnitAnswer

router = APIRouter(prefix="/v1", tags=["受理"])


@router.post(
    "/transcripts",
    status_code=201,
    summary="提交一通电话或一条来信，生成工单",
    responses={200: {"model": IntakeResult, "description": "此前已提交，返回首次的结果"}},
)
def post_transcript(body: Body, flows: FlowsDep, key: IntakeKey, response: Response) -> IntakeResult:
    """返回该通话的工单。同一通话编号、同样内容再次提交，返回 200 和首次的结果。"""
    result, is_new = flows.intake.run_once(body, by=key.name)
    if not is_new:
        response.status_code = 200
    return result


@router.post("/units:classify", summary="判断承办单位和分类，不生成工单")
def classify_units(body: Body, flows: FlowsDep, _key: ClassifyKey) -> UnitAnswer:
    """正文为通话，或只含 text 的文字。"""
    return flows.capabilities.units(body, received_at=flows.clock.now())


@router.post("/duplicates:search", summary="查找疑似重复的工单")
def search_duplicates(body: Body, flows: FlowsDep, _key: ClassifyKey) -> DuplicateAnswer:
    """正文为通话，或只含 text 的文字。"""
    return flows.capabilities.duplicates(body, received_at=flows.clock.now())


@router.post("/risk:assess", summary="评估情绪和风险信号")
def assess_risk(body: Body, flows: FlowsDep, _key: ClassifyKey) -> RiskAnswer:
    """正文为通话，或只含 text 的文字。"""
    return flows.capabilities.risk(body, received_at=flows.clock.now())
