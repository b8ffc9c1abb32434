"""The index of meanings over the articles: our own vectors, and those of a server where one is set."""

from app.config import Settings
from app.domain.ports import DenseIndex
from app.store.knowledge_index import ChromaIndex
from app.store.served_index import SERVED, ServedIndex, ServedVectors
from models.factory import load_embedder, load_embedding_server


def build_index(settings: Settings) -> DenseIndex:
    """Wire it; it is opened at its first use."""
    folder, url, embed = settings.data_dir / "index", settings.index.url, settings.embed
    own = ChromaIndex(load_embedder(settings.weights_dir / "passages"), folder, server=url)
    if not embed.base_url:
        return own
    server = load_embedding_server(
        base_url=embed.base_url,
        model=embed.model,
        api_key=embed.api_key.get_secret_value(),
        seconds=embed.seconds,
        break_seconds=embed.break_seconds,
    )
    return ServedIndex(own, ServedVectors(server, folder / SERVED, server=url, name=SERVED))
