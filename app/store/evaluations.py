"""Evaluation results in files (`hotline eval --json`) in, what the models page shows out."""

import json
from pathlib import Path
from typing import Any

import structlog

_NEEDED = ("task", "data", "n", "engine", "measured_at", "metrics")
_SHOWN: dict[str, Any] = {**dict.fromkeys(_NEEDED), "model": "default", "intervals": {}}


def published_evaluations(folder: Path) -> list[dict[str, Any]]:
    """Return the results in a folder, by file name; break-downs and files of something else are left out."""
    found = []
    for file in sorted(folder.glob("*.json")):
        try:
            result = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            result = None
        if isinstance(result, dict) and result.keys() >= set(_NEEDED):
            found.append({name: result.get(name, usual) for name, usual in _SHOWN.items()})
        else:
            structlog.get_logger().warning("no_evaluation", file=file.name)
    return found
