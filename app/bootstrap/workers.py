"""What a worker process of a batch runs."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import TypeVar

from app.bootstrap.chat import build_chat, with_chat
from app.bootstrap.reader import build_reader, kept_for_good
from app.config import Settings
from app.domain.reading import CallReading, Unreadable
from app.domain.transcript import Transcript
from app.flows.intake import Reads
from app.store.reference.load import load_reference_data

Given = TypeVar("Given")
_LOOKS_EVERY = 1.0
_worker_reader: Reads | None = None
_at_once = 1


def begin_worker(initializer: Callable[[Given], None], given: Given, parent: int) -> None:
    """Make a forked worker process ready; it ends with its parent.

    One that outlived a killed parent would hold the locks that it was forked with, and no run could go on.
    """
    Thread(target=_end_with, args=(parent,), daemon=True).start()
    initializer(given)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOKS_EVERY)
    os._exit(1)


def take_reader(reader: Reads) -> None:
    """Give a forked worker process the reader of the process that it comes from: nothing is loaded twice."""
    global _worker_reader
    _worker_reader = reader


def start_worker(settings: Settings) -> None:
    """Give a worker process elsewhere a reader of its own, and the language model where one reads."""
    global _worker_reader, _at_once
    with kept_for_good():
        reference = load_reference_data(settings.knowledge_dir)
        reader = build_reader(settings, reference)
    _worker_reader = with_chat(settings, reference, reader, build_chat(settings))
    _at_once = settings.chat.concurrency if settings.chat.engine == "llm" else 1


def read_many(transcripts: Sequence[Transcript]) -> list[CallReading | Unreadable]:
    """Read calls in a worker process; one that cannot be read stops no other."""
    if _at_once == 1:
        return [_read(transcript) for transcript in transcripts]
    with ThreadPoolExecutor(_at_once) as calls:
        return list(calls.map(_read, transcripts))


def _read(transcript: Transcript) -> CallReading | Unreadable:
    if _worker_reader is None:
        raise RuntimeError("start_worker has not run in this process")
    try:
        return _worker_reader.read(transcript)
    except Exception as error:  # noqa: BLE001  whatever it is, the other calls must go on
        return Unreadable(reason=f"读取出错，请人工处理：{type(error).__name__} {error}")
