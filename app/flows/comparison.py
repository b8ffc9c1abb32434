"""Shadow comparison: the latest calls read again with the models in force, beside what was decided then."""

from itertools import islice
from typing import Any

from app.domain.frozen import Frozen
from app.flows.intake import IntakeFlow

_SHOWN = 200


class Difference(Frozen):
    """One call whose tickets would be another today."""

    call_id: str
    then: tuple[dict[str, Any], ...]
    now: tuple[dict[str, Any], ...]


class Comparison(Frozen):
    """How many calls were read again, how many agree, and those that do not."""

    calls: int
    same_tickets: int
    """Calls that give as many tickets as then."""
    same_category: int
    same_unit: int
    differences: tuple[Difference, ...]


class ComparisonFlow:
    """Reads deliveries again; changes nothing."""

    def __init__(self, intake: IntakeFlow) -> None:
        self._intake = intake

    def run(self, *, limit: int) -> Comparison:
        """Compare up to `limit` deliveries."""
        pairs = list(islice(self._intake.read_again(), limit))

        def agree(*names: str) -> int:
            return sum(_only(pair["then"], names) == _only(pair["now"], names) for pair in pairs)

        changed = [pair for pair in pairs if pair["then"] != pair["now"]]
        return Comparison(
            calls=len(pairs),
            same_tickets=agree(),
            same_category=agree("category"),
            same_unit=agree("lead_unit"),
            differences=tuple(Difference(**pair) for pair in changed[:_SHOWN]),
        )


def _only(tickets: list[dict[str, Any]], names: tuple[str, ...]) -> list[list[Any]]:
    return [[ticket[name] for name in names] for ticket in tickets]
