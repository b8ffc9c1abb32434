"""What the pages say, they say in the city's own words."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import Served
from tests.factories import call

sync_api = pytest.importorskip("playwright.sync_api")
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
