"""What the numbers of a model folder stand for: words, labels."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any


def read_vocabulary(folder: Path) -> Any:
    """Return what `vocabulary.json`, packed or not, holds; raises OSError, ValueError."""
    packed = folder / "vocabulary.json.gz"
    try:
        told = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / "vocabulary.json").read_bytes()
    except (EOFError, zlib.error) as error:
        raise ValueError(f"{packed} is cut short") from error
    return json.loads(told)
