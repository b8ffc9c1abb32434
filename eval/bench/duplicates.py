"""Look-up among a city's tickets: `python -m eval.bench.duplicates --rows 3180000`.

Tickets as `eval.bench.varied_tickets` makes them, vectors as the service makes them. Questions are fresh tellings of
issues in the set. Prints, for each index: building, memory, disk, look-up p50 and p99, recall@10 against exact search,
and how often one of the ten is of the asked issue. MinHash and Chroma are measured on fewer rows, beside the others.
"""

import math
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import chromadb
import faiss
import numpy as np
import typer
from chromadb.config import Settings as ChromaSettings
from datasketch import MinHash, MinHashLSHForest
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.bootstrap import ticket_encoder
from app.config import Settings
from app.domain.duplicate import TicketFacts
from app.store.reference.load import load_reference_data
from app.understand.duplicate.rows import TicketEncoder
from eval.bench.varied_tickets import Made, varied_tickets
from models.embedding.rare import RareGrams

Floats = NDArray[np.float32]
Search = Callable[[int], Sequence[int]]
TEN = 10
CHUNK = 5_000
PROBES = (32, 64, 128, 256, 512)
PERMUTATIONS = 128
_encoder: TicketEncoder | None = None


class Corpus(NamedTuple):
    """Vectors and issues of the tickets searched, and of the questions."""

    vectors: NDArray[np.float16]
    issues: NDArray[np.int64]
    questions: Floats
    asked: NDArray[np.int64]
    texts: list[str]
    asked_texts: list[str]


class Cost(NamedTuple):
    """What an index takes."""

    build_s: float
    memory_mb: float
    disk_mb: float


class Figure(NamedTuple):
    """What one index reached."""

    name: str
    rows: int
    cost: Cost
    p50_ms: float
    p99_ms: float
    recall: float
    found: float


def main(
    rows: Annotated[int, typer.Option(help="tickets searched")] = 300_000,
    beside: Annotated[int, typer.Option(help="tickets for MinHash and Chroma; 0 leaves them out")] = 100_000,
    questions: int = 500,
    workers: int = 2,
    seed: int = 7,
) -> None:
    """Make the tickets, build the indexes, print the figures."""
    faiss.omp_set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        corpus = made_corpus(rows, questions, workers, seed, Path(folder), keep_texts=beside)
        figures = [*faiss_figures(corpus, Path(folder), lists_for(rows))]
        if beside:
            part = corpus._replace(vectors=corpus.vectors[:beside], issues=corpus.issues[:beside])
            figures += faiss_figures(part, Path(folder), lists_for(beside), only=("SQ8",))
            figures += [chroma_figure(part, Path(folder)), minhash_figure(part)]
    print_figures(figures)


def lists_for(rows: int) -> int:
    """Return how many lists an inverted file of so many rows has: about twice the root, a power of two."""
    return max(16, 1 << round(math.log2(2 * rows**0.5)))


def made_corpus(
    rows: int, questions: int, workers: int, seed: int, folder: Path, *, keep_texts: int
) -> Corpus:  # fmt: skip
    """Make tickets and vectors. Every so-manieth ticket of an issue is kept out as a question."""
    reference = load_reference_data(Settings().knowledge_dir)
    every = rows // questions
    made = varied_tickets(rows + questions, reference.gazetteer, seed=seed)
    vectors: NDArray[np.float16] | None = None
    at, issues = 0, np.zeros(rows, np.int64)
    asked: list[int] = []
    asked_vectors: list[NDArray[np.float16]] = []
    texts: list[str] = []
    asked_texts: list[str] = []
    with ProcessPoolExecutor(workers, initializer=_start) as pool:
        for chunk, encoded in track(_encoded(made, pool), total=-(-(rows + questions) // CHUNK), description="tickets"):
            if vectors is None:
                vectors = np.memmap(folder / "vectors", np.float16, "w+", shape=(rows, encoded.shape[1]))
            for one, vector in zip(chunk, encoded, strict=True):
                place = at + len(asked)
                if (place % every == every - 1 and len(asked) < questions) or at == rows:
                    asked.append(one.issue)
                    asked_vectors.append(vector)
                    asked_texts.append(one.facts.text)
                else:
                    vectors[at], issues[at] = vector, one.issue
                    texts += [one.facts.text] if at < keep_texts else []
                    at += 1
    assert vectors is not None
    return Corpus(vectors, issues, np.stack(asked_vectors).astype(np.float32), np.array(asked), texts, asked_texts)


def _encoded(made: Iterator[Made], pool: ProcessPoolExecutor) -> Iterator[tuple[list[Made], NDArray[np.float16]]]:
    waiting = []
    while chunk := list(islice(made, CHUNK)):
        waiting.append((chunk, pool.submit(_encode, [one.facts for one in chunk])))
        if len(waiting) > 4:
            first, future = waiting.pop(0)
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()


def _start() -> None:
    global _encoder
    settings = Settings()
    reference = load_reference_data(settings.knowledge_dir)
    _encoder = ticket_encoder(settings, reference, RareGrams.load(settings.weights_dir / "duplicate"))


def _encode(tickets: list[TicketFacts]) -> NDArray[np.float16]:
    assert _encoder is not None
    return _encoder.vectors(tickets).astype(np.float16)


def exact_ten(corpus: Corpus) -> NDArray[np.int64]:
    """Return each question's ten nearest, by comparing with every ticket."""
    best = np.full((len(corpus.questions), TEN), -1.0, np.float32)
    where = np.zeros((len(corpus.questions), TEN), np.int64)
    for start in track(range(0, len(corpus.vectors), 50_000), description="exact"):
        scores = corpus.questions @ corpus.vectors[start : start + 50_000].astype(np.float32).T
        joined = np.hstack([best, scores])
        order = np.argpartition(-joined, TEN, axis=1)[:, :TEN]
        places = np.hstack([where, np.broadcast_to(np.arange(start, start + scores.shape[1]), scores.shape)])
        best, where = np.take_along_axis(joined, order, 1), np.take_along_axis(places, order, 1)
    return where


def faiss_figures(
    corpus: Corpus, folder: Path, lists: int, only: Sequence[str] = ("SQ8",)
) -> Iterator[Figure]:  # fmt: skip
    """Yield figures of inverted files at several depths of search."""
    true = exact_ten(corpus)
    dimensions = corpus.vectors.shape[1]
    generator = np.random.default_rng(0)
    sample = np.sort(generator.choice(len(corpus.vectors), min(len(corpus.vectors), 40 * lists), replace=False))
    for code in only:
        before, started = _resident(), time.perf_counter()
        kind = f"IVF{lists},{code}"
        index = faiss.index_factory(dimensions, kind, faiss.METRIC_INNER_PRODUCT)
        index.train(corpus.vectors[sample].astype(np.float32))
        for start in track(range(0, len(corpus.vectors), 50_000), description=code):
            index.add(corpus.vectors[start : start + 50_000].astype(np.float32))
        built, memory = time.perf_counter() - started, _resident() - before
        faiss.write_index(index, str(folder / code))
        disk = (folder / code).stat().st_size / 2**20
        for probes in PROBES:
            faiss.ParameterSpace().set_index_parameter(index, "nprobe", probes)

            def search(q: int, index: faiss.Index = index) -> Sequence[int]:
                found: list[int] = index.search(corpus.questions[q : q + 1], TEN)[1][0].tolist()
                return found

            yield _figure(f"{kind} nprobe {probes}", corpus, true, search, Cost(built, memory, disk))


def chroma_figure(corpus: Corpus, folder: Path) -> Figure:
    """Return the figures of Chroma as it comes, embedded."""
    true, before, started = exact_ten(corpus), _resident(), time.perf_counter()
    client = chromadb.PersistentClient(str(folder / "chroma"), ChromaSettings(anonymized_telemetry=False))
    space: Any = {"hnsw": {"space": "ip", "ef_search": 100}}
    collection = client.create_collection("tickets", embedding_function=None, configuration=space)
    for start in track(range(0, len(corpus.vectors), CHUNK), description="Chroma"):
        part = corpus.vectors[start : start + CHUNK].astype(np.float32)
        collection.add(ids=[str(start + i) for i in range(len(part))], embeddings=part)
    built, memory = time.perf_counter() - started, _resident() - before
    disk = sum(file.stat().st_size for file in (folder / "chroma").rglob("*") if file.is_file()) / 2**20

    def search(q: int) -> list[int]:
        found = collection.query(query_embeddings=[corpus.questions[q]], n_results=TEN, include=[])
        return [int(one) for one in found["ids"][0]]

    return _figure("Chroma HNSW ef 100", corpus, true, search, Cost(built, memory, disk))


def minhash_figure(corpus: Corpus) -> Figure:
    """Return the figures of MinHash over character triples, as near-duplicate tools do it (datasketch's forest)."""
    true, before, started = exact_ten(corpus), _resident(), time.perf_counter()
    forest = MinHashLSHForest(num_perm=PERMUTATIONS)
    for i in track(range(len(corpus.vectors)), description="MinHash"):
        forest.add(i, _minhash(corpus.texts[i]))
    forest.index()
    built, memory = time.perf_counter() - started, _resident() - before

    def search(q: int) -> list[int]:
        found: list[int] = forest.query(_minhash(corpus.asked_texts[q]), TEN)
        return found

    return _figure(f"MinHash forest, {PERMUTATIONS}", corpus, true, search, Cost(built, memory, 0.0))


def _minhash(text: str) -> MinHash:
    made = MinHash(num_perm=PERMUTATIONS)
    made.update_batch([text[i : i + 3].encode() for i in range(max(1, len(text) - 2))])
    return made


def _figure(name: str, corpus: Corpus, true: NDArray[np.int64], search: Search, cost: Cost) -> Figure:
    known = frozenset(corpus.issues.tolist())
    for q in range(min(20, len(corpus.questions))):
        search(q)
    took, hits, wanted, found = [], 0, 0, 0
    for q in range(len(corpus.questions)):
        started = time.perf_counter()
        ten = list(search(q))
        took.append(1000 * (time.perf_counter() - started))
        hits += len(set(ten) & set(true[q].tolist()))
        if int(corpus.asked[q]) in known:
            wanted += 1
            found += any(corpus.issues[one] == corpus.asked[q] for one in ten if one >= 0)
    p50, p99 = np.percentile(took, [50, 99])
    recall = hits / (TEN * len(corpus.questions))
    return Figure(name, len(corpus.vectors), cost, float(p50), float(p99), recall, found / max(wanted, 1))


def _resident() -> float:
    """Return this process's memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def print_figures(figures: Sequence[Figure]) -> None:
    """Print one line an index."""
    table = Table("index", "rows", "build s", "memory MiB", "disk MiB", "p50 ms", "p99 ms", "recall@10", "issue found")
    for f in figures:
        table.add_row(
            f.name, f"{f.rows:,}", *(f"{part:.0f}" for part in f.cost), f"{f.p50_ms:.2f}",
            f"{f.p99_ms:.2f}", f"{f.recall:.3f}", f"{f.found:.3f}",
        )  # fmt: skip
    Console(width=140).print(table)
    Console().print(f"load of the machine at the end: {os.getloadavg()[0]:.1f}; threads a search: 1")


if __name__ == "__main__":
    typer.run(main)
