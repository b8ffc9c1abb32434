"""The operators' page in a real browser: a call becomes a ticket, is corrected, and lives to its archive."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from app.main import create_app
from tests.conftest import KEY, settings_for

sync_api = pytest.importorskip("playwright.sync_api")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(BROWSER is None, reason="no browser installed")]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(create_app(settings_for(tmp_path)), port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join()


def test_a_call_is_taken_corrected_and_archived(served: str) -> None:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(served)
        page.fill("#key", KEY)
        page.keyboard.press("Tab")
        page.get_by_role("button", name="生成工单").click()
        place = page.locator("dd", has_text="幸福家园13号楼2单元").last
        place.click()
        sync_api.expect(page.locator("mark").first).to_be_visible()
        place.press("F2")
        page.get_by_label("更正").fill("幸福家园15号楼")
        page.get_by_label("更正").press("Enter")
        sync_api.expect(page.locator("dd", has_text="幸福家园15号楼")).to_be_visible()
        page.get_by_role("button", name="工单", exact=True).click()
        page.locator("tbody tr").first.click()
        for step, fill in LIFE:
            page.get_by_role("button", name=step, exact=True).click()
            for label, text in fill.items():
                page.get_by_label(label, exact=True).fill(text)
            page.get_by_role("button", name="确定").click()
            sync_api.expect(page.locator("ol.history li", has_text=step).last).to_be_visible()
        sync_api.expect(page.locator("dd", has_text="已归档")).to_be_visible()
        assert not faults
        browser.close()


LIFE: tuple[tuple[str, dict[str, str]], ...] = (
    ("受理", {}),
    ("交办", {"单位": "枣庄市城市供水企业"}),
    ("签收", {}),
    ("反馈办结", {"内容": "管道已修复"}),
    ("审核通过", {}),
    ("回复诉求人", {"内容": "管道已修好，已恢复供水"}),
    ("归档", {}),
)
