"""The city's view in a real browser: a leader follows every figure to its tickets, a supervisor takes up a warning."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api

from app.flows.hot_issues import SETTLED
from tests.conftest import with_short_demo
from tests.e2e.conftest import Served
from tests.factories import message

pytestmark = pytest.mark.slow
Open = Callable[..., Any]
Picture = Callable[[Any, str], None]
CHECKS = (Path(__file__).parent / "page_checks.js").read_text("utf-8")
SORTS = ("heating_cold", "streetlight", "garbage", "bus", "food", "wages")
TABS = ("总览", "分组", "热词与热点", "预警", "报告")


@pytest.fixture(scope="module")
def knowledge_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of six matters, one of them rising now."""
    return with_short_demo(tmp_path_factory.mktemp("city"), SORTS, times=12)


@pytest.fixture(scope="module")
def city(served: Served) -> Served:
    served.flows.demo.add()
    return served


def opened(sign_in: Open, who: str, tab: str, **options: Any) -> Any:
    page = sign_in(who, **options)
    page.get_by_role("link", name="分析").click()
    page.get_by_role("tab", name=tab).click()
    page.wait_for_load_state("networkidle")
    return page


def listed(page: Any) -> int:
    """Return how many tickets the list holds, down to its end."""
    status = page.locator("section.listing [role=status]")
    status.wait_for()
    more, rows = page.get_by_role("button", name="再显示一些"), page.locator("section.listing tbody tr")
    while more.count():
        before = rows.count()
        more.click()
        sync_api.expect(status).not_to_contain_text(f"已列出 {before} 件")
    sync_api.expect(status).to_have_text(f"共 {rows.count():,} 件")
    return int(rows.count())


def followed(page: Any, figure: Any) -> int:
    """Press a figure, count the tickets it leads to, and go back."""
    figure.click()
    sync_api.expect(page).to_have_title("工单 · 枣解决·枣满意")
    page.wait_for_load_state("networkidle")
    count = listed(page)
    page.get_by_role("link", name="分析").click()
    page.wait_for_load_state("networkidle")
    return count


def test_a_leader_starts_with_the_city_and_follows_its_figures_to_the_tickets(
    city: Served, sign_in: Open, picture: Picture
) -> None:
    page = sign_in("leader")
    sync_api.expect(page).to_have_title("分析 · 枣解决·枣满意")
    tiles = page.locator(".tiles .tile")
    sync_api.expect(tiles.first).to_contain_text("受理工单")
    picture(page, "overview")
    total = int(tiles.first.locator("strong").inner_text())
    assert followed(page, tiles.first) == total
    late = page.locator(".tiles .tile", has_text="逾期")
    assert followed(page, late) == int(late.locator("strong").inner_text())
    district = page.locator(".citymap g[role=button]", has_text="滕州市")
    assert followed(page, district) == int(district.locator(".value").text_content())
    bar = page.locator(".bars li").first
    assert followed(page, bar.get_by_role("button")) == int(bar.locator(".figure").inner_text())


def test_groups_lead_to_their_tickets_and_become_tables(city: Served, sign_in: Open, tmp_path: Path) -> None:
    page = opened(sign_in, "leader", "分组")
    for name in ("承办单位", "办理时限", "镇街", "末级分类"):
        page.get_by_label("分组").select_option(label=name)
        sync_api.expect(page.locator("thead th").first).to_have_text(name)
        figure = page.locator("tbody tr").first.get_by_role("button").first
        wanted = int(figure.inner_text())
        assert followed(page, figure) == wanted, name
        page.get_by_role("tab", name="分组").click()
        page.wait_for_load_state("networkidle")
    for kind, begins in (("CSV", b"\xef\xbb\xbf"), ("XLSX", b"PK")):
        with page.expect_download() as caught:
            page.get_by_role("button", name=f"导出 {kind}").click()
        assert Path(caught.value.path()).read_bytes().startswith(begins)
        assert caught.value.suggested_filename.startswith("统计-末级分类-")


def test_a_saved_view_narrows_every_figure(city: Served, sign_in: Open) -> None:
    page = opened(sign_in, "leader", "总览")
    first = page.locator(".tiles .tile strong").first
    whole = int(first.inner_text())
    page.get_by_label("视图").select_option(label="民生·住房")
    sync_api.expect(first).not_to_have_text(str(whole))
    assert 0 < int(first.inner_text()) < whole


def test_what_rises_now_is_a_hot_word_and_a_hot_issue(city: Served, sign_in: Open, picture: Picture) -> None:
    page = opened(sign_in, "leader", "热词与热点")
    page.get_by_label("时段").select_option(label="近 7 天")
    sync_api.expect(page.get_by_role("tab", name="热词与热点")).to_have_attribute("aria-selected", "true")
    page.locator(".cloud button").first.wait_for()
    picture(page, "hot")
    assert followed(page, page.locator(".cloud button", has_text=re.compile("供暖|暖气|温度")).first) > 0
    page.get_by_role("tab", name="热词与热点").click()
    issue = page.locator("tbody tr", has_text="荆河街道").first
    figure = issue.get_by_role("button")
    wanted = int(figure.inner_text())
    assert followed(page, figure) == wanted > 5


def test_what_many_say_today_is_a_hot_issue_today(city: Served, sign_in: Open) -> None:
    for i in range(3):
        said = message("山亭区城头镇大桥的护栏断了一截，很危险", f"today-{i}", caller_number=f"1390000001{i}")
        city.flows.intake.run(said | {"demo": True})
    time.sleep(SETTLED.total_seconds() + 0.1)
    city.flows.hot_issues.follow()
    issue = opened(sign_in, "leader", "热词与热点").locator("tbody tr", has_text="城头镇")
    sync_api.expect(issue.get_by_role("button")).to_have_text("3")


def test_a_warning_is_taken_up_and_concluded_by_the_supervisor_and_read_by_the_leader(
    city: Served, sign_in: Open, picture: Picture
) -> None:
    leader, first, second = (opened(sign_in, who, "预警") for who in ("leader", "supervisor", "supervisor"))
    cards = [page.locator("article.card", has_text="滕州市 供热供暖") for page in (leader, first, second)]
    sync_api.expect(cards[0]).to_contain_text("待确认")
    sync_api.expect(cards[0].get_by_role("button", name="确认收到")).to_have_count(0)
    picture(first, "warning")
    cards[1].get_by_label("处置情况").fill("已联系热力公司")
    cards[1].get_by_role("button", name="确认收到").click()
    sync_api.expect(cards[1]).to_contain_text("key-supervisor")
    cards[2].get_by_role("button", name="确认收到").click()
    sync_api.expect(second.locator("#message")).to_contain_text("已确认")
    cards[1].get_by_label("结果", exact=True).select_option(label="确有其事，已处置")
    cards[1].get_by_label("处置情况").fill("管网抢修完毕")
    cards[1].get_by_role("button", name="记录结果").click()
    sync_api.expect(cards[1]).to_contain_text("已有结果")
    leader.get_by_role("tab", name="预警").click()
    sync_api.expect(cards[0]).to_contain_text("已有结果")
    sync_api.expect(cards[0]).to_contain_text("管网抢修完毕")
    assert followed(leader, cards[0].get_by_role("button")) > 4


def test_reports_are_there_by_themselves_read_as_page_docx_and_pdf_and_made_on_a_topic(
    city: Served, sign_in: Open, picture: Picture
) -> None:
    page = opened(sign_in, "leader", "报告")
    daily = page.locator("tbody tr", has_text="市民诉求日报")
    sync_api.expect(daily).to_contain_text("定时生成")
    sync_api.expect(page.locator("tbody tr", has_text="市民诉求周报")).to_contain_text("定时生成")
    daily.get_by_role("button", name="查看").click()
    paper = page.frame_locator("iframe[title=市民诉求日报]")
    sync_api.expect(paper.locator("h1")).to_have_text("市民诉求日报")
    sync_api.expect(paper.locator("body")).to_contain_text("数据来源：/v1/analytics/indicators")
    picture(page, "report")
    for name, begins in (("DOCX", b"PK"), ("PDF", b"%PDF"), ("HTML", b"<!doctype")):
        with page.expect_download() as caught:
            daily.get_by_role("button", name=name).click()
        assert Path(caught.value.path()).read_bytes().startswith(begins)
    page.get_by_label("专报名称").fill("冬季供热")
    page.get_by_role("button", name="生成专报", exact=False).click()
    sync_api.expect(page.locator("tbody tr", has_text="冬季供热专报")).to_contain_text("key-leader")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab_has_contrast_and_names_and_fits_the_screen(
    scheme: str, city: Served, sign_in: Open, picture: Picture
) -> None:
    page = opened(sign_in, "supervisor", "总览", color_scheme=scheme)
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        assert page.evaluate(CHECKS) == {"faint": [], "nameless": [], "wide": False}, tab
        picture(page, tab)
