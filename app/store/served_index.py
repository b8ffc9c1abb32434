"""Two indexes of meanings: the server's vectors propose beside our own, which stand alone where the server fails."""

import threading
from collections.abc import Callable, Sequence

import numpy as np
import structlog
from numpy.typing import NDArray

from app.domain.errors import ServiceUnavailable
from app.domain.knowledge import Article, Nearest, Passage
from app.store.knowledge_index import ChromaIndex, parts_of
from models.base import ModelError

RETRY_SECONDS = 5.0
SERVED = "served-passages"
"""The collection of the server's vectors, and its folder."""
PIECE = 50
"""Articles that are caught up with at once."""
MOST_BEHIND = 20
"""Articles that the server's index may lack and still be asked: ours proposes them anyway."""
FIRST = 4
"""Articles that the server's vectors put among those that are weighed, whatever ours say."""


class ServedVectors(ChromaIndex):
    """An index whose vectors may take long: they are asked for piece by piece, and nobody waits for them."""

    behind = 0
    """How many articles are to be caught up with."""

    def note(self, changed: Sequence[Article]) -> None:
        """Take changed articles to be caught up with."""
        with self._using:
            self._articles |= {article.id: article for article in changed}
            self.behind += len(changed)

    def catch_up(self) -> bool:
        """Take in some of what is missing; tell whether there was any. Raises ModelError."""
        with self._using:
            self._safely(self._open)
            missing = self._missing()
            some, self.behind = missing[:PIECE], len(missing)
        parts = parts_of(some)
        vectors = self._embedder.embed([passage.text for _, passage in parts])
        with self._using:
            self._safely(lambda: self._take_in(some, parts, vectors))
            self.behind -= len(some)
        return bool(some)

    def _take_in(
        self, some: Sequence[Article], parts: Sequence[tuple[Article, Passage]], vectors: NDArray[np.float32]
    ) -> None:
        self._open()
        self._drop([article.id for article in some if article.id in self._held])
        if parts:
            self._put(parts, vectors)
        self._hold(parts)

    def _ready(self) -> None:
        self._open()


class ServedIndex:
    """Our own index is changed at once; the server's in a thread of its own, since a server may be slow or away.

    How alike a question and an article are is always told by our own vectors: the weighing was learnt with them.
    """

    def __init__(self, own: ChromaIndex, served: ServedVectors) -> None:
        self._own = own
        self._served = served
        self._changed = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def follow(self, changed: Sequence[Article]) -> None:
        """Take over changed articles."""
        self._own.follow(changed)
        self._served.note(changed)
        self._changed.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep_up, name="served-index", daemon=True)
            self._thread.start()

    def nearest(self, question: str, *, most: int, allows: Callable[[str], bool]) -> Nearest:
        """Return the nearest of the allowed articles; `degraded_reason` tells why the server had no say."""
        own = self._own.nearest(question, most=most, allows=allows)
        if self._served.behind > MOST_BEHIND:
            return own.model_copy(update={"degraded_reason": "向量服务的索引正在更新，暂用内置向量检索"})
        try:
            served = self._served.nearest(question, most=most, allows=allows)
        except ModelError as error:
            return own.model_copy(update={"degraded_reason": f"向量服务不可用，已改用内置向量检索：{error}"})
        new = [article_id for article_id in served.likeness if article_id not in own.likeness]
        first = sorted(served.likeness, key=lambda id_: -served.likeness[id_])[:FIRST]
        likeness = {**own.likeness, **self._own.likeness(question, new)}
        degraded = own.degraded_reason or served.degraded_reason
        return own.model_copy(update={"likeness": likeness, "first": tuple(first), "degraded_reason": degraded})

    def rebuild(self, progress: Callable[[int], None] = lambda _count: None) -> int:
        """Make both again; return how many articles they hold.

        Raises:
            ModelError: the server fails; our own index is made all the same.
        """
        count = self._own.rebuild(progress)
        self._served.rebuild(progress)
        return count

    def _keep_up(self) -> None:
        while not self._closed.is_set():
            self._changed.wait()
            self._changed.clear()
            try:
                while not self._closed.is_set() and self._served.catch_up():
                    pass
            except (ModelError, ServiceUnavailable) as error:
                structlog.get_logger().warning("served_index_behind", error=type(error).__name__)
                self._closed.wait(RETRY_SECONDS)
                self._changed.set()

    def close(self) -> None:
        """Stop following, and let go of both folders."""
        self._closed.set()
        self._changed.set()
        if self._thread is not None:
            self._thread.join()
        self._served.close()
        self._own.close()
