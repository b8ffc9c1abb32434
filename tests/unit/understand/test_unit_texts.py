"""What a demand's unit is read from."""

import pytest

from app.flows.reading import CallReader, unit_texts
from app.receive.payload import parse_transcript
from tests.conftest import embedded
from tests.factories import call, message
from tests.unit.understand.test_repairs import RECEIVED

ASIDE = "爹妈都没了，孩子跟着奶奶，奶奶今年也瘫了，孩子的补助能给办一下不"


@pytest.fixture(scope="module")
def reader() -> CallReader:
    return embedded().reader


def test_a_message_with_one_demand_is_read_whole(reader: CallReader) -> None:
    transcript = parse_transcript(message(ASIDE), received_at=RECEIVED)
    drafts = tuple(demand.draft for demand in reader.read(transcript).demands)
    assert unit_texts(drafts, reader.normalised(transcript)) == (ASIDE,)
    assert drafts[0].matter != ASIDE


@pytest.mark.parametrize("turns", [("您好", ASIDE), ("您说", "路灯不亮 希望修 还有自来水没有了 希望来水")])
def test_of_a_call_each_demand_is_read_by_its_matter(reader: CallReader, turns: tuple[str, ...]) -> None:
    transcript = parse_transcript(call(*turns), received_at=RECEIVED)
    drafts = tuple(demand.draft for demand in reader.read(transcript).demands)
    assert unit_texts(drafts, reader.normalised(transcript)) == tuple(draft.matter for draft in drafts)


@pytest.mark.parametrize(
    ("said", "duty"),
    [
        ("小区物业乱收费，装修押金不给退", "housing.1"),
        ("从前天停水到现在，孩子都没法洗脸", "water_supply.1"),
        ("学校旁边的网吧天天放初中生进去", "culture_tourism"),
    ],
)
def test_the_duty_cited_names_what_the_matter_names(reader: CallReader, said: str, duty: str) -> None:
    assert reader.units_of(said).functions[0].duty_ids[0].startswith(duty)
