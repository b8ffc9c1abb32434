"""Evaluation results that were released with the code: files in, what the models page shows out."""

import json
from pathlib import Path
from typing import Any

_SHOWN = ("task", "data", "n", "engine", "measured_at", "metrics", "intervals")


def published_evaluations(folder: Path) -> list[dict[str, Any]]:
    """Return the results in a folder, by file name; break-downs are left out."""
    found = [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))]
    return [{name: result.get(name, {} if name == "intervals" else "") for name in _SHOWN} for result in found]
