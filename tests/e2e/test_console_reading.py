"""Reading for hours: lists by keyboard, the way back to where one was, text to copy, a ticket on paper."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api

from tests.e2e.conftest import Served
from tests.factories import call

pytestmark = pytest.mark.slow
Open = Callable[..., Any]
LAMP = ("您好，枣庄12345", "市中区光明路街道建设路这边路灯坏了一个多星期了，晚上看不见，希望尽快修好")
CHECKS = (Path(__file__).parent / "page_checks.js").read_text("utf-8")


def received(served: Served, call_id: str) -> str:
    return served.flows.intake.run(call(*LAMP, call_id=call_id)).tickets[0].ticket_number


def test_a_list_is_one_stop_of_the_tab_key_and_the_ticket_opened_has_the_focus(served: Served, sign_in: Open) -> None:
    numbers = [received(served, f"reading-{i}") for i in range(3)]
    page = sign_in("operator")
    page.get_by_role("link", name="工单").click()
    rows = page.locator("tbody tr")
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    sync_api.expect(rows.nth(1)).to_be_focused()
    sync_api.expect(page.locator("tbody tr[tabindex='0']")).to_have_count(1)
    page.keyboard.press("Tab")
    sync_api.expect(page.locator("tbody tr:focus")).to_have_count(0)
    page.locator(f'tr[data-key="{numbers[1]}"]').press("Enter")
    sync_api.expect(page.locator("article.ticket .steps")).to_be_focused()
    page.keyboard.press("Tab")
    sync_api.expect(page.locator(".steps button").first).to_be_focused()


def test_text_marked_in_a_row_is_there_to_be_copied_and_opens_nothing(served: Served, sign_in: Open) -> None:
    number = received(served, "reading-copy")
    page = sign_in("operator")
    page.get_by_role("link", name="工单").click()
    place = page.locator(f'tr[data-key="{number}"] .mono').bounding_box()
    page.mouse.move(place["x"] + 2, place["y"] + 8)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] - 1, place["y"] + 8, steps=5)
    page.mouse.up()
    assert len(page.evaluate("getSelection().toString()")) > len(number) / 2
    assert page.url.endswith("#/tickets")
    page.mouse.click(place["x"] + 400, place["y"] + 8)
    sync_api.expect(page.locator("article.ticket .steps")).to_be_visible()


def test_back_leads_to_the_figure_whose_tickets_one_has_seen(served: Served, sign_in: Open) -> None:
    received(served, "reading-figure")
    served.flows.analytics.follow()
    page = sign_in("leader")
    page.get_by_label("时段").select_option(label="近 7 天")
    page.get_by_role("tab", name="分组").click()
    page.get_by_label("分组").select_option(label="区（市）")
    figure = page.get_by_role("button", name="市中区的工单", exact=False)
    assert figure.evaluate("node => getComputedStyle(node.parentNode).textAlign") == "right"
    figure.click()
    page.locator("tbody tr").first.click()
    page.locator("article.ticket .steps").wait_for()
    page.go_back()
    page.go_back()
    sync_api.expect(page.get_by_role("tab", name="分组")).to_have_attribute("aria-selected", "true")
    sync_api.expect(page.get_by_label("时段")).to_have_value("7")
    sync_api.expect(figure).to_be_visible()


def test_a_long_list_is_as_long_after_a_look_at_one_of_its_tickets(served: Served, sign_in: Open) -> None:
    for i in range(250):
        received(served, f"reading-long-{i}")
    page = sign_in("operator")
    page.get_by_role("link", name="工单").click()
    rows = page.locator("tbody tr")
    for count in range(60, 241, 30):
        page.get_by_role("button", name="再显示一些").click()
        sync_api.expect(rows).to_have_count(count)
    rows.nth(235).click()
    page.locator("article.ticket .steps").wait_for()
    page.get_by_role("button", name="返回列表").click()
    sync_api.expect(rows).to_have_count(240)
    sync_api.expect(rows.nth(235)).to_be_focused()


def test_on_paper_a_ticket_is_whole_on_white_without_what_is_pressed(served: Served, sign_in: Open) -> None:
    number = received(served, "reading-paper")
    page = sign_in("operator", color_scheme="dark")
    page.goto(f"{served.url}#/tickets/{number}")
    page.locator("article.ticket .steps").wait_for()
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 720, "height": 1000})
    for gone in ("nav", ".listing", ".filters", "article.ticket button", "#demo"):
        assert not any(one.is_visible() for one in page.locator(gone).all()), gone
    for read in ("article.ticket h2", ".transcript .turn:last-child", ".candidate", "ol.history li"):
        sync_api.expect(page.locator(read).first).to_be_visible()
    assert page.locator(".transcript").evaluate("node => node.scrollHeight <= node.clientHeight")
    assert page.locator("article.ticket h2").evaluate("node => getComputedStyle(node).color") == "rgb(27, 37, 48)"
    assert page.evaluate(CHECKS)["faint"] == []


@pytest.mark.parametrize("width", [683, 400])
def test_at_twice_the_size_and_on_a_narrow_screen_nothing_lies_over_anything(
    width: int, served: Served, sign_in: Open
) -> None:
    number = received(served, f"reading-narrow-{width}")
    page = sign_in("admin")
    page.set_viewport_size({"width": width, "height": 384})
    for address in ("tickets", f"tickets/{number}", "supervision", "analysis"):
        page.goto(f"{served.url}#/{address}")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        assert page.evaluate(CHECKS)["wide"] is False, address
    page.goto(f"{served.url}#/tickets/{number}")
    title = page.locator("article.ticket h2")
    title.scroll_into_view_if_needed()
    at = "document.elementFromPoint(node.getBoundingClientRect().x + 4, node.getBoundingClientRect().y + 4)"
    assert title.evaluate(f"node => node.contains({at})")
    page.get_by_role("button", name="返回列表").click()
    sync_api.expect(page.locator(f'tr[data-key="{number}"]')).to_be_focused()
