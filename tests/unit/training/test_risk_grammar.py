"""What the risk model learns from beside windows: shapes of clauses, and texts of a grammar."""

from collections import Counter
from pathlib import Path

from app.domain.referral import Receiver
from models.classifier.features import ANALYSERS, WithFamilies
from models.classifier.known import KnownFamilies
from models.classifier.lexicon import NONE, Lexicon
from models.classifier.shapes import Shapes
from models.grams import code_points
from training.risk_grammar import GRAMMAR, made_texts, word_classes
from training.risk_windows import families, made_windows

CLASSES = {"me": "我 我的 俺的", "organ": "城管 执法队", "goods": "秤 摊子 秤盘"}


def test_words_of_a_class_make_one_shape() -> None:
    shapes = Shapes(CLASSES)
    one, other = shapes.in_clause("城管把我的秤拉走"), shapes.in_clause("执法队把俺的摊子拉走")
    assert one == other
    assert {"~<organ>把<me><goods>", "~><organ><me>", "~>><organ><me><goods>"} <= set(one)
    assert "~拉走$" not in one
    assert shapes.in_clause("物业把我的秤拉走") != one


def test_the_longest_word_and_the_whole_number_stand_for_one_part() -> None:
    found = Shapes(CLASSES).in_clause("秤盘罚两千五")
    assert {"~^<goods>罚#", "~罚#$"} <= set(found)
    assert not any("盘" in feature for feature in found)
    assert Shapes({}).in_clause("秤盘罚两千五") == []


def test_shapes_are_counted_at_service_as_in_training() -> None:
    analyse = WithFamilies(ANALYSERS["chars"], {"fine": "罚 罚款"}, CLASSES)
    texts = ["城管把我的秤拉走，罚我两千", "我的秤，我的秤", "", "罚款，罚秤盘"]
    words = sorted({feature for text in texts for feature in analyse(text)})
    counted = KnownFamilies(analyse, words).counted(texts)
    served = [Counter[str]() for _ in texts]
    for text, gram, count in zip(*counted, strict=True):
        served[text][words[gram]] = int(count)
    assert served == [Counter(analyse(text)) for text in texts]


def test_the_longest_word_of_each_set_is_found_at_its_place() -> None:
    lexicon = Lexicon({"罚": 0, "罚款单": 1, "贴": 2}, {"罚款": 7, "款单上": 8})
    one, other = lexicon.longest(code_points("😀罚款单上贴罚"))
    assert one.words.tolist() == [NONE, 1, NONE, NONE, NONE, 2, 0]
    assert one.lengths.tolist() == [0, 3, 0, 0, 0, 1, 1]
    assert other.words.tolist() == [NONE, 7, 8, NONE, NONE, NONE, NONE]


def test_a_grammar_fills_every_pattern_and_repeats_nothing(tmp_path: Path) -> None:
    path = tmp_path / "grammar.yaml"
    path.write_text(
        "slots: {who: [城管, 物业], how: [凭什么, '']}\npatterns: {judicial: ['{who}罚我，{how}']}\n", "utf-8"
    )
    texts = [text for _, text in made_texts(path, times=40, seed=1)]
    assert sorted(texts) == ["城管罚我", "城管罚我，凭什么", "物业罚我", "物业罚我，凭什么"]
    assert texts == [text for _, text in made_texts(path, times=40, seed=1)]


def test_every_lane_and_nobody_learn_of_the_grammar() -> None:
    made = made_windows()
    assert {lane for window in made for lane in window.lanes} == {str(lane) for lane in Receiver}
    assert any(not window.lanes for window in made)
    assert all(window.made and not window.ordinary for window in made)
    assert {"ORGAN", "PRIVATE", "ME", *families()} <= set(word_classes(families()))
    assert "{" not in "".join(text for _, text in made_texts(GRAMMAR, times=5, seed=0))
