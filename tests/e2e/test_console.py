"""The operator's page in a real browser: a newcomer takes a call to the archive; every value shows what it rests on."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright import sync_api

pytestmark = pytest.mark.slow
MOST_STEPS = 12


def take_call(page: Any, sample: str = "练习：停水报修（说错又更正）", button: str = "直接生成") -> None:
    page.get_by_label("通话来源").select_option(label=sample)
    page.get_by_role("button", name=button).click()
    page.locator("article.ticket .steps").wait_for()


def test_a_newcomer_takes_a_call_to_an_archived_ticket(
    sign_in: Callable[..., Any], picture: Callable[[Any, str], None]
) -> None:
    """Nothing is known beforehand: what the page marks as the next step is pressed, what it asks for is filled in."""
    page = sign_in("admin")
    page.get_by_role("button", name="开始接听").click()
    sync_api.expect(page.locator("article.draft")).to_contain_text("13号楼2单元")
    ticket = page.locator("article.ticket")
    ticket.locator(".steps").wait_for(timeout=20_000)
    picture(page, "ticket")
    status = ticket.locator(".badge.status")
    for _ in range(MOST_STEPS):
        before = status.inner_text()
        if before == "已归档":
            break
        ticket.locator(".steps button.main").click()
        form = ticket.locator("form.stepform:not([hidden])")
        sync_api.expect(form.or_(status.filter(has_not_text=before)).first).to_be_visible()
        if form.count():
            for empty in form.locator("textarea, input").all():
                if not empty.input_value():
                    empty.fill("管道已修复，恢复供水")
            form.locator("button.main").click()
        sync_api.expect(status).not_to_have_text(before)
    sync_api.expect(status).to_have_text("已归档")
    sync_api.expect(ticket.locator("ol.history li").first).to_contain_text("归档")
    picture(page, "archived")


def test_a_call_taken_by_hand_becomes_a_ticket_that_is_no_practice(sign_in: Callable[..., Any]) -> None:
    page = sign_in("operator")
    page.get_by_label("通话来源").select_option(label="现场录入：逐句输入")
    page.get_by_label("来电号码").fill("13900000031")
    line = page.get_by_label("一句话")
    for who, words in (
        ("话务员", "您好，枣庄12345"),
        ("诉求人", "市中区光明路街道文化路那边路灯坏了好几天了，晚上看不见路"),
    ):
        page.get_by_label("说话人").select_option(label=who)
        line.fill(words)
        line.press("Enter")
    sync_api.expect(page.locator("article.draft")).to_contain_text("光明路街道")
    sync_api.expect(page.locator("article.draft .asknow")).to_contain_text("追问")
    page.get_by_role("button", name="结束通话").click()
    sync_api.expect(page.locator("article.ticket .badge.status")).to_have_text("待受理")
    sync_api.expect(page.locator("article.ticket .badge.demo")).to_have_count(0)
    sync_api.expect(page.locator('.fieldrow[data-path="citizen.phone"]')).to_contain_text("13900000031")


def test_a_call_under_way_outlives_a_look_at_another_page(sign_in: Callable[..., Any]) -> None:
    """What was said and what is half typed is there again; hanging up takes the half line along."""
    page = sign_in("operator")
    page.get_by_label("通话来源").select_option(label="现场录入：逐句输入")
    line = page.get_by_label("一句话")
    line.fill("市中区光明路街道文化路那边路灯坏了好几天了")
    line.press("Enter")
    sync_api.expect(page.locator("article.draft")).to_contain_text("光明路街道")
    line.fill("免贵姓张")
    page.keyboard.press("Alt+2")
    sync_api.expect(page).to_have_title("工单 · 枣解决·枣满意")
    page.keyboard.press("Alt+1")
    sync_api.expect(page.locator(".transcript")).to_contain_text("文化路那边路灯坏了")
    sync_api.expect(line).to_have_value("免贵姓张")
    sync_api.expect(page.get_by_label("通话来源")).to_be_disabled()
    line.press("Control+Enter")
    sync_api.expect(page.locator(".transcript")).to_contain_text("免贵姓张")
    sync_api.expect(page.locator("article.ticket .badge.status")).to_have_text("待受理")
    page.get_by_role("button", name="再接一个").click()
    sync_api.expect(page.locator(".transcript .turn")).to_have_count(0)
    sync_api.expect(page.get_by_label("通话来源")).to_be_enabled()


def test_a_practice_call_starts_by_keyboard_and_the_next_step_is_one_tab_away(sign_in: Callable[..., Any]) -> None:
    page = sign_in("operator")
    page.get_by_role("button", name="开始接听").wait_for()
    page.keyboard.press("Control+Enter")
    sync_api.expect(page.locator("article.ticket .steps")).to_be_focused()
    sync_api.expect(page.locator("mark[tabindex='0']")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".badge.status")).to_have_text("已受理")
    page.keyboard.press("Tab")
    sync_api.expect(page.locator(".steps button.main")).to_be_focused()


def test_what_is_pressed_twice_in_haste_is_done_once(sign_in: Callable[..., Any]) -> None:
    page = sign_in("operator")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="直接生成").dblclick()
    page.locator("article.ticket .steps").wait_for()
    page.locator(".steps").get_by_role("button", name="受理", exact=True).dblclick()
    sync_api.expect(page.locator(".badge.status")).to_have_text("已受理")
    sync_api.expect(page.locator(".news")).to_be_empty()
    assert [url.rsplit("/", 1)[-1] for url in sent] == ["transcripts", "accept"]


def test_every_value_lights_up_what_it_rests_on_and_the_other_way_round(sign_in: Callable[..., Any]) -> None:
    page = sign_in("operator")
    take_call(page)
    place = page.locator('.fieldrow[data-path="place.detail"]')
    place.focus()
    lit = page.locator("mark.lit")
    sync_api.expect(lit.first).to_be_visible()
    assert "十三号楼" in "".join(lit.all_inner_texts())
    page.locator("mark", has_text="13900000021").hover()
    sync_api.expect(page.locator(".fieldrow.lit")).to_contain_text("联系电话")
    page.locator("mark[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    sync_api.expect(page.locator("mark").nth(1)).to_be_focused()


def test_fields_are_accepted_and_corrected_with_the_keyboard_alone(sign_in: Callable[..., Any], served: Any) -> None:
    page = sign_in("operator")
    take_call(page)
    place = page.locator('.fieldrow[data-path="place.detail"]')
    place.focus()
    page.keyboard.press("Enter")
    page.get_by_label("更正地点", exact=True).fill("幸福家园15号楼")
    page.keyboard.press("Enter")
    sync_api.expect(place).to_contain_text("幸福家园15号楼")
    sync_api.expect(place).to_be_focused()
    page.keyboard.press("ArrowDown")
    sync_api.expect(page.locator(".fieldrow:focus")).to_have_count(1)
    moment = page.locator('.fieldrow[data-path="event_time"]')
    moment.press("Enter")
    page.get_by_label("更正发生时间", exact=True).fill("前天晚上")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("#message")).to_contain_text("发生时间应为 2026-11")
    page.get_by_label("更正发生时间", exact=True).fill("2026-11-16 19：30")
    page.keyboard.press("Enter")
    sync_api.expect(moment).to_contain_text("2026-11-16 19:30")
    page.locator('.fieldrow[data-path="title"]').focus()
    page.keyboard.press("a")
    sync_api.expect(page.locator('.fieldrow[data-path="title"]')).to_contain_text("已采纳")


def test_every_field_can_be_put_right_said_or_not(sign_in: Callable[..., Any]) -> None:
    """The category by its words, the mood, what is kept secret, and a moment that nobody mentioned."""
    page = sign_in("operator")
    take_call(page, "练习：一通电话两件事")
    category = page.locator('.fieldrow[data-path="category"]')
    category.press("Enter")
    typed = page.get_by_role("combobox", name="更正分类")
    typed.fill("没有的分类")
    typed.press("Enter")
    sync_api.expect(page.locator("#message")).to_contain_text("从列表中选择一个分类")
    typed.fill("停水与水压不足")
    typed.press("Enter")
    sync_api.expect(category).to_contain_text("城乡建设 › 供水排水 › 停水与水压不足")
    for path, name, value in (("emotion", "情绪", "angry"), ("citizen.confidential", "保密", "true")):
        page.locator(f'.fieldrow[data-path="{path}"]').press("Enter")
        page.get_by_role("combobox", name=f"更正{name}").select_option(value)
        page.get_by_role("combobox", name=f"更正{name}").press("Enter")
    sync_api.expect(page.locator("article.ticket header")).to_contain_text("保密")
    sync_api.expect(page.locator("article.ticket header")).to_contain_text("情绪愤怒")
    page.get_by_label("请问办理结果打哪个电话通知您？").check()
    page.locator('.fieldrow[data-path="citizen.name"]').press("Enter")
    page.get_by_label("更正诉求人", exact=True).fill("王某")
    page.keyboard.press("Enter")
    sync_api.expect(page.get_by_label("请问您贵姓", exact=False)).to_have_count(0)
    sync_api.expect(page.get_by_label("请问办理结果打哪个电话通知您？")).to_be_checked()
    page.locator('.fieldrow[data-path="event_time"]').press("Enter")
    page.get_by_label("更正发生时间", exact=True).fill("2026-11-16 19:30")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator('.fieldrow[data-path="event_time"]')).to_contain_text("2026-11-16 19:30")


def test_someone_in_danger_raises_the_alarm_and_two_matters_become_two_tickets(sign_in: Callable[..., Any]) -> None:
    page = sign_in("operator")
    take_call(page, "练习：欠薪，扬言跳楼（紧急）")
    sync_api.expect(page.get_by_role("alert").first).to_contain_text("12356")
    page.set_viewport_size({"width": 683, "height": 384})
    page.locator("ol.history").scroll_into_view_if_needed()
    sync_api.expect(page.get_by_role("alert").first).to_be_in_viewport()
    page.set_viewport_size({"width": 1366, "height": 768})
    sync_api.expect(page.get_by_role("alert").filter(has_text="移送提示：政法机关")).to_be_visible()
    take_call_again(page, "练习：着火（突发）")
    sync_api.expect(page.get_by_role("alert").first).to_contain_text("请立即处置")
    sync_api.expect(page.get_by_role("alert").first).to_contain_text("119")
    take_call_again(page, "练习：一通电话两件事")
    tabs = page.get_by_role("tablist", name="本次通话的工单").get_by_role("tab")
    sync_api.expect(tabs).to_have_count(2)
    first = page.locator("article.ticket h2").inner_text()
    tabs.nth(1).click()
    sync_api.expect(page.locator("article.ticket h2")).not_to_have_text(first)


def take_call_again(page: Any, sample: str) -> None:
    page.get_by_label("通话来源").select_option(label=sample)
    sync_api.expect(page.locator("article.ticket")).to_have_count(0)
    page.get_by_role("button", name="直接生成").click()
    page.locator("article.ticket .steps").wait_for()


def test_a_suggested_answer_is_adopted_with_its_sources(sign_in: Callable[..., Any]) -> None:
    page = sign_in("operator")
    take_call(page, "练习：咨询社保卡补办")
    page.get_by_role("button", name="采纳此答复").click(timeout=60_000)
    reply = page.get_by_label("答复诉求人的内容")
    sync_api.expect(reply).to_be_focused()
    assert "（依据：《" in reply.input_value()
    page.get_by_role("button", name="确定直接答复").click()
    sync_api.expect(page.locator(".badge.status")).to_have_text("已回复")
    page.get_by_role("button", name="再接一个").click()
    sync_api.expect(page.get_by_label("咨询的问题")).to_have_value("")
    sync_api.expect(page.locator(".consult .answer")).to_have_count(0)


def test_duplicates_are_compared_joined_and_taken_apart(sign_in: Callable[..., Any]) -> None:
    page = sign_in("operator")
    for _ in range(2):
        page.reload()
        take_call(page, "练习：暖气不热（有多人反映）")
    sync_api.expect(page.locator(".candidate").filter(has_text="对照").first).to_contain_text("暖气")
    page.get_by_role("button", name="对照").first.click()
    sync_api.expect(page.locator("table.compare")).to_contain_text("幸福家园")
    page.set_viewport_size({"width": 1280, "height": 720})
    assert page.locator("table.compare thead th").last.evaluate("cell => cell.scrollWidth <= cell.clientWidth")
    page.get_by_role("button", name="并入", exact=False).first.click()
    sync_api.expect(page.locator(".badge.status")).to_have_text("已并单")
    page.get_by_label("撤销并单的理由").fill("不是同一户")
    page.get_by_role("button", name="撤销并单").click()
    sync_api.expect(page.locator(".badge.status")).to_have_text("待受理")


def test_a_unit_chosen_by_a_person_is_the_one_dispatched_to(sign_in: Callable[..., Any]) -> None:
    page = sign_in("operator")
    take_call(page)
    page.locator(".steps").get_by_role("button", name="受理", exact=True).click()
    sync_api.expect(page.locator(".badge.status")).to_have_text("已受理")
    other = page.locator(".units .candidate").nth(1)
    name = other.locator(".grow").inner_text().split(". ")[1]
    other.get_by_role("button", name="选用").click()
    unit = page.get_by_label("单位", exact=True)
    sync_api.expect(unit).to_have_value(name)
    unit.fill("没有的局")
    page.get_by_role("button", name="确定交办").click()
    sync_api.expect(page.locator("#message")).to_contain_text("单位应为承办单位的代码或名称")
    unit.fill(name)
    page.get_by_role("button", name="确定交办").click()
    sync_api.expect(page.locator(".units")).to_contain_text(name)
    sync_api.expect(page.locator(".badge.status")).to_have_text("已交办")
