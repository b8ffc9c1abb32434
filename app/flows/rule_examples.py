"""The examples of the rules tried on the rules: what a rule must match and must not, and what must be caught."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from app.decide.referral import decide_referrals
from app.domain.deadline_rules import DeadlineRule
from app.domain.reference import ReferenceData
from app.domain.reference_rules import ReadingFrame, RoutingRule, TextRule
from app.domain.transcript import Speaker, Transcript, Turn
from app.receive.spoken import Normaliser
from app.understand.frames import Frames
from app.understand.risk import RiskReader
from app.understand.text_rules import Patterns


def broken_examples(reference: ReferenceData) -> Iterator[str]:
    """Yield, in Chinese, every example that the rules do not bear out."""
    referral, routing = reference.referral, reference.routing
    told_elsewhere = (*routing.statutory_routes, *routing.emergency_routes, *routing.key_projects)
    found = {
        "referral": [
            *(fault for rule in referral.rules for fault in _of_text(rule, referral.window)),
            *(fault for frame in referral.frames for fault in _of_frame(frame, referral.direct)),
            *_missed(reference),
        ],
        "routing": [
            *(fault for rule in told_elsewhere for fault in _of_text(rule, routing.window)),
            *_of_facts(routing.rules),
        ],
        "deadline": [*_of_facts(reference.deadline.rules)],
    }
    yield from (f"rules/{name}.yaml: {fault}" for name, faults in found.items() for fault in faults)


def _of_text(rule: TextRule, window: int) -> Iterator[str]:
    patterns = Patterns(rule.patterns, rule.exclude, window=window)
    yield from (f"{rule.id}: 应命中而未命中：{text}" for text in rule.examples.match if not patterns.first(text))
    yield from (f"{rule.id}: 不应命中而命中：{text}" for text in rule.examples.no_match if patterns.first(text))


def _of_frame(frame: ReadingFrame, direct: Sequence[str]) -> Iterator[str]:
    frames = Frames([frame], direct)
    yield from (f"{frame.id}: 应排除而未排除：{text}" for text in frame.examples.framed if not frames.framed(text))
    yield from (f"{frame.id}: 不应排除而排除：{text}" for text in frame.examples.kept if frames.framed(text))


def _missed(reference: ReferenceData) -> Iterator[str]:
    """Yield the statements that must be caught and that the rules alone do not send to their lane."""
    reader = RiskReader(reference.referral, reference.emotion, reference.routing)
    normaliser, referral = Normaliser(reference.gazetteer), reference.referral
    for wanted in referral.must_catch:
        for text in wanted.texts:
            said = Turn(speaker=Speaker.CITIZEN, text=text)
            call = Transcript(id="example", channel="web", called_at=datetime.now(UTC), turns=(said,))
            proposed = decide_referrals(reader.read(normaliser.normalise(call)), referral)
            if wanted.receiver not in {one.receiver for one in proposed}:
                yield f"must_catch {wanted.receiver}: 规则未提请：{text}"


def _of_facts(rules: Sequence[DeadlineRule] | Sequence[RoutingRule]) -> Iterator[str]:
    """The first rule that fits decides."""
    for rule in rules:
        for wanted, facts_of in ((True, rule.examples.match), (False, rule.examples.no_match)):
            for facts in facts_of:
                first = next(one.id for one in rules if one.when.fits(facts))
                if (first == rule.id) is not wanted:
                    said = "应由本条决定" if wanted else "不应由本条决定"
                    yield f"{rule.id}: {said}，实际为 {first}：{facts.model_dump(mode='json', exclude_defaults=True)}"
