import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from eval.examples import Example
from models.base import ModelUnavailable
from models.classifier.features import chars, edges, words
from models.classifier.linear import LinearClassifier
from training.linear_classifier import LinearSettings, train_linear

WATER = ["家里停水三天", "水管爆了没水用", "自来水压力小", "停水没人修", "水龙头不出水", "小区断水"]
HEAT = ["暖气不热", "屋里冷暖气片冰凉", "供暖温度低", "地暖不热", "还没供暖", "暖气片不热"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model")
    data = out / "data.csv"
    data.write_text("x", "utf-8")
    rows = [Example(f"w{i}", t, "water", f"w{i}") for i, t in enumerate(WATER)]
    rows += [Example(f"h{i}", t, "heating", f"h{i}") for i, t in enumerate(HEAT)]
    rows += [Example(f"r{i}", t, "road", f"r{i}") for i, t in enumerate(["路坑洼", "马路有坑", "道路破损", "路面塌陷"])]
    train_linear(rows, out, name="tiny", task="unit", data=data, settings=LinearSettings(min_documents=1, folds=2))
    return out


def test_edges_tell_how_a_clause_ends_from_what_stands_inside() -> None:
    asked, told = edges("迁户口，要啥手续吗"), edges("吗啡要啥手续，迁户口")
    assert {"吗>", "吗>>", "<迁"} <= set(asked)
    assert "吗>" not in told
    assert set(chars("迁户口，要啥手续吗")) <= set(asked)
    assert edges("") == []


def test_chars_cover_one_to_three_characters() -> None:
    assert list(chars("停 水A")) == ["停", "水", "a", "停水", "水a", "停水a"]


def test_words_join_neighbours_and_character_pairs() -> None:
    found = words("路灯 坏了")
    assert {"路灯", "灯坏"} <= set(found)
    assert any(feature.startswith("路灯_坏") for feature in found)


def test_a_support_vector_model_is_served_alike(folder: Path) -> None:
    rows = [Example(f"w{i}", t, "water", f"w{i}") for i, t in enumerate(WATER)]
    rows += [Example(f"h{i}", t, "heating", f"h{i}") for i, t in enumerate(HEAT)]
    settings = LinearSettings(min_documents=1, folds=2, analyser="words", kind="svm", inverse_regularisation=0.3)
    out = folder.parent / "svm"
    out.mkdir(exist_ok=True)
    train_linear(rows, out, name="svm", task="unit", data=folder / "data.csv", settings=settings)
    model = LinearClassifier(out)
    assert [model.labels[i] for i in model.scores(["停水了", "暖气冰凉"]).argmax(axis=1)] == ["water", "heating"]


def test_served_model_knows_what_it_was_taught(folder: Path) -> None:
    model = LinearClassifier(folder)
    scores = model.scores(["停水了", "暖气冰凉", "路面有坑"])
    assert [model.labels[i] for i in scores.argmax(axis=1)] == ["water", "heating", "road"]
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-5)


def test_an_unknown_text_gets_no_confident_label(folder: Path) -> None:
    scores = LinearClassifier(folder).scores(["zzz"])
    assert scores.max() < 0.9


def test_many_texts_at_once_score_as_one_by_one(folder: Path) -> None:
    model = LinearClassifier(folder)
    texts = [*WATER, *HEAT, "", "zzz", "停水\n暖气 A"]
    one_by_one = np.concatenate([model.scores([text]) for text in texts])
    np.testing.assert_allclose(model.scores(texts), one_by_one, atol=1e-5)


def test_missing_weights_are_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="缺少文件"):
        LinearClassifier(tmp_path)


def test_families_count_for_many_texts_at_once_as_one_by_one() -> None:
    model = LinearClassifier(Path("models/weights/risk"))
    texts = ["书记收了两条烟才给办", "你们再不管，我就跳楼！", "^不会$吗@gift+kin，ABC", "", "，", "停水\n罚我"]
    one_by_one = np.concatenate([model.independent_scores([text]) for text in texts])
    np.testing.assert_allclose(model.independent_scores(texts), one_by_one, atol=1e-5)


def test_further_labels_are_read_from_the_same_features() -> None:
    alone, more = (
        LinearClassifier(Path("models/weights/risk"), beside) for beside in (None, Path("models/weights/alarm"))
    )
    texts = ["楼下那家窗户红堂堂的，上头还有人招手", "路灯坏了"]
    np.testing.assert_allclose(
        more.independent_scores(texts)[:, : len(alone.labels)], alone.independent_scores(texts), atol=1e-5
    )
    fire, lamp = more.independent_scores(texts)[:, more.labels.index("119")]
    assert fire > 0.5 > lamp


def test_labels_of_another_models_features_are_refused(tmp_path: Path) -> None:
    shutil.copytree("models/weights/alarm", tmp_path / "alarm")
    manifest = tmp_path / "alarm" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text("utf-8")), "base_revision": "another"}), "utf-8")
    with pytest.raises(ModelUnavailable, match="学自 another 的特征"):
        LinearClassifier(Path("models/weights/risk"), tmp_path / "alarm")


def test_a_vocabulary_is_read_alike_unpacked_and_a_cut_one_is_named(folder: Path, tmp_path: Path) -> None:
    for name in ("weights.npz", "manifest.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    packed = (folder / "vocabulary.json.gz").read_bytes()
    (tmp_path / "vocabulary.json").write_bytes(gzip.decompress(packed))
    texts = ["停水了", "暖气冰凉"]
    np.testing.assert_array_equal(LinearClassifier(tmp_path).scores(texts), LinearClassifier(folder).scores(texts))
    (tmp_path / "vocabulary.json.gz").write_bytes(packed[:-20])
    with pytest.raises(ModelUnavailable):
        LinearClassifier(tmp_path)
