"""Any OpenAI-compatible embeddings endpoint (vLLM and others) as an Embedder: `POST {base_url}/embeddings`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.endpoint import Endpoint

BATCH = 64
"""Texts of one request."""


class ServedEmbedder:
    """Vectors from a server, made unit length."""

    revision = "served"

    def __init__(self, **server: Any) -> None:
        self._endpoint = Endpoint("embeddings", **server)
        self.name = self._endpoint.model
        self.dimensions = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an array of shape (len(texts), dimensions), rows of length 1; raises ModelError."""
        parts = [self._some(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        vectors = np.concatenate(parts) if parts else np.zeros((0, self.dimensions), dtype=np.float32)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)

    def _some(self, texts: Sequence[str]) -> NDArray[np.float32]:
        def read(answer: Any) -> NDArray[np.float32]:
            rows = sorted(answer["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
            if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
                raise ValueError(f"{len(texts)} 条文字得到 {vectors.shape} 的向量")
            if vectors.shape[1] != (self.dimensions or vectors.shape[1]):
                raise ValueError(f"向量由 {self.dimensions} 维变为 {vectors.shape[1]} 维")
            self.dimensions = vectors.shape[1]
            return vectors

        return self._endpoint.ask({"input": list(texts), "encoding_format": "float"}, read)

    def close(self) -> None:
        """Let go of connections."""
        self._endpoint.close()
