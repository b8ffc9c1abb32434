"""Puts the measured figures of eval/baselines/ into the tables of both READMEs: `python -m eval.figures [--check]`.

A table stands between `<!-- figures: NAME -->` and `<!-- end -->`; TABLES says which results and metrics it shows.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

BASELINES = Path("eval/baselines")
READMES: dict[Path, dict[str, str]] = {
    Path("README.md"): {},
    Path("README.zh-CN.md"): {
        "metric": "指标",
        "development": "开发集",
        "test": "测试集",
        "an ordinary day": "平常一天",
        "strong words": "激烈言辞",
        "value": "数值",
        "function": "职能",
        "category": "末级分类",
        "as people ask": "口语问法",
        "short": "短句标准问法",
    },
}
"""Each README with its words for the heads of columns."""
_PLACE = re.compile(r"<!-- figures: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


class FigureTable(NamedTuple):
    """`columns`: head of a column and its file of results; `metrics`: rows, a name ending in `.` for all below it."""

    columns: dict[str, str]
    metrics: tuple[str, ...]


_LABELS = ("accuracy", "top3", "macro_f1", "tail_macro_f1", "coverage_at_98", "ece", "ece_floor")
TABLES = {
    "ticket": FigureTable(
        {"development": "ticket_dev", "test": "ticket_test", "an ordinary day": "ticket_day_test"},
        ("fact_recall", "unsupported_rate", "forbidden_rate", "split_f1", "field_f1.micro", "field_f1."),
    ),
    "dispatch": FigureTable(
        {"function": "unit_test", "an ordinary day": "dispatch_day_test", "category": "category_test"},
        (*_LABELS, *(f"final.{name}" for name in _LABELS), "auto."),
    ),
    "receiving": FigureTable(
        {"value": "dispatch_test", "an ordinary day": "dispatch_day_test"},
        ("final.accuracy", "final.top3", "receiving.accuracy", "auto."),
    ),
    "risk": FigureTable(
        {"test": "risk_test", "strong words": "risk_day_test"},
        (
            "political_legal.",
            "discipline_inspection.",
            "judicial.",
            "recall_at_budget",
            "ordinary_alert_rate",
            "trap_alert_rate",
            "idiom_alert_rate",
        ),
    ),
    "duplicate": FigureTable(
        {"value": "duplicate_test"},
        ("recall_at_10", "recall_at_10_dissimilar", "merge_precision", "merge_recall", "b3_f1", "ari"),
    ),
    "answer": FigureTable(
        {"as people ask": "answer_test", "short": "answer_short_test"},
        (
            "recall_at_5",
            "mrr_at_10",
            "citation_precision",
            "key_fact_recall",
            "refusal",
            "over_refusal",
            "answered",
            "asked_back",
            "asked_back_right",
            "turned_over",
        ),
    ),
}


def main() -> int:
    """Write the tables, or with `--check` tell which README is not up to date."""
    stale = 0
    for readme, words in READMES.items():
        text = readme.read_text("utf-8")
        wanted = filled(text, words)
        if text != wanted and "--check" in sys.argv:
            stale = 1
            sys.stderr.write(f"{readme}: tables differ from {BASELINES}; run `python -m eval.figures`\n")
        elif text != wanted:
            readme.write_text(wanted, "utf-8")
    return stale


def filled(readme: str, words: Mapping[str, str]) -> str:
    """Return the text with every table made anew, the heads of columns in its own words."""
    return _PLACE.sub(
        lambda match: f"<!-- figures: {match[1]} -->\n{rows(TABLES[match[1]], words)}<!-- end -->", readme
    )


def rows(table: FigureTable, words: Mapping[str, str]) -> str:
    """Return one table in Markdown: a row a metric, a column a set of results, with 95 % intervals where they exist."""
    results = [json.loads((BASELINES / f"{file}.json").read_text("utf-8")) for file in table.columns.values()]
    heads = [words.get(head, head) for head in ("metric", *table.columns)]
    lines = [f"| {' | '.join(heads)} |", "|---" * (len(results) + 1) + "|"]
    lines += [f"| {name} | {' | '.join(cell(result, name) for result in results)} |" for name in names(table, results)]
    return "\n".join(lines) + "\n"


def names(table: FigureTable, results: list[dict[str, Any]]) -> list[str]:
    """Return the metrics that any of the results has, in the table's order."""
    have = list(dict.fromkeys(name for result in results for name in result["metrics"]))
    chosen = [
        n for wanted in table.metrics for n in have if n == wanted or (wanted[-1] == "." and n.startswith(wanted))
    ]
    return list(dict.fromkeys(chosen))


def cell(result: dict[str, Any], name: str) -> str:
    """Return a figure with its interval, a dash where it was not measured."""
    value, interval = result["metrics"].get(name), result.get("intervals", {}).get(name)
    if value is None:
        return "–"
    return f"{value:.3f} ({interval[0]:.3f}–{interval[1]:.3f})" if interval else f"{value:.3f}"


if __name__ == "__main__":
    raise SystemExit(main())
