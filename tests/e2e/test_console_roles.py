"""Each role's main way through the console, with a picture of each of its pages, in the light and in the dark."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api

from app.domain.access import Role
from app.domain.knowledge import ArticleStep
from app.domain.supervision import SupervisionLevel
from app.domain.workflow import Step
from tests.e2e.conftest import UNIT, Served
from tests.factories import ADMIN, call, somebody

pytestmark = pytest.mark.slow
WATER = (
    "您好，枣庄12345",
    "俺住在滕州市荆河街道幸福家园3号楼，从前天晚上八点就停水了，老人孩子没法做饭，希望尽快修好，免贵姓张",
)
Open = Callable[..., Any]
Picture = Callable[[Any, str], None]
PAGES = {
    "operator": ["工作台", "工单", "知识库", "分析"],
    "reviewer": ["工作台", "工单", "知识库", "分析"],
    "unit": ["工单"],
    "supervisor": ["工单", "督办", "分析"],
    "leader": ["工单", "分析"],
    "referral_officer": ["工单", "移送"],
    "model_team": ["知识库", "模型"],
    "admin": ["工作台", "工单", "移送", "知识库", "督办", "分析", "模型"],
}


def assigned(served: Served, call_id: str, **changes: Any) -> str:
    """A ticket that stands with the unit."""
    number = served.flows.intake.run(call(*WATER, call_id=call_id, **changes)).tickets[0].ticket_number
    for step, details in (("accept", {}), ("assign", {"unit": UNIT})):
        served.flows.tickets.step(number, step, by=ADMIN, details=details, expected_version=None)  # type: ignore[arg-type]
    return number


@pytest.mark.parametrize("role", PAGES)
def test_a_role_sees_its_pages_and_no_others(role: str, sign_in: Open, picture: Picture) -> None:
    page = sign_in(role, color_scheme="dark" if role == "admin" else "light")
    links = page.get_by_role("navigation", name="页面").get_by_role("link")
    assert [link.inner_text().split("\n")[0].rstrip("0123456789") for link in links.all()] == PAGES[role]
    for name in PAGES[role]:
        links.filter(has_text=name).click()
        sync_api.expect(page).to_have_title(f"{name} · 枣解决·枣满意")
        page.wait_for_load_state("networkidle")
        sync_api.expect(page.locator("#message")).to_be_hidden()
        picture(page, name)


def test_a_unit_signs_for_its_ticket_and_reports_it_done(served: Served, sign_in: Open) -> None:
    number = assigned(served, "role-unit")
    page = sign_in("unit")
    page.locator(f'tr[data-key="{number}"]').click()
    page.locator(".steps").get_by_role("button", name="签收").click()
    page.locator(".steps").get_by_role("button", name="反馈办结").click()
    page.get_by_label("办理情况", exact=True).fill("管道已修复")
    page.get_by_role("button", name="确定反馈办结").click()
    sync_api.expect(page.locator(".badge.status")).to_have_text("已反馈")
    sync_api.expect(page.locator(".steps")).to_contain_text("没有需要您执行的步骤")
    sync_api.expect(page.locator(".ticket .deadline")).to_have_text("待中心处理")
    sync_api.expect(page.locator("body")).not_to_contain_text("通话原文")


def test_a_ticket_that_comes_meanwhile_is_listed(served: Served, sign_in: Open) -> None:
    assigned(served, "role-before")
    page = sign_in("unit", clock=True)
    first = page.locator("tr[data-key]").first
    first.focus()
    before = first.get_attribute("data-key")
    number = assigned(served, "role-meanwhile")
    page.clock.fast_forward(61_000)
    sync_api.expect(first).to_have_attribute("data-key", number)
    sync_api.expect(page.locator(f'tr[data-key="{before}"]')).to_be_focused()


def test_a_list_that_is_not_unfolded_says_how_many_there_are(served: Served, sign_in: Open) -> None:
    for number in range(31):
        assigned(served, f"role-many-{number}")
    page = sign_in("unit")
    held, more = served.flows.tickets.count({}, by=somebody(Role.UNIT, unit_code=UNIT))
    assert not more
    count = page.locator(".listing [role=status]")
    sync_api.expect(count).to_have_text(f"共 {held} 件，已列出 30 件")
    page.get_by_role("button", name="再显示一些").click()
    sync_api.expect(count).not_to_contain_text("已列出 30 件")


def test_a_list_ends_at_a_day_and_goes_by_deadline(served: Served, sign_in: Open) -> None:
    older = assigned(served, "role-older", called_at="2026-09-01T09:00:00+08:00")
    newer = assigned(served, "role-newer")
    page = sign_in("unit")
    rows, count = page.locator("tr[data-key]"), page.locator(".listing [role=status]")
    sync_api.expect(rows.first).to_have_attribute("data-key", newer)
    sync_api.expect(count).to_contain_text("共 ")
    page.get_by_label("排序").select_option("deadline")
    sync_api.expect(rows.first).to_have_attribute("data-key", older)
    page.get_by_label("截止日期").fill("2026-09-01")
    page.get_by_label("截止日期").blur()
    sync_api.expect(count).to_have_text("共 0 件")
    today = f"{served.flows.clock.now():%Y-%m-%d}"
    page.get_by_label("截止日期").fill(today)
    page.get_by_label("截止日期").blur()
    sync_api.expect(rows.first).to_have_attribute("data-key", older)
    sync_api.expect(page.get_by_label("截止日期")).to_have_value(today)


def test_a_unit_reads_at_which_level_it_is_supervised(served: Served, sign_in: Open) -> None:
    number = assigned(served, "role-supervised")
    served.flows.supervision.order(number, SupervisionLevel.WRITTEN, "请两日内反馈", by=ADMIN)
    served.flows.supervision.order(number, SupervisionLevel.ON_SITE, "请到现场查看", by=ADMIN)
    page = sign_in("unit")
    page.locator(f'tr[data-key="{number}"]').click()
    history = page.locator(".history")
    sync_api.expect(history).to_contain_text("书面督办；请两日内反馈")
    sync_api.expect(history).to_contain_text("现场督办")
    sync_api.expect(history).not_to_contain_text("请到现场查看")  # said to the centre


@pytest.mark.parametrize("pressed", [True, False])
def test_a_ticket_given_to_another_unit_leaves_the_page(served: Served, sign_in: Open, pressed: bool) -> None:
    number = assigned(served, f"role-gone-{pressed}")
    page = sign_in("unit")
    row = page.locator(f'tr[data-key="{number}"]')
    row.click()
    sign = page.locator(".steps").get_by_role("button", name="签收")
    sign.wait_for()
    moved = {"unit": "滕州市综合行政执法局", "reason": "属地办理"}
    served.flows.tickets.step(number, Step.REDISPATCH, by=ADMIN, details=moved, expected_version=None)
    if pressed:
        sign.click()
    sync_api.expect(page.locator(".detail")).to_contain_text("此工单已不由您办理")
    sync_api.expect(page.locator(".detail")).not_to_contain_text("13900000000")
    sync_api.expect(row).to_have_count(0)


def test_a_unit_that_helps_says_what_it_found_and_nothing_else(served: Served, sign_in: Open) -> None:
    number = assigned(served, "role-helper")
    with served.flows.tickets._store() as uow:
        held = uow.tickets.get(number)
        lead = served.flows.reference.unit_by_name["滕州市综合行政执法局"]
        uow.tickets.save(held.model_copy(update={"handler": lead}), expected_version=held.version)
        uow.commit()
    asked = {"unit": UNIT, "days": 2}
    served.flows.tickets.step(number, Step.CO_ASSIGN, by=ADMIN, details=asked, expected_version=None)
    page = sign_in("unit")
    page.locator(f'tr[data-key="{number}"]').click()
    limit = served.flows.tickets.get(number, by=ADMIN).assisting[0].resolve_by
    bar = page.locator(".ticket .deadline")
    sync_api.expect(bar).to_have_attribute("title", f"协办时限 {limit:%Y-%m-%d %H:%M}")
    page.locator(".steps").get_by_role("button", name="协办反馈").click()
    sync_api.expect(page.locator(".stepform input")).to_have_count(0)
    page.get_by_label("协办结果").fill("管道正常")
    page.get_by_role("button", name="确定协办反馈").click()
    sync_api.expect(page.locator(".units")).to_contain_text("管道正常")
    sync_api.expect(bar).to_have_text("已协办反馈")


def test_a_reviewer_sees_what_a_unit_asks_for_and_grants_as_much(served: Served, sign_in: Open) -> None:
    number = assigned(served, "role-extension")
    unit = sign_in("unit")
    unit.locator(f'tr[data-key="{number}"]').click()
    unit.locator(".steps").get_by_role("button", name="申请延期").click()
    unit.get_by_label("工作日数").fill("5")
    unit.get_by_label("理由").fill("等待配件")
    unit.get_by_role("button", name="确定申请延期").click()
    sync_api.expect(unit.locator(".ticket header")).to_contain_text("申请延期 5 个工作日，待审核")
    reviewer = sign_in("reviewer")
    reviewer.get_by_role("link", name="工单").click()
    reviewer.get_by_label("待审延期").check()
    rows = reviewer.locator("tr[data-key]")
    sync_api.expect(rows).to_have_count(1)
    rows.click()
    reviewer.locator(".steps").get_by_role("button", name="同意延期", exact=True).click()
    sync_api.expect(reviewer.get_by_label("工作日数")).to_have_value("5")
    reviewer.get_by_label("理由").fill("情况属实")
    reviewer.get_by_role("button", name="确定同意延期").click()
    sync_api.expect(reviewer.locator(".ticket header")).not_to_contain_text("待审核")


def test_a_supervisor_checks_and_sends_an_order(served: Served, sign_in: Open) -> None:
    assigned(served, "role-supervisor", called_at="2026-09-01T09:00:00+08:00")
    page = sign_in("supervisor")
    page.get_by_role("button", name="立即检查").click()
    page.get_by_role("button", name="电话催办").click()
    page.get_by_role("button", name="发出").first.click()
    sync_api.expect(page.locator("#message")).to_contain_text("督办单已发出")
    page.get_by_role("tab", name="到期与逾期").click()
    sync_api.expect(page.locator(".tile.late strong")).to_be_visible()


def test_two_officers_confirm_what_is_extreme_and_see_its_receipt(
    served: Served, sign_in: Open, picture: Picture
) -> None:
    served.flows.relay.subscribe("http://127.0.0.1:9/none", ["referral.political_legal"], by="desk")
    words = "包工头欠俺们工钱要了两年了，就在薛城区常庄街道那个工地，再不给俺就从楼上跳下去，不想活了"
    served.flows.intake.run(call("您好", words, call_id="role-referral"))
    first = sign_in("referral_officer")
    card = one_referral(first, "不想活了")
    sync_api.expect(card).to_contain_text("确认 0 / 2")
    card.get_by_role("button", name="将发送的内容").click()
    sync_api.expect(card.locator("dl")).to_contain_text("13900000000")
    picture(first, "referral")
    card.get_by_role("button", name="确认移送").click()
    sync_api.expect(one_referral(first, "不想活了")).to_contain_text("您已确认，等待另一名联络员")
    second = sign_in("second_officer")
    one_referral(second, "不想活了").get_by_role("button", name="第二人确认").click()
    sync_api.expect(second.locator("#message")).to_contain_text("已确认")
    sync_api.expect(second.locator("article.referral", has_text="不想活了")).to_have_count(0)
    second.get_by_label("状态").select_option(label="已发出，待回执")
    card = one_referral(second, "不想活了")
    sync_api.expect(card).to_contain_text("确认 2 / 2")
    card.get_by_label("理由或回执内容").fill("已收到，常庄派出所出警")
    card.get_by_role("button", name="登记回执").click()
    sync_api.expect(second.locator("#message")).to_contain_text("回执已登记")
    second.get_by_label("状态").select_option(label="已有回执")
    sync_api.expect(one_referral(second, "不想活了")).to_contain_text("回执：已收到，常庄派出所出警")
    picture(second, "receipt")
    second.get_by_role("tab", name="统计").click()
    sync_api.expect(second.locator("table")).to_contain_text("100%")


def test_what_comes_while_the_page_is_open_is_told_of_and_nothing_is_left_out(served: Served, sign_in: Open) -> None:
    def one_a_page(route: Any) -> None:
        route.continue_(url=route.request.url.replace("limit=200", "limit=1"))

    words = "再不给俺工钱俺就从楼上跳下去，不想活了"
    served.flows.intake.run(call("您好", f"薛城区常庄街道那个工地，{words}", call_id="role-early"))
    page = sign_in("referral_officer")
    page.route("**/v1/referrals?*", one_a_page)
    page.reload()
    sync_api.expect(page.locator("article.referral", has_text=words)).to_have_count(1)
    served.flows.intake.run(call("您好", f"薛城区临城街道那个工地，{words}", call_id="role-late"))
    alarm = page.locator(".alarm", has_text="新到 1 件待确认，其中极端 1 件")
    alarm.get_by_role("button", name="查看新到的移送件").click()
    sync_api.expect(page.locator("article.referral", has_text=words)).to_have_count(2)
    sync_api.expect(alarm).to_have_count(0)
    for call_id in ("role-early", "role-late"):
        (ticket,) = served.flows.tickets.page(after=None, limit=1, filters={"call_id": call_id}, by=ADMIN)
        served.flows.referrals.decline(f"{ticket.ticket_number}-pl", "已处置", by=ADMIN)


def test_a_proposal_without_ground_is_declined_with_its_reason(served: Served, sign_in: Open) -> None:
    words = "我要举报滕州市荆河街道办事处的王主任收了我五千块钱好处费，就是不给办低保"
    served.flows.intake.run(call("您好", words, call_id="role-conduct"))
    page = sign_in("referral_officer")
    one_referral(page, "好处费").get_by_role("button", name="不予移送").click()
    sync_api.expect(page.locator("#message")).to_contain_text("请填写理由")
    card = one_referral(page, "好处费")
    card.get_by_label("理由或回执内容").fill("已另案处理")
    card.get_by_role("button", name="不予移送").click()
    sync_api.expect(page.locator("#message")).to_contain_text("不予移送")
    sync_api.expect(page.locator("article.referral", has_text="好处费")).to_have_count(0)


def test_an_operator_proposes_what_no_rule_did(served: Served, sign_in: Open) -> None:
    words = "薛城区临城街道永福路路灯坏了，管事的话里有话，您也懂的，希望修好"
    number = served.flows.intake.run(call("您好", words, call_id="role-proposal")).tickets[0].ticket_number
    page = sign_in("operator")
    page.goto(f"{served.url}#/tickets/{number}")
    page.get_by_text("听到系统没有提示的").click()
    page.get_by_label("接收机关").select_option(label="纪检监察机关")
    page.get_by_role("button", name="提请移送").click()
    sync_api.expect(page.locator("#message")).to_contain_text("请填写诉求人的原话")
    page.get_by_label("提请移送的原话").fill("没说过的话")
    page.get_by_role("button", name="提请移送").click()
    sync_api.expect(page.locator("#message")).to_contain_text("原话须是诉求人在通话中的原话")
    page.get_by_label("提请移送的原话").fill("管事的话里有话")
    page.get_by_role("button", name="提请移送").click()
    alarm = page.locator(".alarm", has_text="移送提示：纪检监察机关")
    sync_api.expect(alarm).to_contain_text("管事的话里有话")
    sync_api.expect(alarm).to_contain_text("12388")


def one_referral(page: Any, words: str) -> Any:
    return page.locator("article.referral", has_text=words).first


def test_an_article_is_written_reviewed_published_changed_and_compared(sign_in: Open) -> None:
    page = sign_in("reviewer")
    page.get_by_role("link", name="知识库").click()
    page.get_by_role("button", name="新建条目").click()
    for label, text in {
        "编号（小写英文和连字符）": "heating-period",
        "标题": "枣庄什么时候供暖",
        "依据（文件或法律名称）": "枣庄市供热管理办法",
        "答复内容": "法定供暖期以市政府公布的日期为准。",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="提交审核").click()
    page.get_by_role("button", name="发布", exact=True).click()
    sync_api.expect(page.locator("main .badge").first).to_have_text("已发布")
    page.get_by_role("button", name="修改").click()
    page.get_by_label("答复内容").fill("法定供暖期以市政府公布的日期为准，室温不低于18度。")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="看第 4 版的改动").click()
    sync_api.expect(page.locator(".diff .added")).to_contain_text("18度")


def test_an_article_of_one_town_stays_one_when_its_words_are_changed(served: Served, sign_in: Open) -> None:
    fields = {"title": "荆河街道集市哪天开", "source": "荆河街道通告", "owner": "market_supervision", "body": "逢五。"}
    made = served.flows.knowledge.create({**fields, "id": "market-days", "region": "荆河街道"}, actor="甲")
    page = sign_in("reviewer")
    page.goto(f"{page.url.split('#')[0]}#/knowledge/{made.id}")
    page.get_by_role("button", name="修改").click()
    page.get_by_label("答复内容").fill("逢五逢十。")
    page.get_by_role("button", name="保存").click()
    sync_api.expect(page.locator("article.card").first).to_contain_text("逢五逢十")
    assert served.flows.knowledge.get(made.id).region == "滕州市荆河街道"
    page.get_by_role("button", name="修改").click()
    page.get_by_label("适用范围", exact=True).select_option("枣庄高新技术产业开发区")
    page.get_by_role("button", name="保存").click()
    sync_api.expect(page.locator("article.card").first).to_contain_text("枣庄高新技术产业开发区")


def test_a_citation_names_its_source_once_and_opens_its_article(served: Served, sign_in: Open) -> None:
    source = {"source": "《独轮车管理办法》", "clause": "第三条", "owner": "traffic_police"}
    fields = {**source, "id": "wheelbarrow", "title": "独轮车备案几日办完", "body": "三日内办完。"}
    made = served.flows.knowledge.create(fields, actor="甲")
    for step in (ArticleStep.SUBMIT, ArticleStep.PUBLISH):
        served.flows.knowledge.step(made.id, step, actor="甲", expected_version=None)
    page = sign_in("operator")
    page.get_by_role("link", name="知识库").click()
    page.get_by_role("tab", name="查答案").click()
    page.get_by_label("咨询的问题").fill("独轮车备案几日办完")
    page.get_by_role("button", name="查答案").click()
    cited = page.locator(".citations summary")
    sync_api.expect(cited.locator(".badge")).to_have_text("《独轮车管理办法》第三条", timeout=60_000)
    cited.click()
    page.get_by_role("link", name="打开条目").click()
    sync_api.expect(page.locator("article.card h2")).to_have_text("独轮车备案几日办完")


def test_a_question_without_an_answer_shows_as_a_gap_and_a_document_becomes_a_draft(
    sign_in: Open, tmp_path: Path
) -> None:
    page = sign_in("reviewer")
    page.get_by_role("link", name="知识库").click()
    page.get_by_role("tab", name="查答案").click()
    page.get_by_label("咨询的问题").fill("火星移民补贴去哪个窗口领")
    page.get_by_role("button", name="查答案").click()
    sync_api.expect(page.locator(".refusal")).to_be_visible(timeout=60_000)
    page.get_by_role("tab", name="缺口").click()
    sync_api.expect(page.locator("table")).to_contain_text("火星移民补贴")
    page.get_by_role("tab", name="体检").click()
    page.get_by_role("tab", name="使用").click()
    document = tmp_path / "heating.md"
    document.write_text("# 供暖报停怎么办\n\n可在每年十月底前到供热企业办理报停手续。\n", "utf-8")
    page.get_by_role("tab", name="导入").click()
    page.get_by_label("文档", exact=True).set_input_files(document)
    page.get_by_label("依据", exact=True).fill("枣庄市供热管理办法")
    page.get_by_role("button", name="预览").click()
    page.get_by_role("button", name="导入为草稿").click(timeout=60_000)
    sync_api.expect(page.locator("#message")).to_contain_text("已导入 1 条草稿")


def test_the_model_team_compares_results_and_reads_calls_again(served: Served, sign_in: Open) -> None:
    served.flows.intake.run(call(*WATER, call_id="role-models"))
    page = sign_in("model_team")
    sync_api.expect(page.locator("article.card").first).to_contain_text("条")
    page.get_by_role("tab", name="前后对比").click()
    sync_api.expect(page.locator("table")).to_contain_text("变化")
    page.get_by_role("tab", name="影子对比").click()
    page.get_by_role("button", name="用当前模型重读").click()
    sync_api.expect(page.locator(".tiles")).to_contain_text("单位一致")


def test_two_runs_on_one_file_are_told_apart_by_their_models(sign_in: Open) -> None:
    run = {"task": "category", "data": "x/a.csv", "n": 9, "engine": "embedded", "measured_at": "2026-11-27T08:00:00"}
    models = ("default", "var/models/city")
    found = [run | {"metrics": {"accuracy": 0.5}, "intervals": {}, "model": model} for model in models]
    page = sign_in("model_team")
    page.route("**/v1/evaluations", lambda route: route.fulfill(json=found))
    page.reload()
    sync_api.expect(page.locator("article.card").nth(1)).to_contain_text("模型 city")
    page.get_by_role("tab", name="前后对比").click()
    sync_api.expect(page.locator("select").first.locator("option")).to_have_text(
        ["诉求分类 · a.csv · 内置引擎 · 2026-11-27", "诉求分类 · a.csv · 模型 city · 2026-11-27"]
    )
