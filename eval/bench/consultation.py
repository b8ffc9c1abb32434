"""Fills a knowledge base with 100,000 passages and measures what a look-up and an edit cost.

Run: `python -m eval.bench.consultation`. The articles are made of the project's own: lead, sections and questions of
one subject are mixed, and every made article has a name of its own in its title, so no two are the same.
"""

import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.bootstrap import build_flows, load_embedded
from app.config import Settings
from app.domain.knowledge import Article, passages
from app.flows.registry import Flows
from eval.base import read_jsonl

QUESTIONS = Path("eval/datasets/answer_dev.jsonl")
WARM = 20
EDITS = 20
NAMES = "东南西北中上下前后新老大小红白青石山水林田安康福寿平和兴盛"


def main(chunks: int = 100_000, repeat: int = 5, seed: int = 1) -> None:
    """Print build time, memory, the percentiles of look-ups and of edits."""
    console = Console(stderr=True)
    table = Table("figure", "value", title=f"knowledge base of {chunks} passages")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(duties=False).apart(Path(folder))
        embedded = load_embedded(settings)
        flows = build_flows(settings, embedded=embedded)
        before = resident()
        with console.status("store"):
            flows.knowledge.seed(list(made(embedded.articles, chunks, seed)))
        started = time.perf_counter()
        with console.status("indexes"):
            flows.live.search("身份证丢了怎么补", on=date(2026, 11, 25), area=None)
        table.add_row("articles", str(flows.live.count))
        table.add_row("both indexes from the store, s", f"{time.perf_counter() - started:.1f}")
        table.add_row("memory added, MB", f"{resident() - before:.0f}")
        asked = [str(row["question"]) for row in read_jsonl(QUESTIONS)] * repeat
        for name, spent in measured(flows, asked, console):
            p50, p99 = np.percentile(spent, [50, 99])
            table.add_row(name, f"p50 {p50:.1f}, p99 {p99:.1f}")
        flows.close()
    Console().print(table)


def measured(flows: Flows, asked: Sequence[str], console: Console) -> Iterator[tuple[str, list[float]]]:
    """Yield what is measured with its milliseconds."""
    today = date(2026, 11, 25)

    def look_up(question: str) -> None:
        flows.live.search(question, on=today, area=None)

    def ask(question: str) -> None:
        flows.consultations.answer({"question": question}, received_at=flows.clock.now())

    def edit(number: int) -> None:
        article = flows.knowledge.get(f"bench-{number}")
        body = f"{article.body}\n\n## 补充\n第{number}次修改。"
        flows.knowledge.edit(article.id, {"body": body}, actor="bench", expected_version=article.version)
        assert flows.live.search(article.title, on=today, area=None)[0].article.version == article.version + 1

    for question in asked[:WARM]:
        look_up(question)
    for name, act in {"look-up: both indexes and weighing, ms": look_up, "whole consultation, ms": ask}.items():
        yield name, [spent(act, question) for question in track(asked, console=console, description=name)]
    yield "an edit and the first look-up after it, ms", [spent(edit, number) for number in range(EDITS)]


def made(articles: Sequence[Article], chunks: int, seed: int) -> Iterator[Article]:
    """Yield articles mixed of parts of those of one owner, until there are enough passages."""
    chance = random.Random(seed)
    pool = [article for article in articles if article.may_hold]
    count = sum(len(passages(article)) for article in pool)
    number = 0
    while count < chunks:
        base = chance.choice(pool)
        near = [article for article in pool if article.owner == base.owner]
        lead = base.body.split("\n## ")[0]
        sections = [
            part for article in chance.sample(near, min(len(near), 3)) for part in article.body.split("\n## ")[1:]
        ]
        place = "".join(chance.choices(NAMES, k=3))
        article = base.model_copy(
            update={
                "id": f"bench-{number}",
                "title": f"{place}{base.title}{number}",
                "questions": tuple(
                    f"{place}{question}" for question in chance.sample(base.questions, min(3, len(base.questions)))
                ),
                "body": "\n## ".join([f"{place}：{lead}", *chance.sample(sections, min(3, len(sections)))]),
                "region": "全国",
            }
        )
        count += len(passages(article))
        number += 1
        yield article


def spent(act: Callable[[Any], None], given: Any) -> float:
    """Return the milliseconds that something takes."""
    started = time.perf_counter()
    act(given)
    return 1000 * (time.perf_counter() - started)


def resident() -> float:
    """Return the most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    typer.run(main)
