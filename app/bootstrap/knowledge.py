"""The search of the knowledge base: our own vectors and weighing, and the model servers beside them that are set."""

from app.config import Settings
from app.domain.ports import DenseIndex
from app.store.knowledge_index import ChromaIndex
from app.store.served_index import SERVED, ServedIndex, ServedVectors
from app.understand.second_order import SecondOrder
from models.factory import load_embedder, load_embedding_server, load_reranking_server


def build_index(settings: Settings) -> DenseIndex:
    """Wire the index of meanings; it is opened at its first use."""
    folder, url = settings.data_dir / "index", settings.index.url
    own = ChromaIndex(load_embedder(settings.weights_dir / "passages"), folder, server=url)
    if not settings.embed.base_url:
        return own
    server = load_embedding_server(**settings.embed.options())
    return ServedIndex(own, ServedVectors(server, folder / SERVED, server=url, name=SERVED))


def build_second_order(settings: Settings) -> SecondOrder | None:
    """Return the order of a reranking server, where one is set."""
    return SecondOrder(load_reranking_server(**settings.rerank.options())) if settings.rerank.base_url else None
