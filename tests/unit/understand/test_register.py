"""What is said to the operator stays out of the ticket; what is told gets an official wording."""

from datetime import UTC, datetime

import pytest

from app.domain.reference import ReferenceData
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.understand.mentions.types import Mentions, Saying
from app.understand.ticket.clauses import informative, read_clauses
from app.understand.ticket.register import written
from tests.factories import call


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("俺问问俺家那个征地的钱", "其家那个征地的钱"),
        ("昨日后晌城管来的", "昨日下午城管来的"),
        ("电缆线一早起叫人偷了", "电缆线清早叫人偷了"),
        ("在胡同里头堆着", "在胡同里堆着"),
        ("再一个俺庄的路灯坏了", "其村的路灯坏了"),
        ("再一个是俺楼上半夜打麻将", "其楼上半夜打麻将"),
        ("一个是俺小区乱收费", "其小区乱收费"),
        ("学校旁边那个网吧", "学校旁边那个网吧"),
        ("给俺修修吧", "给其修修"),
        ("那条街没有路灯", "那条街没有路灯"),
        ("尊敬的各位领导永安小区缺水", "永安小区缺水"),
        ("尊敬的区政府、区住建局：小区缺水", "小区缺水"),
        ("胡书记您好我想问垃圾分类", "垃圾分类"),
        ("领导好我是业主", "其是业主"),
        ("村书记好几天没来", "村书记好几天没来"),
    ],
)
def test_dialect_is_written_officially(said: str, wanted: str) -> None:
    assert written(said) == wanted


@pytest.mark.parametrize("aside", ["闺女", "大姐你好", "那个同志", "第二个", "再一个", "俺就问问", "打了", "没事"])
def test_words_to_the_operator_are_not_told(reference: ReferenceData, aside: str) -> None:
    said = parse_transcript(call("您好", f"{aside}，俺庄的路灯坏了"), received_at=datetime.now(UTC))
    heard = Normaliser(reference.gazetteer).normalise(said)
    mentions = Mentions(sayings=(Saying(turn=1, text=heard.turns[1].text),))
    assert [clause.text for clause in informative(read_clauses(heard, mentions))] == ["俺庄的路灯坏了"]
