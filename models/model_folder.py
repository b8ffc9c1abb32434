"""What a training run wrote into a folder: numbers, what they stand for, and where they are from."""

import gzip
import json
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from models.base import ModelUnavailable

_DAMAGE = (zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError, NotImplementedError)
"""What the unpacking of a file raises whose bytes are not those that were written."""
_UNFIT = (OSError, KeyError, ValueError, IndexError, AttributeError, TypeError)
"""What the use of files raises that are missing, or hold other things than were written."""


@contextmanager
def usable(folder: Path) -> Iterator[None]:
    """Around all that makes a model of a folder.

    Raises:
        ModelUnavailable: a file is missing, damaged or does not fit the others; told in Chinese, to who runs it.
    """
    try:
        yield
    except _UNFIT as error:
        raise ModelUnavailable(f"{folder} 中的模型不能用：{_why(error)}") from error


def _why(error: Exception) -> str:
    match error:
        case FileNotFoundError(filename=str() | Path() as name):
            return f"缺少文件 {Path(name).name}"
        case KeyError():
            return f"文件内缺少 {str(error.args[0]).partition(' ')[0]}"
        case json.JSONDecodeError() | UnicodeDecodeError():
            return "有的文件不是 JSON"
    return str(error)


@contextmanager
def arrays_in(path: Path) -> Iterator[Any]:
    """Give the arrays of a file; one that is cut short or altered raises ValueError, a missing one OSError."""
    try:
        with np.load(path) as arrays:
            yield arrays
    except _DAMAGE as error:
        raise ValueError(f"{path.name} 已损坏或不完整") from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what tells a model's name, revision and making; raises OSError, ValueError."""
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return manifest


def read_vocabulary(folder: Path) -> Any:
    """Return what `vocabulary.json`, packed or not, holds; raises OSError, ValueError."""
    packed = folder / "vocabulary.json.gz"
    return read_packed(packed) if packed.exists() else json.loads((folder / "vocabulary.json").read_bytes())


def read_packed(path: Path) -> Any:
    """Return what a packed JSON file holds; raises OSError, ValueError."""
    try:
        told = gzip.decompress(path.read_bytes())
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path.name} 已损坏或不完整") from error
    return json.loads(told)
