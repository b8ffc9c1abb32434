"""A served console with a key for every role, and a real browser to look at it with."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright import sync_api

from app.domain.access import Role
from app.flows.registry import Flows
from app.main import create_app
from tests.conftest import KEY, settings_for, with_short_demo

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
UNIT = "370400.water_supply"
VIEWPORT = {"width": 1366, "height": 768}


@dataclass(frozen=True)
class Served:
    """Where the console is, and the keys to it: `admin`, and one for each role by its name."""

    url: str
    keys: dict[str, str]
    flows: Flows


@pytest.fixture(scope="module")
def knowledge_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_short_demo(tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, knowledge_dir: Path) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = settings_for(tmp_path_factory.mktemp("console"))
    settings.knowledge_dir = knowledge_dir
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    flows: Flows = app.state.flows
    keys = {"admin": KEY}
    for role in Role:
        if role is not Role.ADMIN:
            unit = UNIT if role is Role.UNIT else None
            keys[str(role)] = flows.access.create(f"key-{role}", roles=(role,), unit_code=unit)
    keys["second_officer"] = flows.access.create("key-second", roles=(Role.REFERRAL_OFFICER,))
    yield Served(f"http://127.0.0.1:{port}/", keys, flows)
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if BROWSER is None:
        pytest.skip("no browser installed")
    sync_api.expect.set_options(timeout=20_000)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def sign_in(served: Served, chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open a browser of its own for somebody; a fault in any page's script fails the test."""
    contexts: list[Any] = []
    faults: list[str] = []

    def opened(who: str, *, clock: bool = False, **options: Any) -> Any:
        context = chromium.new_context(viewport=VIEWPORT, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        if clock:  # to be moved on
            page.clock.install()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(served.url)
        page.get_by_label("密钥").fill(served.keys[who])
        page.get_by_role("button", name="进入").click()
        page.get_by_role("navigation", name="页面").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def picture(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Any, str], None]:
    """Keep a screenshot of a page beside the test's other files; an empty page is no picture."""

    def taken(page: Any, name: str) -> None:
        file = tmp_path / f"{name}.png"
        page.screenshot(path=file)
        assert file.stat().st_size > 10_000

    return taken
