"""The runs of characters by which moments, places and wishes are weighed."""

from datetime import UTC, datetime

from app.domain.reference import ReferenceData
from app.domain.ticket import RequestKind
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.understand.mentions.details import DetailReader
from app.understand.mentions.places import AreaReader
from app.understand.mentions.privacy import PrivacyRules
from app.understand.mentions.read import read_mentions
from app.understand.mentions.times import read_times
from app.understand.mentions.types import Saying
from app.understand.ticket.moment_words import words_around
from app.understand.ticket.place_lines import NOTHING_TOLD, lines_of
from app.understand.ticket.place_spans import candidates
from app.understand.ticket.place_words import place_words
from app.understand.ticket.want_pieces import Piece
from app.understand.ticket.wants_words import piece_words
from tests.factories import call


def test_a_moment_is_told_by_what_stands_right_before_and_behind_it(reference: ReferenceData) -> None:
    payload = call("什么时候开始的", "从前天晚上停的水 一直没来")
    spoken = Normaliser(reference.gazetteer).normalise(parse_transcript(payload, received_at=datetime.now(UTC)))
    (moment,) = read_times(spoken, (Saying(turn=1, text=spoken.turns[1].text),))
    words = words_around(spoken, moment)
    assert {"B从", "A停的", "n一直", "q始的", "Q前天晚上"} <= set(words)


def test_a_place_is_told_by_its_own_characters_and_its_neighbours(reference: ReferenceData) -> None:
    spoken = Normaliser(reference.gazetteer).normalise(
        parse_transcript(call("您好，请讲", "我在青云苑南门堵了"), received_at=datetime.now(UTC))
    )
    areas, details = AreaReader(reference.gazetteer, reference.areas), DetailReader(reference.gazetteer)
    mentions = read_mentions(spoken, areas, details, PrivacyRules(reference.privacy))
    lines = lines_of(spoken, mentions)
    start = lines[0].text.find("青云苑南门")
    inside = tuple([0.9 * (start <= at < start + 5) for at in range(len(line.text))] for line in lines)
    told = NOTHING_TOLD._replace(lines=tuple(lines), inside=inside, begins=inside)
    one = next(c for c in candidates(told, mentions, None) if c.value == "青云苑南门")
    words = set(place_words(told, one, RequestKind.HELP))
    assert {"w青云", "V南门", "B我在", "A堵了"} <= words


def test_a_piece_of_wants_is_told_by_its_ends_and_its_source() -> None:
    words = set(piece_words(Piece("修复路灯", "remedy", ())))
    assert {"^修复", "路灯$", "复路", "remedy:路灯", "remedy:修"} <= words
