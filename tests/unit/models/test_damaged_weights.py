"""Weights that are cut short, altered or of other labels are named in one line; the service does not start on them."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app.config import Settings
from app.domain.errors import ReferenceDataError
from app.understand.unit import Scorer
from eval.tasks.intake import weights_with
from models.base import ModelUnavailable
from models.factory import load_classifier
from models.pair_odds import PairOdds
from tests.factories import WATER

WEIGHTS = Settings().weights_dir


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:3000])


def altered(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(len(content) // 2, len(content) // 2 + 100):
        content[place] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [cut_short, altered])
@pytest.mark.parametrize("name", ["kind/weights.npz", "kind/vocabulary.json.gz"])
def test_damaged_weights_are_named(tmp_path: Path, damage: object, name: str) -> None:
    shutil.copytree(WEIGHTS / "kind", tmp_path / "kind")
    damage(tmp_path / name)  # type: ignore[operator]
    with pytest.raises(
        ModelUnavailable, match=re.escape(f"{tmp_path / 'kind'} 中的模型不能用：{Path(name).name} 已损坏或不完整")
    ):
        load_classifier(tmp_path / "kind")


def test_packed_counts_that_are_cut_short_are_named(tmp_path: Path) -> None:
    (tmp_path / "pairs.json.gz").write_bytes(gzip.compress(json.dumps({"ab": 1}).encode())[:12])
    with pytest.raises(ModelUnavailable, match="已损坏或不完整"):
        PairOdds.load(tmp_path)


def ran(*command: str, **settings: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **{name: str(value) for name, value in settings.items()}}
    whole = [sys.executable, "-m", "app.cli", *command]
    return subprocess.run(whole, env=environment, capture_output=True, text=True, check=False)


def test_a_command_says_in_one_line_which_weights_it_lacks(tmp_path: Path) -> None:
    refused = ran("db", "check", WEIGHTS_DIR=tmp_path, DATA_DIR=tmp_path / "var")
    said = refused.stderr.replace("\n", "")
    assert refused.returncode == 1
    assert said == f"模型不能加载：{tmp_path / 'function'} 中的模型不能用：缺少文件 manifest.json"


class OfOtherLabels:
    name = "city"
    revision = "1"
    labels = ("01", "02")

    def scores(self, texts: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        raise AssertionError(texts)


def test_a_model_whose_labels_the_city_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(ReferenceDataError, match="模型 city 的标签（01、02…）"):
        Scorer({"010101": ["停水"]}, OfOtherLabels())


def test_what_is_logged_does_not_come_between_what_a_command_prints(tmp_path: Path) -> None:
    """A city's own model of the lanes leaves emergencies to the patterns, which is a line in the log."""
    shutil.copytree(WEIGHTS / "risk", tmp_path / "city")
    manifest = tmp_path / "city" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | {"revision": "city"}), "utf-8")
    weights = weights_with(tmp_path / "city", WEIGHTS, tmp_path / "weights")
    (tmp_path / "call.json").write_text(json.dumps(WATER), "utf-8")
    told = ran("ticket", str(tmp_path / "call.json"), WEIGHTS_DIR=weights, DATA_DIR=tmp_path / "var")
    assert json.loads(told.stdout)["call_id"] == WATER["id"]
    assert "emergencies_by_rules_alone" in told.stderr
