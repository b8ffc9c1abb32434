"""The first start: empty pages explain themselves; the demo data is added and taken away with one press each."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright import sync_api

pytestmark = pytest.mark.slow


def test_an_empty_page_says_what_will_be_there(sign_in: Callable[..., Any]) -> None:
    page = sign_in("admin")
    for link, tab, told in (
        ("工单", None, "接听的来电和其他渠道送来的诉求会列在这里"),
        ("移送", None, "等待确认"),
        ("分析", "分组", "这段时间没有工单"),
        ("模型", "影子对比", "还没有可以重读的通话"),
    ):
        page.get_by_role("link", name=link).click()
        if tab:
            page.get_by_role("tab", name=tab).click()
        if tab == "影子对比":
            page.get_by_role("button", name="用当前模型重读").click()
        sync_api.expect(page.locator("main .empty:visible")).to_contain_text(told)
    page.get_by_role("link", name="工单").click()
    page.get_by_label("全文检索").fill("路灯")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("main .empty:visible")).to_contain_text("清除筛选")


def test_demo_data_is_offered_added_announced_and_removed(sign_in: Callable[..., Any]) -> None:
    page = sign_in("admin")
    banner = page.locator("#demo")
    banner.get_by_role("button", name="添加演示数据").click()
    page.get_by_role("link", name="工单").click()
    sync_api.expect(banner).to_contain_text("均为编写的内容", timeout=60_000)
    sync_api.expect(page.locator("tbody .badge.demo").first).to_be_visible()
    operator = sign_in("operator")
    sync_api.expect(operator.locator("#demo")).to_contain_text("演示工单")
    sync_api.expect(operator.locator("#demo button")).to_have_count(0)
    banner.get_by_role("button", name="一键清除").click()
    sync_api.expect(page.locator("#message")).to_contain_text("演示数据已全部清除")
    sync_api.expect(page.locator("tbody .badge.demo")).to_have_count(0)
    sync_api.expect(banner.get_by_role("button", name="添加演示数据")).to_be_visible()
