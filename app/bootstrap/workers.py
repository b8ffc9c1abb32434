"""What a worker process of a batch runs."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from app.bootstrap.chat import build_chat, with_chat
from app.bootstrap.reader import build_reader, kept_for_good
from app.config import Settings
from app.domain.reading import CallReading
from app.domain.transcript import Transcript
from app.flows.intake import Reads
from app.store.reference.load import load_reference_data

_worker_reader: Reads | None = None
_at_once = 1


def start_worker(settings: Settings) -> None:
    """Give a worker process its reader, and the language model where one reads."""
    global _worker_reader, _at_once
    with kept_for_good():
        reference = load_reference_data(settings.knowledge_dir)
        reader = build_reader(settings, reference)
    _worker_reader = with_chat(settings, reference, reader, build_chat(settings))
    _at_once = settings.chat.concurrency if settings.chat.engine == "llm" else 1


def read_many(transcripts: Sequence[Transcript]) -> list[CallReading]:
    """Read calls in a worker process."""
    if _worker_reader is None:
        raise RuntimeError("start_worker has not run in this process")
    if _at_once == 1:
        return [_worker_reader.read(transcript) for transcript in transcripts]
    with ThreadPoolExecutor(_at_once) as calls:
        return list(calls.map(_worker_reader.read, transcripts))
