"""Answers: questions in, how many answers cite the right article, and how many questions are rightly refused.

Dangerous error: an answer on a basis that does not hold it (`citation_precision`, over every citation given). A
question that is turned over to intake or asked back is neither answered nor over-refused: `turned_over` and
`asked_back` count those, `answered` what is left, and `asked_back_right` how often the right article stands among the
offered ones. A question that no article answers and that is asked back is not refused.

A row's `relevant` are all articles that answer the question. Its `key_facts` are the one to three facts that a right
answer states, decided from question and article alone: a period, an amount, an office, a paper, a condition. A fact
is a string, or a list of strings of which any one will do; every relevant article's body states it and the question
does not. A question whose article gives no such fact has none. `key_fact_recall` counts stated facts over the facts of
every answerable question, whether it was answered or not.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.knowledge import RefusalCode
from app.flows.registry import Flows
from eval.base import Measurement, read_jsonl, with_intervals
from eval.normal_form import contains, normal, numerals_to_digits
from eval.tasks.intake import counts_of, fresh_flows

MOST = 10
_NUMERAL = r"[\d零一二三四五六七八九十百千万两]"
_APART = re.compile(rf"[。；;\n]|(?<={_NUMERAL})[、，](?={_NUMERAL})")
"""Where numbers that follow one another must not grow together: 12333、12345."""


@dataclass(frozen=True)
class Seen:
    """What became of one question."""

    answerable: bool
    place: int | None
    cited: int
    right: int
    offered: bool | None
    """Of a question asked back, whether the right article is among those offered."""
    facts: tuple[int, int]
    refusal: RefusalCode | None
    by: tuple[str, str]
    """The engine that answered, and why not the language model."""


def answer_rows(data: Path, engine: str = "embedded") -> Measurement:
    """Ask every question of a fresh service, as an operator would."""
    with fresh_flows(engine) as flows:
        seen = [_ask(flows, row) for row in read_jsonl(data, "question", "answerable")]
    metrics, intervals = with_intervals(seen, figures)
    answered = counts_of(Counter(one.by for one in seen)) if engine == "llm" else {}
    return Measurement(len(seen), metrics, intervals, answered)


def _ask(flows: Flows, row: dict[str, Any]) -> Seen:
    relevant, now = set(row.get("relevant", ())), flows.clock.now()
    found = flows.live.search(row["question"], on=now.date(), area=None)[:MOST]
    answer = flows.consultations.answer({"question": row["question"]}, received_at=now)
    cited = [citation.article_id for citation in answer.citations]
    titles = {scored.article.title for scored in found if scored.article.id in relevant}
    back = answer.clarification
    facts = row.get("key_facts", ())
    return Seen(
        answerable=bool(row["answerable"]),
        place=next((i for i, scored in enumerate(found, start=1) if scored.article.id in relevant), None),
        cited=len(cited),
        right=sum(article_id in relevant for article_id in cited),
        offered=bool(titles & set(back.options)) if back else None,
        facts=(sum(states(answer.answer or "", fact) for fact in facts), len(facts)),
        refusal=answer.refusal.code if answer.refusal else None,
        by=(answer.engine, answer.degraded_reason or ""),
    )


def states(text: str, fact: str | list[str]) -> bool:
    """Tell whether a text states a fact in one of its wordings; 十五日 is 15日 and holds no 五日."""
    parts = [numerals_to_digits(normal(part)) for part in _APART.split(text)]
    wordings = [numerals_to_digits(normal(wording)) for wording in ([fact] if isinstance(fact, str) else fact)]
    return any(contains(part, wording) for part in parts for wording in wordings)


def figures(picked: Sequence[Seen]) -> dict[str, float]:
    """Return retrieval over the answerable, precision over the cited, refusal over the unanswerable."""
    able = [seen for seen in picked if seen.answerable]
    unable = [seen for seen in picked if not seen.answerable]
    back = [seen for seen in able if seen.offered is not None]
    facts = sum(seen.facts[1] for seen in able)
    return {
        "recall_at_5": _share(sum(seen.place is not None and seen.place <= 5 for seen in able), len(able)),
        "mrr_at_10": _share(sum(1 / seen.place for seen in able if seen.place), len(able)),
        "citation_precision": _share(sum(seen.right for seen in picked), sum(seen.cited for seen in picked)),
        "refusal": _share(sum(seen.refusal is not None for seen in unable), len(unable)),
        "over_refusal": _share(sum(seen.refusal is RefusalCode.NO_BASIS for seen in able), len(able)),
        "answered": _share(sum(seen.cited > 0 for seen in able), len(able)),
        "asked_back": _share(len(back), len(able)),
        "asked_back_right": _share(sum(bool(seen.offered) for seen in back), len(back)),
        "turned_over": _share(
            sum(seen.refusal in (RefusalCode.NEEDS_TICKET, RefusalCode.EMERGENCY) for seen in able), len(able)
        ),
        **({"key_fact_recall": sum(seen.facts[0] for seen in able) / facts} if facts else {}),
    }


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
