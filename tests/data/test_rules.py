"""Every rule's examples are its tests."""

import re

import pytest

from app.domain.cue_rules import Cue
from app.domain.reference import ReferenceData
from app.domain.reference_rules import Claim
from app.domain.transcript import Speaker, SpokenTurn
from app.domain.wish_rules import Aspect, Deed, Way, Wording
from app.flows.rule_examples import broken_examples
from app.understand.risk import EmotionScale
from app.understand.said import Said
from app.understand.ticket.official import WishWords
from tests.conftest import embedded

REFERENCE: ReferenceData = embedded().reference


def test_every_rule_bears_out_its_examples() -> None:
    assert list(broken_examples(REFERENCE)) == []


ASIDES = REFERENCE.asides
CUES = (
    *ASIDES.cues, *ASIDES.certain, ASIDES.guess, ASIDES.dropped, ASIDES.began, ASIDES.danger,
    *REFERENCE.corrections.cues, *REFERENCE.corrections.elsewhere, REFERENCE.corrections.dropped,
    *REFERENCE.corrections.unrecorded, *REFERENCE.subject.business, *REFERENCE.subject.private,
    *REFERENCE.moments.cues, *REFERENCE.areas.cues,
    *(cue for cues in REFERENCE.privacy.by_key.values() for cue in cues),
)  # fmt: skip


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.id)
def test_cues_match_their_examples_and_no_others(cue: Cue) -> None:
    assert [text for text in cue.examples.match if not re.search(cue.pattern, text)] == []
    assert [text for text in cue.examples.no_match if re.search(cue.pattern, text)] == []


@pytest.mark.parametrize("level", REFERENCE.emotion.levels, ids=lambda level: str(level.level))
def test_emotion_levels_match_their_examples(level: object) -> None:
    scale = EmotionScale(REFERENCE.emotion)
    order = [item.level for item in REFERENCE.emotion.levels]

    def at_least(text: str) -> bool:
        turn = SpokenTurn(index=0, speaker=Speaker.CITIZEN, raw=text, text=text, offsets=tuple(range(len(text) + 1)))
        found = scale.level(Said((turn,)))[0]
        return found in order and order.index(found) <= order.index(level.level)  # type: ignore[attr-defined]

    assert [text for text in level.examples.match if not at_least(text)] == []  # type: ignore[attr-defined]
    assert [text for text in level.examples.no_match if at_least(text)] == []  # type: ignore[attr-defined]


WISHES = REFERENCE.wishes


@pytest.mark.parametrize(
    ("name", "way"), [*WISHES.ways, ("when", WISHES.when)], ids=lambda value: value if isinstance(value, str) else ""
)
def test_ways_of_wishing_match_their_examples_and_no_others(name: str, way: Way) -> None:
    assert [text for text in way.examples.match if not re.search(way.pattern, text)] == []
    assert [text for text in way.examples.no_match if re.search(way.pattern, text)] == []


@pytest.mark.parametrize("word", [*WISHES.words, *WISHES.aspects], ids=lambda word: word.said)
def test_spoken_words_have_an_official_wording(word: Wording | Aspect) -> None:
    assert [text for text in word.examples.match if not re.search(word.said, text)] == []


@pytest.mark.parametrize("claim", REFERENCE.matters.claims, ids=lambda claim: claim.deed)
def test_claims_are_heard_in_their_examples_and_in_no_others(claim: Claim) -> None:
    assert [text for text in claim.examples.match if not re.search(claim.said, text)] == []
    assert [text for text in claim.examples.no_match if re.search(claim.said, text)] == []


@pytest.mark.parametrize("deed", WISHES.deeds, ids=lambda deed: deed.deed)
def test_a_deed_names_its_examples(deed: Deed) -> None:
    words = WishWords(WISHES)
    named = {text: found[1].deed for text in deed.examples.match if (found := words.deed_in(text))}
    assert named == dict.fromkeys(deed.examples.match, deed.deed)
