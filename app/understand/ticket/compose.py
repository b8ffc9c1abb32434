"""Title, content and wants in the register of an official ticket, from clauses that were really said."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from app.domain.ticket import RequestKind
from app.domain.transcript import Evidence
from app.understand.ticket.clauses import Clause
from app.understand.ticket.register import written

LONGEST_CONTENT = 400
LONGEST_TITLE = 30
_WANTS = re.compile(
    r"希望|要求|请求|恳请|恳求|想让|想请|请(?!问)|能不能|能否|可不可以|可否|行不行|赶紧|抓紧|尽快|尽早|早点|快点|给(?:个|俺|我|我们|俺们)(?:说法|解决|修|查|处理|退|调)|"
    r"望(?:有关|相关|部门|领导|政府|尽快|能|贵|给予|予以|介入|处理)|帮(?:我|俺|忙|着)|(?:派|来)(?:个|几个)?人|应该|建议|要(?:求)?(?:退|赔|给)|得(?:给|管|赔|退)|管管|查查|查一查|修修|治治"
)
_NOT_WANTS = re.compile(r"不(?:希望|想让|帮)|说(?:尽快|马上|请)|应该(?:是|有|会)")
_WANT_FORMS = (
    (re.compile(r"^.*?(?:能不能|能否|可不可以|可否)"), "希望"),
    (re.compile(r"^.*?(?:希望|恳请|请求|想让|想请|望|敬请)"), "希望"),
    (re.compile(r"^.*?要求"), "要求"),
    (re.compile(r"^.*?建议"), "建议"),
    (re.compile(r"^.*?(?=赶紧|抓紧|尽快|尽早)"), "希望"),
)
_FACTS = re.compile(r"\d")


class Passage(NamedTuple):
    """Composed text with the words it rests on."""

    text: str
    evidence: tuple[Evidence, ...]


def informative(clauses: Sequence[Clause]) -> list[Clause]:
    """Return clauses that say something."""
    return [clause for clause in clauses if not clause.chatter and len(written(clause.text)) > 1]


def compose_wants(clauses: Sequence[Clause], kind: RequestKind) -> Passage | None:
    """Return what the citizen asks for, or None where they did not say."""
    told = informative(clauses)
    wishes = [c for c in told if _WANTS.search(c.text) and not _NOT_WANTS.search(c.text)]
    if kind is RequestKind.CONSULTATION:
        wishes = [c for c in told if c.question] or wishes
        texts = [_drop_question(written(c.text)) for c in wishes[:3]]
        return Passage("咨询" + "，".join(texts), _quotes(wishes[:3])) if texts else None
    if not wishes:
        return None
    texts = [_as_want(written(c.text)) for c in wishes[-2:]]
    joined = texts[0] + "".join("，" + _without_head(text) for text in texts[1:])
    return Passage(joined, _quotes(wishes[-2:]))


def _as_want(text: str) -> str:
    for pattern, head in _WANT_FORMS:
        if pattern.search(text):
            rest = (
                pattern.sub("", text, count=1).lstrip("给其帮把") if head == "希望" else pattern.sub("", text, count=1)
            )
            return head + _drop_question(rest)
    return "希望" + _drop_question(text)


def _without_head(text: str) -> str:
    return re.sub(r"^(?:希望|要求)", "", text)


def _drop_question(text: str) -> str:
    return re.sub(r"(?:吗|么|不|没|行不行|好不好|可以吗|一下)$", "", text.rstrip("？?。"))


def compose_content(clauses: Sequence[Clause], kind: RequestKind, wants: Passage | None, *, web: bool) -> Passage:
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
    content = f"{who}{verb}：{''.join(lines)}。"
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
    return 3 * bool(_FACTS.search(clause.text)) + 2 * bool(_WANTS.search(clause.text)) + min(len(clause.text) // 5, 3)


def compose_title(
    clauses: Sequence[Clause], kind: RequestKind, place: str | None, matter_words: re.Pattern[str]
) -> Passage:
    """Return place and matter in at most 30 characters: 幸福家园13号楼停水问题."""
    told = informative(clauses) or list(clauses)
    best = max(told, key=lambda clause: _matter_score(clause, told, matter_words))
    start, end = _TITLE_FORMS.get(kind, ("", "问题"))
    where = (place or "")[-_LONGEST_PLACE:]
    key = _key_words(best.text, where, matter_words, LONGEST_TITLE - len(start) - len(end) - len(where))
    where = "" if where and where in key else where
    return Passage(f"{start}{where}{key}{end}", (best.evidence,))


_TITLE_FORMS = {
    RequestKind.CONSULTATION: ("咨询", ""),
    RequestKind.SUGGESTION: ("关于", "的建议"),
    RequestKind.PRAISE: ("表扬", ""),
}
_LONGEST_PLACE = 14
_THREAT = re.compile(r"跳下去|跳楼|不想活|自杀|喝药|同归于尽|拼命")
_TROUBLE = re.compile(
    r"拖欠|欠|坏|漏|堵|停[水电气暖]|吵|臭|脏|占|骗|打人|塌|裂|淹|冷|不热|不亮|不通|不给|不退|不管|不发|没发|乱|超|违|偷|缺|断|丢|撞|倒闭|跑路|推诿|态度|扰民|涨价|收费|隐患|办不|报销|补贴|申请"
)
_NOT_IN_TITLES = re.compile(
    r"(?:从|自|到|打从)?(?:大前天|前天|昨天|昨晚|今天|今早|现在|目前|最近|近期|这几天|这两天|刚才|夜来|上个?(?:月|周|星期|礼拜).?|去年|今年|前年|\d{1,2}月\d{1,2}[号日]|\d{4}年(?:\d{1,2}月)?)(?:开始|以来|起)?"
    r"(?:的)?(?:早上|上午|中午|下午|晚上|夜里|半夜|凌晨)?(?:\d{1,2}点(?:多|半|\d{1,2}分?)?)?|"
    r"^(?:我们?|俺们?|咱们?|其|本人|他们?|她|这个|那个|就是|因为|但是|然后|而且|所以|并且|还有|另外|由于|关于|反映|建议|希望|表扬|请问|想咨询|咨询|投诉|举报)+|(?:一直|已经|都|就|又|还在|还|也|竟然|居然|总是|老是|天天|每天)(?=[\u4e00-\u9fff]{2})|"
    r"(?:了|啊|呀|呢|吧|的)$"
)


def _key_words(clause: str, where: str, matter_words: re.Pattern[str], longest: int) -> str:
    """Shorten a clause to its matter: no time, no pronoun, no place that stands before it."""
    text = written(_NOT_IN_TITLES.sub("", clause.replace(where, "") if where else clause))
    text = _drop_question(_NOT_IN_TITLES.sub("", text)).lstrip("在的、")
    if len(text) > longest and (first := matter_words.search(text)):
        text = text[max(0, min(first.start() - 2, len(text) - longest)) :]
    return _shorter(text, longest)


def _matter_score(clause: Clause, told: Sequence[Clause], matter_words: re.Pattern[str]) -> float:
    words = {match.group() for match in matter_words.finditer(clause.text)}
    position = told.index(clause) if clause in told else 0
    wish = (bool(_WANTS.search(clause.text)) and not clause.question) or bool(_THREAT.search(clause.text))
    trouble = len(set(_TROUBLE.findall(clause.text)))
    return (
        2.0 * len(words)
        + 1.2 * trouble
        + sum(len(w) for w in words) / 4
        - len(clause.text) / 12
        - 0.2 * position
        - 1.5 * wish
    )


def _shorter(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    cut = text[:longest]
    return cut[: cut.rfind("的")] if "的" in cut[longest // 2 :] else cut


def _quotes(clauses: Sequence[Clause]) -> tuple[Evidence, ...]:
    return tuple(clause.evidence for clause in clauses)
