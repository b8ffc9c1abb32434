"""The citizen's statements, clause by clause, with chatter marked: the material of title, content and wants."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.domain.transcript import Evidence, SpokenCall
from app.understand.mentions.types import Mentions, Saying
from app.understand.ticket.register import in_figures, written

_BREAK = re.compile(
    r"[，,。！!？?；;…]\s*(?:[，,。！!？?；;…]\s*)*|\s+[，,。！!？?；;…\s]*(?![A-Za-z])|(?<![A-Za-z.'])\s+"
)
"""A space between two words in letters is none."""
_CHATTER = re.compile(
    r"^(?:喂|您好|你好|恁们?好|hello|早上好|上午好|下午好|晚上好|嗯|啊|对+|是+|是的|好+|好的|行|中|管|可以|没有了?|没了|就这些|就这样|谢谢.{0,6}|再见|拜拜|麻烦.{0,3}了|"
    r"不客气|辛苦.{0,4}|打扰.{0,3}|哎|那行|那好|知道了|明白了?|听见了?|听得见吗?|能听见吗?|稍等|等一下|等会儿?|我想想|我看看|咋说呢?|怎么说呢?|"
    r"(?:我|俺|咱)?(?:就是|就)?(?:想|要|来)?(?:向你们?|跟你们?|给你们?|打电话)?(?:反映|反应|说|问问?|咨询|投诉|举报|汇报|打听|了解)(?:一下|下|一个|个|点|几个)*(?:子)?(?:问题|情况|事|事儿|事情)?(?:哈|啊|吧)?|"
    r"(?:是|就)?这么?(?:个|回)(?:事|情况)|(?:我|俺)?(?:跟|给|和)(?:你|您)说|你(?:听我说|说说|说是不是|看看?|想想|评评理)|是不是|是吧|对吧|你说(?:呢|气人不)?|真是的?|(?:12345|市长热线|热线)(?:吗|是吧|不)?|"
    r"是(?:12345|热线|市长热线)(?:吗|不)?|请问(?:一下)?|问一下|那(?:个|啥)|这个|然后(?:呢)?|完了|反正|就是说?|特此(?:投诉|举报|反映|建议|咨询)|(?:那个|哎|喂|这个)?(?:闺女|女儿|大姐|大哥|大妹子|妹妹|妹子|姑娘|小伙子?|同志|师傅|小姐|老师|美女|帅哥|大?兄弟|大婶|大娘|阿姨|老弟|领导)(?:们|啊|呀|您?好|你好|你听我说)?|"
    r"(?:第[一二三四]个|头一个|再一个|还有(?:一个|个)?|另外(?:一个)?|一个|首先|其次|最后)(?:事|问题)?(?:就?是)?|"
    r"(?:我|俺)?(?:都|也|就)?(?:找|打|报|去|说|问|协商|反映|登记|投诉)(?:过)?了|没事|是没有|倒没有|"
    r"尊敬的.{0,12}|(?:此致)?敬礼|此致|恳请领导.{0,6}|"
    r"(?:【?(?:姓名|性别|年龄|电话|手机号?|联系(?:人|电话|方式)|邮箱|地址|时间|标题|内容|附件|诉求(?:人|类[型别]|内容)|问题描述|事发(?:地址|时间))】?[：:\s]*(?:无|空|略)?)+)$"
)
_NAME_OR_PHONE = re.compile(
    r"^(?:我|俺|免贵|本人|就)(?:叫|姓)[\u4e00-\u9fff]{1,3}$|^(?:我是)?[\u4e00-\u9fff](?:先生|女士|师傅|大爷|大娘|阿姨|老师)(?:就行|就中)?$|(?:电话|手机|号码|打我)[^，。]{0,6}(?:是)?\d{7,}[^，。]{0,3}$|^\d{7,}$|^(?:就|打)?(?:这个|本机)(?:号|号码|电话)|(?:不想|别|甭)(?:说|留|问)[^，。]{0,4}(?:名|姓)|保密|别(?:告诉|透露|说)"
)
_BARE_NAME = re.compile(r"^(?:叫|姓)[\u4e00-\u9fff]{1,3}$")
"""叫黄士兵: the name of whom the operator asked for, else the caller's own."""
_OF_ANOTHER = re.compile(
    r"(?:我|俺|他|她)?(?:妈|爸|爹|娘|[爷奶]奶?|姥[姥爷]|公公|婆婆|对象|老公|老婆|媳妇|丈夫|妻子|爱人|儿子?|闺女|女儿|孩子|小孩|老人|[哥姐弟妹]|他|她|老板|房东|户主|对方|病人|患者)(?:也|就)?(?:叫|姓)"
)
_ASKS_ANOTHER = re.compile(
    r"老人|孩子|对方|邻居|老板|司机|医生|老师|书记|病人|(?:叫|姓)(?:什么|啥|什么名字)|(?:什么|啥)名字?|哪[家个位]|是谁|谁[的在打占]|姓名|名字|全名"
)
_TO_THE_OPERATOR = re.compile(
    r"^(?:你|您|恁|你们)(?:姓啥|叫啥|听我?说?|听听|记着?|看看|算算|想想|评评|别(?:害怕|当真|写|管|光|说|问|急)|不用(?:管|问)|就写|先别|说(?:说|是不是?|气人|这是?|呢)?|知道|等着|哪个|说得对)[^，。]{0,12}$|"
    r"^(?:就|打)?(?:我|俺|那俺|他|她)?的?(?:电话|手机|姓名|名字|号码|家姓)[^，。]{0,4}(?:你|您|恁|就不说|不留|知道|有|不方便|算了)[^，。]{0,6}$|不留名|^(?:我|俺)?不姓.$|"
    r"^(?:我|俺|都|应该)?(?:等着|知道|不知道|不清楚|记不清[^，。]{0,4}|忘了|没啥|就是这么一说|打个比方|嗓门大|也不清楚[^，。]{0,10}|替(?:她|他)们也说一声)[了啊呢吧]*$|^(?:男|女)(?:的|同志)$|^(?:俩|两个?|三个?|2个?|3个?)事[啊儿]*$"
)
_SPELLED = re.compile(
    r"^(?:名字叫)?(?P<word>[\u4e00-\u9fff]{1,5})的(?P<character>[\u4e00-\u9fff])$|[人立木水火土金]字?旁|双人旁|耳东|弓长|草头|木子李|口天吴"
)
"""渠道的渠: how a name is written."""
_ASKS_NAME = re.compile(
    r"^(?!.*(?:父亲|母亲|婆婆|老人|孩子|爱人|对方|店|公司)).*(?:贵姓|怎么称呼|姓名|您姓|全名|怎么联系)"
)
_LONGEST_NAME, _MOST_BESIDE = 6, 5
_PLACE_WORDS = re.compile(r"[的在是住就这那边个里我俺们家\s]")
_DENIAL = re.compile(
    r"^(?:可|也|就)?(?:我|俺|俺们|我们)?(?:可|也|又)?不是(?!不|没|很|只|说|一|所有|头|第)[^，。]{1,12}$"
)
"""我不是闹事的: what a matter is not has no place on a ticket."""
_QUESTION = re.compile(
    r"[吗么呢不没]$|请问|多少|怎么|咋|哪|啥|什么|几[点号天个]|有没有|能否|可否|可不可以|([占收用给让修管算要有是能行])不\1"
)


class Clause(NamedTuple):
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
    clauses = (
        clause
        for index, saying in enumerate(mentions.sayings)
        if not saying.confirmed_by
        for clause in _clauses(call, index, saying)
    )
    name = mentions.caller_name.value if mentions.caller_name else ""
    return tuple(clause._replace(chatter=clause.chatter or _signs(clause.text, name)) for clause in clauses)


def _signs(text: str, name: str) -> bool:
    """Tell whether a clause says little more than the caller's full name: 退休干部刁凤山."""
    beside = len(text.strip()) - len(name)
    return len(name) > 1 and name in text and beside <= _MOST_BESIDE and not names_another(text)


def _clauses(call: SpokenCall, index: int, saying: Saying) -> Iterator[Clause]:
    turn = call.turns[saying.turn]
    asked = call.turns[saying.turn - 1].text if saying.turn else ""
    named = bool(_ASKS_NAME.search(asked))
    another = not named and bool(_ASKS_ANOTHER.search(asked))
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
                chatter=_is_chatter(text.strip(), named=named, another=another),
                question="？" in mark or "?" in mark or bool(_QUESTION.search(text)),
                evidence=turn.evidence(at, end),
            )
        at = stretch.end() if stretch else end


def _is_chatter(text: str, *, named: bool, another: bool) -> bool:
    """Tell whether a clause says nothing about the matter: courtesy, the caller's name, asides to the operator.

    `named`: the operator asked for the caller's name; `another`: for somebody else's.
    """
    if names_another(text):
        return False
    if (named and len(text) <= _LONGEST_NAME) or (_BARE_NAME.match(text) and not another):
        return True
    spelled = _SPELLED.search(text)
    if spelled and (spelled["character"] is None or spelled["character"] in spelled["word"]):
        return True
    return any(
        found
        for found in (
            _CHATTER.match(text),
            _NAME_OR_PHONE.search(text),
            _DENIAL.match(text),
            _TO_THE_OPERATOR.search(text),
        )
    )


def names_another(text: str) -> bool:
    """Tell whether a clause says what somebody else is called: 我爸叫苗守义."""
    return _OF_ANOTHER.match(text.strip()) is not None


def is_stated_place(clause: Clause, mentions: Mentions, where: str) -> bool:
    """Tell whether a clause holds nothing but places that `where`, the ticket's own place, states already."""
    if in_figures(clause.text) in where:
        return True
    turn = mentions.sayings[clause.saying].turn
    left = list(clause.text)
    for mention in (*mentions.districts, *mentions.towns, *mentions.details, *mentions.spots):
        if mention.turn == turn and (mention.value in where or mention in (*mentions.districts, *mentions.towns)):
            for i in range(max(mention.start, clause.start), min(mention.end, clause.end)):
                left[i - clause.start] = " "
    return not _PLACE_WORDS.sub("", "".join(left))
