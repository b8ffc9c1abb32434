"""Makes the scorer of articles that list no questions: `python -m training.strange_answer_scorer`.

A city's own documents are unknown to the embedding and tell nothing of how they are asked for. This scorer learns
from shelves of such articles as well as from the knowledge base as it stands; rarity and the words of questions
outside are those of the other scorer. The figures it prints are of one fold of questions, held out.
"""

from pathlib import Path

import typer
from rich.console import Console

from models.factory import load_answer_scorer
from models.model_folder import arrays_in, read_vocabulary
from training.answer_network import fit_teams
from training.answer_questions import OUTSIDE, read_questions
from training.answer_scorer import (
    OUT,
    Measured,
    best,
    measured_in_folds,
    measurer,
    outside_by_fold,
    rows_to_learn,
    table_of,
    write_scorer,
)
from training.manifest import write_manifest
from training.static_embedding import read_articles
from training.strange_shelves import strange_shelves

STRANGE = Path("models/weights/answer_strange")
HELD_OUT = 0
"""The fold whose questions the printed figures are of."""


def main(out: Path = STRANGE, seed: int = 1) -> None:
    """Write the weights and their manifest; print how well articles that the embedding never saw are told apart."""
    articles = read_articles()
    questions = read_questions(articles, seed=seed)
    other = load_answer_scorer(OUT)
    outside = outside_by_fold(questions, seed=seed)
    strange: list[Measured] = []
    for shelf in strange_shelves(articles, questions, seed=seed):
        measure = measurer(shelf.articles, shelf.known, other, outside, seed=seed)
        strange += [measure(question) for question in shelf.asked]
    rows = [*measured_in_folds(articles, questions, other, outside, seed=seed), *strange]
    tried = fit_teams(rows_to_learn([row for row in rows if row.question.fold != HELD_OUT]), seed=seed)
    held_out = [(row, best(row, tried)) for row in strange if row.question.fold == HELD_OUT]
    Console().print(table_of("strange articles", held_out))
    with arrays_in(OUT / "weights.npz") as saved:
        told = {name: saved[name] for name in ("outside", "outside_bias", "rarity")}
    write_scorer(out, fit_teams(rows_to_learn(rows), seed=seed), told, read_vocabulary(OUT))
    facts = {"kind": "answer_scorer", "seed": seed, "questions": len(questions), "strange_questions": len(strange)}
    write_manifest(out, name="own-answer-strange", task="answer", data=OUTSIDE, facts=facts)


if __name__ == "__main__":
    typer.run(main)
