"""What every training run leaves beside its weights: where they came from, and a card to read."""

import gzip
import hashlib
import json
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.config import ROOT


def file_sha256(path: Path) -> str:
    """Return the digest of a data file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def git_commit() -> str:
    """Return the commit the code stood at, `unknown` outside a checkout; `+` marks uncommitted changes."""
    try:
        head, dirty = (
            subprocess.run(["git", *asked], cwd=ROOT, capture_output=True, text=True, check=True)
            for asked in (("rev-parse", "--short", "HEAD"), ("status", "--porcelain"))
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def write_vocabulary(folder: Path, stored: Any) -> None:
    """Write what weights stand for as `vocabulary.json.gz`."""
    packed = gzip.compress(json.dumps(stored, ensure_ascii=False).encode(), mtime=0)
    (folder / "vocabulary.json.gz").write_bytes(packed)
    (folder / "vocabulary.json").unlink(missing_ok=True)


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as `numpy.load` reads them, packed by LZMA: a fifth smaller than what `savez_compressed` writes."""
    with zipfile.ZipFile(path, "w") as packed:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy")
            member.compress_type = zipfile.ZIP_LZMA
            with packed.open(member, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=False)


def write_manifest(folder: Path, *, name: str, task: str, data: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Write `manifest.json`; `facts` are the seed, the settings, the base revision and the figures."""
    weights = sorted(p for p in folder.iterdir() if p.suffix in (".npz", ".onnx", ".safetensors"))
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in weights)).hexdigest()
    manifest = {
        "name": name,
        "task": task,
        "revision": digest[:12],
        "data": data.name,
        "data_sha256": file_sha256(data),
        "commit": git_commit(),
        "trained_at": datetime.now().astimezone().date().isoformat(),
        **facts,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return manifest
