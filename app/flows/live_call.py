"""A call while it is spoken: turns in, patches of its tickets out; the tickets stand once the caller hangs up.

The embedded engine reads the whole call again after every turn, so that a later correction wins as it does in a
finished call. The language model is asked beside it, one question a call at a time. Calls live in memory until they
end: after a restart a client sends its turns again. A call left alone becomes tickets with what was said.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from app.domain.errors import Conflict, Forbidden, HotlineError, InvalidInput, ServiceUnavailable, TooLarge
from app.domain.ports import Clock
from app.domain.reading import CallReading
from app.domain.ticket import IntakeResult
from app.domain.transcript import Transcript, Turn
from app.flows.generated_reading import Tell
from app.flows.intake import IntakeFlow
from app.flows.judgement import IntakePolicy
from app.flows.live_state import State, carried_over, patch_between, state_of
from app.flows.reading import CallReader
from app.receive.payload import MAX_CHARACTERS, MAX_TURNS, parse_transcript, parse_turn

MOST_CALLS = 5_000
LEFT_ALONE_S = 1800.0
"""Silence after which a call is taken for ended."""


class Betters(Protocol):
    """Betters a reading by a language model."""

    def better(self, reading: CallReading, *, tell: Tell | None = None) -> CallReading:
        """Return what the model makes of it, told value by value; ends within its own time limit."""


class Patch(NamedTuple):
    """From one state to the next."""

    turns: int
    """Turns that were read."""
    version: int
    patch: State


class Snapshot(NamedTuple):
    """Where a call stands when a connection takes it up."""

    next_turn: int
    version: int
    state: State


Listener = Callable[[Patch | Snapshot], None]
"""Hears one snapshot and then every patch, in their order; must not wait."""


@dataclass
class LiveCall:
    """One call under way. `lock` guards everything that may change."""

    head: Transcript
    by: str
    opened_at: datetime
    lock: threading.Lock = field(default_factory=threading.Lock)
    turns: list[Turn] = field(default_factory=list)
    listener: Listener | None = None
    """The connection that goes on with the call; an older one has no more say."""
    heard_at: float = field(default_factory=time.monotonic)
    now: CallReading | None = None
    """The embedded engine's newest reading."""
    asked: CallReading | None = None
    answered: CallReading | None = None
    """The model's newest answer, and the reading it was asked about."""
    notice: str | None = None
    state: State = field(default_factory=lambda: {"engine": "embedded", "tickets": {}})
    version: int = 0

    @property
    def transcript(self) -> Transcript:
        """Return the call as far as it was heard."""
        return self.head.model_copy(update={"turns": tuple(self.turns)})


class LiveCallFlow:
    """Keeps the calls under way."""

    def __init__(
        self, *, reader: CallReader, model: Betters | None, policy: IntakePolicy, intake: IntakeFlow, clock: Clock
    ) -> None:
        self._reader = reader
        self._model = model
        self._policy = policy
        self._intake = intake
        self._clock = clock
        self._calls: dict[str, LiveCall] = {}
        self._lock = threading.Lock()

    @property
    def asks_a_model(self) -> bool:
        """Tell whether there is a language model to ask."""
        return self._model is not None

    def open(self, call_id: str, payload: Mapping[str, Any], *, by: str, listener: Listener) -> LiveCall | IntakeResult:
        """Begin a call or take up one that was begun; a call that became tickets already is its result.

        `listener` is told where the call stands, and from then on what changes.

        Raises:
            InvalidInput: a field cannot be used.
            Forbidden: somebody else began it.
            ServiceUnavailable: too many calls are under way.
        """
        now = self._clock.now()
        head = parse_transcript({**payload, "id": call_id, "turns": []}, received_at=now)
        if result := self._intake.stored(head.id):
            return result
        with self._lock:
            call = self._calls.get(head.id)
            if call is None:
                if len(self._calls) >= MOST_CALLS:
                    raise ServiceUnavailable("正在进行的通话过多，请稍后再试")
                call = self._calls[head.id] = LiveCall(head, by, now)
        if call.by != by:
            raise Forbidden(f"通话 {head.id} 由其他密钥开始")
        with call.lock:
            call.listener, call.heard_at = listener, time.monotonic()
            listener(Snapshot(len(call.turns), call.version, call.state))
        return call

    def hear(self, call: LiveCall, payload: Mapping[str, Any], *, listener: Listener) -> str | None:
        """Take one turn, new or said better; return what the operator must do at once, if anything.

        Raises:
            Conflict: the call goes on over a newer connection.
            InvalidInput: the turn cannot be used.
        """
        index = payload.get("index")
        if not isinstance(index, int) or isinstance(index, bool) or index < 0:
            raise InvalidInput("index 应为从0起的整数", field="index")
        turn = parse_turn(payload, f"turns[{index}]")
        with call.lock:
            _check(call, listener)
            _put(call.turns, index, turn)
            call.heard_at = time.monotonic()
        alone = call.head.model_copy(update={"turns": (turn,)})
        notice = self._policy.emergency_notice(self._reader.emergencies(alone))
        return notice if notice and notice not in (call.notice or "") else None

    def read(self, call: LiveCall) -> None:
        """Read the call as far as it was heard."""
        with call.lock:
            transcript = call.transcript
            if call.now and call.now.transcript == transcript:
                return
        reading = self._reader.read(transcript)
        with call.lock:
            call.now = reading
            self._tell(call)

    def ask(self, call: LiveCall) -> None:
        """Ask the model about what was read last; its values are told as they are written."""
        with call.lock:
            asked, base = call.now, self._carried(call)
        if self._model and asked and base:
            self._better(self._model, call, asked, base)

    def hang_up(self, call: LiveCall, *, listener: Listener | None) -> IntakeResult:
        """Make the tickets, through the intake that every call goes through; again gives the same ones.

        Raises:
            Conflict: a call of this id was delivered with other content, or goes on over a newer connection.
        """
        started = time.perf_counter()
        with call.lock:
            _check(call, listener)
            transcript = call.transcript
        delivery = self._intake.receive(payload_of(transcript), by=call.by)
        result = self._intake.earlier(delivery)
        if result is None:
            result = self._intake.keep(delivery, self._final(call, transcript), started)
        with self._lock:
            self._calls.pop(call.head.id, None)
        return result

    def end_left_alone(self) -> int:
        """Make tickets of the calls that nobody ended; return how many there were.

        Raises:
            ServiceUnavailable: the store is away; the calls wait for it.
        """
        before = time.monotonic() - LEFT_ALONE_S
        with self._lock:
            left = [call for call in self._calls.values() if call.heard_at < before]
        for call in left:
            try:
                self.hang_up(call, listener=call.listener)
            except ServiceUnavailable:
                raise
            except HotlineError:  # nothing was said, or the call came in whole by another way
                with self._lock:
                    self._calls.pop(call.head.id, None)
        return len(left)

    def _final(self, call: LiveCall, transcript: Transcript) -> CallReading:
        reading = call.now if call.now and call.now.transcript == transcript else self._reader.read(transcript)
        if self._model is None:
            return reading
        if call.answered and call.asked and call.asked.transcript == transcript and call.answered.engine == "llm":
            return call.answered
        return self._better(self._model, call, reading, reading)

    def _better(self, model: Betters, call: LiveCall, asked: CallReading, base: CallReading) -> CallReading:
        """Ask about a reading; `base` is that reading with what the model said before, so that nothing flickers."""

        def show(answered: CallReading) -> None:
            with call.lock:
                call.asked, call.answered = asked, answered
                self._tell(call)

        answered = model.better(base, tell=lambda partly: show(partly.model_copy(update={"engine": "llm"})))
        show(answered)
        return answered

    def _carried(self, call: LiveCall) -> CallReading | None:
        """Return the newest reading with what of the model's answer still holds."""
        if call.now and call.asked and call.answered:
            return carried_over(call.asked, call.answered, call.now)
        return call.now

    def _tell(self, call: LiveCall) -> None:
        """Tell the way from the state that was told last to the one in force."""
        reading = self._carried(call)
        if reading is None:
            return
        call.notice = self._policy.danger(reading.risk)
        judged = [self._policy.judge(d, reading.transcript, call.opened_at) for d in reading.demands]
        state = state_of(reading, judged, call.notice)
        patch = patch_between(call.state, state)
        if patch and call.listener:
            call.state, call.version = state, call.version + 1
            call.listener(Patch(len(reading.transcript.turns), call.version, patch))


def _check(call: LiveCall, listener: Listener | None) -> None:
    if call.listener is not listener:
        raise Conflict(f"通话 {call.head.id} 已在另一连接上继续")


def _put(turns: list[Turn], index: int, turn: Turn) -> None:
    """Add a turn, or put it in the place of one that was heard less well."""
    if index > len(turns):
        raise InvalidInput(f"缺少第 {len(turns)} 句，收到第 {index} 句", field="index")
    if index >= MAX_TURNS:
        raise TooLarge(f"turns 最多 {MAX_TURNS} 条", field="index")
    if sum(len(t.text) for t in turns) + len(turn.text) > MAX_CHARACTERS:
        raise TooLarge(f"文字总长最多 {MAX_CHARACTERS} 个字符", field="text")
    turns[index : index + 1] = [turn]


def payload_of(transcript: Transcript) -> dict[str, Any]:
    """Return a call as a channel delivers it whole."""
    return transcript.model_dump(mode="json", exclude_none=True)
