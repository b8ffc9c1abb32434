"""What somebody types is not lost: to another page, to a list that is drawn again, to the keys of the input method."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import UNIT, Served
from tests.factories import ADMIN, call

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.slow
Open = Callable[..., Any]
LAMP = ("您好，枣庄12345", "市中区光明路街道建设路这边路灯坏了一个多星期了，晚上看不见，希望尽快修好")


def late(served: Served, call_id: str, *, demo: bool = False) -> str:
    """A ticket that its unit has let lie for months."""
    made = served.flows.intake.run(call(*LAMP, call_id=call_id, called_at="2026-09-01T09:00:00+08:00", demo=demo))
    number = made.tickets[0].ticket_number
    for step, details in (("accept", {}), ("assign", {"unit": UNIT})):
        served.flows.tickets.step(number, step, by=ADMIN, details=details, expected_version=None)  # type: ignore[arg-type]
    return number


def test_an_orders_words_stay_while_another_is_sent_and_none_is_cancelled_by_a_slip(
    served: Served, sign_in: Open
) -> None:
    kept, gone = late(served, "typed-order"), late(served, "typed-demo", demo=True)
    served.flows.supervision.run_once()
    page = sign_in("supervisor")
    page.get_by_role("button", name="领导包办").click()
    words = page.get_by_label(f"工单 {kept} 的督办文字")
    words.fill("请今天到现场")
    row = page.locator("tbody tr", has_text=gone)
    sync_api.expect(row.locator(".badge.demo")).to_be_visible()
    sync_api.expect(page.locator("tbody tr", has_text=kept).locator(".badge.demo")).to_have_count(0)
    page.once("dialog", lambda asked: asked.dismiss())
    row.get_by_role("button", name="撤销").click()
    sync_api.expect(row).to_have_count(1)
    page.once("dialog", lambda asked: asked.accept())
    row.get_by_role("button", name="撤销").click()
    sync_api.expect(page.locator("#message")).to_contain_text("督办单已撤销")
    sync_api.expect(row).to_have_count(0)
    sync_api.expect(words).to_have_value("请今天到现场")
    page.get_by_role("tab", name="到期与逾期").click()
    sync_api.expect(page.locator("tbody tr", has_text=gone).locator(".badge.demo")).to_be_visible()


def test_the_list_stays_unfolded_and_one_comes_back_to_the_ticket_one_left(served: Served, sign_in: Open) -> None:
    numbers = [
        served.flows.intake.run(call(*LAMP, call_id=f"typed-many-{i}")).tickets[0].ticket_number for i in range(35)
    ]
    page = sign_in("operator")
    page.get_by_role("link", name="工单").click()
    page.get_by_role("button", name="再显示一些").click()
    row = page.locator(f'tr[data-key="{numbers[0]}"]')
    row.click()
    page.locator("article.ticket .steps").wait_for()
    sync_api.expect(row).to_have_class("chosen")
    sync_api.expect(row).to_be_in_viewport()
    page.get_by_role("button", name="返回列表").click()
    sync_api.expect(row).to_be_focused()


def test_every_metric_of_the_release_has_a_name_of_its_own(sign_in: Open) -> None:
    page = sign_in("model_team")
    page.locator("article.card").first.wait_for()
    names = page.locator("article.card tbody tr td:first-child").all_text_contents()
    assert len(names) > 50
    assert [name for name in names if "_" in name or "." in name] == []
    page.get_by_role("tab", name="前后对比").click()
    sync_api.expect(page.locator("main")).to_contain_text("两次评测用的数据不同")


def test_a_reports_name_is_asked_for_and_not_doubled(served: Served, sign_in: Open) -> None:
    served.flows.intake.run(call(*LAMP, call_id="typed-report"))
    page = sign_in("leader")
    page.get_by_role("tab", name="报告").click()
    make = page.get_by_role("button", name="生成专报", exact=False)
    make.click()
    sync_api.expect(page.locator("#message")).to_have_text("请填写专报名称。关闭")
    sync_api.expect(page.get_by_label("专报名称")).to_be_focused()
    page.get_by_label("专报名称").fill("照明专报")
    make.click()
    sync_api.expect(page.locator("#message")).to_contain_text("报告已生成")
    today = page.evaluate("new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10)")
    sync_api.expect(page.locator("tbody tr").first).to_contain_text("照明专报")
    sync_api.expect(page.locator("tbody tr").first).not_to_contain_text("专报专报")
    sync_api.expect(page.locator("tbody tr").first).to_contain_text(f"至 {today}")
