"""The first start: the administrator is offered the demo data, adds it and takes it away with one press each."""

from collections.abc import Callable
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.slow


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
