"""Look-up among a city's tickets: `python -m eval.bench.duplicates --rows 3180000`.

Tickets as `eval.bench.varied_tickets` makes them, kept as the service keeps them. Questions are fresh tellings of
issues in the set. The service's index is measured on each of the searches that one look-up joins, against comparing
with every ticket that search may return: those of the question's area (of its town, or of no known town there), those
of the last 30 days anywhere, all of all times; then on the whole look-up, words to scored candidates. Prints building,
memory, disk, time on the clock and of the processor, recall@10, and how often one of the ten is of the asked issue.
MinHash and Chroma are measured on fewer rows, against comparing with all of those.
"""

import math
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
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

from app.bootstrap import build_duplicates
from app.config import Settings
from app.domain.ports.ticket_index import Search as Sought
from app.domain.ports.ticket_index import TicketIndex
from app.domain.reference import ReferenceData
from app.store.reference.load import load_reference_data
from app.understand.duplicate.reader import DuplicateReader
from app.understand.duplicate.rows import EPOCH, key_of
from eval.bench.ticket_corpus import CHUNK, TEN, Allowed, Corpus, Making, encoded, exact_ten, in_area, start_encoding
from eval.bench.varied_tickets import varied_tickets

Search = Callable[[int], Sequence[int]]
PERMUTATIONS = 128


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
    took_ms: tuple[float, float, float, float]
    """Clock p50 and p99, processor p50 and p99."""
    recall: float
    found: float


def main(
    rows: Annotated[int, typer.Option(help="tickets searched")] = 300_000,
    beside: Annotated[int, typer.Option(help="tickets for MinHash and Chroma; 0 leaves them out")] = 100_000,
    questions: int = 300,
    workers: int = 2,
    seed: int = 7,
) -> None:
    """Make the tickets, build the indexes, print the figures."""
    faiss.omp_set_num_threads(1)
    settings = Settings()
    reference = load_reference_data(settings.knowledge_dir)
    with tempfile.TemporaryDirectory() as folder:
        reader, index = build_indexed(settings.model_copy(update={"data_dir": Path(folder)}), reference)
        making = Making(rows, questions, Path(folder), keep_texts=beside)
        made = varied_tickets(rows + questions, reference.gazetteer, seed=seed)
        with ProcessPoolExecutor(workers, initializer=start_encoding) as pool:
            before, started = _resident(), time.perf_counter()
            index.rebuild(making.parts(encoded(made, pool), -(-(rows + questions) // CHUNK)))
            cost = Cost(time.perf_counter() - started, _resident() - before, _size(Path(folder) / "tickets"))
        corpus = making.corpus()
        figures = [*index_figures(corpus, reader, index, cost)]
        if beside:
            part = corpus.first(beside)
            figures += [chroma_figure(part, Path(folder)), minhash_figure(part)]
    print_figures(figures)


def build_indexed(settings: Settings, reference: ReferenceData) -> tuple[DuplicateReader, TicketIndex]:
    """Return the service's search and its index, empty."""
    reader = build_duplicates(settings, reference, lambda number: number)
    assert reader.index is not None
    return reader, reader.index


def index_figures(corpus: Corpus, reader: DuplicateReader, index: TicketIndex, cost: Cost) -> Iterator[Figure]:
    """Yield figures of each search of the service's index, then of the whole look-up."""
    end = int(corpus.rows["at"].max())
    lately = end - 30 * 1440
    place_of = {int(key): i for i, key in enumerate(corpus.rows["key"])}

    def areas(q: int) -> tuple[int, int]:
        return int(corpus.questions.rows[q]["district"]), int(corpus.questions.rows[q]["town"])

    kinds: list[tuple[str, Allowed | None, Callable[[int], tuple[tuple[int, int] | None, int]]]] = [
        ("same area, all times", in_area, lambda q: (areas(q), 0)),
        ("anywhere, 30 days", lambda rows, _: np.asarray(rows["at"] >= lately), lambda _: (None, lately)),
        ("anywhere, all times", None, lambda _: (None, 0)),
    ]
    for name, allowed, asked in kinds:

        def search(q: int, asked: Any = asked) -> Sequence[int]:
            [found] = index.nearest(corpus.questions.vectors[q], [Sought(*asked(q))], most=TEN)
            return [place_of[int(key)] for key in found.rows["key"]]

        yield _figure(name, corpus, exact_ten(corpus, allowed), search, cost)
    moment = EPOCH + timedelta(minutes=end)

    def looked_up(q: int) -> Sequence[int]:
        facts = corpus.asked[q].facts.model_copy(update={"created_at": moment, "ticket_number": ""})
        ranked = sorted(reader.similar(facts), key=lambda one: -one.score)[:TEN]
        return [place_of[key_of(one.facts.ticket_number)] for one in ranked]

    whole = _figure("whole look-up", corpus, exact_ten(corpus, in_area), looked_up, cost)
    yield whole._replace(recall=math.nan)  # ranked by the pair model, not by likeness of text


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
    disk = _size(folder / "chroma")

    def search(q: int) -> list[int]:
        found = collection.query(query_embeddings=[corpus.questions.vectors[q]], n_results=TEN, include=[])
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
        found: list[int] = forest.query(_minhash(corpus.asked[q].facts.text), TEN)
        return found

    return _figure(f"MinHash forest, {PERMUTATIONS}", corpus, true, search, Cost(built, memory, 0.0))


def _minhash(text: str) -> MinHash:
    made = MinHash(num_perm=PERMUTATIONS)
    made.update_batch([text[i : i + 3].encode() for i in range(max(1, len(text) - 2))])
    return made


def _figure(name: str, corpus: Corpus, true: NDArray[np.int64], search: Search, cost: Cost) -> Figure:
    known = frozenset(corpus.issues.tolist())
    count = len(corpus.asked)
    for q in range(min(20, count)):
        search(q)
    took, hits, there, wanted, found = [], 0, 0, 0, 0
    for q in range(count):
        started, worked = time.perf_counter(), time.thread_time()
        ten = list(search(q))
        took.append((1000 * (time.perf_counter() - started), 1000 * (time.thread_time() - worked)))
        right = {one for one in true[q].tolist() if one >= 0}
        hits, there = hits + len(set(ten) & right), there + len(right)
        if corpus.asked[q].issue in known:
            wanted += 1
            found += any(corpus.issues[one] == corpus.asked[q].issue for one in ten if one >= 0)
    (clock_50, cpu_50), (clock_99, cpu_99) = np.percentile(took, [50, 99], axis=0)
    times = float(clock_50), float(clock_99), float(cpu_50), float(cpu_99)
    return Figure(name, len(corpus.rows), cost, times, hits / max(there, 1), found / max(wanted, 1))


def _size(folder: Path) -> float:
    """Return what the files of a folder take, in MiB."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20


def _resident() -> float:
    """Return this process's memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def print_figures(figures: Sequence[Figure]) -> None:
    """Print one line an index."""
    table = Table(
        "index", "rows", "build s", "memory MiB", "disk MiB", "p50 ms", "p99 ms", "p50 CPU", "p99 CPU", "recall@10",
        "issue found",
    )  # fmt: skip
    for f in figures:
        table.add_row(
            f.name, f"{f.rows:,}", *(f"{part:.0f}" for part in f.cost), *(f"{one:.2f}" for one in f.took_ms),
            f"{f.recall:.3f}", f"{f.found:.3f}",
        )  # fmt: skip
    Console(width=150).print(table)
    Console().print(f"load of the machine at the end: {os.getloadavg()[0]:.1f}; threads a search: 1")


if __name__ == "__main__":
    typer.run(main)
