"""The demo data set's flows: the service's own parts on a clock of the past, read by the embedded engine."""

from collections.abc import Callable, Sequence

from app.config import Settings
from app.domain.ports import Clock, UnitOfWorkFactory
from app.domain.reference import ReferenceData
from app.flows.corrections import Corrections
from app.flows.demo import DemoFlow, PastClock
from app.flows.intake import IntakeFlow, Reads
from app.flows.judgement import IntakePolicy
from app.flows.redispatch import Redispatch
from app.flows.referrals import ReferralFlow
from app.flows.supervision import SupervisionFlow
from app.flows.tickets import TicketFlow
from app.flows.verdicts import VerdictFlow
from app.store.demo import load_demo_script


def build_demo(
    settings: Settings,
    reference: ReferenceData,
    reader: Reads,
    policy: IntakePolicy,
    store: UnitOfWorkFactory,
    clock: Clock,
    redispatch: Redispatch,
    verdicts: VerdictFlow,
    afterwards: Sequence[Callable[[], object]],
) -> DemoFlow:
    """Wire it; `afterwards` is run as soon as the tickets are there, so that every page shows them."""
    past = PastClock(clock.now())
    return DemoFlow(
        script=load_demo_script(settings.knowledge_dir / "demo.yaml"),
        policy=policy,
        store=store,
        clock=clock,
        past=past,
        intake=IntakeFlow(reader=reader, policy=policy, store=store, clock=past),
        tickets=TicketFlow(store, past, policy, redispatch, verdicts, Corrections(reference, policy, redispatch)),
        supervision=SupervisionFlow(store, past, reference.supervision, policy.clock),
        referrals=ReferralFlow(store, past, reference.lanes, policy.clock),
        towns=tuple(f"{town.district}{town.name}" for town in reference.gazetteer.towns),
        afterwards=afterwards,
    )
