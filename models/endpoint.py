"""A path of an OpenAI-compatible server that is asked for numbers. After a failure nothing is sent for a while."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx2

from models.base import BadOutput, ModelError, ModelTimeout, ModelUnavailable

Read = TypeVar("Read")


class Endpoint:
    """`POST {base_url}/{path}`: a JSON body in, what `read` makes of the answer out."""

    def __init__(
        self, path: str, *, base_url: str, model: str, api_key: str, seconds: float, break_seconds: float
    ) -> None:
        self.model = model
        self._url = f"{base_url.rstrip('/')}/{path}"
        self._break_seconds = break_seconds
        self._closed_until = 0.0
        headers = {"Authorization": f"Bearer {api_key}"}
        self._client = httpx2.Client(timeout=seconds, headers=headers, trust_env=False)

    def ask(self, body: Mapping[str, Any], read: Callable[[Any], Read]) -> Read:
        """Return what `read` makes of the JSON; its ValueError, TypeError, KeyError are the server's fault.

        Raises:
            ModelError: no answer in time, none at all, or none that can be read.
        """
        if time.monotonic() < self._closed_until:
            raise ModelUnavailable(f"{self.model} 刚刚未能作答，暂不再问")
        try:
            return self._asked({"model": self.model, **body}, read)
        except ModelError:
            self._closed_until = time.monotonic() + self._break_seconds
            raise

    def _asked(self, body: Mapping[str, Any], read: Callable[[Any], Read]) -> Read:
        try:
            answer = self._client.post(self._url, json=body)
        except httpx2.TimeoutException as error:
            raise ModelTimeout(f"{self.model} 没有及时作答") from error
        except httpx2.HTTPError as error:
            raise ModelUnavailable(f"{self.model} 连不上（{type(error).__name__}）") from error
        if not answer.is_success:
            raise ModelUnavailable(f"{self.model} 返回状态 {answer.status_code}")
        try:
            return read(answer.json())
        except (ValueError, TypeError, KeyError) as error:
            raise BadOutput(f"{self.model} 的答复不合要求（{error}）") from error

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()
