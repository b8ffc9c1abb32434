"""What goes wrong at a desk: two operators on one ticket, a lost connection, a wrong key; and who cannot see well."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api

from app.domain.access import AccessKey
from tests.e2e.conftest import Served
from tests.factories import call

pytestmark = pytest.mark.slow
Open = Callable[..., Any]
LAMP = ("您好，枣庄12345", "市中区光明路街道建设路这边路灯坏了一个多星期了，晚上看不见，希望尽快修好")
CHECKS = (Path(__file__).parent / "page_checks.js").read_text("utf-8")
ADDRESSES = ("workbench", "tickets", "referrals", "knowledge", "supervision", "analysis", "models")


def received(served: Served, call_id: str) -> str:
    return served.flows.intake.run(call(*LAMP, call_id=call_id)).tickets[0].ticket_number


def test_two_operators_on_one_ticket_are_told_what_the_other_changed(served: Served, sign_in: Open) -> None:
    number = received(served, "two-desks")
    first, second = sign_in("operator"), sign_in("reviewer")
    for page in (first, second):
        page.goto(f"{served.url}#/tickets/{number}")
        page.locator(".steps").wait_for()
    first.locator(".steps").get_by_role("button", name="不予受理").click()
    first.get_by_label("理由").fill("已在办理，无需重复受理")
    second.locator('.fieldrow[data-path="place.detail"]').focus()
    second.keyboard.press("Enter")
    second.get_by_label("更正地点", exact=True).fill("建设路12号门前")
    second.keyboard.press("Enter")
    sync_api.expect(second.locator('.fieldrow[data-path="place.detail"]')).to_contain_text("建设路12号门前")
    first.get_by_role("button", name="确定不予受理").click()
    told = first.locator(".news")
    sync_api.expect(told).to_contain_text("key-reviewer 更正字段")
    sync_api.expect(told.locator("ins")).to_have_text("建设路12号门前")
    sync_api.expect(first.get_by_label("理由")).to_have_value("已在办理，无需重复受理")
    first.get_by_role("button", name="确定不予受理").click()
    sync_api.expect(first.locator(".badge.status")).to_have_text("不予受理")


def test_ones_own_change_in_another_window_is_not_told_as_somebody_elses(served: Served, sign_in: Open) -> None:
    number = received(served, "two-windows")
    here, there = sign_in("operator"), sign_in("operator")
    for page in (here, there):
        page.goto(f"{served.url}#/tickets/{number}")
        page.locator(".steps").wait_for()
    for page in (here, there):
        page.locator(".steps").get_by_role("button", name="受理", exact=True).click()
        sync_api.expect(page.locator(".badge.status")).to_have_text("已受理")
    sync_api.expect(there.locator(".news")).to_contain_text("您在另一处更新了此工单：key-operator 受理")
    sync_api.expect(there.locator(".news")).not_to_contain_text("他人")


def test_a_correction_that_came_too_late_is_kept_to_be_saved_after_a_look(served: Served, sign_in: Open) -> None:
    number = received(served, "late-correction")
    page = sign_in("operator")
    page.goto(f"{served.url}#/tickets/{number}")
    page.locator(".steps").wait_for()
    page.locator('.fieldrow[data-path="title"]').focus()
    page.keyboard.press("Enter")
    page.get_by_label("更正标题").fill("建设路路灯不亮")
    by: AccessKey = served.flows.access.check(served.keys["reviewer"], None)
    served.flows.tickets.correct(number, {"urgency": "urgent"}, by=by, expected_version=1)
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".news ins")).to_have_text("紧急")
    sync_api.expect(page.get_by_label("更正标题")).to_have_value("建设路路灯不亮")
    page.get_by_label("更正标题").press("Enter")
    sync_api.expect(page.locator("article.ticket h2")).to_have_text("建设路路灯不亮")


def test_what_somebody_else_did_appears_by_itself(served: Served, sign_in: Open) -> None:
    number = received(served, "watched")
    page = sign_in("operator")
    page.goto(f"{served.url}#/tickets/{number}")
    page.locator(".steps").wait_for()
    by: AccessKey = served.flows.access.check(served.keys["reviewer"], None)
    served.flows.tickets.step(number, "accept", by=by, details={}, expected_version=None)  # type: ignore[arg-type]
    sync_api.expect(page.locator(".news")).to_contain_text("key-reviewer 受理", timeout=15_000)
    sync_api.expect(page.locator(".badge.status")).to_have_text("已受理")


def test_a_lost_connection_is_waited_for_and_what_was_pressed_still_happens_once(served: Served, sign_in: Open) -> None:
    number = received(served, "lost")
    page = sign_in("operator", color_scheme="dark")
    page.goto(f"{served.url}#/tickets/{number}")
    page.locator(".steps").wait_for()
    page.context.set_offline(True)
    page.locator(".steps").get_by_role("button", name="受理", exact=True).click()
    sync_api.expect(page.locator("#connection")).to_contain_text("连接中断")
    assert page.evaluate(CHECKS)["faint"] == []
    page.context.set_offline(False)
    page.locator("#connection button").dispatch_event("click")  # it may be back by itself by now
    sync_api.expect(page.locator(".badge.status")).to_have_text("已受理")
    sync_api.expect(page.locator("#connection")).to_be_hidden()
    assert len(page.locator("ol.history li", has_text="key-operator").all()) == 1


def test_a_call_whose_own_connection_is_lost_for_good_still_becomes_a_ticket(sign_in: Open) -> None:
    page = sign_in("operator")
    lines: list[Any] = []

    def through_the_first_time(line: Any) -> None:
        lines.append(line)
        if len(lines) == 1:
            line.connect_to_server()
        else:
            line.close(code=1011)

    page.route_web_socket("**/v1/calls/*", through_the_first_time)
    page.get_by_label("通话来源").select_option(label="现场录入：逐句输入")
    said = page.get_by_label("一句话")
    said.fill("市中区光明路街道文化路那边路灯坏了好几天了")
    said.press("Enter")
    sync_api.expect(page.locator("article.draft")).to_contain_text("光明路街道")
    lines[0].close(code=1011)
    sync_api.expect(page.locator("#connection")).to_be_visible()
    said.fill("免贵姓张")
    said.press("Control+Enter")
    sync_api.expect(page.locator("article.ticket .badge.status")).to_have_text("待受理", timeout=40_000)
    sync_api.expect(page.locator('.fieldrow[data-path="citizen.name"]')).to_contain_text("张")
    assert len(lines) > 2


def test_a_wrong_key_is_refused_in_chinese_and_a_second_browser_asks_for_one_again(
    served: Served, chromium: Any, sign_in: Open
) -> None:
    sign_in("operator")
    page = chromium.new_page()
    page.goto(f"{served.url}#/tickets")
    page.get_by_label("密钥").fill("hl_wrong")
    page.get_by_role("button", name="进入").click()
    sync_api.expect(page.get_by_role("alert")).to_contain_text("密钥无效")
    page.get_by_label("密钥").fill(served.keys["operator"])
    page.keyboard.press("Enter")
    sync_api.expect(page).to_have_title("工单 · 枣解决·枣满意")
    page.reload()
    sync_api.expect(page).to_have_title("工单 · 枣解决·枣满意")
    page.close()


@pytest.mark.parametrize(("address", "back"), [("tickets/none", "返回列表"), ("knowledge/none", "全部条目")])
def test_an_address_of_nothing_says_so_and_leads_back(address: str, back: str, served: Served, sign_in: Open) -> None:
    page = sign_in("operator")
    page.goto(f"{served.url}#/{address}")
    told = page.locator("main .empty:visible", has_text="编号可能有误")
    sync_api.expect(told).to_have_count(1)
    page.get_by_role("button", name=back).click()
    sync_api.expect(told).to_have_count(0)
    assert page.url.endswith(address.split("/")[0])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_has_contrast_and_names_and_fits_the_screen(scheme: str, served: Served, sign_in: Open) -> None:
    number = received(served, f"seen-{scheme}")
    page = sign_in("admin", color_scheme=scheme)
    for address in (*ADDRESSES, f"tickets/{number}"):
        page.goto(f"{served.url}#/{address}")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        assert page.evaluate(CHECKS) == {"faint": [], "nameless": [], "wide": False}, address


def test_the_look_is_chosen_by_hand_and_pages_open_by_keyboard(served: Served, sign_in: Open) -> None:
    received(served, "keyboard")
    page = sign_in("admin", color_scheme="light")
    for _ in range(2):
        page.get_by_role("button", name="外观").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("?")
    sync_api.expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+2")
    sync_api.expect(page).to_have_title("工单 · 枣解决·枣满意")
    page.locator("tbody tr").first.focus()
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("article.ticket .steps")).to_be_visible()


def test_what_another_officer_decided_is_drawn_where_ones_own_press_came_too_late(
    served: Served, sign_in: Open
) -> None:
    served.flows.intake.run(call("您好", "村书记收了俺两万块钱好处费，不给办低保，俺要举报", call_id="two-officers"))
    first, second = sign_in("referral_officer"), sign_in("second_officer")
    for page in (first, second):
        page.locator("article.referral").first.wait_for()
    first.get_by_label("的理由或回执内容").first.fill("核对后不属实")
    waiting = second.locator("article.referral").count()
    first.get_by_role("button", name="不予移送").first.click()
    sync_api.expect(first.locator("#message")).to_contain_text("不予移送")
    second.get_by_role("button", name="确认移送").first.click()
    sync_api.expect(second.locator("#message")).to_contain_text("移送件现为“不予移送”")
    sync_api.expect(second.locator("article.referral")).to_have_count(waiting - 1)
    sync_api.expect(second.locator("#message")).to_contain_text("移送件现为“不予移送”")


def test_two_who_change_one_article_lose_neither_what_is_saved_nor_what_is_typed(served: Served, sign_in: Open) -> None:
    page = sign_in("reviewer")
    article = served.flows.knowledge.get("animal-dog-rules")
    page.goto(f"{served.url}#/knowledge/{article.id}")
    page.get_by_role("button", name="修改").click()
    page.get_by_label("条款").fill("第九十九条")
    served.flows.knowledge.edit(
        article.id, {"issued_by": "市政府"}, actor="key-second", expected_version=article.version
    )
    page.get_by_role("button", name="保存").click()
    sync_api.expect(page.locator("#message")).to_contain_text("刚被他人修改")
    sync_api.expect(page.get_by_label("条款")).to_have_value("第九十九条")
    sync_api.expect(page.get_by_label("制定机关")).to_have_value("市政府")
    page.get_by_role("button", name="保存").click()
    sync_api.expect(page.locator("article.card")).to_contain_text("第九十九条")
