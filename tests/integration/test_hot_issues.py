"""Tickets become issues as they come; people's joins and partings count; leaders read them over HTTP."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.domain.access import AccessKey, Scope
from app.domain.errors import InvalidInput
from app.domain.issue import HotIssue
from app.domain.referral import Receiver
from app.domain.risk import Severity
from app.flows.registry import Flows
from app.main import create_app
from tests.conftest import KEY, embedded, service, settings_for

START = datetime.fromisoformat("2026-11-18T09:00:00+08:00")
BOSS = AccessKey(name="desk-1", scopes=(Scope.ADMIN,), created_at=START)
SAID = (
    ("13900000001", "滕州市荆河街道翠竹苑小区3号楼从昨天开始停水，家里一滴水都没有，希望尽快恢复供水。"),
    ("13900000002", "滕州市荆河街道翠竹苑小区停水一天了，5号楼也没有水，希望尽快恢复供水。"),
    ("13900000003", "荆河街道翠竹苑小区7号楼停水，老人在家没法做饭，希望尽快恢复供水。"),
    ("13900000004", "薛城区临城街道燕山路路灯不亮，晚上看不见路，希望修好。"),
)


class MovingClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def city(tmp_path: Path, database_url: str) -> Iterator[tuple[Flows, MovingClock]]:
    clock = MovingClock()
    flows = service(settings_for(tmp_path, database_url), clock)
    yield flows, clock
    flows.close()


def call(flows: Flows, clock: MovingClock, number: str, text: str, *, demo: bool = False) -> str:
    clock.at += timedelta(hours=1)
    payload = {
        "id": f"c-{number}-{clock.at.timestamp():.0f}",
        "channel": "phone",
        "called_at": clock.at.isoformat(),
        "caller_number": number,
        "turns": [{"speaker": "citizen", "text": text}],
        "demo": demo,
    }
    return flows.intake.run(payload).tickets[0].ticket_number


def issues(flows: Flows, clock: MovingClock, least: int = 2) -> list[HotIssue]:
    clock.at += timedelta(minutes=1)
    flows.hot_issues.follow()
    end = clock.at + timedelta(days=1)
    return flows.hot_issues.hottest(start=START, end=end, demo=False, filters={}, least=least, limit=10)


def test_what_turns_out_to_be_sensitive_leaves_its_issue(city: tuple[Flows, MovingClock]) -> None:
    flows, clock = city
    first, second, third = (call(flows, clock, *said) for said in SAID[:3])
    (issue,) = issues(flows, clock)
    assert issue.tickets == 3
    flows.referrals.propose(
        first, Receiver.DISCIPLINE_INSPECTION, "翠竹苑小区3号楼从昨天开始停水", severity=Severity.HIGH, by=BOSS
    )
    (issue,) = issues(flows, clock)
    assert set(issue.ticket_numbers) == {second, third}
    version = flows.tickets.get(second, by=BOSS).version
    flows.tickets.correct(second, {"citizen.confidential": True}, by=BOSS, expected_version=version)
    assert issues(flows, clock) == []
    flows.tickets.correct(second, {"citizen.confidential": False}, by=BOSS, expected_version=version + 1)
    (issue,) = issues(flows, clock)
    assert set(issue.ticket_numbers) == {second, third}


def test_three_callers_become_one_issue_and_a_parted_one_leaves_it(city: tuple[Flows, MovingClock]) -> None:
    flows, clock = city
    numbers = [call(flows, clock, *said) for said in SAID]
    (issue,) = issues(flows, clock)
    assert set(issue.ticket_numbers) == set(numbers[:3])
    assert (issue.people, issue.town, issue.issue_id) == (3, "荆河街道", numbers[0])
    clock.at += timedelta(minutes=1)
    flows.merges.merge(numbers[1], numbers[0], by=BOSS, expected_version=None)
    flows.merges.merge(numbers[3], numbers[0], by=BOSS, expected_version=None)
    assert numbers[3] in issues(flows, clock)[0].ticket_numbers
    clock.at += timedelta(minutes=1)
    flows.merges.unmerge(numbers[3], "不是一件事", by=BOSS, expected_version=None)
    (issue,) = issues(flows, clock)
    assert set(issue.ticket_numbers) == set(numbers[:3])
    assert flows.hot_issues.look_again() == 0
    examples = list(flows.exports.corrections(()))
    assert [(one["field"], one["label"]) for one in examples] == [("same_matter", True), ("same_matter", False)]
    assert "13900000001" not in json.dumps(examples)


def test_confidential_tickets_stay_out_of_issues(city: tuple[Flows, MovingClock]) -> None:
    flows, clock = city
    for number, text in SAID[:2]:
        call(flows, clock, number, text)
    call(flows, clock, "13900000009", SAID[2][1] + "请对我的信息保密，不要告诉别人是我反映的。")
    assert [issue.tickets for issue in issues(flows, clock)] == [2]


def test_calls_after_the_demo_data_is_gone_still_become_issues(city: tuple[Flows, MovingClock]) -> None:
    flows, clock = city
    for said in SAID:
        call(flows, clock, *said, demo=True)
    assert issues(flows, clock) == []
    flows.demo.remove()
    for said in SAID[:2]:
        call(flows, clock, *said)
    assert [issue.tickets for issue in issues(flows, clock)] == [2]


def test_after_a_restart_new_tickets_join_what_was_there(tmp_path: Path, database_url: str) -> None:
    clock = MovingClock()
    first = service(settings_for(tmp_path, database_url), clock)
    call(first, clock, *SAID[0])
    assert issues(first, clock) == []
    first.close()
    again = service(settings_for(tmp_path, database_url), clock)
    call(again, clock, *SAID[1])
    assert [issue.tickets for issue in issues(again, clock)] == [2]
    again.close()


def test_leaders_read_issues_over_http(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with TestClient(create_app(settings, embedded()), headers={"X-API-Key": KEY}) as client:
        assert client.get("/v1/analytics/hot-issues").json() == []
        assert client.get("/v1/analytics/hot-issues?from=2026-11-01&to=2026-12-01&district=滕州市").status_code == 200
        assert client.get("/v1/analytics/hot-issues?from=yesterday").status_code == 422
        assert client.get("/v1/analytics/hot-issues", headers={"X-API-Key": "wrong"}).status_code == 401


def test_history_grouped_elsewhere_is_taken_in_once_and_peoples_word_stands(city: tuple[Flows, MovingClock]) -> None:
    flows, clock = city
    numbers = [call(flows, clock, *said) for said in SAID]
    lines = list(flows.issue_history.lines())
    assert [line["id"] for line in lines] == numbers[::-1]
    assert "1390000000" not in json.dumps(lines)
    grouped = [{"id": number, "issue": numbers[0]} for number in (*numbers[:2], numbers[3])]
    told: list[int] = []
    assert flows.issue_history.load([*grouped, {"id": "no such", "issue": "x"}], told.append) == (3, 1, 1)
    assert sum(told) == 4
    (issue,) = issues(flows, clock)  # what is grouped already is left alone, what is not joins
    assert set(issue.ticket_numbers) == {*numbers}
    flows.merges.merge(numbers[1], numbers[0], by=BOSS, expected_version=None)
    clock.at += timedelta(minutes=1)
    flows.merges.unmerge(numbers[1], "不是一件事", by=BOSS, expected_version=None)
    before = issues(flows, clock)
    assert flows.issue_history.load(grouped, told.append) == (1, 0, 2)
    assert issues(flows, clock) == before
    with pytest.raises(InvalidInput):
        flows.issue_history.load([{"id": 1}], told.append)
