"""One capability alone: units, duplicates or risk of a text, without making a ticket."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.decision import UnitDecision
from app.domain.duplicate import DuplicateCandidate
from app.domain.errors import InvalidInput
from app.domain.frozen import Frozen
from app.domain.reading import CallReading
from app.domain.referral import ReferralProposal
from app.domain.risk import RiskReading
from app.domain.ticket import Category
from app.flows.intake import Reads
from app.flows.judgement import IntakePolicy, Judgement
from app.receive.payload import parse_transcript


class UnitAnswer(Frozen):
    """Category and unit of a text."""

    category: Category | None
    unit: UnitDecision


class DuplicateAnswer(Frozen):
    """Earlier tickets like a text."""

    duplicates: tuple[DuplicateCandidate, ...]


class RiskAnswer(Frozen):
    """Risk of a text and the referrals it would be proposed for."""

    risk: RiskReading
    referrals: tuple[ReferralProposal, ...]


class CapabilityFlow:
    """Reads and judges without storing."""

    def __init__(self, reader: Reads, policy: IntakePolicy) -> None:
        self._reader = reader
        self._policy = policy

    def units(self, payload: Mapping[str, Any], *, received_at: datetime) -> UnitAnswer:
        """Return the unit decision for the first demand of a text."""
        judgement = self._first(payload, received_at)
        return UnitAnswer(category=judgement.category, unit=judgement.unit)

    def duplicates(self, payload: Mapping[str, Any], *, received_at: datetime) -> DuplicateAnswer:
        """Return earlier tickets like the first demand of a text."""
        return DuplicateAnswer(duplicates=self._first(payload, received_at).duplicates)

    def risk(self, payload: Mapping[str, Any], *, received_at: datetime) -> RiskAnswer:
        """Return the risk reading of a text."""
        reading = self._read(payload, received_at)
        referrals = tuple(
            r for demand in reading.demands for r in self._policy.judge(demand, reading.transcript).referrals
        )
        return RiskAnswer(risk=reading.risk, referrals=referrals)

    def _first(self, payload: Mapping[str, Any], received_at: datetime) -> Judgement:
        reading = self._read(payload, received_at)
        if not reading.demands:
            given = "text" if payload.get("turns") is None else "turns"
            raise InvalidInput(reading.no_demand_reason or "未识别到诉求内容", field=given)
        return self._policy.judge(reading.demands[0], reading.transcript)

    def _read(self, payload: Mapping[str, Any], received_at: datetime) -> CallReading:
        """Accept a transcript, or `text` alone as a web message."""
        body = {name: value for name, value in payload.items() if value is not None}
        if "turns" not in body:
            if not isinstance(body.get("text"), str):
                raise InvalidInput("缺少 turns（通话）或者 text（文字）", field="text")
            body["turns"] = [{"speaker": "citizen", "text": body.get("text")}]
            body.setdefault("channel", "web")
        body.setdefault("id", "-")
        return self._reader.read(parse_transcript(body, received_at=received_at))
