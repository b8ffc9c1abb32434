"""Reports: the pages' own figures, a paragraph whose numbers are checked against them, three formats."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from app.decide.report_schedule import DueReport, due_reports
from app.domain.access import AccessKey
from app.domain.access import Scope as KeyScope
from app.domain.analytics import Dimension, Measures, Scope
from app.domain.city_time import CITY_TIME, midnight
from app.domain.errors import InvalidInput
from app.domain.ports import Clock, UnitOfWorkFactory
from app.domain.report import Report, ReportKind, Section
from app.flows.analytics import AnalyticsFlow, Group, checked, only_the_centre
from app.flows.early_warning import EarlyWarningFlow
from app.flows.hot_issues import HotIssueFlow
from app.flows.paragraphs import ParagraphFlow
from app.respond.report_html import html_of


def _docx(report: Report) -> bytes:
    from app.respond.report_docx import docx_of  # the libraries of both would slow every start

    return docx_of(report)


def _pdf(report: Report) -> bytes:
    from app.respond.report_pdf import pdf_of

    return pdf_of(report)


FORMATS: dict[str, tuple[Callable[[Report], bytes], str]] = {
    "html": (html_of, "text/html; charset=utf-8"),
    "docx": (_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (_pdf, "application/pdf"),
}
_KINDS = {ReportKind.DAILY: ("日报", 1), ReportKind.WEEKLY: ("周报", 7), ReportKind.TOPICAL: ("专报", 30)}
"""Kind → its name and the days it looks at where none are given."""
_MOST = 10
_LONGEST_TOPIC = 60
"""It names the file."""
_GROUPED: Sequence[tuple[str, Dimension]] = (
    ("每日受理量", Dimension.DAY),
    ("各区（市）", Dimension.DISTRICT),
    ("诉求最多的分类", Dimension.LEAF),
    ("民生领域", Dimension.AREA),
    ("承办单位", Dimension.UNIT),
)
_COLUMNS = ("受理", "响应率", "解决率", "满意率", "逾期")


SCHEDULE = AccessKey(
    name="定时生成",
    scopes=(KeyScope.TICKETS_READ, KeyScope.TICKETS_EXPORT),
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)
"""Who makes the reports that nobody asked for."""


class ReportFlow:
    """Makes reports and keeps them as they were made; the daily and the weekly one by itself, at `hour`."""

    def __init__(
        self,
        *,
        store: UnitOfWorkFactory,
        clock: Clock,
        analytics: AnalyticsFlow,
        hot_issues: HotIssueFlow,
        early_warnings: EarlyWarningFlow,
        paragraphs: ParagraphFlow,
        hour: int,
    ) -> None:
        self._store, self._clock, self._hour = store, clock, hour
        self._analytics, self._paragraphs = analytics, paragraphs
        self._hot_issues, self._early_warnings = hot_issues, early_warnings

    def make(self, kind: ReportKind, asked: Mapping[str, Any], *, by: AccessKey) -> Report:
        """Make a report and keep it.

        `asked`: `from` and `to` (by default the last complete days), `topic` (what a topical report is called), `demo`,
        and the filters of the indicators.

        Raises:
            InvalidInput: a period that is no period, or a topical report without a topic.
        """
        report = self._made(kind, asked, by)
        with self._store() as uow:
            kept = uow.reports.add(report)
            uow.commit()
        return kept

    def make_due(self, *, demo: bool = False) -> int:
        """Make the reports that a morning called for and that are not there; return how many are new.

        Several processes may: an occasion has one report. A period without a ticket has none.
        """
        return sum(self._make_once(due, demo=demo) for due in due_reports(self._clock.now(), self._hour))

    def _make_once(self, due: DueReport, *, demo: bool) -> int:
        asked = {"from": str(due.start), "to": str(due.end), "demo": demo}
        scope = self._scope(due.kind, asked)
        with self._store(reading=True) as uow:
            there = uow.reports.has(due.occasion, demo=demo)
        if there or not self._analytics.indicators(Dimension.KIND, scope, by=SCHEDULE).total.tickets:
            return 0
        report = self._made(due.kind, asked, SCHEDULE)
        with self._store() as uow:
            new = uow.reports.add_once(report, due.occasion)
            uow.commit()
        return int(new)

    def _made(self, kind: ReportKind, asked: Mapping[str, Any], by: AccessKey) -> Report:
        scope = self._scope(kind, asked)
        start, end = checked(scope, by)
        name, _ = _KINDS[kind]
        topic = _topic(asked.get("topic")) if kind is ReportKind.TOPICAL else "市民诉求"
        earlier = scope.model_copy(update={"start": str(start - (end - start) - _DAY), "end": str(start - _DAY)})
        totals = [self._analytics.indicators(Dimension.KIND, one, by=by).total for one in (scope, earlier)]
        return Report(
            kind=kind,
            title=f"{topic}{name}",
            start=scope.start,
            end=scope.end,
            demo=scope.demo,
            made_at=self._clock.now(),
            made_by=by.name,
            summary=self._paragraphs.report(_period(start, end), _phrases(*totals)),
            sections=(_overview(scope, *totals), *self._grouped(scope, by), *self._hot(scope, by)),
        )

    def page(self, *, demo: bool, limit: int, by: AccessKey) -> Sequence[Report]:
        """Return reports, newest first. Raises Forbidden for units."""
        only_the_centre(by)
        with self._store(reading=True) as uow:
            return uow.reports.page(demo=demo, limit=limit)

    def rendered(self, report_id: int, form: str, *, by: AccessKey) -> tuple[bytes, str, str]:
        """Return a report as a file, its media type and its name. Raises NotFound; Forbidden for units."""
        only_the_centre(by)
        with self._store(reading=True) as uow:
            report = uow.reports.get(report_id)
        render, media_type = FORMATS[form]
        return render(report), media_type, f"{report.title}{report.start}.{form}"

    def _scope(self, kind: ReportKind, asked: Mapping[str, Any]) -> Scope:
        yesterday = self._clock.now().astimezone(CITY_TIME).date() - _DAY
        _, days = _KINDS[kind]
        texts = {
            name: asked.get(name) for name in ("from", "to", "district", "unit_code", "channel", "subject", "category")
        }
        for name, value in texts.items():
            if value is not None and not isinstance(value, str):
                raise InvalidInput(f"{name} 应为文字", field=name)
        return Scope(
            start=texts["from"] or str(yesterday - timedelta(days=days - 1)),
            end=texts["to"] or str(yesterday),
            demo=asked.get("demo") is True,
            district=texts["district"],
            unit_code=texts["unit_code"],
            channel=texts["channel"],
            subject=texts["subject"],
            categories=tuple(code for code in (texts["category"] or "").split(",") if code),
        )

    def _grouped(self, scope: Scope, by: AccessKey) -> list[Section]:
        sections = []
        for title, dimension in _GROUPED:
            groups = self._analytics.indicators(dimension, scope, by=by).groups
            kept = groups if dimension is Dimension.DAY else groups[:_MOST]
            sections.append(
                Section(
                    title=title,
                    columns=("", *_COLUMNS),
                    rows=tuple(_row(group) for group in kept),
                    bars=tuple((group.label, group.measures.tickets) for group in kept),
                    source=_source("indicators", scope, group_by=str(dimension)),
                )
            )
        return sections

    def _hot(self, scope: Scope, by: AccessKey) -> list[Section]:
        start, end = checked(scope, by)
        city = Scope(start=scope.start, end=scope.end, demo=scope.demo)
        places = city.model_copy(update={"district": scope.district, "categories": scope.categories})
        filters = {"district": scope.district, "category_code": ",".join(scope.categories)}
        words = self._analytics.hot_words(city, limit=_MOST, by=by)
        issues = self._hot_issues.hottest(
            start=midnight(start),
            end=midnight(end + _DAY),
            demo=scope.demo,
            filters={name: value for name, value in filters.items() if value},
            least=None,
            limit=_MOST,
        )
        raised = self._early_warnings.page(status=None, scope=places, by=by)
        wider = "" if places == scope else "（不分单位、渠道和主体）"
        return [
            Section(
                title="热词" if city == scope else "热词（全市）",
                columns=("词", "件数", "往常", "新出现"),
                rows=tuple((w.word, str(w.count), f"{w.expected:.1f}", "是" if w.new else "") for w in words),
                source=_source("hot-words", city),
            ),
            Section(
                title=f"热点{wider}",
                columns=("事项", "地点", "件数", "人数"),
                rows=tuple(
                    (i.title, f"{i.district or ''}{i.town or ''}", str(i.tickets), str(i.people)) for i in issues
                ),
                source=_source("hot-issues", city, to=str(end + _DAY), **filters),
            ),
            Section(
                title=f"预警{wider}",
                columns=("事项", "发出时间", "件数", "往常", "情况"),
                rows=tuple(
                    (w.label, f"{w.raised_at:%m-%d %H:%M}", str(w.observed), f"{w.expected:.1f}", w.note or "")
                    for w in raised
                ),
                source=_source("warnings", places),
            ),
        ]


_DAY = timedelta(days=1)


def _topic(given: Any) -> str:
    topic = given.strip() if isinstance(given, str) else ""
    if not 0 < len(topic) <= _LONGEST_TOPIC:
        raise InvalidInput(f"专报须给出 topic，应为文字，最长 {_LONGEST_TOPIC} 字", field="topic")
    return topic


def _overview(scope: Scope, now: Measures, before: Measures) -> Section:
    figures = (
        ("受理工单", str(now.tickets), str(before.tickets)),
        ("响应率", _percent(now.response_rate), _percent(before.response_rate)),
        ("解决率", _percent(now.resolution_rate), _percent(before.resolution_rate)),
        ("满意率", _percent(now.satisfaction_rate), _percent(before.satisfaction_rate)),
        ("逾期", str(now.overdue), str(before.overdue)),
    )
    return Section(title="概况", columns=("指标", "本期", "上期"), rows=figures, source=_source("indicators", scope))


def _phrases(now: Measures, before: Measures) -> list[str]:
    """Return the figures a paragraph may use."""
    change = now.tickets - before.tickets
    compared = f"比上期{'增加' if change > 0 else '减少'}{abs(change)}件" if change else "与上期持平"
    told = [f"受理工单{now.tickets}件", compared]
    rates = (("响应率", now.response_rate), ("解决率", now.resolution_rate), ("满意率", now.satisfaction_rate))
    told += [f"{name}{_percent(rate)}" for name, rate in rates if rate is not None]
    return [*told, f"逾期{now.overdue}件"]


def _row(group: Group) -> tuple[str, ...]:
    m = group.measures
    rates = (m.response_rate, m.resolution_rate, m.satisfaction_rate)
    return group.label, str(m.tickets), *map(_percent, rates), str(m.overdue)


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.1%}"


def _period(start: date, end: date) -> str:
    first = f"{start.year}年{start.month}月{start.day}日"
    year = "" if end.year == start.year else f"{end.year}年"
    return first if start == end else f"{first}至{year}{end.month}月{end.day}日"


def _source(path: str, scope: Scope, **more: str | None) -> str:
    asked = {
        "from": scope.start,
        "to": scope.end,
        "demo": "true" if scope.demo else "",
        "district": scope.district,
        "unit_code": scope.unit_code,
        "channel": scope.channel,
        "subject": scope.subject,
        "category": ",".join(scope.categories),
        **more,
    }
    return f"/v1/analytics/{path}?{urlencode({name: value for name, value in asked.items() if value}, safe=',')}"
