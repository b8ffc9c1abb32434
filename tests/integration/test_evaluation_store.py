"""An evaluation runs the whole service, and keeps nothing of it in the city's record."""

from pathlib import Path

import pytest

from eval.tasks.intake import fresh_flows
from tests.factories import WATER


def test_an_evaluation_where_the_service_runs_leaves_its_database_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE__URL", f"sqlite:///{tmp_path / 'city.db'}")
    monkeypatch.setenv("DATABASE__KEY_FILE", str(tmp_path / "city.key"))
    monkeypatch.setenv("INDEX__URL", "http://127.0.0.1:1")
    with fresh_flows() as flows:
        assert flows.intake.run(WATER).tickets
        assert not flows.consultations.answer({"question": "优待证怎么办"}, received_at=flows.clock.now()).degraded
    assert list(tmp_path.iterdir()) == []
