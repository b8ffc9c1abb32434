"""The knowledge base as it stands now, ready to search: whatever was committed before a question counts for it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from app.domain.knowledge import Citation, Found, ScoredArticle
from app.domain.ports import DenseIndex, UnitOfWorkFactory
from app.understand.question import QuestionReader
from app.understand.question_match import QuestionMatcher
from app.understand.second_order import SecondOrder

NEAREST = 50
"""Passages that meaning proposes."""
WEIGHED = 12
"""Articles that are weighed against each other."""


class LiveKnowledge:
    """Follows the store by its change numbers: a question costs one look at the last number.

    Editors may work in other processes; the number in the store tells this one too.
    """

    def __init__(
        self,
        store: UnitOfWorkFactory,
        dense: DenseIndex,
        matcher: QuestionMatcher,
        second_order: SecondOrder | None = None,
    ) -> None:
        self._store = store
        self._second_order = second_order
        self._dense = dense
        self._matcher = matcher
        self._changing = threading.Lock()
        self._shelf = (0, QuestionReader(()))

    @property
    def count(self) -> int:
        """Return how many articles are searched."""
        return self.reader().count

    def search(self, question: str, *, on: date, area: str | None) -> tuple[ScoredArticle, ...]:
        """Return the best articles by words and by meaning, as they stand at this moment, the likeliest first."""
        return self.look_up(question, on=on, area=area).articles

    def look_up(self, question: str, *, on: date, area: str | None) -> Found:
        """Return the same, with what could not be asked."""
        found = self._search(self.reader(), question, on, area)
        if self._second_order is None:
            return found
        again = self._second_order.reorder(question, found.articles)
        return again.model_copy(update={"degraded_reason": found.degraded_reason or again.degraded_reason})

    def in_parts(self, question: str, *, on: date, area: str | None) -> Mapping[str, tuple[ScoredArticle, ...]]:
        """Return, for this or that part of the area, the best articles as they would be if the matter were there.

        Only parts whose own articles come near the question are asked for; none means that the part does not matter.
        """
        reader = self.reader()
        if not reader.local_regions:
            return {}
        near, _ = self._proposed(reader, question, on, area, parts=True)
        regions = {one.article.region for one in near if not one.article.holds(on=on, area=area)}
        return {region: self._search(reader, question, on, region).articles for region in sorted(regions)}

    def stand(self, citations: Sequence[Citation], *, on: date) -> bool:
        """Tell whether all that is cited stands at this moment as it was cited."""
        reader = self.reader() if citations else None
        return reader is None or all(reader.stands(cited, on=on) for cited in citations)

    def _search(self, reader: QuestionReader, question: str, on: date, area: str | None) -> Found:
        proposed, degraded = self._proposed(reader, question, on, area)
        return Found(articles=self._matcher.rank(question, proposed), degraded_reason=degraded)

    def _proposed(
        self, reader: QuestionReader, question: str, on: date, area: str | None, *, parts: bool = False
    ) -> tuple[tuple[ScoredArticle, ...], str | None]:
        near = self._dense.nearest(
            question, most=NEAREST, allows=lambda id_: reader.allows(id_, on=on, area=area, parts=parts)
        )
        proposed = reader.read(question, on=on, area=area, most=WEIGHED, nearest=near, parts=parts)
        return proposed, near.degraded_reason

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
                self._shelf = (last, self._shelf[1].changed(changed))
            return self._shelf
