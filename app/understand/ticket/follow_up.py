"""What a good operator would still ask, and how: one table, most needed first."""

from app.domain.ticket import Citizen, Place, RequestKind

MOST_QUESTIONS = 3
_QUESTIONS = {
    "place.district": "请问您反映的事情在哪个区（市）？",
    "place.town": "请问具体是哪个镇或者街道？",
    "place.detail": "请问具体地点在哪里，比如小区名称、楼号或者附近的路口？",
    "event_time": "请问这个情况是从什么时候开始的？",
    "wants": "请问您希望怎样解决？",
    "citizen.phone": "请问办理结果打哪个电话通知您？",
}
_PLACE_BOUND = (RequestKind.HELP, RequestKind.COMPLAINT, RequestKind.REPORT)


def missing_fields(
    kind: RequestKind,
    place: Place,
    citizen: Citizen,
    *,
    wants: bool,
    event_time: bool,
    phone_refused: bool,
    vague: bool,
) -> tuple[str, ...]:
    """Return the dotted paths of fields this ticket needs and lacks."""
    bound = kind in _PLACE_BOUND
    wanted = {
        "place.district": bound and not place.district,
        "place.town": bound and bool(place.district) and not place.town and not place.detail,
        "place.detail": bound and not place.detail,
        "wants": bound and not wants and vague,
        "event_time": kind is RequestKind.REPORT and not event_time,
        "citizen.phone": not citizen.phone and not phone_refused,
    }
    return tuple(name for name, lacks in wanted.items() if lacks)


def follow_up_questions(missing: tuple[str, ...]) -> tuple[str, ...]:
    """Return at most three polite questions for the operator to ask."""
    return tuple(_QUESTIONS[name] for name in missing if name in _QUESTIONS)[:MOST_QUESTIONS]
