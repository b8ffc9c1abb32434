"""What somebody types is not lost: to another page, to a list that is drawn again, to the keys of the input method."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright import sync_api

from app.domain.access import Role
from tests.e2e.conftest import UNIT, Served
from tests.factories import ADMIN, call

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


def test_an_article_half_written_is_there_again_until_it_is_saved_or_given_up(sign_in: Open) -> None:
    page = sign_in("reviewer")
    page.get_by_role("link", name="知识库").click()
    page.get_by_role("button", name="新建条目").click()
    page.get_by_label("标题", exact=True).fill("供暖报停怎么办")
    page.get_by_label("答复内容").fill("写到一半")
    page.keyboard.press("Alt+2")
    sync_api.expect(page).to_have_title("工单 · 枣解决·枣满意")
    page.go_back()
    sync_api.expect(page.get_by_label("答复内容")).to_have_value("写到一半")
    sync_api.expect(page.locator("form.articleform")).to_contain_text("已填入上次没有保存的内容")
    page.reload()
    sync_api.expect(page.get_by_label("答复内容")).to_have_value("写到一半")
    page.get_by_role("button", name="放弃这些内容").click()
    sync_api.expect(page.get_by_label("答复内容")).to_have_value("")
    page.reload()
    sync_api.expect(page.get_by_label("答复内容")).to_have_value("")


def test_an_article_needs_a_number_that_an_address_can_hold(sign_in: Open) -> None:
    page = sign_in("reviewer")
    page.goto(f"{page.url.split('#')[0]}#/knowledge/new")
    number = page.get_by_label("编号（小写英文和连字符）")
    number.fill("供暖")
    assert not number.evaluate("field => field.checkValidity()")
    number.fill("heating-stop-2026")
    assert number.evaluate("field => field.checkValidity()")


def test_a_gap_becomes_an_article_that_begins_with_what_was_asked(sign_in: Open) -> None:
    page = sign_in("reviewer")
    page.get_by_role("link", name="知识库").click()
    page.get_by_role("tab", name="查答案").click()
    page.get_by_label("咨询的问题").fill("月球采矿证去哪个窗口办")
    page.get_by_role("button", name="查答案").click()
    sync_api.expect(page.locator(".refusal")).to_be_visible(timeout=60_000)
    page.get_by_role("tab", name="缺口").click()
    page.get_by_role("button", name="为“月球采矿证去哪个窗口办”写条目").click()
    sync_api.expect(page.get_by_label("标题", exact=True)).to_have_value("月球采矿证去哪个窗口办")
    sync_api.expect(page.get_by_label("群众会怎么问（一行一个）")).to_have_value("月球采矿证去哪个窗口办")


def test_a_preview_without_a_document_does_not_go_on_reading(sign_in: Open) -> None:
    page = sign_in("reviewer")
    page.get_by_role("link", name="知识库").click()
    page.get_by_role("tab", name="导入").click()
    page.get_by_role("button", name="预览").click()
    sync_api.expect(page.locator("#message")).to_contain_text("请先选择文档")
    sync_api.expect(page.locator("main")).not_to_contain_text("正在读取")
    page.get_by_role("tab", name="条目").click()
    sync_api.expect(page.locator("#message")).to_be_hidden()


def test_a_report_of_what_was_done_survives_a_look_at_another_ticket(served: Served, sign_in: Open) -> None:
    mine, other = late(served, "typed-mine"), late(served, "typed-other")
    page = sign_in("unit")
    page.goto(f"{served.url}#/tickets/{mine}")
    page.locator(".steps").get_by_role("button", name="签收").click()
    page.locator(".steps").get_by_role("button", name="反馈办结").click()
    page.get_by_label("办理情况", exact=True).fill("灯泡已换")
    page.locator(f'tr[data-key="{other}"]').click()
    sync_api.expect(page.locator("article.ticket")).to_contain_text(other)
    page.locator(f'tr[data-key="{mine}"]').click()
    sync_api.expect(page.locator("article.ticket")).to_contain_text(mine)
    page.locator(".steps").get_by_role("button", name="反馈办结").click()
    sync_api.expect(page.get_by_label("办理情况", exact=True)).to_have_value("灯泡已换")
    page.get_by_role("button", name="取消").click()
    page.locator(".steps").get_by_role("button", name="反馈办结").click()
    sync_api.expect(page.get_by_label("办理情况", exact=True)).to_have_value("")


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


def test_the_keys_of_the_input_method_neither_save_nor_give_up(served: Served, sign_in: Open) -> None:
    """Enter and Esc belong to the list of candidates while a word is being composed."""
    number = served.flows.intake.run(call(*LAMP, call_id="typed-ime")).tickets[0].ticket_number
    page = sign_in("operator")
    page.goto(f"{served.url}#/tickets/{number}")
    page.locator(".steps").wait_for()
    page.locator('.fieldrow[data-path="title"]').focus()
    page.keyboard.press("Enter")
    title = page.get_by_role("textbox", name="更正标题")
    title.fill("建设路lu")
    for key in ("Enter", "Escape"):
        title.dispatch_event("keydown", {"key": key, "isComposing": True, "bubbles": True})
    sync_api.expect(title).to_have_value("建设路lu")
    title.press("Escape")
    sync_api.expect(title).to_have_count(0)
    page.locator(".steps").get_by_role("button", name="不予受理").click()
    page.get_by_label("理由").dispatch_event("keydown", {"key": "Escape", "isComposing": True, "bubbles": True})
    sync_api.expect(page.get_by_label("理由")).to_be_visible()


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


def test_a_correction_half_typed_is_there_again_until_it_is_saved_or_given_up(served: Served, sign_in: Open) -> None:
    number = served.flows.intake.run(call(*LAMP, call_id="typed-field")).tickets[0].ticket_number
    page = sign_in("operator")
    page.goto(f"{served.url}#/tickets/{number}")
    title = page.locator('.fieldrow[data-path="title"]')
    title.press("Enter")
    page.get_by_role("textbox", name="更正标题").fill("写到一半的标题")
    page.get_by_role("link", name="知识库").click()
    page.go_back()
    sync_api.expect(title).to_contain_text("未保存")
    title.press("Enter")
    sync_api.expect(page.get_by_role("textbox", name="更正标题")).to_have_value("写到一半的标题")
    page.keyboard.press("Escape")
    sync_api.expect(title).not_to_contain_text("未保存")
    sync_api.expect(title).not_to_contain_text("写到一半")


def test_who_comes_back_with_a_new_key_finds_call_and_words_where_they_were(served: Served, sign_in: Open) -> None:
    number = served.flows.intake.run(call(*LAMP, call_id="typed-key")).tickets[0].ticket_number
    old = served.flows.access.create("key-night", roles=(Role.OPERATOR,))
    page = sign_in("operator")
    page.evaluate("key => sessionStorage.setItem('key', key)", old)
    page.reload()
    page.goto(f"{served.url}#/tickets/{number}")
    page.locator(".steps").get_by_role("button", name="不予受理").click()
    page.get_by_label("理由").fill("已在办理")
    page.get_by_role("link", name="工作台").click()
    page.get_by_label("通话来源").select_option(label="现场录入：逐句输入")
    line = page.get_by_label("一句话")
    line.fill("市中区光明路街道文化路那边路灯坏了好几天了")
    line.press("Enter")
    sync_api.expect(page.locator("article.draft")).to_contain_text("光明路街道")
    line.fill("免贵姓张")
    served.flows.access.revoke("key-night")
    page.get_by_role("link", name="知识库").click()
    page.get_by_label("密钥").fill(served.flows.access.create("key-morning", roles=(Role.OPERATOR,)))
    page.get_by_role("button", name="进入").click()
    page.get_by_role("link", name="工作台").click()
    sync_api.expect(line).to_have_value("免贵姓张")
    line.press("Control+Enter")
    sync_api.expect(page.locator("article.ticket .badge.status")).to_have_text("待受理")
    sync_api.expect(page.locator(".transcript")).to_contain_text("文化路那边路灯坏了")
    page.goto(f"{served.url}#/tickets/{number}")
    page.locator(".split .steps").get_by_role("button", name="不予受理").click()
    sync_api.expect(page.get_by_label("理由")).to_have_value("已在办理")


def test_a_correction_confirmed_twice_in_haste_is_saved_once(served: Served, sign_in: Open) -> None:
    number = served.flows.intake.run(call(*LAMP, call_id="typed-twice")).tickets[0].ticket_number
    page = sign_in("operator")
    page.goto(f"{served.url}#/tickets/{number}")
    sent: list[str] = []
    page.on("request", lambda made: sent.append(made.method) if made.method in ("PATCH", "POST") else None)
    title = page.locator('.fieldrow[data-path="title"]')
    title.press("Enter")
    typed = page.get_by_role("textbox", name="更正标题")
    typed.fill("建设路路灯不亮")
    typed.evaluate("""field => ["Enter", "Enter"].forEach(
        key => field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))""")
    sync_api.expect(page.locator("article.ticket h2")).to_have_text("建设路路灯不亮")
    sync_api.expect(title).to_be_focused()
    title.evaluate("row => ['a', 'a'].forEach(key => row.dispatchEvent(new KeyboardEvent('keydown', { key })))")
    sync_api.expect(title).to_contain_text("已采纳")
    page.wait_for_load_state("networkidle")
    sync_api.expect(page.locator("#message")).not_to_contain_text("请刷新")
    assert sent == ["PATCH", "POST"]


def test_a_whole_call_that_was_pasted_is_a_real_one_unless_it_is_said_to_be_practice(sign_in: Open) -> None:
    page = sign_in("operator")
    page.get_by_label("通话来源").select_option(label="粘贴整段通话")
    page.get_by_label("整段通话").fill("话务员：您好\n市中区光明路街道文化路的路灯坏了，希望尽快修好")
    page.get_by_label("通话来源").select_option(label="现场录入：逐句输入")
    page.get_by_label("通话来源").select_option(label="粘贴整段通话")
    page.get_by_role("button", name="生成工单").click()
    sync_api.expect(page.locator("article.ticket .badge.status")).to_have_text("待受理")
    sync_api.expect(page.locator("article.ticket .badge.demo")).to_have_count(0)
    sync_api.expect(page.locator(".transcript")).to_contain_text("文化路的路灯坏了")


def test_a_quote_half_typed_stays_while_the_ticket_is_drawn_again(served: Served, sign_in: Open) -> None:
    number = served.flows.intake.run(call(*LAMP, call_id="typed-quote")).tickets[0].ticket_number
    page = sign_in("operator")
    page.goto(f"{served.url}#/tickets/{number}")
    page.get_by_text("听到系统没有提示的").click()
    page.get_by_label("提请移送的原话").fill("晚上看不见")
    page.locator(".steps").get_by_role("button", name="受理", exact=True).click()
    sync_api.expect(page.locator(".badge.status")).to_have_text("已受理")
    sync_api.expect(page.get_by_label("提请移送的原话")).to_have_value("晚上看不见")
    sync_api.expect(page.get_by_label("提请移送的原话")).to_be_visible()


def test_a_list_that_cannot_be_had_says_why_and_shows_no_other(served: Served, sign_in: Open) -> None:
    served.flows.intake.run(call(*LAMP, call_id="typed-list"))
    page = sign_in("operator")
    page.get_by_role("link", name="工单").click()
    page.locator("tbody tr").first.wait_for()
    page.get_by_label("全文检索").fill("路")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".listing .empty")).to_contain_text("检索词至少2个字")
    sync_api.expect(page.locator("tbody tr")).to_have_count(0)
