"""Where a training run puts its model: beside what it replaces until it is whole, and the one before it kept."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import InvalidInput
from eval.examples import Example

_LEARNT = "learnt.txt"


def model_folder(task: str, out: Path) -> Path:
    """Return the folder a model goes to, in full.

    Raises:
        InvalidInput: something else than a model of the task is there.
    """
    folder = out.resolve()
    if folder.is_file():
        raise InvalidInput(f"{out} 是文件，不是目录，请另选 --out")
    if not holds_model(folder):
        if folder.exists() and any(folder.iterdir()):
            raise InvalidInput(f"{out} 里有别的文件而没有模型，请另选 --out")
        return folder
    known = json.loads((folder / "manifest.json").read_text("utf-8")).get("task")
    if known != task:
        raise InvalidInput(f"{out} 里是 {known} 的模型，不是 {task} 的，请另选 --out")
    return folder


def holds_model(folder: Path) -> bool:
    """Tell whether a model is there."""
    return (folder / "manifest.json").exists()


def unseen(examples: Sequence[Example], folder: Path) -> list[Example]:
    """Return the examples whose texts the model in a folder has not learnt: on the others it is too good."""
    file = folder / _LEARNT
    learnt = frozenset(file.read_text("utf-8").split()) if file.exists() else frozenset()
    return [example for example in examples if _digest(example) not in learnt]


def note_learnt(examples: Sequence[Example], folder: Path) -> None:
    """Write down which texts a model has learnt, by digest."""
    (folder / _LEARNT).write_text("\n".join(sorted({_digest(example) for example in examples})) + "\n", "utf-8")


def _digest(example: Example) -> str:
    return hashlib.sha256(example.text.encode()).hexdigest()[:16]


@contextmanager
def trial_folder(out: Path) -> Iterator[Path]:
    """Give a folder beside `out` that is gone afterwards, unless it was put in its place."""
    trial = out.with_name(f"{out.name}.trial")
    shutil.rmtree(trial, ignore_errors=True)
    try:
        yield trial
    finally:
        shutil.rmtree(trial, ignore_errors=True)


def put_in_place(trial: Path, out: Path) -> Path | None:
    """Move a whole model to `out`; return where the one before it is now."""
    previous = None
    if holds_model(out):
        previous = out.with_name(f"{out.name}.previous")
        shutil.rmtree(previous, ignore_errors=True)
        out.rename(previous)
    trial.rename(out)
    return previous
