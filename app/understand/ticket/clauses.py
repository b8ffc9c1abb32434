"""The citizen's statements, clause by clause, with chatter marked: the material of title, content and wants."""

import re
from collections.abc import Iterator, Sequence

from app.domain.frozen import Frozen
from app.domain.transcript import Evidence, SpokenCall
from app.understand.mentions.types import Mentions, Saying
from app.understand.ticket.register import written

_BREAK = re.compile(r"[，,。！!？?；;…\s]+")
_CHATTER = re.compile(
    r"^(?:喂|您好|你好|hello|早上好|上午好|下午好|晚上好|嗯|啊|对+|是+|是的|好+|好的|行|中|管|可以|没有了?|没了|就这些|就这样|谢谢.{0,6}|再见|拜拜|麻烦.{0,3}了|"
    r"不客气|辛苦.{0,4}|打扰.{0,3}|哎|那行|那好|知道了|明白了?|听见了?|听得见吗?|能听见吗?|稍等|等一下|等会儿?|我想想|我看看|咋说呢?|怎么说呢?|"
    r"(?:我|俺|咱)?(?:就是)?(?:想|要|来)?(?:向你们?|跟你们?|给你们?|打电话)?(?:反映|反应|说|问|咨询|投诉|举报|汇报|打听|了解)(?:一下|下|一个|个|点|几个)*(?:子)?(?:问题|情况|事|事儿|事情)?(?:哈|啊|吧)?|"
    r"(?:是|就)?这么?(?:个|回)(?:事|情况)|(?:我|俺)?(?:跟|给|和)(?:你|您)说|你(?:听我说|说说|说是不是|看看?|想想|评评理)|是不是|是吧|对吧|你说(?:呢|气人不)?|真是的?|(?:12345|市长热线|热线)(?:吗|是吧|不)?|"
    r"是(?:12345|热线|市长热线)(?:吗|不)?|请问(?:一下)?|问一下|那(?:个|啥)|这个|然后(?:呢)?|完了|反正|就是说?|特此(?:投诉|举报|反映|建议|咨询)|同志|师傅|小姐|领导(?:您?好)?|尊敬的.{0,12}|此致|敬礼|恳请领导.{0,6})$"
)
_NAME_OR_PHONE = re.compile(
    r"^(?:我|俺|免贵|本人|就)?(?:叫|姓)[\u4e00-\u9fff]{1,3}$|^(?:我是)?[\u4e00-\u9fff](?:先生|女士|师傅|大爷|大娘|阿姨|老师)(?:就行|就中)?$|(?:电话|手机|号码|打我)[^，。]{0,6}(?:是)?\d{7,}|^\d{7,}$|^(?:就|打)?(?:这个|本机)(?:号|号码|电话)|(?:不想|别|甭)(?:说|留|问)[^，。]{0,4}(?:名|姓)|保密|别(?:告诉|透露|说)"
)
_DENIAL = re.compile(
    r"^(?:可|也|就)?(?:我|俺|俺们|我们)?(?:可|也|又)?不是(?!不|没|很|只|说|一|所有|头|第)[^，。]{1,12}$"
)
"""我不是闹事的: what a matter is not has no place on a ticket."""
_QUESTION = re.compile(
    r"[吗么呢不没]$|请问|多少|怎么|咋|哪|啥|什么|几[点号天个]|能不能|是不是|有没有|能否|可否|可不可以|行不行"
)


class Clause(Frozen):
    """A stretch between two breaks of a citizen's turn."""

    text: str
    saying: int
    """Index into `Mentions.sayings`."""
    start: int
    end: int
    chatter: bool
    question: bool
    evidence: Evidence


def informative(clauses: Sequence[Clause]) -> list[Clause]:
    """Return clauses that say something."""
    return [clause for clause in clauses if not clause.chatter and len(written(clause.text)) > 1]


def read_clauses(call: SpokenCall, mentions: Mentions) -> tuple[Clause, ...]:
    """Return the clauses of the citizen's own words, in order."""
    return tuple(
        clause
        for index, saying in enumerate(mentions.sayings)
        if not saying.confirmed_by
        for clause in _clauses(call, index, saying)
    )


def _clauses(call: SpokenCall, index: int, saying: Saying) -> Iterator[Clause]:
    turn = call.turns[saying.turn]
    at = 0
    for stretch in (*_BREAK.finditer(saying.text), None):
        end = stretch.start() if stretch else len(saying.text)
        text = saying.text[at:end]
        if text.strip():
            mark = stretch.group() if stretch else ""
            yield Clause(
                text=text,
                saying=index,
                start=at,
                end=end,
                chatter=bool(_CHATTER.match(text) or _NAME_OR_PHONE.search(text) or _DENIAL.match(text.strip())),
                question="？" in mark or "?" in mark or bool(_QUESTION.search(text)),
                evidence=turn.evidence(at, end),
            )
        at = stretch.end() if stretch else end
