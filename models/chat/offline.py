"""vLLM's own engine, without a server, as a ChatModel: many conversations in one batch, for back-fill.

`generate` gathers what threads ask for a moment and hands it to the engine together.
"""

import atexit
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from pydantic import BaseModel
from vllm import LLM, SamplingParams
from vllm.sampling_params import StructuredOutputsParams

from models.base import BadOutput, ChatMessage, ModelRefused, ModelTimeout, ModelUnavailable
from models.chat.thoughts import without_thoughts

_GATHER_S = 0.05
"""How long the first of a batch waits for others."""
_MOST_AT_ONCE = 256


class _Asked(NamedTuple):
    messages: list[dict[str, str]]
    form: type[BaseModel]
    answer: "Future[str]"


def load(
    *,
    base_urls: Sequence[str],
    model: str,
    api_key: str,
    limits: Mapping[str, Any],
    max_tokens: int,
    extra_body: Mapping[str, Any] | None = None,
) -> "OfflineEngine":
    """Return the engine over the model folder; `extra_body` is passed to it (`max_model_len`, …).

    Raises:
        ModelUnavailable: the engine does not start.
    """
    # An engine process of its own, started afresh: a fork would carry this process's threads and libraries into it.
    os.environ.setdefault("VLLM_WORKER_MULTIPROC_METHOD", "spawn")
    options = {"structured_outputs_config": {"backend": "guidance", "disable_any_whitespace": True}}
    try:
        engine = LLM(model=model, disable_log_stats=True, **(options | dict(extra_body or {})))
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelUnavailable(f"vLLM 不能以 {model} 启动：{error}") from error
    return OfflineEngine(Path(model).name, engine, max_tokens)


class OfflineEngine:
    """Answers conversations in batches, in one thread that owns the engine."""

    revision = "offline"

    def __init__(self, name: str, engine: LLM, max_tokens: int) -> None:
        self.name = name
        self._engine = engine
        self._max_tokens = max_tokens
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="vllm-offline", daemon=True)
        self._thread.start()
        # Python waits for the processes of an engine that was left open, and they wait for a word.
        atexit.register(self.close)

    def generate(
        self,
        messages: Sequence[ChatMessage],
        *,
        form: type[BaseModel],
        seconds: float,
        heard: Callable[[str], None] | None = None,
    ) -> str:
        """Return what the model wrote for `form`; see `ChatModel.generate`. Nothing is heard before the end."""
        if seconds <= 0:
            raise ModelTimeout("no time left for the model")
        answer: Future[str] = Future()
        self._asked.put(_Asked([{"role": m.role, "content": m.text} for m in messages], form, answer))
        try:
            return without_thoughts(answer.result(seconds))
        except TimeoutError as error:
            answer.cancel()
            raise ModelTimeout(f"no answer within {seconds:.1f} s") from error

    def close(self) -> None:
        """Let the engine's thread and its processes end."""
        atexit.unregister(self.close)
        self._asked.put(None)
        self._thread.join()
        self._engine.llm_engine.engine_core.shutdown()

    def _work(self) -> None:
        while batch := self._gathered():
            self._answer([asked for asked in batch if not asked.answer.cancelled()])

    def _gathered(self) -> list[_Asked]:
        first = self._asked.get()
        batch = [first] if first else []
        until = time.monotonic() + _GATHER_S
        while batch and len(batch) < _MOST_AT_ONCE:
            try:
                further = self._asked.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                break
            if further is None:
                self._asked.put(None)
                break
            batch.append(further)
        return batch

    def _answer(self, batch: Sequence[_Asked]) -> None:
        parameters = [
            SamplingParams(
                temperature=0.0,
                max_tokens=self._max_tokens,
                structured_outputs=StructuredOutputsParams(json=asked.form.model_json_schema()),
            )
            for asked in batch
        ]
        try:
            outputs = self._engine.chat(
                [asked.messages for asked in batch],
                parameters,
                use_tqdm=False,
                chat_template_kwargs={"enable_thinking": False},
            )
        except (ValueError, RuntimeError) as error:  # one too long for the model refuses the batch: one by one then
            self._refuse(batch, error)
            return
        for asked, output in zip(batch, outputs, strict=True):
            written = output.outputs[0]
            if written.finish_reason == "length":
                asked.answer.set_exception(BadOutput("the answer was cut off at the token limit"))
            else:
                asked.answer.set_result(written.text)

    def _refuse(self, batch: Sequence[_Asked], error: Exception) -> None:
        if len(batch) == 1:
            batch[0].answer.set_exception(ModelRefused(str(error)))
            return
        for asked in batch:
            self._answer([asked])
