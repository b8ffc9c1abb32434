"""The READMEs show what was measured."""

from pathlib import Path

import pytest

from app.config import ROOT
from eval.figures import READMES, filled


@pytest.mark.parametrize("readme", READMES, ids=str)
def test_the_tables_hold_the_measured_figures(readme: Path) -> None:
    text = (ROOT / readme).read_text("utf-8")
    assert filled(text, READMES[readme]) == text, "run `python -m eval.figures`"
