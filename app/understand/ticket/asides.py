"""Clauses that a ticket leaves out for where they stand: answers about the caller, guesses, digressions, outbursts."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from app.domain.cue_rules import Cue
from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.types import Mentions
from app.understand.ticket.bearing import aside_odds, bearing_features, named, telling
from app.understand.ticket.clauses import Clause
from app.understand.ticket.wants import is_wish
from models.base import PairScorer, TextClassifier

_ASKS_WHO = re.compile(
    r"贵姓|怎么称呼|姓名|全名|名字|您姓|联系(?:电话|方式|您)|(?:电话|号码|手机)[^，。]{0,8}(?:吗|是|多少|行)|打(?:这个|您)"
)
_ASKS_MORE = re.compile(r"诉求|要求|希望|什么时候|哪|情况|地址|多少钱|反映过|之前|(?:医生|店|公司|老人|孩子|对方|司机)")
_OUTBURST = re.compile(
    r"杀(?:了)?人的心|(?:打死|弄死|掐死)它|肺都?(?:快|要)?(?:气)?炸|(?:气|烦|急|愁|恼|吵|臭|熏|热|冻)死(?:我|俺|个?人|了)|活不(?:成|下去)了|"
    r"(?:我|俺)(?:都)?(?:快|要)?(?:被)?[^，。]{0,4}(?:疯|崩溃|炸)了|恨不得|(?:我|俺)的个?(?:娘|天|妈)|(?:还)?让(?:不让)?人活|"
    r"光吃饭不干活|吃干饭|吃白饭|(?:熊|狗|破)(?:玩意|东西)|(?:屁|奶奶的|他妈|他娘)|踢皮球呗|骂人|谁急$|猴年马月"
)
_HOUSEHOLD = re.compile(
    r"^[（(].*[）)]$|^(?:老婆子|老头子|孩他[爹娘妈]|老三|儿子|妈)$|水开了|锅(?:开|糊)了|(?:我|俺)?(?:先)?不跟(?:你|您|恁)说了|^(?:你|您|恁)?(?:等等|等会儿?|等一下|稍等)|"
    r"^(?:我|俺)(?:找找|看看|翻翻|想想|戴(?:上)?(?:个)?(?:眼镜|花镜))|(?:我|俺)(?:当时|那会儿?)?正在?(?:吃|喝|睡|看电视|做饭|刷|洗)|搁哪了$|吃饭了没|这都几点了$"
)
_IGNORANCE = re.compile(
    r"^(?:我|俺|咱)?(?:也|可)?(?:上哪|哪能?|咋)?(?:不)?(?:知道|清楚|晓得|记得|记不|说不)(?:清|准|上来|去|得)?(?:啊|呢|哩|是不是)?$|^(?:那)?谁记得|忘了第"
)
_GUESS = re.compile(
    r"(?:我|俺)(?:是)?(?:瞎)?猜(?:的|是|着)|没(?:有)?证据|(?:不敢|不能)(?:瞎|乱)说|不敢(?:肯定|确定)|(?:别|不要|甭)(?:给)?(?:写|记)"
)
_DIGRESSED = re.compile(
    r"(?:扯|说|聊|拉)远了|跑题|说到哪|扯哪去|^(?:这个?|那|先|就|都)?不(?:提|扯|说)(?:它|他|这个|那个)?了$|不是说(?:那个|这个)|^算了$|先不说(?:这|那)"
)
_DIGRESSION = re.compile(
    r"^(?:对了|想当年|以前|早先|当年|前年|那年|(?:我|俺)(?:以前|年轻|那时候|当年|一辈子|儿|孩子|女儿|闺女|老伴|对象|孙|爸|妈|爹|娘|家(?:里|那口子)))"
)
_FAMILY_TALK = re.compile(
    r"^(?:那|人)?家是老.家|^老.家倒|(?:孙子|孙女|儿子|闺女|女儿|女婿|外甥)[^，。]{0,8}(?:上大学|在(?:外地|北京|上海|济南|青岛|南京)|研究生|考上)|学(?:计算机|医|法律|会计)$|^他在[^，。]{2,4}上大学"
)
_COMPARED = re.compile(
    r"(?:爹|爸|妈|娘|舅|叔|姨|姑|哥|姐|弟|妹|邻居|对门|同事|朋友|亲戚|人家|丈人|婆家|老家)[^，。]{0,12}(?:没事|也没交|好好的|早就|都发|就好|不收|没这)|"
    r"听[^，。]{0,5}(?:舅|叔|姨|姑|哥|姐|邻居|同事|对门)[^，。]{0,2}说|(?:他|她)(?:家|爹|媳妇|老婆|男人|儿子|闺女|姐夫|弟|姐)[^，。]{0,6}(?:上班|当官|开着|离婚|包工程|亲戚)|"
    r"(?:新闻|电视)(?:上|里)|看(?:见|新闻)了吧"
)
"""Somebody else's luck, gossip, and what was on the news."""
_LONGEST_DIGRESSION = 8
_LONGEST_IDENTITY = 14
_FIGURE = re.compile(r"\d|[一二两三四五六七八九十]{1,3}(?:[个次回天年月户人块元点号楼层]|多)")


class AsideModel:
    """The trained models of asides: one reads a clause alone, one weighs that beside the rest of its call."""

    def __init__(
        self, alone: TextClassifier, beside: PairScorer, cues: Sequence[Cue], least: Mapping[str, float]
    ) -> None:
        self._alone, self._beside = alone, beside
        self._least_alone, self._hinted, self._least_beside, self._least_named = (
            least[name] for name in ("aside_alone", "aside_hinted", "aside", "aside_named")
        )
        self._column = alone.labels.index("aside")
        self._cues = tuple(re.compile(cue.pattern) for cue in cues)

    def found(
        self, call: SpokenCall, mentions: Mentions, clauses: Sequence[Clause], words: re.Pattern[str]
    ) -> set[int]:
        """Return the positions of asides; a wish is none, and what names a matter is left where nothing else does."""
        told = [i for i, clause in enumerate(clauses) if not clause.chatter]
        if not told:
            return set()
        alone = np.zeros(len(clauses))
        alone[told] = self._alone.scores([clauses[i].text.strip() for i in told])[:, self._column]
        odds = np.where([clause.chatter for clause in clauses], 0, aside_odds(alone))
        beside = self._beside.scores(bearing_features(call, mentions, clauses, odds, words, self._cues))
        names = np.array([named(clause.text, words) > 0 for clause in clauses])
        sure = beside >= np.where(names, self._least_named, self._least_beside)
        likely = (alone >= self._least_alone) & (beside >= self._hinted)
        found = {
            i for i in told if (sure[i] or (likely[i] and not telling(clauses[i], words))) and not is_wish(clauses[i])
        }
        matters = {i for i in told if names[i] and not is_wish(clauses[i])}
        if matters <= found:
            found -= matters
        return found if set(told) - found else set()


def leave_out_asides(
    call: SpokenCall,
    mentions: Mentions,
    clauses: Sequence[Clause],
    matter_words: re.Pattern[str],
    model: AsideModel | None = None,
) -> tuple[Clause, ...]:
    """Return the clauses with asides marked as chatter; a digression takes what led to it along."""
    aside = {i for i, clause in enumerate(clauses) if _is_aside(clause.text)}
    aside |= model.found(call, mentions, clauses, matter_words) if model else set()
    for i, clause in enumerate(clauses):
        aside |= _led_to(clauses, i)
        turn = mentions.sayings[clause.saying].turn
        if _asked_who(call, turn) and _about_the_caller(clause, matter_words):
            aside.add(i)
    return tuple(
        clause.model_copy(update={"chatter": True}) if i in aside and not clause.chatter else clause
        for i, clause in enumerate(clauses)
    )


def _is_aside(text: str) -> bool:
    words = text.strip()
    return any(pattern.search(words) for pattern in (_OUTBURST, _HOUSEHOLD, _IGNORANCE, _FAMILY_TALK, _COMPARED))


def _led_to(clauses: Sequence[Clause], position: int) -> set[int]:
    """Return the clauses that a guess or a digression ending here takes along."""
    text, saying = clauses[position].text, clauses[position].saying
    if _GUESS.search(text):
        return {i for i in range(max(0, position - 4), position + 1) if clauses[i].saying == saying}
    if _DIGRESSED.search(text):
        starts = [i for i in range(position) if _DIGRESSION.match(clauses[i].text)]
        if starts and position - starts[-1] < _LONGEST_DIGRESSION:
            return set(range(starts[-1], position + 1))
        return {i for i in range(max(0, position - 1), position + 1) if clauses[i].saying == saying}
    return set()


def _asked_who(call: SpokenCall, turn: int) -> bool:
    """Tell whether the operator's turn before asks for name or number and for nothing else."""
    before = call.turns[turn - 1] if turn else None
    return (
        before is not None
        and before.speaker is Speaker.OPERATOR
        and bool(_ASKS_WHO.search(before.text))
        and not _ASKS_MORE.search(before.text)
    )


def _about_the_caller(clause: Clause, matter_words: re.Pattern[str]) -> bool:
    short = len(clause.text) <= _LONGEST_IDENTITY
    return short and not is_wish(clause) and not named(clause.text, matter_words) and not re.search(r"\d", clause.text)
