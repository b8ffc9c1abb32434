"""Content in the register of an official ticket, from clauses that were really said."""

import re
from collections.abc import Sequence

from app.domain.ticket import RequestKind
from app.domain.transcript import Evidence
from app.understand.ticket.clauses import Clause, informative
from app.understand.ticket.register import written
from app.understand.ticket.wants import Passage
from app.understand.ticket.wishes import is_wish

LONGEST_CONTENT = 400
_FACTS = re.compile(r"\d")


def compose_content(
    clauses: Sequence[Clause], kind: RequestKind, wants: Passage | None, *, where: str, web: bool
) -> Passage:
    """Return 来电人反映：…。诉求：…。 built from the informative clauses."""
    told = _within(informative(clauses))
    who = "来信人" if web else "来电人"
    verb = "咨询" if kind is RequestKind.CONSULTATION else "表扬" if kind is RequestKind.PRAISE else "反映"
    lines: list[str] = []
    for previous, clause in zip([None, *told], told, strict=False):
        text = written(clause.text)
        if any(text in line for line in lines):
            continue
        mark = "。" if previous and previous.saying != clause.saying else "，"
        lines.append((mark if lines else "") + text)
    place = f"{where}，" if where and where not in "".join(lines) else ""
    content = f"{who}{verb}：{place}{''.join(lines)}。"
    if wants:
        content += f"诉求：{wants.text}。"
    return Passage(content, _quotes(told) + (wants.evidence if wants else ()))


def _within(clauses: list[Clause]) -> list[Clause]:
    """Drop the least telling clauses until the content fits; facts and wishes stay longest."""
    ranked = sorted(range(len(clauses)), key=lambda i: (_telling(clauses[i]), -i), reverse=True)
    kept: set[int] = set()
    length = 0
    for i in ranked:
        length += len(clauses[i].text) + 1
        if length > LONGEST_CONTENT and kept:
            break
        kept.add(i)
    return [clause for i, clause in enumerate(clauses) if i in kept]


def _telling(clause: Clause) -> int:
    return 3 * bool(_FACTS.search(clause.text)) + 2 * is_wish(clause) + min(len(clause.text) // 5, 3)


def _quotes(clauses: Sequence[Clause]) -> tuple[Evidence, ...]:
    return tuple(clause.evidence for clause in clauses)
