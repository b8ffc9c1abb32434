"""For whom a citizen speaks: himself, or a business. A model of the demand says which, or the caller himself."""

import re
from collections.abc import Sequence

from app.domain.cue_rules import SubjectCues
from app.domain.ticket import Subject
from app.domain.transcript import Evidence
from app.understand.ticket.clauses import Clause
from models.base import TextClassifier

_ALL_BUT_SURE = 0.97
"""What the model must say of a demand in which something is no business's."""


class SubjectReader:
    """Tells a business from a citizen; a citizen needs no evidence."""

    def __init__(self, model: TextClassifier | None, least: float, rules: SubjectCues) -> None:
        """`least` is the probability from which the model's market entity is believed."""
        self._model = model
        self._least = least
        self._business, self._private = (
            re.compile("|".join(cue.pattern for cue in cues)) for cues in (rules.business, rules.private)
        )

    def read(self, clauses: Sequence[Clause], matter: str) -> tuple[Subject, tuple[Evidence, ...]]:
        """Return the subject and the clause that shows it."""
        private = self._private.search("，".join(clause.text for clause in clauses))
        said = [] if private else [clause for clause in clauses if self._business.search(clause.text)]
        if said:
            return Subject.MARKET_ENTITY, (said[0].evidence,)
        if self._model and business(self._model, [matter])[0] >= (_ALL_BUT_SURE if private else self._least):
            likely = business(self._model, [clause.text for clause in clauses])
            return Subject.MARKET_ENTITY, (clauses[likely.index(max(likely))].evidence,)
        return Subject.CITIZEN, ()


def business(model: TextClassifier, texts: Sequence[str]) -> list[float]:
    """Return how likely each text is a business's own matter."""
    column = model.labels.index(Subject.MARKET_ENTITY)
    return [float(p) for p in model.scores(texts)[:, column]]
