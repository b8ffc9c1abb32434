"""/v1/analytics/hot-issues: what many people say at once."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import FlowsDep, ReaderKey, clean, placed
from app.domain.city_time import CITY_TIME, midnight
from app.domain.issue import HotIssue

router = APIRouter(prefix="/v1/analytics", tags=["统计分析"])
Text = Annotated[str | None, Query(max_length=200)]
WEEK = timedelta(days=7)
DAYS = {"ge": date(2000, 1, 1), "le": date(2100, 12, 31)}


@router.get("/hot-issues", summary="热点：多人反映的同一事项，最热的在前")
def list_hot_issues(
    flows: FlowsDep,
    key: ReaderKey,
    start: Annotated[date | None, Query(alias="from", description="默认七天前", **DAYS)] = None,
    end: Annotated[date | None, Query(alias="to", description="不含这一天；默认明天", **DAYS)] = None,
    demo: bool = False,
    district: Text = None,
    town: Text = None,
    category_code: Annotated[Text, Query(description="分类编码或其开头，多个用逗号隔开")] = None,
    least: Annotated[int | None, Query(ge=2, le=1000, description="至少多少件")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[HotIssue]:
    """只算所问时段内的工单；保密的和已提请移送的不计入。承办单位看不到工单编号。"""
    until = midnight(end) if end else midnight(flows.clock.now().astimezone(CITY_TIME).date()) + timedelta(days=1)
    named = {"district": district, "town": town, "category_code": category_code}
    found = flows.hot_issues.hottest(
        start=midnight(start) if start else until - WEEK,
        end=until,
        demo=demo,
        filters=placed({name: clean(name, value) for name, value in named.items() if value}, flows),
        least=least,
        limit=limit,
    )
    if key.sees_only_unit() is None:
        return found
    return [issue.model_copy(update={"issue_id": "", "ticket_numbers": ()}) for issue in found]
