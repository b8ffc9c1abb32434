"""What a ticket lacks: a place that is found by its name needs no town, what stands beside one does."""

import pytest

from app.domain.ticket import Citizen, Place, RequestKind
from app.understand.ticket.follow_up import missing_fields


@pytest.mark.parametrize(
    ("detail", "lacks_town"),
    [
        ("平安小区3号楼", True),
        ("市立医院门诊楼", False),
        ("枣庄学院北校区", False),
        ("台儿庄古城西门", False),
        ("枣庄站出站口", False),
        ("农商行龙泉支行", False),
        ("龙泉路", False),
        ("火车站对面老赵手机店", True),
        ("台儿庄古城旁清风客栈", True),
        ("实验学校西门往南包子店门口", True),
    ],
)
def test_a_place_found_by_its_name_needs_no_town(detail: str, lacks_town: bool) -> None:
    missing = missing_fields(
        RequestKind.HELP,
        Place(district="滕州市", detail=detail),
        Citizen(name="赵先生", phone="13800000000"),
        bound=True,
        timed=True,
        name_refused=False,
        phone_refused=False,
    )
    assert missing == (("place.town",) if lacks_town else ())
