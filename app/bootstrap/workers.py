"""What a worker process of a batch runs."""

from collections.abc import Sequence

from app.bootstrap.chat import build_chat, with_chat
from app.bootstrap.reader import build_reader
from app.config import Settings
from app.domain.reading import CallReading
from app.domain.transcript import Transcript
from app.flows.intake import Reads
from app.store.reference.load import load_reference_data

_worker_reader: Reads | None = None


def start_worker(settings: Settings) -> None:
    """Give a worker process its reader."""
    global _worker_reader
    reference = load_reference_data(settings.knowledge_dir)
    _worker_reader = with_chat(settings, reference, build_reader(settings, reference), build_chat(settings))


def read_many(transcripts: Sequence[Transcript]) -> list[CallReading]:
    """Read calls in a worker process."""
    if _worker_reader is None:
        raise RuntimeError("start_worker has not run in this process")
    return [_worker_reader.read(transcript) for transcript in transcripts]
