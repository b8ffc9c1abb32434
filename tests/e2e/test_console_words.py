"""What the pages say, they say in the city's own words."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright import sync_api

from tests.e2e.conftest import Served
from tests.factories import call

pytestmark = pytest.mark.slow
Open = Callable[..., Any]
DESPAIR = ("您好，请讲", "包工头欠俺们工钱，就在薛城区常庄街道那个安置房工地，再不给俺就从楼上跳下去，不想活了")
WATER = ("您好", "滕州市荆河街道幸福家园三号楼从昨天停水到现在，希望尽快修好，叫我老王就行")
CODE = re.compile(r"[a-z]+[a-z_]*[._][a-z_.]*[a-z0-9]")
SEEN = "node => node.innerText + [...node.querySelectorAll('[title]')].map(one => one.title).join('\\n')"


def test_a_rule_is_told_by_its_words_and_never_by_its_id(served: Served, sign_in: Open) -> None:
    grave = served.flows.intake.run(call(*DESPAIR, call_id="words-grave")).tickets[0].ticket_number
    usual = served.flows.intake.run(call(*WATER, call_id="words-usual")).tickets[0].ticket_number
    page = sign_in("admin")
    for number in (grave, usual):
        page.goto(f"{served.url}#/tickets/{number}")
        page.locator("article.ticket .steps").wait_for()
        assert CODE.findall(page.locator("article.ticket").evaluate(SEEN)) == []
    ticket = page.locator("article.ticket")
    sync_api.expect(ticket.locator("header")).to_contain_text("4个工作日办结")
    sync_api.expect(ticket.locator("header")).to_contain_text("办结时限 20")
    sync_api.expect(ticket.locator(".units")).to_contain_text("供水职责：供水故障抢修和停水通知；《供水条例》")
    page.get_by_role("link", name="移送", exact=False).first.click()
    page.locator("article.referral").first.wait_for()
    sync_api.expect(page.locator("article.referral").first).to_contain_text("推送政法部门")
    assert CODE.findall(page.locator("main").evaluate(SEEN)) == []


def test_a_referral_decided_against_is_no_alarm_any_more(served: Served, sign_in: Open) -> None:
    number = served.flows.intake.run(call(*DESPAIR, call_id="words-declined")).tickets[0].ticket_number
    page = sign_in("operator")
    page.goto(f"{served.url}#/tickets/{number}")
    alarm = page.locator("article.ticket .alarm")
    sync_api.expect(alarm).to_contain_text("告知诉求人")
    officer = served.flows.access.check(served.keys["referral_officer"], None)
    (raised,) = served.flows.referrals.page({"ticket_number": number}, after=None, limit=9, overdue=False, by=officer)
    served.flows.referrals.decline(raised.id, "核对后不属实", by=officer)
    page.reload()
    sync_api.expect(page.locator("article.ticket")).to_contain_text("移送提示：政法机关（不予移送）")
    sync_api.expect(alarm).to_have_count(0)
    title = page.locator('.fieldrow[data-path="title"]')
    title.press("Enter")
    page.get_by_role("textbox", name="更正标题").press("Alt+1")
    sync_api.expect(page).to_have_title("工作台 · 枣解决·枣满意")
