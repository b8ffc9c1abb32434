"""Who calls: the name that a caller gives; never a third party's."""

import re
from collections.abc import Iterator

from app.domain.anchors import Anchored
from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.addressed import POLITE_WORD, addressed, form_of_address
from app.understand.mentions.names import (
    ANY_FAMILY,
    BARE,
    COMPOUND,
    FAMILY,
    GIVEN,
    MALE_KIN,
    OF_OTHERS,
    POLITE,
    SIGNATURES,
    TITLE,
    VOLUNTEERED,
    WIDE_FAMILY,
    given_later,
    in_full,
    no_name,
)
from app.understand.mentions.privacy import PrivacyRules
from app.understand.mentions.types import Mention, Saying

_MOST_WRITTEN, _NEAR = 2, 4
"""Turns of a message, its title and its text; turns after a surname in which the full name may follow."""
_STOP = r"(?=[，,。、\s]|$)"
_NAMED = Anchored(
    rf"(?:我叫|俺叫|叫我(?={FAMILY}{GIVEN}(?:[，,。\s]|$))|我的名字[是叫]|我名叫|(?:我|俺)本人[，,\s]|我是(?!房东)(?={FAMILY}{GIVEN}[，,。\s]))\s*(?P<name>{FAMILY}{GIVEN}|(?<=[我俺]叫){FAMILY}[\u4e00-\u9fff]里|(?<=[我俺]叫)[\u4e00-\u9fff]{GIVEN}|(?<=[我俺]叫\s)[\u4e00-\u9fff]{GIVEN})(?=[，,。\s]|$|是|住|家|电话|手机)"
)
_SURNAMED = Anchored(
    rf"(?:(?:我|俺|免贵|本人)[，,\s]*(?:免贵)?|^[^\u4e00-\u9fff]*(?:[^，,。\s]{{1,4}}[，,。\s]+)?)姓\s*(?P<surname>{ANY_FAMILY})(?![名氏])"
)
_OWN_SURNAME = Anchored(rf"(?:我|俺|本人)(?:免贵)?姓\s*(?P<surname>{ANY_FAMILY})(?![名氏])")
_ADDED = Anchored(
    rf"[，,。\s]姓\s?(?P<surname>{ANY_FAMILY})(?:[，,。\s]*$|[，,\s]+(?:[\u4e00-\u9fff]{{1,5}}的(?P=surname)|念[\u4e00-\u9fff]|[\u4e00-\u9fff]字[头旁边底])(?=[，,。\s]|$))|[。！!？?]姓\s?(?P<own>{ANY_FAMILY})[，,\s]+(?=(?P=own){GIVEN}(?:[，,。\s]|$))"
)
_SIGNED = Anchored(
    rf"(?:(?:联系人|反映人|投诉人|举报人|代表|署名|姓名|就写|写上)(?:是|为|[:：])?\s*(?:[小老](?={FAMILY}[，,。、\s]))?|(?:我|俺)是(?={ANY_FAMILY}(?:先生|女士))|叫(?:我|俺)[小老](?={ANY_FAMILY}(?:就|[，,。\s])))"
    rf"(?P<name>{FAMILY}{GIVEN}(?!就)|{ANY_FAMILY}(?:先生|女士|师傅)|{ANY_FAMILY}(?=就)|(?<=[小老]){FAMILY})(?=[，,。、\s\d电手就]|$)|"
    rf"(?:他|她)(?:姐|哥|妹|弟|妈|爸|姑|姨|舅|叔|伯|婶|嫂子?|侄子?|外甥|爷爷|奶奶|姥姥|老公|老婆|工友|同事|对象|儿子|闺女|媳妇|爱人|邻居)[，,\s]+(?P<own>{FAMILY}{GIVEN})(?=[，,。、\s]|$)"
)
_ANSWER = re.compile(
    rf"^[^\u4e00-\u9fff]*(?:[我俺]?(?:叫|是))?\s*(?P<name>{WIDE_FAMILY}(?=先生|女士|师傅)|{FAMILY}(?:{GIVEN}|)?)(?=[，,。！!\s啊呀]|$|先生|女士|师傅)"
)
_SPELLED = re.compile(
    r"^[^\u4e00-\u9fff]*(?:免贵|[我俺]?姓|[我俺]?叫|小|老)?[，,。\s]*(?P<surname>(?![男女对嗯好我俺也就那这不没行中有哎唉是先再别谁免你您他])[\u4e00-\u9fff])(?:[，,。！!\s]+[\u4e00-\u9fff]{1,5}?的(?P=surname)|[，,。！!\s]+[男女]|[，,。！!\s]*$)"
)
"""An answer to 您贵姓 that says how the name is written, or is nothing but it: 鹿 梅花鹿的鹿."""
_ANSWERED = Anchored(
    rf"(?:(?:(?<=免贵)|(?<![老贵百同个问复长他她]))姓\s?|叫[我俺](?:老|小)?)(?P<surname>{ANY_FAMILY})(?=[，,。\s啊呀哈吧就]|$|先生|女士|同志|师傅|老师|大[爷娘叔哥姐]|阿姨|[\u4e00-\u9fff]{{1,4}}的)"
)
"""The surname in an answer to 您贵姓; the last one is the one that was put right."""
_EXPLAINED = re.compile(
    rf"^[^\u4e00-\u9fff]*(?:[小老](?=[\u4e00-\u9fff][，,。\s]))?(?P<name>(?![小老男女对嗯好我俺也就那这不没行中有哎唉是先再别谁免你您他游群居市])(?:[\u4e00-\u9fff]|{FAMILY}{GIVEN}))[，,。\s]+"
    r"(?=[^，,。]{0,8}(?:的[\u4e00-\u9fff](?:[，,。\s]|$)|[旁头底边刀](?:那个)?))"
)
"""A name and how it is written: 郗 希望的希加耳刀旁."""
_BY_WORD = re.compile(
    r"[^\u4e00-\u9fff]*(?=[\u4e00-\u9fff]{2,3}的(?P<surname>[\u4e00-\u9fff])(?:[，,。！\s]|$))(?=[\u4e00-\u9fff]{0,2}(?P=surname)[\u4e00-\u9fff]{0,2}的)"
)
"""A surname that is told by a word it is in: 薄荷的薄."""
_SPELT_NAME = re.compile(
    rf"[^\u4e00-\u9fff]*(?P<name>(?![姓我俺叫是]){ANY_FAMILY}{GIVEN})[，,\s]+(?:[^，,。]{{1,12}}[，,\s]+)?[\u4e00-\u9fff]{{1,3}}的(?P<sign>[\u4e00-\u9fff])(?=[，,。\s]|$)"
)
"""A full name and how it is written: 李秀英 优秀的秀."""
_OF_WHOM = re.compile(
    r"孩子|老人|医生|大夫|护士|司机|老板|店|公司|厂|单位|企业|他|她|母亲|父亲|[爸妈爷奶姐哥弟妹叔]|户主|对方|负责人|小区|哪个|师傅|村|经理"
)
_WRITTEN_SO = re.compile(
    rf"(?:写|登记|记)(?:上|成|个)?(?P<name>{ANY_FAMILY}(?:{POLITE}))(?!的|那|家|说|是)"
    rf"|(?:写|登记|记|叫|喊)(?:上|成|个|我|俺)?[小老](?P<surname>{FAMILY})(?=就|[，,。\s]|$)"
    r"|(?:写|打)(?:上|成|个)?[\u4e00-\u9fff]{1,3}的(?P<sign>[\u4e00-\u9fff])吧[，,。\s]+(?P<own>(?P=sign)(?:先生|女士))"
)
"""What the caller wants written in the end: 算了 就写鞠女士; 你写卓越的卓吧 卓先生."""
_NOT_BUT = re.compile(
    r"不是[^，,。\s]+[，,。\s]+(?:就)?是[\u4e00-\u9fff]{1,3}的(?P<surname>[\u4e00-\u9fff])(?=[，,。\s]|$)"
)
"""不是干钩于 是余数的余."""
_NOBODY = re.compile(r"[^\u4e00-\u9fff]*(?:游客|群众|居民|市民|业主|家长|时间|方便|安全|别)(?!.*姓)")
"""An answer to 您贵姓 by which nobody is named."""
_ASKS_NAME = Anchored(r"哪位|姓|称呼|叫(?:什么|啥|$)|名字|全名|留名|姓名|联系人")
_ASKS_CALLER = Anchored(
    r"贵姓|称呼您|您(?:是)?哪位|(?:您|你|恁)(?:的|老|本人|这边|方便|愿意|留个?|说一?下|职务|和|大|全|是|[，,\s])*(?:姓|名|叫(?:什么|啥|[，,。？?\s]|$)|(?:怎么)?称呼)|"
    r"(?:^|[，,。？?！!\s])(?:好的?|嗯|那|请问|请|麻烦|还|需要|要不要|能|可以|方便|再|您?留个?|登记|写|一下|大[爷娘叔姐哥]|先生|女士|师傅)*(?:怎么称呼|称呼|姓名|全名|(?<=留)名字?|名字(?=$|[。？?])|名(?=$|吗|[，,。\s])|联系人)|留下?个?(?:您的?)?姓"
)
"""Words that ask the caller for his own name; any other question about a name asks for somebody else's."""
_CONFIRMED_NAME = Anchored(
    rf"(?:(?<![\u4e00-\u9fff])|好的?|嗯|是|谢谢)(?P<name>{WIDE_FAMILY}{GIVEN}|{FAMILY})(?:先生|女士|小姐|师傅|大[爷叔哥娘姐嫂妈]|阿姨|老师)"
)
_PAUSE = re.compile(r"[，,。\s]")
_GIVEN = re.compile(rf"{GIVEN}{_STOP}")
_NO_GIVEN = re.compile(TITLE)
_ANONYMOUS = Anchored(r"匿名|不留(?:名|姓)")
_ADDRESSES = Anchored(
    rf"^(?:好的?|嗯|行|是的?|明白了?|收到|知道了|喂|您好|那|感谢|谢谢)?[，,。\s]*(?P<name>{FAMILY})(?P<polite>先生|女士|小姐|师傅|大[爷叔哥娘姐嫂妈]|阿姨|老师)(?!的|那|家|说|是)"
)


def read_caller(call: SpokenCall, sayings: tuple[Saying, ...], privacy: PrivacyRules) -> tuple[Mention | None, bool]:
    """Return the caller's name as they gave it, and whether they refused to."""
    refused = any(
        privacy.refuses_name(saying.text)
        or (_asked_for_name(call, saying) and privacy.declines_name(call.turns[saying.turn].text))
        for saying in sayings
        if not saying.confirmed_by
    )
    return name_said(call, sayings, refused), refused


def name_said(call: SpokenCall, sayings: tuple[Saying, ...], refused: bool = False) -> Mention | None:
    """Return the caller's name as they gave it; a message that says it is anonymous gives none."""
    found: list[Mention] = []
    for saying in sayings:
        own = not saying.confirmed_by
        match = _given_name(call, saying) if own else _CONFIRMED_NAME.search(saying.text)
        if match and not (refused and own and _ANONYMOUS.search(saying.text)):
            answers = own and _asked_for_name(call, saying)
            found.insert(0 if answers else len(found), _name(call, saying, match))
    if not found and not refused:
        return _as_addressed(call) or _volunteered(call, sayings)
    found += _completed(call, sayings, found[:1])
    fuller = [name for name in found if name.value[0] == found[0].value[0] and not POLITE_WORD.search(name.value)]
    return max([*found[:1], *fuller], key=lambda name: len(POLITE_WORD.sub("", name.value)), default=None)


def _volunteered(call: SpokenCall, sayings: tuple[Saying, ...]) -> Mention | None:
    """Return the name of a caller who gave it unasked."""
    own = [saying for saying in sayings if not saying.confirmed_by and not _asked_for_another(call, saying)]
    for pattern in VOLUNTEERED:
        for saying in own:
            match = pattern.search(saying.text)
            if match and not no_name(next(filter(None, match.groups()))):
                named, kin = _name(call, saying, match), match.groupdict().get("kin")
                polite = "先生" if MALE_KIN.search(kin or "") else "女士"
                return named.model_copy(update={"value": kin[0] + polite}) if kin else named
    return next((_name(call, saying, match) for saying in own if (match := _bare(call, saying))), None)


def _bare(call: SpokenCall, saying: Saying) -> re.Match[str] | None:
    """Return a full name that is a piece of its own, where nobody said whose it is."""
    for match in BARE.finditer(saying.text):
        others = OF_OTHERS.search(saying.text[: match.start()])
        if len(match["name"]) > len("龙泉") and not others and not no_name(match["name"]):
            return match
    return None


def _completed(call: SpokenCall, sayings: tuple[Saying, ...], found: list[Mention]) -> Iterator[Mention]:
    """Yield the full name where the turns after the surname's say it: 俺姓殳 … 不是 几字底下一个又 殳长贵."""
    for name in found:
        surname = POLITE_WORD.sub("", name.value)
        for saying in sayings:
            near = name.turn <= saying.turn <= name.turn + _NEAR and not saying.confirmed_by
            if near and (match := given_later(saying.text, surname)):
                yield _name(call, saying, match)


def _asked_for_name(call: SpokenCall, saying: Saying) -> bool:
    """Tell whether the operator's turn before asks for the caller's name."""
    return bool(_ASKS_CALLER.search(_asked(call, saying)))


def _asked_for_another(call: SpokenCall, saying: Saying) -> bool:
    """Tell whether the operator's turn before asks for somebody else's name, or for something else of his."""
    asked = _asked(call, saying)
    return bool(_ASKS_NAME.search(asked)) and not _ASKS_CALLER.search(asked)


def _asked(call: SpokenCall, saying: Saying) -> str:
    """Return what the operator said right before."""
    before = call.turns[saying.turn - 1] if saying.turn else None
    return before.text if before and before.speaker is Speaker.OPERATOR else ""


def _said_next(call: SpokenCall, saying: Saying) -> str:
    """Return what the operator said right after."""
    return "".join(t.text for t in call.turns[saying.turn + 1 : saying.turn + 2] if t.speaker is Speaker.OPERATOR)


def _as_addressed(call: SpokenCall) -> Mention | None:
    """Return the caller's name as the operator addressed them."""
    for position, turn in enumerate(call.turns):
        if turn.speaker is Speaker.OPERATOR and (match := _ADDRESSES.search(turn.text)):
            start, end = match.start("name"), match.end("polite")
            quote = turn.evidence(start, end)
            value = addressed(match["name"] + match["polite"])
            return Mention(value=value, turn=position, start=start, end=end, confidence=0.7, evidence=(quote,))
    return None


def _given_name(call: SpokenCall, saying: Saying) -> re.Match[str] | None:
    others = _asked_for_another(call, saying)
    unasked = bool(_asked(call, saying)) and not _asked_for_name(call, saying)
    own: tuple[Anchored, ...] = (
        (_NAMED, _OWN_SURNAME) if others else (_NAMED, _SIGNED, _OWN_SURNAME if unasked else _SURNAMED, _ADDED)
    )
    if len(call.turns) <= _MOST_WRITTEN:
        own = (*own, *SIGNATURES)
    if not others and (match := _answer(call, saying)):
        return match
    if others and (match := _spelt(call, saying)):
        return match
    found = ((pattern, match) for pattern in own if (match := pattern.search(saying.text)))
    return next((m for pattern, m in found if pattern not in SIGNATURES or not no_name(_said_name(m))), None)


def _said_name(match: re.Match[str]) -> str:
    return next(said for group, said in match.groupdict().items() if said and group not in ("polite", "sign"))


def _spelt(call: SpokenCall, saying: Saying) -> re.Match[str] | None:
    """Return the full name that answers a bare 叫什么 and is spelt out, where nobody else was spoken of."""
    match = None if _OF_WHOM.search(_asked(call, saying)) else _SPELT_NAME.match(saying.text)
    return match if match and match["sign"] in match["name"] else None


def _answer(call: SpokenCall, saying: Saying) -> re.Match[str] | None:
    """Return the name in the answer to 您贵姓; 小孟 too, where the operator then says 孟先生."""
    if not _asked_for_name(call, saying):
        return None
    if (match := _NAMED.search(saying.text)) and not no_name(match["name"]):
        return match
    if match := _WRITTEN_SO.search(saying.text) or in_full(saying.text, _said_next(call, saying)):
        return match
    if _NOBODY.match(saying.text):
        return None
    if match := _NOT_BUT.search(saying.text):
        return match
    if answered := list(_ANSWERED.finditer(saying.text)):
        return answered[-1]
    if (
        match := _BY_WORD.match(saying.text)
        or _EXPLAINED.search(saying.text)
        or _ANSWER.search(saying.text)
        or _SPELLED.search(saying.text)
    ):
        return match
    said = re.search(rf"({FAMILY})(?:先生|女士|师傅|大[爷娘叔哥姐])", _said_next(call, saying))
    return re.search(rf"(?P<surname>{said[1]})", saying.text) if said else None


def _name(call: SpokenCall, saying: Saying, match: re.Match[str]) -> Mention:
    group = next(group for group, said in match.groupdict().items() if said and group not in ("polite", "sign"))
    name, start, end = match[group], *match.span(group)
    surname = name if group == "surname" or len(name) == 1 else None
    evidence = (call.turns[saying.turn].evidence(start, end), *saying.confirmed_by)
    if surname and (full := _full_name(saying.text, surname)):
        name, start, end = saying.text[slice(*full)], *full
        evidence = (call.turns[saying.turn].evidence(start, end),)
    elif len(name) == 1 or name in COMPOUND.split("|"):
        name, said = form_of_address(call, saying, name)
        evidence = (*evidence, *said)
    return Mention(value=addressed(name), turn=saying.turn, start=start, end=end, confidence=0.85, evidence=evidence)


def _full_name(text: str, surname: str) -> tuple[int, int] | None:
    """Return where 宋雪梅 stands, where 姓宋 was said beside it."""
    for pause in _PAUSE.finditer(text):
        start = pause.end()
        given = _GIVEN.match(text, start + len(surname)) if text.startswith(surname, start) else None
        if given and not _NO_GIVEN.search(text[start : given.end()]):
            return start, given.end()
    return None
