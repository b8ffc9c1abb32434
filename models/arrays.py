"""The numbers of a model folder."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

_DAMAGE = (zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError, NotImplementedError)
"""What the unpacking of a file raises whose bytes are not those that were written."""


@contextmanager
def arrays_in(path: Path) -> Iterator[Any]:
    """Give the arrays of a file; one that is cut short or altered raises ValueError, a missing one OSError."""
    try:
        with np.load(path) as arrays:
            yield arrays
    except _DAMAGE as error:
        raise ValueError(f"{path} is damaged ({type(error).__name__})") from error
