"""What the service does by itself while it runs: tell, supervise, count, warn, report, seal history, delete in time."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.domain.errors import HotlineError
from app.flows.analytics import AnalyticsFlow
from app.flows.audit import AuditFlow
from app.flows.early_warning import EarlyWarningFlow
from app.flows.given_answers import GivenAnswerFlow
from app.flows.hot_issues import HotIssueFlow
from app.flows.live_call import LiveCallFlow
from app.flows.referral_alarm import ReferralAlarm
from app.flows.relay import RelayFlow
from app.flows.reports import ReportFlow
from app.flows.supervision import SupervisionFlow
from app.flows.ticket_index import TicketIndexFlow
from app.flows.verdicts import VerdictFlow


@dataclass
class Duty:
    """One thing to be done again and again."""

    name: str
    every_s: float
    run: Callable[[], object]
    due: float = 0.0


class Duties:
    """Runs the duties in a thread of its own, each when it is due; one that fails is logged and tried again."""

    def __init__(
        self,
        *,
        relay: RelayFlow,
        supervision: SupervisionFlow,
        audit: AuditFlow,
        live_calls: LiveCallFlow,
        verdicts: VerdictFlow,
        analytics: AnalyticsFlow,
        hot_issues: HotIssueFlow,
        early_warnings: EarlyWarningFlow,
        reports: ReportFlow,
        referral_alarm: ReferralAlarm,
        ticket_index: TicketIndexFlow,
        given_answers: GivenAnswerFlow,
    ) -> None:
        self._duties = (
            Duty("relay", 1, relay.begin),
            Duty("verdicts", 10, verdicts.follow),
            Duty("analytics", 30, analytics.follow),
            Duty("early_warnings", 60, early_warnings.watch),
            Duty("reports", 60, reports.make_due),
            Duty("supervision", 60, supervision.run_once),
            Duty("referral_alarm", 60, referral_alarm.run_once),
            Duty("live_calls", 60, live_calls.end_left_alone),
            Duty("issues", 5, hot_issues.follow),
            Duty("tickets_of_others", 2, ticket_index.follow),
            Duty("ticket_index", 60, ticket_index.seal),
            Duty("issues_again", 600, hot_issues.look_again),
            Duty("seal", 60, audit.seal),
            Duty("retention", 3600, audit.delete_expired),
            Duty("given_answers", 3600, given_answers.forget_old),
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="duties", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the duty at hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _work(self) -> None:
        while not self._stop.wait(0.5):
            for duty in self._duties:
                if time.monotonic() >= duty.due and not self._stop.is_set():
                    self._do(duty)
                    duty.due = time.monotonic() + duty.every_s

    def _do(self, duty: Duty) -> None:
        try:
            duty.run()
        except Exception as error:  # noqa: BLE001  whatever it is, the other duties must go on
            expected = isinstance(error, HotlineError)
            why = {"reason": str(error)} if expected else {"exc_info": error}
            structlog.get_logger().warning("duty_failed", duty=duty.name, error=type(error).__name__, **why)
