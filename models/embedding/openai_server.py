"""Any OpenAI-compatible embeddings endpoint (vLLM and others) as an Embedder: `POST {base_url}/embeddings`."""

import threading
import time
from collections.abc import Sequence

import httpx2
import numpy as np
from numpy.typing import NDArray

from models.base import BadOutput, ModelError, ModelTimeout, ModelUnavailable

BATCH = 64
"""Texts of one request."""


class ServedEmbedder:
    """Vectors from a server, made unit length. After a failure nothing is sent for a while."""

    revision = "served"

    def __init__(self, *, base_url: str, model: str, api_key: str, seconds: float, break_seconds: float) -> None:
        self.name = model
        self.dimensions = 0
        self._url = f"{base_url.rstrip('/')}/embeddings"
        self._break_seconds = break_seconds
        self._closed_until = 0.0
        self._lock = threading.Lock()
        headers = {"Authorization": f"Bearer {api_key}"}
        self._client = httpx2.Client(timeout=seconds, headers=headers, trust_env=False)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an array of shape (len(texts), dimensions), rows of length 1; raises ModelError."""
        if time.monotonic() < self._closed_until:
            raise ModelUnavailable(f"{self.name} failed a moment ago")
        try:
            parts = [self._some(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        except ModelError:
            self._closed_until = time.monotonic() + self._break_seconds
            raise
        vectors = np.concatenate(parts) if parts else np.zeros((0, self.dimensions), dtype=np.float32)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)

    def _some(self, texts: Sequence[str]) -> NDArray[np.float32]:
        asked = {"model": self.name, "input": list(texts), "encoding_format": "float"}
        try:
            answer = self._client.post(self._url, json=asked)
        except httpx2.TimeoutException as error:
            raise ModelTimeout(f"{self.name}: no vectors in time") from error
        except httpx2.HTTPError as error:
            raise ModelUnavailable(f"{self.name}: {type(error).__name__}") from error
        if not answer.is_success:
            raise ModelUnavailable(f"{self.name}: status {answer.status_code}")
        return self._read(answer, len(texts))

    def _read(self, answer: httpx2.Response, count: int) -> NDArray[np.float32]:
        try:
            rows = sorted(answer.json()["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (ValueError, TypeError, KeyError) as error:
            raise BadOutput(f"{self.name}: no list of vectors") from error
        if vectors.ndim != 2 or len(vectors) != count or not np.isfinite(vectors).all():
            raise BadOutput(f"{self.name}: {vectors.shape} for {count} texts")
        with self._lock:
            self.dimensions = self.dimensions or vectors.shape[1]
        if vectors.shape[1] != self.dimensions:
            raise BadOutput(f"{self.name}: {vectors.shape[1]} dimensions after {self.dimensions}")
        return vectors

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()
