"""A causal language model in this process as a ChatModel: Transformers, held to the JSON schema while it writes.

For a machine without a server, and for tests. One text is written at a time.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import llguidance
import llguidance.hf
import llguidance.torch
import numpy as np
import torch
from pydantic import BaseModel
from transformers import AutoModelForCausalLM, AutoTokenizer, LogitsProcessor, LogitsProcessorList
from transformers.generation.stopping_criteria import StoppingCriteria, StoppingCriteriaList

from models.base import BadOutput, ChatMessage, ModelRefused, ModelTimeout, ModelUnavailable
from models.chat.thoughts import without_thoughts

Heard = Callable[[str], None]


def load(
    *,
    base_urls: Sequence[str],
    model: str,
    api_key: str,
    limits: Mapping[str, Any],
    max_tokens: int,
    extra_body: Mapping[str, Any] | None = None,
) -> "InProcessModel":
    """Return the model in the folder `model`; nothing is fetched.

    Raises:
        ModelUnavailable: there is no usable model.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(model, local_files_only=True)
        network = AutoModelForCausalLM.from_pretrained(model, local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"{model} 中的模型不能用：{error}") from error
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return InProcessModel(Path(model).name, network.to(device).eval(), tokenizer, max_tokens=max_tokens)


class InProcessModel:
    """Writes greedily; tokens that the schema does not allow are never chosen."""

    revision = "in-process"

    def __init__(self, name: str, network: Any, tokenizer: Any, *, max_tokens: int) -> None:
        self.name = name
        self._network = network
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._grammars = llguidance.hf.from_tokenizer(tokenizer)
        self._turn = threading.Lock()

    def generate(
        self,
        messages: Sequence[ChatMessage],
        *,
        form: type[BaseModel],
        seconds: float,
        heard: Heard | None = None,
    ) -> str:
        """Return what the model wrote for `form`; see `ChatModel.generate`."""
        until = time.monotonic() + seconds
        if seconds <= 0 or not self._turn.acquire(timeout=seconds):
            raise ModelTimeout("no time left for the model")
        try:
            return without_thoughts(self._written(messages, form, until, heard))
        finally:
            self._turn.release()

    def close(self) -> None:
        """Nothing is held open."""

    def _written(
        self, messages: Sequence[ChatMessage], form: type[BaseModel], until: float, heard: Heard | None
    ) -> str:
        asked = [{"role": m.role, "content": m.text} for m in messages]
        prompt = self._tokenizer.apply_chat_template(
            asked, add_generation_prompt=True, enable_thinking=False, return_tensors="pt", return_dict=True
        ).to(self._network.device)
        start = prompt["input_ids"].shape[1]
        room = min(self._max_tokens, self._network.config.max_position_embeddings - start)
        if room <= 0:
            raise ModelRefused("the conversation is longer than the model reads")
        watch = _Watch(until, start, lambda ids: heard(self._said(ids)) if heard else None)
        written = self._network.generate(
            **prompt,
            max_new_tokens=room,
            do_sample=False,
            logits_processor=LogitsProcessorList([_Schema(self._grammars, form, start)]),
            stopping_criteria=StoppingCriteriaList([watch]),
            pad_token_id=self._tokenizer.pad_token_id,
        )[0, start:]
        if time.monotonic() >= until:
            raise ModelTimeout("no answer in time")
        if written[-1] != self._tokenizer.eos_token_id:
            raise BadOutput("the answer was cut off at the token limit")
        return self._said(written)

    def _said(self, ids: Any) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text


class _Schema(LogitsProcessor):  # type: ignore[misc]  # without torch in the base set its type is unknown
    """Forbids every token that would leave the form's JSON schema."""

    def __init__(self, grammars: Any, form: type[BaseModel], start: int) -> None:
        schema = json.dumps(form.model_json_schema() | {"x-guidance": {"whitespace_flexible": False}})
        self._matcher = llguidance.LLMatcher(grammars, llguidance.LLMatcher.grammar_from_json_schema(schema))
        self._mask = llguidance.torch.allocate_token_bitmask(1, grammars.vocab_size)
        self._read = start

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        for token in input_ids[0, self._read :].tolist():
            self._matcher.consume_token(token)
        self._read = input_ids.shape[1]
        llguidance.torch.fill_next_token_bitmask(self._matcher, self._mask, 0)
        bits = np.unpackbits(self._mask.numpy().view(np.uint8), bitorder="little")[: scores.shape[1]]
        return scores.masked_fill(torch.from_numpy(bits == 0).to(scores.device), float("-inf"))


class _Watch(StoppingCriteria):  # type: ignore[misc]
    """Stops when the time is up, and passes on what is written."""

    def __init__(self, until: float, start: int, told: Callable[[Any], None]) -> None:
        self._until = until
        self._start = start
        self._told = told

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        self._told(input_ids[0, self._start :])
        return torch.full((input_ids.shape[0],), time.monotonic() >= self._until, device=input_ids.device)
