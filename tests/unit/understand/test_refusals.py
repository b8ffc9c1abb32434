"""What somebody refuses becomes the deed that is asked for."""

import pytest

from app.understand.ticket.refusals import asked_instead, refusal


@pytest.mark.parametrize(
    ("key", "deed"),
    [
        ("地产公司不退认筹金", "退还认筹金"),
        ("物业不退还押金", "退还押金"),
        ("厂里不给发工资", "发放工资"),
        ("店家不给换", ""),
        ("煤气罐不给换说罐过期", ""),
    ],
)
def test_a_refusal_asks_for_its_deed(key: str, deed: str) -> None:
    refused = refusal(key)
    assert refused
    assert asked_instead(refused) == deed


def test_a_fault_is_no_refusal() -> None:
    assert refusal("路灯不亮") is None
