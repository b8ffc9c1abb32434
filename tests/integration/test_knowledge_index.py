"""The index of meanings: made from the store, made again where it is damaged, one writer."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.domain.errors import Conflict, ServiceUnavailable
from app.domain.knowledge import ArticleStep
from app.flows.registry import Flows
from tests.conftest import service, settings_for

TODAY = date(2026, 11, 24)


def nearest(flows: Flows) -> dict[str, float]:
    found = flows.live.search("退伍军人优待证怎么申请", on=TODAY, area=None)
    return {scored.article.id: scored.likeness for scored in found}


def test_a_damaged_index_is_made_again_while_questions_are_answered(tmp_path: Path) -> None:
    first = service(settings_for(tmp_path))
    before = nearest(first)
    first.close()
    assert before["veterans-subsidies-card"] > 0.3
    damaged = tmp_path / "index" / "chroma" / "chroma.sqlite3"
    assert damaged.stat().st_size > 0
    damaged.write_bytes(b"no database" * 1000)
    again = service(settings_for(tmp_path))
    assert nearest(again) == before
    again.close()


def test_an_index_server_that_is_gone_leaves_words_to_find_by(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    settings.index.url = "http://127.0.0.1:1"
    flows = service(settings)
    asked = {"question": "退伍军人优待证怎么申请"}
    with capture_logs() as logged:
        answers = [flows.consultations.answer(asked, received_at=flows.clock.now()) for _ in range(2)]
    assert [(answer.degraded, answer.degraded_reason) for answer in answers] == [
        (True, "知识库的语义索引不可用，暂只按词语查找")
    ] * 2
    assert "veterans-subsidies-card" in {cited.article_id for cited in answers[0].citations}
    assert [told["event"] for told in logged] == ["knowledge_index_damaged", "knowledge_index_failed"]
    flows.knowledge.step(
        "veterans-subsidies-card", ArticleStep.RETIRE, actor="desk", expected_version=None, note="不再办理"
    )
    again = flows.consultations.answer(asked, received_at=flows.clock.now())
    assert "veterans-subsidies-card" not in {cited.article_id for cited in again.citations}
    with pytest.raises(ServiceUnavailable, match="语义索引不可用"):
        flows.live.rebuild(lambda _: None)
    flows.close()


@pytest.fixture
def index_server(tmp_path: Path) -> Iterator[str]:
    """A real Chroma server."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    program = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1"]
    with subprocess.Popen(
        [*program, "--port", str(port), "--path", str(tmp_path / "server")], stdout=subprocess.DEVNULL
    ) as server:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def test_an_index_server_finds_what_the_folder_finds(tmp_path: Path, index_server: str) -> None:
    settings = settings_for(tmp_path / "served")
    settings.index.url = index_server
    served, own = service(settings), service(settings_for(tmp_path / "own"))
    assert nearest(served) == pytest.approx(nearest(own), abs=1e-4)
    assert served.live.rebuild(lambda _: None) == own.live.rebuild(lambda _: None)
    served.close()
    own.close()


def test_an_index_server_that_never_answers_holds_nobody(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.index.url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        flows = service(settings)
        asked = {"question": "退伍军人优待证怎么申请"}
        started = time.monotonic()
        answer = flows.consultations.answer(asked, received_at=flows.clock.now())
        assert time.monotonic() - started < 10
        assert (answer.degraded, answer.citations[0].article_id) == (True, "veterans-subsidies-card")
        flows.close()


def test_a_second_process_on_the_folder_answers_too(tmp_path: Path) -> None:
    first, second = service(settings_for(tmp_path)), service(settings_for(tmp_path))
    assert nearest(first) == nearest(second)
    first.close()
    second.close()


def test_a_rebuild_holds_what_is_published(flows: Flows) -> None:
    done: list[int] = []
    count = flows.live.rebuild(done.append)
    assert count == flows.live.count
    assert sum(done) > count, "an article has several passages"
    assert nearest(flows)["veterans-subsidies-card"] > 0.3


def test_a_damaged_index_can_be_rebuilt(tmp_path: Path) -> None:
    first = service(settings_for(tmp_path))
    before = nearest(first)
    first.close()
    (tmp_path / "index" / "chroma" / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    again = service(settings_for(tmp_path))
    assert again.live.rebuild(lambda _: None) == again.live.count
    assert nearest(again) == before
    again.close()


def test_a_rebuild_beside_the_running_service_says_that_it_is_none(tmp_path: Path) -> None:
    running, beside = service(settings_for(tmp_path)), service(settings_for(tmp_path))
    nearest(running)
    with pytest.raises(Conflict, match="请停止服务后再重建"):
        beside.live.rebuild(lambda _: None)
    running.close()
    beside.close()
