"""The index of meanings: made from the store, made again where it is damaged, one writer."""

from datetime import date
from pathlib import Path

import pytest

from app.domain.errors import Conflict
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
