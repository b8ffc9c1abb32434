"""`hotline train risk` on a city's own windows."""

import json
from pathlib import Path

import pytest

from app.domain.errors import InvalidInput
from models.factory import load_lane_scorer
from training.run import Task, train

DANGER = ["俺不想活了", "我要跳楼", "活着没意思了", "我想去死", "俺这就跳河", "我把药都吃了"]
CONDUCT = ["村支书收了两千块钱", "主任要红包", "科长骂人", "会计贪了低保", "所长要烟", "镇长收礼"]
FINES = ["城管罚我五千", "执法队扣我的车", "店被查封了", "没手续就罚款", "强拆我的房", "没收我的秤"]
QUIET = ["路灯坏了", "暖气不热", "公交几点", "垃圾没人清", "水管爆了", "电梯停了", "树挡住光", "井盖响"]


def windows(path: Path, times: int = 4) -> Path:
    lanes = {"political_legal": DANGER, "discipline_inspection": CONDUCT, "judicial": FINES, "none": QUIET}
    rows = [
        {
            "id": f"{lane}-{i}-{turn}",
            "turns": [
                {"speaker": "operator", "text": "跳楼"},
                {"speaker": "citizen", "text": text + "，" * turn + "真的"},
            ],
            **{name: name == lane for name in lanes if name != "none"},
        }
        for turn in range(times)
        for lane, texts in lanes.items()
        for i, text in enumerate(texts)
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_a_citys_windows_become_a_model_with_manifest_and_card(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "risk.yaml"
    config.write_text("own: false\nfolds: 3\n", "utf-8")
    data = windows(tmp_path / "city.jsonl", times=2)
    train(Task.RISK, data, tmp_path / "risk", config)
    data = windows(tmp_path / "city.jsonl")  # the second run has a model to be better than
    train(Task.RISK, data, tmp_path / "risk", config, force=True)
    assert "political_legal.recall_at_2" in capsys.readouterr().out
    manifest = json.loads((tmp_path / "risk" / "manifest.json").read_text("utf-8"))
    assert (manifest["task"], manifest["data"], manifest["seed"]) == ("risk", "city.jsonl", 7)
    assert set(manifest["thresholds"]) == {"political_legal", "discipline_inspection", "judicial"}
    assert "| average_precision |" in (tmp_path / "risk" / "card.md").read_text("utf-8")
    model = load_lane_scorer(tmp_path / "risk")
    column = model.labels.index("political_legal")
    danger, quiet = model.independent_scores(["俺不想活了", "路灯坏了"])[:, column]
    assert danger > 0.5 > quiet


@pytest.mark.parametrize(
    ("row", "config", "says"),
    [
        ('{"id": "1", "text": "没有轮次"}', "own: false", "第 1 条：缺少 turns"),
        (
            '{"id": "1", "turns": [{"speaker": "citizen", "text": "路灯坏了"}], "judicial": "false"}',
            "own: false",
            "第 1 条：judicial 应为 true 或 false",
        ),
        (
            '{"id": "1", "turns": [{"speaker": "citizen", "words": "路灯坏了"}], "judicial": false}',
            "own: false",
            "第 1 条：turns",
        ),
        (
            '{"id": "1", "turns": [{"speaker": "citizen", "text": "路灯坏了"}], "judicial": false}',
            "colour: 3",
            "没有设置 colour",
        ),
    ],
)
def test_what_cannot_be_learnt_from_is_named(tmp_path: Path, row: str, config: str, says: str) -> None:
    (tmp_path / "city.jsonl").write_text(row + "\n", "utf-8")
    (tmp_path / "risk.yaml").write_text(config, "utf-8")
    with pytest.raises(InvalidInput, match=says):
        train(Task.RISK, tmp_path / "city.jsonl", tmp_path / "risk", tmp_path / "risk.yaml")
