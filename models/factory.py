"""Names to classes, imported only when asked for: a backend that is not installed breaks nothing."""

from collections.abc import Mapping
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

from models.base import (
    AnswerScorer,
    ChatModel,
    LaneScorer,
    ModelUnavailable,
    Reranker,
    TextClassifier,
    TrainedEmbedder,
)
from models.model_folder import read_manifest, usable

CLASSIFIERS = {
    "linear": "models.classifier.linear:LinearClassifier",
    "onnx": "models.classifier.onnx:OnnxClassifier",
}
EMBEDDERS = {"static": "models.embedding.static:StaticEmbedder.load", "onnx": "models.embedding.onnx:OnnxEmbedder"}
EMBEDDING_SERVERS = {"openai": "models.embedding.openai_server:ServedEmbedder"}
RERANKING_SERVERS = {"openai": "models.reranker.rerank_server:ServedReranker"}
ANSWER_SCORERS = {"numpy": "models.reranker.answer_scorer:NumpyAnswerScorer"}
CHAT_MODELS = {
    "vllm": "models.chat.vllm_server:connect",
    "openai": "models.chat.vllm_server:connect_plain",
    "transformers": "models.chat.in_process:load",
    "offline": "models.chat.offline:load",
}
"""`vllm` and `openai` speak the same port; `transformers` and `offline` (vLLM's own engine) run in this process."""
CHAT_PACKAGES = {
    "vllm": ".locks/llm.txt",
    "openai": ".locks/llm.txt",
    "transformers": ".locks/tune.txt",
    "offline": "vLLM",
}


def load_classifier(folder: Path) -> TextClassifier:
    """Load the classifier a training run wrote into `folder`; its manifest names the kind.

    Raises:
        ModelUnavailable: no manifest, an unknown kind, or unusable weights.
    """
    loaded: TextClassifier = _named(_of_kind(CLASSIFIERS, folder, "linear"))(folder)
    return loaded


def load_embedder(folder: Path) -> TrainedEmbedder:
    """Load the embedding a training run wrote into `folder`; its manifest names the kind.

    Raises:
        ModelUnavailable: no manifest, an unknown kind, or unusable weights.
    """
    loaded: TrainedEmbedder = _named(_of_kind(EMBEDDERS, folder, "static"))(folder)
    return loaded


def load_embedding_server(**options: Any) -> TrainedEmbedder:
    """Return the embedder behind a server; nothing is sent yet."""
    connected: TrainedEmbedder = _named(EMBEDDING_SERVERS["openai"])(**options)
    return connected


def load_reranking_server(**options: Any) -> Reranker:
    """Return the reranker behind a server; nothing is sent yet."""
    connected: Reranker = _named(RERANKING_SERVERS["openai"])(**options)
    return connected


def load_lane_scorer(folder: Path, beside: Path | None = None) -> LaneScorer:
    """Load the risk model a training run wrote into `folder`, with further labels of its features `beside`.

    Raises:
        ModelUnavailable: a file is missing, or the labels were learnt from another model's features.
    """
    loaded: LaneScorer = _named(CLASSIFIERS["linear"])(folder, beside)
    return loaded


def load_answer_scorer(folder: Path) -> AnswerScorer:
    """Load the scorer of questions and articles a training run wrote into `folder`; raises ModelUnavailable."""
    loaded: AnswerScorer = _named(ANSWER_SCORERS["numpy"])(folder)
    return loaded


def load_chat_model(backend: str, **options: Any) -> ChatModel:
    """Return a chat model of a backend; `options` are that backend's own.

    Raises:
        ModelUnavailable: an unknown backend, or its packages are not installed.
    """
    if backend not in CHAT_MODELS:
        raise ModelUnavailable(f"没有 {backend} 这种服务方式")
    try:
        connect = _named(CHAT_MODELS[backend])
    except ImportError as error:
        raise ModelUnavailable(f"缺少 {error.name}，请先安装 {CHAT_PACKAGES[backend]}") from error
    connected: ChatModel = connect(**options)
    return connected


def _of_kind(classes: Mapping[str, str], folder: Path, usual: str) -> str:
    with usable(folder):
        kind = read_manifest(folder).get("kind", usual)
        if kind not in classes:
            raise ValueError(f"没有 {kind} 这种模型")
        return classes[kind]


def _named(path: str) -> Any:
    module, name = path.split(":")
    return attrgetter(name)(import_module(module))
