"""Any reranking endpoint of the form vLLM, Jina and Cohere share, as a Reranker: `POST {base_url}/rerank`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.endpoint import Endpoint


class ServedReranker:
    """How well texts fit a question, told by a cross-encoder behind a server."""

    def __init__(self, **server: Any) -> None:
        self._endpoint = Endpoint("rerank", **server)
        self.name = self._endpoint.model

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one number from 0 to 1 for each text; raises ModelError."""

        def read(answer: Any) -> NDArray[np.float32]:
            by_place = {int(row["index"]): float(row["relevance_score"]) for row in answer["results"]}
            scores = np.array([by_place[i] for i in range(len(texts))], dtype=np.float32)
            if not ((scores >= 0) & (scores <= 1)).all():
                raise ValueError("relevance_score 不在 0 到 1 之间")
            return scores

        return self._endpoint.ask({"query": question, "documents": list(texts), "top_n": len(texts)}, read)

    def close(self) -> None:
        """Let go of connections."""
        self._endpoint.close()
