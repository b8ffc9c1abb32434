"""What the numbers of a model folder stand for: words, labels."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any


def read_vocabulary(folder: Path) -> Any:
    """Return what `vocabulary.json`, packed or not, holds; raises OSError, ValueError."""
    packed = folder / "vocabulary.json.gz"
    return read_packed(packed) if packed.exists() else json.loads((folder / "vocabulary.json").read_bytes())


def read_packed(path: Path) -> Any:
    """Return what a packed JSON file holds; raises OSError, ValueError."""
    try:
        told = gzip.decompress(path.read_bytes())
    except (EOFError, zlib.error) as error:
        raise ValueError(f"{path} is cut short") from error
    return json.loads(told)
