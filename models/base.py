"""The sockets: what the service asks of any model, and the errors a model may raise.

ModelError
├── ModelTimeout      no answer within the time limit
├── ModelUnavailable  no server, no weights, or the circuit is open
│   ├── ModelBusy     a server that answers 429 or 5xx: worth another try
│   ├── ModelUnknown  a server that does not know the key, the model's name or the path: it is set wrongly
│   └── ModelRefused  a server that is well but will not take this one call: too long, not allowed
└── BadOutput         an answer that is not what was asked for
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel


class ModelError(Exception):
    """Base of everything that can go wrong inside a model."""


class ModelTimeout(ModelError):
    """No answer within the time limit."""


class ModelUnavailable(ModelError):
    """No server, no weights, or the circuit is open."""


class ModelBusy(ModelUnavailable):
    """A server that answers 429 or 5xx: worth another try."""


class ModelUnknown(ModelUnavailable):
    """A server that does not know the key, the model's name or the path it was asked by."""


class ModelRefused(ModelUnavailable):
    """A server that is well but will not take this one call."""


class BadOutput(ModelError):
    """An answer that is not what was asked for."""


class ChatMessage(NamedTuple):
    """One message of a conversation with a chat model."""

    role: Literal["system", "user", "assistant"]
    text: str


class ChatModel(Protocol):
    """Writes text that fits a JSON schema. Safe to call from many threads at once."""

    name: str
    revision: str

    def generate(
        self,
        messages: Sequence[ChatMessage],
        *,
        form: type[BaseModel],
        seconds: float,
        heard: Callable[[str], None] | None = None,
    ) -> str:
        """Return what the model wrote, asked to fit the JSON schema of `form`, thoughts left out.

        The text is not checked against the form. Ends within `seconds`, whatever the server does. `heard` is told the
        text so far as it grows, in the caller's own thread; it may be told the same words again after a failed try.

        Raises:
            ModelError: no answer in time, no server, or an answer without text.
        """

    def close(self) -> None:
        """Let go of connections."""


class TextClassifier(Protocol):
    """Scores labels for texts."""

    name: str
    revision: str

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return calibrated probabilities, shape (len(texts), len(labels))."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in column order."""


class LaneScorer(Protocol):
    """Scores labels that may hold at once."""

    name: str
    revision: str

    def independent_scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return each label's probability on its own, shape (len(texts), len(labels))."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in column order."""


class AnswerScorer(Protocol):
    """Weighs the candidate answers of a question against each other and against none."""

    name: str
    revision: str

    def rarity(self, gram: str) -> float:
        """Return how much a character n-gram tells."""

    def fits(self, question: str, pairs: NDArray[np.float32], whole: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of each candidate from its features; with that of none they make 1."""


class Reranker(Protocol):
    """Tells how well each of a few texts fits a question."""

    name: str

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one number from 0 to 1 for each text; raises ModelError."""

    def close(self) -> None:
        """Let go of connections."""


class Embedder(Protocol):
    """Turns texts into unit-length vectors."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an array of shape (len(texts), dimensions), rows of length 1."""


class TrainedEmbedder(Embedder, Protocol):
    """An embedder whose vectors change with its training: what is stored with them names the revision."""

    revision: str


class RareEncoder(Protocol):
    """Finds what is rare in texts."""

    name: str
    dimensions: int
    rarity: NDArray[np.float32]
    """How much a code tells, by its remainder."""

    def encode(self, texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
        """Return the rarest codes of each text (0 where there are fewer), and unit vectors."""


class PairScorer(Protocol):
    """Says of pairs how likely both are one matter."""

    name: str
    revision: str

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return calibrated probabilities, one a row of features."""


class ChoiceScorer(Protocol):
    """Says of several candidates how likely each is the right one; none may be."""

    name: str
    revision: str

    def shares(self, features: NDArray[np.float32], words: Sequence[Iterable[str]]) -> NDArray[np.float32]:
        """Return the probability of each candidate, from its row of features and its words."""


class CharacterTagger(Protocol):
    """Scores the tags of every character of a text, of several heads; the first tag of each is nothing."""

    def shares(self, codes: NDArray[np.int64]) -> tuple[NDArray[np.float32], ...]:
        """Return each character's probability of each tag, by head, from its hashed features."""
