"""One process at a time writes an index's folder; the system lets go of the lock when that process ends."""

import fcntl
from pathlib import Path
from typing import Any


class WriterLock:
    """The right to write a folder, `writer.lock` in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: Any = None

    @property
    def held(self) -> bool:
        """Tell whether this process holds it."""
        return self._file is not None

    def take(self) -> bool:
        """Take it unless another process has it; tell whether this one holds it now."""
        if self.held:
            return True
        self._folder.mkdir(parents=True, exist_ok=True)
        file = (self._folder / "writer.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let others write."""
        if self._file is not None:
            self._file.close()
            self._file = None
