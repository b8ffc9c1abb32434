"""The base set alone serves; what needs more says which packages it lacks."""

import json
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from app.bootstrap.chat import build_chat
from app.config import ChatSettings, Settings
from app.domain.errors import ServiceUnavailable


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))


WITHOUT = """
import importlib.abc, json, sys
missing = set(json.loads(sys.argv[1]))
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in missing:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Missing())
"""
SERVING = """
from app.config import Settings
from app.main import create_app
from app.bootstrap import build_flows
create_app()
build_flows(Settings()).close()
"""
COMMANDING = """
sys.argv = ["hotline", *sys.argv[2:]]
from app.cli import main
main()
"""


def with_the_base_set_alone(code: str, *given: str, data: Path) -> subprocess.CompletedProcess[str]:
    locked = Path(".locks/base.txt").read_text("utf-8").splitlines()
    base = {line.split("==")[0].split("[")[0] for line in locked if "==" in line} | {"hotline", "pip"}
    missing = [
        module
        for module, owners in packages_distributions().items()
        if not {owner.lower().replace("_", "-") for owner in owners} & base
    ]
    assert "sklearn" in missing
    command = [sys.executable, "-c", WITHOUT + code, json.dumps(missing), *given]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os.environ, "DATA_DIR": str(data)}
    )


def test_the_service_starts_with_the_base_set_alone(tmp_path: Path) -> None:
    assert with_the_base_set_alone(SERVING, data=tmp_path).returncode == 0


def test_an_engine_says_which_packages_it_lacks() -> None:
    settings = Settings(chat=ChatSettings(engine="llm", backend="offline", model="folder"))
    with pytest.raises(ServiceUnavailable, match="不能启用：缺少 vllm，请先安装 vLLM"):
        build_chat(settings)


def test_commands_say_which_packages_they_lack(tmp_path: Path) -> None:
    listed = with_the_base_set_alone(COMMANDING, "--help", data=tmp_path)
    assert (listed.returncode, "eval" in listed.stdout) == (0, True)
    refused = with_the_base_set_alone(COMMANDING, "train", "category", "--data", "x.csv", data=tmp_path)
    assert (refused.returncode, refused.stderr.strip()) == (1, "缺少 sklearn：请先安装 .locks/train.txt")
