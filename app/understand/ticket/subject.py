"""For whom a citizen speaks: himself, or a business. A model of the demand says which."""

from collections.abc import Sequence

from app.domain.ticket import Subject
from app.domain.transcript import Evidence
from app.understand.ticket.clauses import Clause
from models.base import TextClassifier


class SubjectReader:
    """Tells a business from a citizen; a citizen needs no evidence."""

    def __init__(self, model: TextClassifier | None, least: float) -> None:
        """`least` is the probability from which the model's market entity is believed."""
        self._model = model
        self._least = least

    def read(self, clauses: Sequence[Clause], matter: str) -> tuple[Subject, tuple[Evidence, ...]]:
        """Return the subject and the clause that shows it."""
        if self._model and business(self._model, [matter])[0] >= self._least:
            likely = business(self._model, [clause.text for clause in clauses])
            return Subject.MARKET_ENTITY, (clauses[likely.index(max(likely))].evidence,)
        return Subject.CITIZEN, ()


def business(model: TextClassifier, texts: Sequence[str]) -> list[float]:
    """Return how likely each text is a business's own matter."""
    column = model.labels.index(Subject.MARKET_ENTITY)
    return [float(p) for p in model.scores(texts)[:, column]]
