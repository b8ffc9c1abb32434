"""The gold of the consultation questions rests on the knowledge base.

Faults name rows by id alone: nobody reads a test question by running the tests.
"""

from pathlib import Path

import pytest

from app.config import ROOT
from eval.base import read_jsonl
from eval.tasks.answer import states
from tests.conftest import embedded

DATA = sorted((ROOT / "eval" / "datasets").glob("answer_*.jsonl"))
MOST_FACTS = 3


@pytest.mark.parametrize("data", DATA, ids=lambda data: data.stem)
def test_a_question_is_answerable_if_an_article_answers_it(data: Path) -> None:
    articles = {article.id for article in embedded().articles}
    rows = read_jsonl(data)
    assert [row["id"] for row in rows if row["answerable"] != bool(row["relevant"])] == []
    assert [row["id"] for row in rows if not set(row["relevant"]) <= articles] == []


@pytest.mark.parametrize("data", DATA, ids=lambda data: data.stem)
def test_every_relevant_article_states_the_key_facts_and_the_question_does_not(data: Path) -> None:
    bodies = {article.id: article.body for article in embedded().articles}
    rows = read_jsonl(data)
    facts = [(row, fact) for row in rows for fact in row["key_facts"]]
    assert facts
    assert {row["id"] for row, fact in facts if not all(states(bodies[one], fact) for one in row["relevant"])} == set()
    assert {row["id"] for row, fact in facts if not row["relevant"] or states(row["question"], fact)} == set()
    assert [row["id"] for row in rows if len(row["key_facts"]) > MOST_FACTS] == []
