import json
from pathlib import Path

from eval.tasks.retrieval import measured, retrieval_rows


def test_ranks_become_recall_and_reciprocal_rank() -> None:
    metrics = measured([1, 2, None, 6]).metrics
    assert metrics == {"recall_at_1": 0.25, "recall_at_5": 0.5, "mrr_at_10": (1 + 1 / 2 + 1 / 6) / 4}


def test_a_corpus_and_questions_are_measured(tmp_path: Path) -> None:
    corpus = [
        {"id": "a", "title": "身份证补办", "text": "丢失后申请补领"},
        {"id": "b", "title": "养犬登记", "text": "到派出所登记"},
    ]
    queries = [
        {"id": "1", "question": "身份证丢失怎么补领", "relevant": ["a"]},
        {"id": "2", "question": "养犬登记在哪", "relevant": ["b"]},
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    assert retrieval_rows(tmp_path).metrics["recall_at_1"] == 1.0
