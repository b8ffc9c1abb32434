"""What sort of request it is: the text models' probabilities, moved by the rules' cues.

Whether only an answer is wanted decides who receives a ticket, so a model of its own says that.
"""

import math
import re

from app.domain.anchors import Anchored
from app.domain.reference_rules import RequestKindRules
from app.domain.ticket import RequestKind
from models.base import TextClassifier

_TITLE_SAYS = re.compile(r"(投诉|举报|咨询|建议|求助|表扬|感谢)")
_TITLE_KIND = {
    "投诉": RequestKind.COMPLAINT,
    "举报": RequestKind.REPORT,
    "咨询": RequestKind.CONSULTATION,
    "建议": RequestKind.SUGGESTION,
    "求助": RequestKind.HELP,
    "表扬": RequestKind.PRAISE,
    "感谢": RequestKind.PRAISE,
}
_TITLE_WEIGHT = 3.0
_PRIOR = {RequestKind.HELP: 0.6, RequestKind.COMPLAINT: 0.4}


class KindReader:
    """Scores the six kinds for one demand."""

    def __init__(
        self, rules: RequestKindRules, model: TextClassifier | None, asked: TextClassifier | None = None
    ) -> None:
        """`asked` tells consultations from all else; `model` tells the six kinds apart."""
        self._cues = tuple((kind.kind, cue.weight, Anchored(cue.pattern)) for kind in rules.kinds for cue in kind.cues)
        self._model = model
        self._asked = asked

    def read(self, matter: str, said: str, title: str | None) -> tuple[RequestKind, float]:
        """Return the likeliest kind and its probability.

        The model reads the matter; the cues look at all that was said, 我想咨询一下 included.
        """
        likely = self.probabilities(matter, title, said)
        best = max(likely, key=lambda kind: likely[kind])
        return best, round(likely[best], 3)

    def probabilities(self, matter: str, title: str | None, said: str = "") -> dict[RequestKind, float]:
        """Return the probability of every kind; cues look at `said`, or at the matter where that is not given."""
        logits = self._model_logits(matter)
        for kind, weight, pattern in self._cues:
            if pattern.search(said or matter) and not self._weighed(kind, pattern, matter):
                logits[kind] += weight
        if title and (named := _TITLE_SAYS.findall(title)):
            logits[_TITLE_KIND[named[-1]]] += _TITLE_WEIGHT
        most = max(logits.values())
        total = sum(math.exp(value - most) for value in logits.values())
        return {kind: math.exp(value - most) / total for kind, value in logits.items()}

    def _weighed(self, kind: RequestKind, pattern: Anchored, matter: str) -> bool:
        """Tell whether a model has weighed a cue already: 请问啥时候能来修 is a wish, whatever 请问 says."""
        return bool(self._asked and kind is RequestKind.CONSULTATION and pattern.search(matter))

    def _model_logits(self, matter: str) -> dict[RequestKind, float]:
        if self._model is None:
            return {kind: _PRIOR.get(kind, 0.0) for kind in RequestKind}
        row = self._model.scores([matter])[0]
        found = dict(zip(self._model.labels, row.tolist(), strict=True))
        if self._asked:
            found = with_asked(found, self._asked, matter)
        return {kind: math.log(max(found.get(kind, 0.0), 1e-3)) for kind in RequestKind}


def with_asked(found: dict[str, float], asked: TextClassifier, matter: str) -> dict[str, float]:
    """Return the kinds' probabilities with the consultation's as `asked` has it, the others' shares kept."""
    asks = float(asked.scores([matter])[0, asked.labels.index(RequestKind.CONSULTATION)])
    rest = max(sum(found.values()) - found.get(RequestKind.CONSULTATION, 0.0), 1e-6)
    return {
        kind: asks if kind == RequestKind.CONSULTATION else (1 - asks) * share / rest for kind, share in found.items()
    }
