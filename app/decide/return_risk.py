"""How likely the leading unit hands a ticket back, and why: a small logistic model over what dispatch knows."""

import math
from collections.abc import Sequence

from app.domain.decision import ReturnRisk
from app.domain.thresholds import ReturnRiskWeights
from app.domain.ticket import Place
from app.domain.unit import Precedent

_SURE = 0.999
_TOLD = 0.2
"""What adds less to the log-odds is not told as a reason."""


def return_risk(
    *,
    score: float,
    rivals: Sequence[str],
    place: Place,
    returned: Sequence[Precedent],
    weights: ReturnRiskWeights,
) -> ReturnRisk:
    """Return the risk.

    `score` is the leading unit's; `rivals` are the names of other units that cannot be ruled out;
    `returned` are like tickets that a unit of the same function gave back.
    """
    sure = min(max(score, 1 - _SURE), _SURE)
    doubt = weights.doubt * math.log((1 - sure) / sure)
    found = [
        (weights.rivals * len(rivals), f"另有{len(rivals)}个单位也可能承办（{'、'.join(rivals[:2])}）"),
        (0.0 if place.district else weights.no_district, "未说明区（市），属地无法确定"),
        (0.0 if place.town else weights.no_town, "未说明镇（街道）"),
        (
            weights.returned * sum(precedent.likeness for precedent in returned),
            f"相似工单{returned[0].ticket_number if returned else ''}曾被同类单位退回",
        ),
    ]
    odds = weights.bias + doubt + sum(added for added, _ in found)
    reasons = [reason for added, reason in sorted(found, key=lambda item: -item[0]) if added >= _TOLD]
    if score < weights.unsure_below:
        reasons.insert(0, f"对主办单位的把握只有{score:.0%}")
    return ReturnRisk(score=round(1 / (1 + math.exp(-odds)), 4), reasons=tuple(reasons) or ("职责和属地明确",))
