"""Earlier tickets on disk are found as those in memory are, after a restart, and made again from the store."""

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.domain.city_time import CITY_TIME
from app.domain.duplicate import TicketFacts
from app.domain.errors import Conflict
from app.domain.ports.ticket_index import Kept, Search
from app.flows.registry import Flows
from app.store.ticket_index import TicketSegments
from app.understand.duplicate.rows import ROW
from tests.conftest import service, settings_for
from tests.factories import call

DIMENSIONS, COUNT = 64, 3000
EVERYWHERE = [Search(None, 0)]
START = datetime(2026, 1, 1, tzinfo=CITY_TIME)


def tickets(numbers: Sequence[int], vectors: NDArray[np.float32]) -> Kept:
    """Return tickets of four districts with four towns each, 0 for unknown, an hour apart."""
    facts = [
        TicketFacts(
            ticket_number=f"{number:014}",
            text="停水",
            created_at=START + timedelta(hours=number),
            request_kind="help",
            detail="翠竹苑" if number % 2 else None,
            caller="a" * 32,
        )
        for number in numbers
    ]
    rows = np.zeros(len(numbers), ROW)
    rows["at"] = [number * 60 for number in numbers]
    rows["district"] = [number % 4 for number in numbers]
    rows["town"] = [number // 4 % 4 * (number % 4 > 0) for number in numbers]
    return Kept(facts, rows, vectors[list(numbers)])


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    made = np.random.default_rng(1).standard_normal((COUNT, DIMENSIONS)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def index_in(folder: Path, model: str = "1") -> TicketSegments:
    return TicketSegments(folder, dimensions=DIMENSIONS, row=ROW, model=model)


def numbers_of(kept: Kept) -> list[int]:
    return [int(facts.ticket_number) for facts in kept.facts]


@pytest.mark.parametrize(("area", "since"), [(None, 0), ((2, 3), 0), ((2, 3), 60_000), ((2, 0), 0), ((0, 0), 90_000)])
def test_who_is_found_is_who_is_nearest_in_area_and_time(
    tmp_path: Path, vectors: NDArray[np.float32], area: tuple[int, int] | None, since: int
) -> None:
    index = index_in(tmp_path)
    for start in range(0, COUNT, 500):
        assert index.seal(tickets(range(start, start + 500), vectors))
    everyone = tickets(range(COUNT), vectors)
    allowed = everyone.rows["at"] >= since
    for name, code in zip(("district", "town"), area or (0, 0), strict=True):
        allowed &= (code == 0) | (everyone.rows[name] == 0) | (everyone.rows[name] == code)
    question = vectors[7]
    scores = np.where(allowed, vectors @ question, -1)
    [found] = index.nearest(question, [Search(area, since)], most=10)
    np.testing.assert_allclose(scores[numbers_of(found)], np.sort(scores)[:-11:-1], atol=0.004)  # kept in 8 bits
    np.testing.assert_array_equal(found.rows["at"] // 60, numbers_of(found))


def test_another_process_finds_what_was_sealed_and_may_not_write(tmp_path: Path, vectors: NDArray[np.float32]) -> None:
    index = index_in(tmp_path)
    index.seal(tickets(range(100), vectors))
    other = index_in(tmp_path)
    assert other.last == f"{99:014}"
    [facts] = other.of([f"{41:014}"]).facts
    assert (facts.created_at, facts.detail, facts.closed_at) == (START + timedelta(hours=41), "翠竹苑", None)
    assert not other.seal(tickets(range(100, 110), vectors))
    with pytest.raises(Conflict):
        other.rebuild([])
    index.close()
    assert other.seal(tickets(range(100, 110), vectors))


def test_what_is_forgotten_leaves_nothing(tmp_path: Path, vectors: NDArray[np.float32]) -> None:
    index = index_in(tmp_path)
    index.seal(tickets(range(100), vectors))
    index.forget([f"{7:014}"])
    again = index_in(tmp_path)
    assert again.of([f"{7:014}"]).facts == []
    assert 7 not in numbers_of(again.nearest(vectors[7], EVERYWHERE, most=100)[0])
    assert not any(f"{7:014}".encode() in file.read_bytes() for file in tmp_path.rglob("facts.npy"))
    index.seal(tickets(range(100, 300), vectors))
    assert len(index_in(tmp_path).nearest(vectors[7], EVERYWHERE, most=400)[0].facts) == 299


def test_small_segments_grow_together_and_vectors_of_another_model_are_not_used(
    tmp_path: Path, vectors: NDArray[np.float32]
) -> None:
    index = index_in(tmp_path)
    for start in range(0, 1000, 50):
        index.seal(tickets(range(start, start + 50), vectors))
    assert len(list(tmp_path.glob("segment-*"))) < 6
    assert len(index.of([f"{number:014}" for number in range(1000)]).facts) == 1000
    assert index_in(tmp_path, model="2").nearest(vectors[0], EVERYWHERE, most=9)[0].facts == []


MATTER = "薛城区临城街道燕山路和平小区三号楼下水道堵了，污水冒出来了，请尽快派人疏通"


def found_by(flows: Flows, call_id: str, text: str) -> list[str]:
    ticket = flows.intake.run(call("您好", text, call_id=call_id)).tickets[0]
    return [similar.ticket_number for similar in ticket.duplicates]


def test_a_ticket_of_another_process_is_found_without_a_restart(tmp_path: Path, database_url: str) -> None:
    """Two replicas, or the service and `hotline import` beside it."""
    first, second = (service(settings_for(tmp_path / "shared", database_url)) for _ in range(2))
    number = first.intake.run(call("您好", MATTER, call_id="a-1")).tickets[0].ticket_number
    assert (first.ticket_index.follow(), second.ticket_index.follow()) == (0, 1)
    assert found_by(second, "b-1", MATTER.replace("污水冒出来了", "脏水冒了一地")) == [number]
    first.close()  # seals what it has, and the other's
    second.ticket_index.follow()
    assert number in found_by(second, "b-2", MATTER.replace("请尽快", "希望"))
    second.close()
    third = service(settings_for(tmp_path / "shared", database_url))
    again = found_by(third, "c-1", MATTER.replace("疏通", "处理"))
    assert sorted(again) == sorted(set(again)), "no ticket is kept twice"
    assert len(again) == 3
    third.close()


def test_what_another_process_has_sealed_is_sealed_once(tmp_path: Path, vectors: NDArray[np.float32]) -> None:
    index, other = index_in(tmp_path), index_in(tmp_path)
    assert not other.refresh()
    index.seal(tickets(range(60), vectors))
    assert other.refresh()
    assert not other.refresh()
    index.close()
    assert other.seal(tickets(range(40, 80), vectors))
    assert sum(segment.size for segment in other._segments) == 80


def test_a_store_that_was_restored_takes_no_ticket_for_one_that_is_gone(tmp_path: Path) -> None:
    """Its numbers are given again."""
    other = "山亭区店子镇东村村口的大柳树被风刮倒了，压住了路，车过不去，请尽快清理"
    flows = service(settings_for(tmp_path))
    flows.intake.run(call("您好", "滕州市龙泉街道广场舞音响太吵，请管一管", call_id="a-0"))
    flows.close()
    backup = shutil.copy(tmp_path / "hotline.db", tmp_path / "backup.db")
    flows = service(settings_for(tmp_path))
    gone = flows.intake.run(call("您好", MATTER, call_id="a-1")).tickets[0].ticket_number
    flows.intake.run(call("您好", MATTER.replace("三号", "五号"), call_id="a-2"))
    flows.close()
    shutil.copy(backup, tmp_path / "hotline.db")
    restored = service(settings_for(tmp_path))
    assert restored.intake.run(call("您好", other, call_id="b-1")).tickets[0].ticket_number == gone
    restored.close()
    again = service(settings_for(tmp_path))
    scores = {
        text: {
            one.ticket_number: one.score
            for one in again.intake.run(call("您好", text, call_id=text)).tickets[0].duplicates
        }
        for text in (MATTER, other.replace("请尽快", "希望"))
    }
    again.close()
    unlike, alike = scores.values()
    assert unlike.get(gone, 0) < 0.5 < alike[gone]
