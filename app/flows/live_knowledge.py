"""The knowledge base as it stands now, ready to search: whatever was committed before a question counts for it."""

import threading
from collections.abc import Callable, Collection
from datetime import date

from app.domain.knowledge import Article, ScoredArticle
from app.domain.ports import DenseIndex, UnitOfWorkFactory
from app.understand.question import QuestionReader
from app.understand.question_match import QuestionMatcher

NEAREST = 50
"""Passages that meaning proposes."""
WEIGHED = 12
"""Articles that are weighed against each other."""


class LiveKnowledge:
    """Follows the store by its change numbers: a question costs one look at the last number.

    Editors may work in other processes; the number in the store tells this one too.
    """

    def __init__(self, store: UnitOfWorkFactory, dense: DenseIndex, matcher: QuestionMatcher) -> None:
        self._store = store
        self._dense = dense
        self._matcher = matcher
        self._changing = threading.Lock()
        self._articles: dict[str, Article] = {}
        self._shelf = (0, QuestionReader(()))

    @property
    def count(self) -> int:
        """Return how many articles are searched."""
        return self.reader().count

    def search(self, question: str, *, on: date, area: str | None) -> tuple[ScoredArticle, ...]:
        """Return the best articles by words and by meaning, as they stand at this moment, the likeliest first."""
        return self._search(self.reader(), question, on, area)

    def anywhere(self, question: str, *, on: date) -> tuple[tuple[ScoredArticle, ...], Collection[str]]:
        """Return what each part of the city's own articles would say, and which parts have some."""
        reader = self.reader()
        local = reader.local_regions
        found = [one for area in local for one in self._search(reader, question, on, area)]
        return tuple(sorted(found, key=lambda one: -one.fit)), local

    def _search(self, reader: QuestionReader, question: str, on: date, area: str | None) -> tuple[ScoredArticle, ...]:
        near = self._dense.nearest(question, most=NEAREST, allows=lambda id_: reader.allows(id_, on=on, area=area))
        return self._matcher.rank(question, reader.read(question, on=on, area=area, most=WEIGHED, nearest=near))

    def rebuild(self, progress: Callable[[int], None]) -> int:
        """Make the index of meanings again from the store."""
        self.reader()
        return self._dense.rebuild(progress)

    def reader(self) -> QuestionReader:
        """Return a reader over the articles as they stand at this moment."""
        return self.shelf()[1]

    def shelf(self) -> tuple[int, QuestionReader]:
        """Return the last change and a reader of it."""
        with self._store(reading=True) as uow:
            last = uow.articles.last_change()
        return self._shelf if self._shelf[0] >= last else self._follow()

    def _follow(self) -> tuple[int, QuestionReader]:
        with self._changing:
            seen = self._shelf[0]
            with self._store(reading=True) as uow:
                last = uow.articles.last_change()
                changed = uow.articles.changed_since(seen) if last > seen else ()
            if last > seen:
                self._dense.follow(changed)
                self._articles |= {article.id: article for article in changed}
                self._shelf = (last, QuestionReader([a for a in self._articles.values() if a.may_hold]))
            return self._shelf
