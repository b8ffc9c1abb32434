"""An answer made of an article's own sentences, with the article as its citation. Nothing is added."""

import math
import re

from app.domain.knowledge import Article, Citation

LONGEST = 400
"""Characters of an answer. An operator reads it while somebody waits on the line."""
_SECTION = re.compile(r"^##\s*", re.MULTILINE)
_BASIS = re.compile(r"[^。；\n]*（[^（）]*《[^》]+》[^（）]*）[^。；\n]*[。；]?")
_MARKS = re.compile(r"^[-*]\s*|\*\*|^#+\s*", re.MULTILINE)
_SENTENCE = re.compile(r"[^。；\n]*[。；\n]?")
_NUMERAL = r"[\d一二三四五六七八九十百千万两半]+"
_KINDS = tuple(
    (re.compile(asked), re.compile(stated))
    for asked, stated in (
        (
            r"多久|多长|几天|几年|几个月|多少天|啥时候|什么时候|时限|期限|管几",
            rf"{_NUMERAL}个?(?:工作)?(?:日|天|年|月|周岁|小时)",
        ),
        (r"多少钱|几倍|几个点|收费|费用|怎么算|缴|税|罚多少|赔多少", rf"{_NUMERAL}元|%|百分之|{_NUMERAL}倍|免"),
        (r"几分|多少分|扣分", rf"{_NUMERAL}分"),
        (r"材料|带啥|带什么|要啥|手续|证件|准备", r"材料|带|证明|身份证|申请书|户口簿"),
        (r"哪|找谁|归谁|谁管|电话|打什么", r"部门|机关|局|派出所|窗口|法院|打\d|12\d{3}"),
        (r"咋|怎么|怎样|如何|流程|步骤", r"申请|办理|提交|流程|步骤|先|可以"),
        (r"处罚|怎么处理|后果|罚|抓|判", r"罚款|拘留|处罚|吊销|处[^理]"),
    )
)
"""What a question asks for, and what a section looks like that says it."""
_OF_THE_KIND = 0.5
"""What that counts beside shared words, of which a close section has about as much."""


def compose_answer(question: str, article: Article) -> tuple[str, Citation]:
    """Return the direct answer and the sections that say most about the question, those first; and their citation."""
    lead, *sections = (part.strip() for part in _SECTION.split(article.body))
    told = [lead] if lead else []
    for section in sorted(sections, key=lambda section: -_nearness(question, section)):
        room = LONGEST - sum(map(len, told))
        told.append(section if len(section) <= room else _beginning(section, room) if len(told) < 2 else "")
    quote = _BASIS.search(lead) or _BASIS.search(article.body)
    text = _MARKS.sub("", "\n".join(filter(None, told)))
    return text, citation_of(article, (quote.group() if quote else article.body.split("\n")[0]).strip())


def _nearness(question: str, section: str) -> float:
    """Return how near a section comes to what is asked: shared pairs of characters, and the kind of fact."""
    shared = len(_pairs(question) & _pairs(section)) / math.sqrt(len(section))
    return shared + _OF_THE_KIND * sum(bool(a.search(question) and s.search(section)) for a, s in _KINDS)


def _beginning(section: str, room: int) -> str:
    """Return the whole sentences that fit."""
    kept = ""
    for sentence in _SENTENCE.findall(section):
        if len(kept) + len(sentence) > room:
            break
        kept += sentence
    return kept.strip()


def citation_of(article: Article, quote: str) -> Citation:
    """Return the citation of an article's passage."""
    return Citation(
        article_id=article.id,
        version=article.version,
        title=article.title,
        source=article.source,
        clause=article.clause,
        issued_by=article.issued_by,
        region=article.region,
        effective_from=article.effective_from,
        expires_on=article.expires_on,
        quote=quote,
    )


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
