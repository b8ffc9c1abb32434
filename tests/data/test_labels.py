"""Every code that people may read has a Chinese name."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from app.domain import labels
from app.domain.access import Scope
from app.domain.knowledge import ArticleStatus, ArticleStep
from app.domain.knowledge_upkeep import Fault
from app.domain.referral import ReferralStatus, ReferralStep
from app.domain.risk import Emotion
from app.domain.ticket import RequestKind, Subject, Urgency
from app.domain.workflow import STEPS, MeetingReason, Outcome, TicketStatus


@pytest.mark.parametrize(
    ("codes", "names"),
    [
        (TicketStatus, labels.TICKET_STATUS),
        (ReferralStatus, labels.REFERRAL_STATUS),
        (ReferralStep, labels.REFERRAL_STEP),
        (ArticleStatus, labels.ARTICLE_STATUS),
        (ArticleStep, labels.ARTICLE_STEP),
        (Fault, labels.ARTICLE_FAULT),
        (RequestKind, labels.REQUEST_KIND),
        (Subject, labels.SUBJECT),
        (Urgency, labels.URGENCY),
        (Emotion, labels.EMOTION),
        (Scope, labels.SCOPE),
        (MeetingReason, labels.MEETING),
        (Outcome, labels.OUTCOME),
    ],
)
def test_no_code_is_without_a_name(codes: type[StrEnum], names: Mapping[str, str]) -> None:
    assert set(codes) == set(names)


def test_what_a_step_needs_has_a_name() -> None:
    assert {name for rule in STEPS.values() for name in rule.needs} <= set(labels.DETAIL)
