"""What a worker process of a grouping run does: encode lines, compare a block."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.bootstrap.reader import ticket_encoder
from app.config import Settings
from app.domain.errors import InvalidInput
from app.domain.reference import ReferenceData
from app.receive.batch import read_line
from app.receive.ticket_line import ticket_line
from app.store.reference.load import load_reference_data
from app.understand.duplicate.backfill import links_of_block
from app.understand.duplicate.rows import TicketEncoder
from models.classifier.pairs import PairModel
from models.embedding.rare import RareGrams

_wired: tuple[TicketEncoder, PairModel, ReferenceData] | None = None


def start_grouping(settings: Settings) -> None:
    """Give a worker process what it encodes and compares with."""
    global _wired
    reference = load_reference_data(settings.knowledge_dir)
    weights = settings.weights_dir / "duplicate"
    _wired = ticket_encoder(settings, reference, RareGrams.load(weights)), PairModel(weights), reference


def encode_lines(lines: Sequence[bytes], first: int, written: Path) -> None:
    """Write rows, vectors and ids of lines to a file; bad lines beside it with their reason."""
    encoder, _, reference = _ready()
    tickets, refused = [], []
    for number, raw in enumerate(lines, start=first + 1):
        if not raw.strip():
            continue
        line = read_line(number, raw)
        try:
            if line.payload is None:
                raise InvalidInput(line.reason or "")
            tickets.append(ticket_line(line.payload, reference.gazetteer))
        except InvalidInput as error:
            refused.append({"line": number, "reason": error.message_zh, "text": line.text[:200]})
    rows, vectors = encoder.encode(tickets)
    if refused:
        said = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in refused)
        written.with_suffix(".rejected.jsonl").write_text(said, "utf-8")
    ids = np.array([ticket.ticket_number for ticket in tickets], np.str_)
    _whole(written, rows=rows, vectors=vectors.astype(np.float16), ids=ids)


def link_block(block: tuple[int, int], work: Path, written: Path, window_days: int) -> None:
    """Write a block's links to a file, unless it stands there."""
    if written.exists():
        return
    encoder, scorer, _ = _ready()
    rows, vectors = (np.load(work / name, mmap_mode="r") for name in ("rows.npy", "vectors.npy"))
    links = links_of_block(block, rows, vectors, encoder, scorer, window_days=window_days)
    _whole(written, **links._asdict())


def _whole(written: Path, **arrays: Any) -> None:
    """Write a file that is there whole or not at all."""
    half = written.with_suffix(".half")
    with half.open("wb") as file:
        np.savez(file, **arrays)
    half.rename(written)


def _ready() -> tuple[TicketEncoder, PairModel, ReferenceData]:
    if _wired is None:
        raise RuntimeError("start_grouping has not run in this process")
    return _wired
