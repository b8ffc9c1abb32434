"""/v1/analytics: indicators, their tickets and tables, saved views; early warnings; reports."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from app.api.dependencies import (
    Body,
    ExportKey,
    FlowsDep,
    OptionalBody,
    ReaderKey,
    SuperviseKey,
    clean,
    placed,
    text_of,
)
from app.api.sheets import TABLE, XLSX, csv_lines, xlsx_bytes
from app.domain.analytics import Dimension, HotWord, Measures, SavedView, Scope
from app.domain.early_warning import WarningOutcome, WarningStatus
from app.domain.errors import InvalidInput
from app.domain.frozen import Frozen
from app.domain.report import Report, ReportKind
from app.flows.analytics import COLUMNS
from app.flows.early_warning import WarningOnFile

router = APIRouter(prefix="/v1/analytics", tags=["统计分析"])
Day = Annotated[str, Query(pattern=r"^\d{4}-\d{2}-\d{2}$", description="日期，如 2026-11-25")]
Filter = Annotated[str | None, Query(max_length=200)]


class Figures(Frozen):
    """件数和比率；没有可作分母的工单时比率为空。"""

    tickets: int
    due: int
    responded: int
    response_rate: float | None
    rated: int
    resolved: int
    resolution_rate: float | None
    satisfied: int
    satisfaction_rate: float | None
    overdue: int


class FiguresOfGroup(Figures):
    """一组工单；query 放入 GET /v1/tickets 即列出构成它的工单。"""

    key: str
    label: str
    query: Mapping[str, str]


class IndicatorTable(Frozen):
    """总数和各组；query 列出全部工单。"""

    total: Figures
    query: Mapping[str, str]
    groups: tuple[FiguresOfGroup, ...]


def scope_of(
    flows: FlowsDep,
    start: Annotated[Day, Query(alias="from")],
    end: Annotated[Day, Query(alias="to")],
    demo: bool = False,
    district: Filter = None,
    unit_code: Annotated[Filter, Query(description="承办单位，未分派的为建议主办单位")] = None,
    channel: Filter = None,
    subject: Filter = None,
    category: Annotated[Filter, Query(description="任一级分类编码，多个用逗号隔开")] = None,
) -> Scope:
    """Return what is asked about."""
    texts = {"district": district, "unit_code": unit_code, "channel": channel, "subject": subject}
    codes = tuple(code for code in clean("category", category or "").split(",") if code)
    given = {name: clean(name, value) for name, value in texts.items() if value}
    return Scope(start=start, end=end, demo=demo, categories=codes, **placed(given, flows))


Asked = Annotated[Scope, Depends(scope_of)]
GroupBy = Annotated[Dimension, Query()]


@router.get("/indicators", summary="响应率、解决率、满意率，按组")
def read_indicators(flows: FlowsDep, key: ReaderKey, scope: Asked, group_by: GroupBy = Dimension.DAY) -> IndicatorTable:
    """按受理日期统计，约一分钟内更新。承办单位不可用。"""
    found = flows.analytics.indicators(group_by, scope, by=key)
    groups = tuple(
        FiguresOfGroup(key=g.key, label=g.label, query=g.query, **_figures(g.measures)) for g in found.groups
    )
    return IndicatorTable(total=Figures(**_figures(found.total)), query=found.query, groups=groups)


@router.get("/indicators:export", summary="导出统计表", response_class=Response, responses=TABLE)
def export_indicators(
    flows: FlowsDep,
    key: ReaderKey,
    scope: Asked,
    group_by: GroupBy = Dimension.DAY,
    kind: Annotated[Literal["csv", "xlsx"], Query()] = "csv",
) -> Response:
    """末行为合计。"""
    rows = list(flows.analytics.rows(group_by, scope, by=key))
    name = {"Content-Disposition": f'attachment; filename="indicators.{kind}"'}
    if kind == "xlsx":
        return Response(xlsx_bytes(COLUMNS, rows, sheet="统计"), media_type=XLSX, headers=name)
    return Response("".join(csv_lines(COLUMNS, rows)), media_type="text/csv; charset=utf-8", headers=name)


@router.get("/hot-words", summary="热词：新出现和正在上升的")
def list_hot_words(
    flows: FlowsDep, key: ReaderKey, scope: Asked, limit: Annotated[int, Query(ge=1, le=200)] = 40
) -> list[HotWord]:
    """工单标题中的词，与此前至少四周相比；全市统计，不按其他条件筛选。"""
    return list(flows.analytics.hot_words(scope, limit=limit, by=key))


@router.get("/views", summary="常用视图：六个民生领域、营商环境、重点时段")
def list_views(flows: FlowsDep, _key: ReaderKey) -> list[SavedView]:
    """query 为统计接口的筛选条件；重点时段给出最近一次的起止日期。"""
    return list(flows.analytics.views())


Number = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/warnings", summary="预警，新的在前")
def list_warnings(
    flows: FlowsDep, key: ReaderKey, scope: Asked, status: WarningStatus | None = None
) -> list[WarningOnFile]:
    """某区（市）某类诉求明显多于往常，可按区（市）和分类筛选。每小时检查一次；since 起 observed 件，往常 expected 件，
    并附工单样例。"""
    return list(flows.early_warnings.page(status=status, scope=scope, by=key))


@router.post("/warnings/{warning_id}/acknowledge", summary="确认收到预警")
def acknowledge_warning(warning_id: Number, body: OptionalBody, flows: FlowsDep, key: SuperviseKey) -> WarningOnFile:
    """可含 note。"""
    return flows.early_warnings.acknowledge(warning_id, _note(body), by=key)


@router.post("/warnings/{warning_id}/outcome", summary="记录预警的结果")
def conclude_warning(warning_id: Number, body: Body, flows: FlowsDep, key: SuperviseKey) -> WarningOnFile:
    """outcome 为 handled（确有其事，已处置）、expected（在意料之中）或 false（不属实），可含 note。"""
    try:
        outcome = WarningOutcome(text_of(body, "outcome"))
    except ValueError as error:
        raise InvalidInput("outcome 应为 handled、expected 或 false", field="outcome") from error
    return flows.early_warnings.conclude(warning_id, outcome, _note(body), by=key)


class ReportOnFile(Frozen):
    """一份报告，不含内容。"""

    id: int
    kind: ReportKind
    title: str
    start: str = Field(serialization_alias="from")
    end: str = Field(serialization_alias="to")
    made_at: datetime
    made_by: str


@router.get("/reports", summary="报告，新的在前")
def list_reports(
    flows: FlowsDep, key: ReaderKey, demo: bool = False, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[ReportOnFile]:
    """日报、周报、专报；做成后不随工单变化。"""
    return [_filed(report) for report in flows.reports.page(demo=demo, limit=limit, by=key)]


@router.post("/reports", status_code=201, summary="生成报告")
def make_report(body: Body, flows: FlowsDep, key: ExportKey) -> ReportOnFile:
    """正文含 kind（daily、weekly、topical），可含 from、to（缺省截至昨日）和统计接口的筛选条件。

    专报须含 topic，最长 60 字。
    """
    try:
        kind = ReportKind(text_of(body, "kind"))
    except ValueError as error:
        raise InvalidInput("kind 应为 daily、weekly 或 topical", field="kind") from error
    asked = body | placed({"district": text_of(body, "district")}, flows) if body.get("district") else body
    return _filed(flows.reports.make(kind, asked, by=key))


@router.get("/reports/{report_id}", summary="下载报告", response_class=Response)
def read_report(
    report_id: Number,
    flows: FlowsDep,
    key: ReaderKey,
    form: Annotated[Literal["html", "docx", "pdf"], Query(alias="format")] = "html",
) -> Response:
    """每节注明数据来源的接口。"""
    content, media_type, name = flows.reports.rendered(report_id, form, by=key)
    shown = "inline" if form == "html" else "attachment"
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name)}"}
    )


def _filed(report: Report) -> ReportOnFile:
    return ReportOnFile(**report.model_dump(include=set(ReportOnFile.model_fields)))


def _note(body: dict[str, Any]) -> str | None:
    return text_of(body, "note") if body.get("note") else None


def _figures(m: Measures) -> dict[str, int | float | None]:
    return {name: getattr(m, name) for name in Figures.model_fields}
