"""Measures the console's pages as their readers wait for them: a real browser on a served store.

Each way is gone ROUNDS times; a step's time runs from the click to the last answer of the server that it asked for.
Run after `python -m eval.bench.analytics --store FOLDER` has filled one: `python -m eval.bench.pages FOLDER`.
"""

import shutil
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
import uvicorn
from playwright.sync_api import sync_playwright
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from app.config import Settings
from app.main import create_app

KEY = "bench-0123456789abcdef0123456789abcdef"
PORT = 8797
ROUNDS = 5
QUIET = 0.5
"""Seconds without a question after which a page is thought done."""
TABS = ("总览", "分组", "热词与热点", "预警")
Step = tuple[str, Callable[[], object]]


def main(store: Path) -> None:
    """Serve a filled store and print how long each page's answers take, in seconds."""
    times: dict[str, list[float]] = defaultdict(list)
    with served(store) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.goto(url)
        page.get_by_label("密钥").fill(KEY)
        page.get_by_role("button", name="进入").click()
        page.get_by_role("navigation", name="页面").wait_for()
        for _ in range(ROUNDS):
            for name, click in steps(page):
                took = waited(page, click)
                if name:
                    times[name].append(took)
        browser.close()
    table = Table("step", "median s", "worst s")
    for name, seconds in times.items():
        table.add_row(name, f"{statistics.median(seconds):.2f}", f"{max(seconds):.2f}")
    Console(width=110).print(table)


@contextmanager
def served(store: Path) -> Iterator[str]:
    """Serve a store without its duties; yield the address."""
    settings = Settings(duties=False).apart(store)
    settings.auth.bootstrap_key = SecretStr(KEY)
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=PORT, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.1)
    try:
        yield f"http://127.0.0.1:{PORT}/"
    finally:
        server.should_exit = True
        thread.join()


def steps(page: Any) -> Iterator[Step]:
    """Yield the ways through the pages: their names, and what is clicked; what only leads to a step has no name."""

    def tab(name: str) -> Callable[[], object]:
        return lambda: page.get_by_role("tab", name=name).click()

    def chosen(label: str, option: str) -> Callable[[], object]:
        return lambda: page.get_by_label(label).select_option(label=option)

    for name in ("工单", "督办", "分析"):
        yield name, page.get_by_role("link", name=name).click
    for period in ("近 30 天", "近一年"):
        yield "", tab(TABS[0])
        yield f"分析 {TABS[0]} {period}", chosen("时段", period)
        for name in TABS[1:]:
            yield f"分析 {name} {period}", tab(name)
    yield "", tab("分组")
    for view in ("全部", "民生·住房", "营商环境"):
        yield "", chosen("视图", view)
        yield f"分析 按承办单位 近一年 {view}", chosen("分组", "承办单位")
    # The page keeps what was chosen last.
    for back in (tab(TABS[0]), chosen("视图", "全部"), chosen("时段", "近 30 天")):
        yield "", back


def waited(page: Any, click: Callable[[], object]) -> float:
    """Return how long after a click the last answer it asked for was there, in seconds."""
    asked: set[Any] = set()
    last = started = time.perf_counter()

    def sent(request: Any) -> None:
        asked.add(request)

    def answered(request: Any) -> None:
        nonlocal last
        asked.discard(request)
        last = time.perf_counter()

    page.on("request", sent)
    page.on("requestfinished", answered)
    click()
    while asked or time.perf_counter() - last < QUIET:
        page.wait_for_timeout(20)
    page.remove_listener("request", sent)
    page.remove_listener("requestfinished", answered)
    return last - started


if __name__ == "__main__":
    typer.run(main)
