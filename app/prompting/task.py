"""Render, ask, parse, check, one repair. The one place where a model's error becomes a value."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from models.base import (
    BadOutput,
    ChatMessage,
    ChatModel,
    ModelError,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
    ModelUnknown,
)

if TYPE_CHECKING:
    from app.prompting.library import Prompt  # its template engine is not in the base set

Form = TypeVar("Form", bound=BaseModel)
Check = Callable[[Form], Sequence[str]]
"""Returns what is wrong with an answer, in Chinese, for the model to mend."""
Tell = Callable[[Any], None]
"""Is told the JSON written so far, its last value perhaps cut short."""
_LEAST_SECONDS = 0.2
"""Less is not enough for a model to write anything."""
_MOST_COMPLAINTS = 12
_REASONS: tuple[tuple[type[ModelError], str], ...] = (
    (ModelTimeout, "大模型未在时限内答复"),
    (ModelUnknown, "大模型服务不认密钥、模型名或地址，请核对 CHAT__API_KEY、CHAT__MODEL、CHAT__BASE_URL"),
    (ModelRefused, "大模型服务没有接受这次请求"),
    (ModelUnavailable, "大模型服务不可用"),
    (BadOutput, "大模型的输出不合要求"),
)


@dataclass(frozen=True)
class Answered(Generic[Form]):
    """A form that parses. `complaints` is what is still wrong with it after the repair round."""

    form: Form
    complaints: tuple[str, ...]


@dataclass(frozen=True)
class Failed:
    """No form: why, in Chinese."""

    reason: str


def within(seconds: float) -> float:
    """Return the moment, on the clock that tasks look at, when so many seconds will have passed."""
    return time.monotonic() + seconds


class PromptTask(Generic[Form]):
    """One task of one prompt and one form."""

    def __init__(self, prompt: "Prompt", form: type[Form], model: ChatModel) -> None:
        self._prompt = prompt
        self._form = form
        self._model = model

    @property
    def version(self) -> str:
        """Return which words were used: task, version and digest of the files."""
        return f"{self._prompt.name}@{self._prompt.digest}"

    @property
    def model(self) -> str:
        """Return which model is asked."""
        return f"{self._model.name}@{self._model.revision}"

    def run(
        self, inputs: Mapping[str, Any], *, until: float, check: Check[Form], tell: Tell | None = None
    ) -> Answered[Form] | Failed:
        """Return the model's checked answer, or why there is none; ends at the moment `until`.

        `tell` hears the first answer while it is written; what it hears is not checked.
        """
        messages = self._prompt.render(inputs)
        if sum(len(message.text) for message in messages) > self._prompt.card.longest:
            return Failed("通话过长，未交给大模型")
        try:
            return self._asked(messages, until, check, tell)
        except ModelError as error:
            return Failed(next(reason for kind, reason in _REASONS if isinstance(error, kind)))

    def _asked(
        self, messages: list[ChatMessage], until: float, check: Check[Form], tell: Tell | None
    ) -> Answered[Form]:
        heard = partly(tell) if tell else None
        text = self._model.generate(messages, form=self._form, seconds=until - time.monotonic(), heard=heard)
        try:
            first = self._read(text, check)
        except BadOutput as error:
            complaints: tuple[str, ...] = (str(error),)
            again = self._again(messages, text, complaints)
            return self._read(self._model.generate(again, form=self._form, seconds=until - time.monotonic()), check)
        if not first.complaints or until - time.monotonic() < _LEAST_SECONDS:
            return first
        return self._mended(first, self._again(messages, text, first.complaints), until, check)

    def _mended(
        self, first: Answered[Form], messages: list[ChatMessage], until: float, check: Check[Form]
    ) -> Answered[Form]:
        """Return the better answer; a repair that fails leaves the first one."""
        try:
            text = self._model.generate(messages, form=self._form, seconds=until - time.monotonic())
            second = self._read(text, check)
        except ModelError:
            return first
        return second if len(second.complaints) <= len(first.complaints) else first

    def _again(self, messages: list[ChatMessage], text: str, complaints: tuple[str, ...]) -> list[ChatMessage]:
        return [*messages, ChatMessage("assistant", text), self._prompt.repair(complaints[:_MOST_COMPLAINTS])]

    def _read(self, text: str, check: Check[Form]) -> Answered[Form]:
        try:
            form = self._form.model_validate_json(text)
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False)[:3]
            places = "；".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in wrong)
            raise BadOutput(f"不是要求的 JSON：{places}") from error
        return Answered(form, tuple(check(form)))


def partly(tell: Tell) -> Callable[[str], None]:
    """Return what passes the JSON of an unfinished text on."""

    def heard(text: str) -> None:
        try:
            written = from_json(text, allow_partial=True)
        except ValueError:
            return
        tell(written)

    return heard
