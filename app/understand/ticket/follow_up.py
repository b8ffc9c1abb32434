"""What a good operator would still ask, and how: one table, most needed first."""

import re

from app.domain.ticket import Citizen, Place, RequestKind

MOST_QUESTIONS = 3
_QUESTIONS = {
    "place.district": "请问您反映的事情在哪个区（市）？",
    "place.town": "请问具体是哪个镇或者街道？",
    "place.detail": "请问具体地点在哪里，比如小区名称、楼号或者附近的路口？",
    "event_time": "请问这个情况是从什么时候开始的？",
    "citizen.name": "请问您贵姓，怎么称呼？",
    "citizen.phone": "请问办理结果打哪个电话通知您？",
}
_ON_THE_SPOT = (RequestKind.HELP, RequestKind.COMPLAINT, RequestKind.REPORT)
_TIMED = (RequestKind.COMPLAINT, RequestKind.REPORT)
_FOUND_BY_NAME = re.compile(
    r"医院|妇幼|保健院|卫生院|公交站(?!牌)|河(?![西东南北中]?[路街]|村|街道|花园|湾|小区|畔|苑|滨|家园|社区|天街)|学校|小学|中学|幼儿园|学院(?![东西南北]?路)|大学(?!城)|"
    r"车站|高铁站|火车站|公园|大厅|派出所|政府|古城|体育(?:中心|馆|场)|奥体|艺术中心|博物馆|图书馆|文化馆|船闸|殡仪馆|政务服务中心|社保中心|服务厅|[支分]行|站(?:出站口|广场|停车场|[东西南北])|[一二三四五六七八九十]中(?![心学国])|风景区|湿地|[局院站]$|^[^\d]{2,8}(?:路|大道|街|河)$"
)
"""A place that is found without its town."""
_ONLY_BESIDE = re.compile(
    r"(?:对过|对面|隔壁)(?!的?[\u4e00-\u9fff]{0,2}$)[\u4e00-\u9fff\d]{3}|古城.{2,}(?:客栈|店|馆)|(?:往[东西南北]).{2,}(?:店|馆|超市)"
)
"""What bears a name beside one that is found: its town is needed."""


def missing_fields(
    kind: RequestKind,
    place: Place,
    citizen: Citizen,
    *,
    bound: bool,
    timed: bool,
    name_refused: bool,
    phone_refused: bool,
) -> tuple[str, ...]:
    """Return the dotted paths of fields this ticket needs and lacks.

    `bound`: the matter stands or happens where somebody must go and see. `timed`: when it began was said, however
    vaguely.
    """
    on_the_spot = bound and kind in _ON_THE_SPOT
    by_name = bool(place.detail and _FOUND_BY_NAME.search(place.detail) and not _ONLY_BESIDE.search(place.detail))
    wanted = {
        "place.district": on_the_spot and not place.district,
        "place.town": on_the_spot and not place.town and not by_name,
        "place.detail": on_the_spot and not place.detail,
        "event_time": kind in _TIMED and not timed,
        "citizen.name": not citizen.name and not name_refused and not citizen.confidential,
        "citizen.phone": not citizen.phone and not phone_refused,
    }
    return tuple(name for name, lacks in wanted.items() if lacks)


def follow_up_questions(missing: tuple[str, ...]) -> tuple[str, ...]:
    """Return at most three polite questions for the operator to ask."""
    return tuple(_QUESTIONS[name] for name in missing if name in _QUESTIONS)[:MOST_QUESTIONS]
