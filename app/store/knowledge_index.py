"""Articles as vectors of their passages in Chroma: made from the relational store, made again where damaged."""

import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import structlog
from numpy.typing import NDArray

from app.domain.errors import Conflict, ServiceUnavailable
from app.domain.knowledge import Article, Nearest, Passage, passages
from app.store.writer_lock import WriterLock
from models.base import Embedder, ModelError

BATCH = 1000
NAME = "passages"
_RESTS = 15.0
"""Seconds that a failing index is left alone."""
_FAILED = "知识库的语义索引不可用，暂只按词语查找"
_LINE = "\n"
_WIDER = 4
"""How many times more passages are fetched where too few of the nearest are allowed."""


def parts_of(articles: Sequence[Article]) -> list[tuple[Article, Passage]]:
    """Return the passages of the articles that may be held."""
    return [(article, passage) for article in articles if article.may_hold for passage in passages(article)]


class ChromaIndex:
    """One collection of articles; opened at the first use, since loading Chroma takes over a second.

    A folder has one writer. A second process on the same folder keeps its vectors in memory.
    """

    def __init__(self, embedder: Embedder, folder: Path, *, server: str = "", name: str = NAME) -> None:
        self._name = name
        self._embedder = embedder
        self._folder = folder
        self._server = server
        self._using = threading.RLock()
        self._collection: Any = None
        self._held: dict[str, tuple[int, int]] = {}
        """Version and number of passages by article."""
        self._articles: dict[str, Article] = {}
        self._writer = WriterLock(folder)
        self._resting = 0.0

    def follow(self, changed: Sequence[Article]) -> None:
        """Take over changed articles; where the index is not open, or fails, they wait until it is."""
        with self._using, suppress(ServiceUnavailable):
            self._articles |= {article.id: article for article in changed}
            self._safely(lambda: None if self._collection is None else self._write(changed))

    def nearest(self, question: str, *, most: int, allows: Callable[[str], bool]) -> Nearest:
        """Return the nearest allowed articles with the cosine of their nearest passage; none for unknown words.

        Where the index fails, `degraded_reason` says that words alone propose.

        A filter inside Chroma costs tens of milliseconds at 100,000 passages, so the nearest are fetched and sifted;
        where fewer than a few stay, more are fetched.
        """
        vector = self._embedder.embed([question])[0]
        if not vector.any():
            return Nearest()
        try:
            with self._using:
                found: Mapping[str, float] = self._safely(lambda: self._sifted(vector, most, allows))
        except ServiceUnavailable as error:
            return Nearest(degraded_reason=error.message_zh)
        return Nearest(likeness=found, beyond=min(found.values(), default=0.0))

    def likeness(self, question: str, article_ids: Sequence[str]) -> Mapping[str, float]:
        """Return the cosine of the nearest passage of these articles, of those that are held."""
        if not article_ids:
            return {}
        vector = self._embedder.embed([question])[0]
        try:
            with self._using:
                rows = self._safely(lambda: self._rows(article_ids))
        except ServiceUnavailable:
            return {}
        alike: dict[str, float] = {}
        for id_, row in rows:
            article_id = id_.rpartition("#")[0]
            alike[article_id] = max(alike.get(article_id, -1.0), float(row @ vector))
        return alike

    def rebuild(self, progress: Callable[[int], None] = lambda _count: None) -> int:
        """Make the index again from the articles; return how many it holds.

        Raises:
            Conflict: another process writes the folder; only a copy in memory would be made.
            ServiceUnavailable: the index fails.
        """
        with self._using:
            self._safely(self._open)
            if not (self._server or self._writer.held):
                raise Conflict("另一进程正在使用知识索引，请停止服务后再重建")
            self._safely(lambda: self._anew(progress))
            return len(self._held)

    def _anew(self, progress: Callable[[int], None]) -> None:
        self._open()
        self._reset()
        self._write(tuple(self._articles.values()), progress)

    def _rows(self, article_ids: Sequence[str]) -> list[tuple[str, Any]]:
        self._ready()
        ids = [f"{id_}#{number}" for id_ in article_ids if id_ in self._held for number in range(self._held[id_][1])]
        answer = self._collection.get(ids=ids, include=["embeddings"])
        return list(zip(answer["ids"], answer["embeddings"], strict=True))

    def _sifted(self, vector: Any, most: int, allows: Callable[[str], bool]) -> Mapping[str, float]:
        self._ready()
        stored, wanted = sum(count for _, count in self._held.values()), most
        while stored:
            found: dict[str, float] = {}
            answer = self._collection.query(
                query_embeddings=[vector.tolist()], n_results=min(wanted, stored), include=["distances"]
            )
            for id_, far in zip(answer["ids"][0], answer["distances"][0], strict=True):
                article_id = id_.rpartition("#")[0]
                if allows(article_id):
                    found.setdefault(article_id, 1.0 - float(far))
            if len(found) * _WIDER >= most or wanted >= min(stored, _WIDER**3 * most):
                return found
            wanted *= _WIDER
        return {}

    def _safely(self, act: Callable[[], Any]) -> Any:
        """Do something; where the index turns out damaged, make it again and do it once more.

        Raises:
            ServiceUnavailable: it fails again, as a full disk does, or its server does not answer; it is left alone
                for a while then.
        """
        if time.monotonic() < self._resting:
            raise ServiceUnavailable(_FAILED)
        for last in (False, True):
            try:
                return act()
            except ModelError:
                raise
            except Exception as error:  # noqa: BLE001  Chroma raises its own, Rust's and SQLite's errors
                failed = last or isinstance(error, httpx.TransportError)
                reason = f"{type(error).__name__}: {str(error).partition(_LINE)[0]}"
                event = "knowledge_index_failed" if failed else "knowledge_index_damaged"
                structlog.get_logger().warning(event, reason=reason)
                self._discard()
                if failed:
                    break
        self._resting = time.monotonic() + _RESTS
        raise ServiceUnavailable(_FAILED)

    def _open(self) -> None:
        if self._collection is not None:
            return
        self._collection = self._client().get_or_create_collection(
            self._name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}
        )
        stored = self._collection.get(include=["metadatas"])
        kept = zip(stored["ids"], stored["metadatas"] or [], strict=True)
        marks = [(id_.rpartition("#")[0], mark or {}) for id_, mark in kept]
        counts = Counter(article_id for article_id, _ in marks)
        self._held = {article_id: (int(mark.get("version", 0)), counts[article_id]) for article_id, mark in marks}
        if {mark.get("model") for _, mark in marks} - {self._model}:
            self._reset()
        self._drop([id_ for id_ in self._held if id_ not in self._articles])

    def _ready(self) -> None:
        """Open the index where it is not, and take in what was changed before."""
        if self._collection is None:
            self._open()
            self._write(self._missing())

    def _missing(self) -> list[Article]:
        """Return the articles that are held in another version than the one in force, or should not be held."""
        return [
            article
            for article in self._articles.values()
            if self._held.get(article.id, (0, 0))[0] != (article.version if article.may_hold else 0)
        ]

    @property
    def _model(self) -> str:
        return f"{self._embedder.name}@{getattr(self._embedder, 'revision', '')}"

    def _client(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        quiet = Settings(anonymized_telemetry=False)
        if self._server:
            from app.store.index_server import connect

            return connect(self._server, quiet)
        if not self._writer.take():
            return chromadb.EphemeralClient(settings=quiet)
        return chromadb.PersistentClient(path=str(self._folder / "chroma"), settings=quiet)

    def _write(self, articles: Sequence[Article], progress: Callable[[int], None] = lambda _count: None) -> None:
        self._drop([a.id for a in articles if a.id in self._held])
        parts = parts_of(articles)
        for start in range(0, len(parts), BATCH):
            some = parts[start : start + BATCH]
            self._put(some, self._embedder.embed([passage.text for _, passage in some]))
            progress(len(some))
        self._hold(parts)

    def _put(self, parts: Sequence[tuple[Article, Passage]], vectors: NDArray[np.float32]) -> None:
        self._collection.upsert(
            ids=[passage.id for _, passage in parts],
            embeddings=vectors.tolist(),
            documents=[f"{passage.header}\n{passage.text}" for _, passage in parts],
            metadatas=[self._mark(article, passage) for article, passage in parts],
        )

    def _hold(self, parts: Sequence[tuple[Article, Passage]]) -> None:
        counts = Counter(article.id for article, _ in parts)
        self._held |= {article.id: (article.version, counts[article.id]) for article, _ in parts}

    def _mark(self, article: Article, passage: Passage) -> dict[str, Any]:
        return {
            "article": article.id,
            "version": article.version,
            "region": article.region,
            "model": self._model,
            "number": passage.number,
        }

    def _drop(self, ids: Sequence[str]) -> None:
        gone = [f"{id_}#{number}" for id_ in ids for number in range(self._held[id_][1])]
        for start in range(0, len(gone), BATCH):
            self._collection.delete(ids=gone[start : start + BATCH])
        for id_ in ids:
            self._held.pop(id_, None)

    def _reset(self) -> None:
        self._drop(list(self._held))

    def _discard(self) -> None:
        """Let go of a damaged index; a fresh one is filled at the next use."""
        self._collection, self._held = None, {}
        if not self._server and self._writer.take():
            from chromadb.api.shared_system_client import SharedSystemClient

            SharedSystemClient.clear_system_cache()
            shutil.rmtree(self._folder / "chroma", ignore_errors=True)

    def close(self) -> None:
        """Let go of the folder."""
        self._writer.release()
