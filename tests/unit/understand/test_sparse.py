"""A changed index scores as one made afresh, whatever was changed in whatever order."""

import random

import numpy as np
import pytest

from app.understand.sparse import SparseIndex, asked_codes, pair_codes

WORDS = ("居住证", "社保", "公积金", "3号线", "A座", "退款", "，", "\n", " ", "𠮷野", "供暖", "的吗")
QUESTION = "居住证和社保去哪办，3号线A座𠮷野供暖"


def text(chance: random.Random) -> str:
    return "".join(chance.choice(WORDS) for _ in range(chance.randrange(40)))


def codes(question: str = QUESTION) -> list[int]:
    pairs, alone = asked_codes(question)
    return [*pairs, *alone]


@pytest.mark.parametrize("seed", range(5))
def test_changes_one_by_one_are_as_good_as_a_fresh_index(seed: int) -> None:
    chance = random.Random(seed)
    held = [text(chance) for _ in range(30)]
    index = SparseIndex.of(held)
    for _ in range(60):
        alive = np.flatnonzero(index.alive).tolist()
        gone = chance.sample(alive, min(len(alive), chance.randrange(3)))
        new = [text(chance) for _ in range(chance.randrange(3))]
        index, sources = index.changed(gone, new)
        held = [(held + new)[source] for source in sources]
    alive = index.alive
    living = [one for one, lives in zip(held, alive, strict=True) if lives]
    fresh = SparseIndex.of(living)
    assert index.live == len(living)
    assert len(index.sizes) <= 8
    np.testing.assert_allclose(index.scores(codes())[alive], fresh.scores(codes()), rtol=1e-5)
    assert not index.scores(codes())[~alive].any()
    assert [index.holders(code) for code in codes()] == [fresh.holders(code) for code in codes()]


def test_what_is_searched_already_never_changes() -> None:
    index = SparseIndex.of(["居住证怎么办", "社保怎么交"])
    before = index.scores(codes()).copy()
    index.changed([0], ["供暖几时开始", "公积金"])
    np.testing.assert_array_equal(index.scores(codes()), before)


def test_a_pair_never_spans_two_texts_and_counts_no_marks() -> None:
    assert SparseIndex.of(["社", "保"]).holders(pair_codes("社保")[0]) == 0
    assert pair_codes("社，保") == []
    assert asked_codes("怎么办")[0] == []


@pytest.mark.parametrize("texts", [[], [""], ["，。"]])
def test_nothing_is_found_in_nothing(texts: list[str]) -> None:
    index = SparseIndex.of(texts)
    assert not index.scores(codes()).any()
    assert index.changed([], ["社保"])[0].scores(codes()).any()
