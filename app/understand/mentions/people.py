"""Who calls and on what number to call back; never a third party's name or number."""

import re
from functools import lru_cache

from app.domain.transcript import Evidence, Speaker, SpokenCall
from app.understand.mentions.types import Mention, Saying

_SURNAME = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛范彭郎鲁韦马苗方俞任袁柳鲍史唐费薛雷贺倪汤滕殷罗毕郝安常于傅齐康伍余顾孟黄穆萧尹姚邵汪毛狄臧戴宋庞熊纪舒屈项祝董梁"
    "杜阮蓝席季贾江童颜郭梅盛林钟徐邱骆高夏蔡田胡凌霍万柯管卢莫房解丁邓单洪包左石崔吉龚程邢裴陆荣翁段侯宁仇武刘景龙叶司黎白蒲赖乔闫温庄晏柴瞿阎连向古易廖耿满匡文寇欧沃利师聂晁冷辛简曾关相查荆游权翟谭申牛尚"
    "付肖卓蔺屠蒙池郁胥莘党贡逄姬冉郦雍桑桂濮寿扈冀郏浦岳牟佟刁卜阚巩栾鹿谷焦巴仲伊宫厉戎符郜蓟邰鄂籍艾茹宦盖亓仝訾饶鞠巢蒯竺逯桓亢楚鄢涂佘苑兰娄裘阙麻隋郄仵綦隽冼粟奚阳敖苟邸虞沙俸伏谈茅危虢咎昝缪宣贲嵇甄"
    "麹芮羿靳松井乌弓隗暴甘钭祖束韶印索咸苍闻劳璩边燕慕习戈暨衡弘禄殴殳夔隆厍盍丰逮毋乜益晋汝归岱福闵郗郤种蔚覃褟宓苌漆仉展娜撒盘铁楼宛朴迟矫禚战衣银隰秘仰令"
)
_MOST_WRITTEN = 2
"""Turns of a message: its title and its text; more are a call."""
_GIVEN = r"(?:(?![的了是在们里上这那个吗呢吧啊就])[\u4e00-\u9fff]){1,2}"
_COMPOUND = "欧阳|司马|上官|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|东方|南宫|司徒|端木|呼延|宇文|长孙|鲜于|闻人|淳于|公冶|申屠|钟离|濮阳|赫连|独孤|澹台|轩辕"
_FAMILY = rf"(?:{_COMPOUND}|[{_SURNAME}])"
_ANY_FAMILY = rf"(?:{_COMPOUND}|(?![什啥名何哪的么不同也就了少])[\u4e00-\u9fff])"
"""After 姓 any character is a surname."""
_STOP = r"(?=[，,。、\s]|$)"
_NAMED = re.compile(
    rf"(?:我叫|俺叫|我的名字[是叫]|我名叫|我是(?={_FAMILY}{_GIVEN}[，,。\s]))\s*(?P<name>{_FAMILY}{_GIVEN}|(?<=[我俺]叫)[\u4e00-\u9fff]{_GIVEN}|(?<=[我俺]叫\s)[\u4e00-\u9fff]{_GIVEN})(?=[，,。\s]|$|是|住|家|电话|手机)"
)
_SURNAMED = re.compile(
    rf"(?:(?:我|俺|免贵|本人)[，,\s]*(?:免贵)?|^[^\u4e00-\u9fff]*(?:[^，,。\s]{{1,4}}[，,。\s]+)?)姓\s*(?P<surname>{_ANY_FAMILY})(?![名氏])"
)
_OWN_SURNAME = re.compile(rf"(?:我|俺|本人)(?:免贵)?姓\s*(?P<surname>{_ANY_FAMILY})(?![名氏])")
_ADDED = re.compile(rf"[，,。\s]姓\s?(?P<surname>{_ANY_FAMILY})[，,。\s]*$")
_SIGNED = re.compile(
    rf"(?:(?:联系人|反映人|投诉人|举报人|代表|署名|姓名|就写|写上)(?:是|为|[:：])?\s*(?:[小老](?={_FAMILY}[，,。、\s]))?|(?:我|俺)是(?={_ANY_FAMILY}(?:先生|女士))|叫(?:我|俺)[小老](?={_ANY_FAMILY}(?:就|[，,。\s])))"
    rf"(?P<name>{_FAMILY}{_GIVEN}(?!就)|{_ANY_FAMILY}(?:先生|女士|师傅)|{_ANY_FAMILY}(?=就)|(?<=[小老]){_FAMILY})(?=[，,。、\s\d电手就]|$)|"
    rf"(?:他|她)(?:姐|哥|妹|弟|妈|爸|对象|儿子|闺女|媳妇|爱人|邻居)[，,\s]+(?P<own>{_FAMILY}{_GIVEN})(?=[，,。、\s]|$)"
)
_ANSWER = re.compile(
    rf"^[^\u4e00-\u9fff]*(?:[我俺]?(?:叫|是))?\s*(?P<name>{_FAMILY}(?:{_GIVEN}|)?)(?=[，,。\s啊呀]|$|先生|女士|师傅)"
)
_SPELLED = re.compile(
    r"^[^\u4e00-\u9fff]*(?:免贵|[我俺]?姓|[我俺]?叫|小|老)?[，,。\s]*(?P<surname>(?![男女对嗯好我俺也就那这不没行中有哎唉是先再别谁免你您他])[\u4e00-\u9fff])(?:[，,。\s]+[\u4e00-\u9fff]{1,5}?的(?P=surname)|[，,。\s]+[男女]|[，,。\s]*$)"
)
"""An answer to 您贵姓 that says how the name is written, or is nothing but it: 鹿 梅花鹿的鹿."""
_ANSWERED = re.compile(
    rf"(?:(?<![老贵百同个问])姓\s?|叫[我俺](?:老|小)?)(?P<surname>{_ANY_FAMILY})(?=[，,。\s啊呀哈吧就]|$|先生|女士|同志|师傅|老师|大[爷娘叔哥姐]|阿姨|[\u4e00-\u9fff]{{1,4}}的)"
)
"""The surname in an answer to 您贵姓; the last one is the one that was put right."""
_EXPLAINED = re.compile(
    r"^[^\u4e00-\u9fff]*(?:[小老](?=[\u4e00-\u9fff][，,。\s]))?(?P<name>(?![小老男女对嗯好我俺也就那这不没行中有哎唉是先再别谁免你您他游群居市])[\u4e00-\u9fff]{1,3})[，,。\s]+"
    r"(?=[^，,。]{0,8}(?:的[\u4e00-\u9fff](?:[，,。\s]|$)|[旁头底边刀](?:那个)?))"
)
"""A name and how it is written: 郗 希望的希加耳刀旁."""
_ANSWER_IN_FULL = re.compile(rf"^[^\u4e00-\u9fff]*(?:[我俺]?(?:叫|是))?\s*(?P<name>{_FAMILY}{_GIVEN})(?=[，,。\s]|$)")
_NO_NAME = re.compile(r"^(?:游客|群众|居民|市民|业主|家长|时间|方便|安全|别)")
_SEX = re.compile(r"(?:^|[，,。\s])(?:[俺我]是)?(?P<sex>男|女|先生)(?:的|同志|士)?(?=[，,。\s]|$)")
_ASKS_NAME = re.compile(r"贵姓|称呼|叫什么|您?姓啥|姓名|您姓|名字|全名")
_ASKS_OTHERS = re.compile(
    r"(?:婆婆|公公|母亲|父亲|妈妈?|爸爸?|老人|孩子|对方|他|她|老板|店|医生|司机|物业|人家|患者|学生|老师|姑姑?|姨|舅舅?|叔叔?|伯伯?|爷爷|奶奶|姥[姥爷]|丈夫|爱人|妻子|媳妇|儿子|女儿|闺女|朋友|邻居|同事|房东|包工头|店主|哥哥?|姐姐?|弟弟?|妹妹?|亲戚|家人|经理|负责人|书记|会计|诊所|院|公司|厂)[^，。您]{0,4}(?:姓|叫|名|称呼)"
)
_CONFIRMED_NAME = re.compile(rf"(?P<name>[{_SURNAME}])(?:先生|女士|小姐|师傅|大[爷叔哥娘姐嫂妈]|阿姨|老师)")
_POLITE = re.compile(r"(?P<polite>先生|女士|小姐|师傅|大爷|大叔|大哥|老哥|大娘|大姐|大嫂|大妈|阿姨|老师)")
_NO_GIVEN = re.compile(rf"{_POLITE.pattern}|经理|老板|主任|会计|厂长|村长|书记|校长|队长")
_ADDRESSED = {
    "小姐": "女士",
    "师傅": "先生",
    "大爷": "先生",
    "大叔": "先生",
    "大哥": "先生",
    "老哥": "先生",
} | dict.fromkeys(("大娘", "大姐", "大嫂", "大妈", "阿姨"), "女士")
"""What a ticket calls someone whom the call addresses by age."""
_REFUSES_NAME = re.compile(
    r"(?:不想|不愿意?|不方便|别|甭|不用)(?:说|留|透露|问|告诉)?[^，。]{0,4}(?:名字|姓名|姓|叫啥|叫什么)|(?:名字|姓名|姓什么|姓啥)[^，。]{0,4}(?:不说|不留|不方便|就算了|甭问|别问)|匿名|不留(?:名|姓)"
)
_ANONYMOUS = re.compile(r"匿名|不留(?:名|姓)")
_SIGNATURE = re.compile(
    rf"(?:[。！？!?\s：:，,]|市民|业主|家属|留言人|群众|居民|村民|^)(?P<name>[\u4e00-\u9fff](?:先生|女士)|(?<=[。！？!?\s])(?!谢谢|安全|时间|方便|高度|万分){_FAMILY}{_GIVEN}|(?<=[村市]民)[\u4e00-\u9fff]{{2,3}}|(?<=[村市]民\s)[\u4e00-\u9fff]{{2,3}})(?:[。.\s]*$|，(?=愿意|电话|手机))"
)
_DECLINES = re.compile(
    r"^[\s，,。]*(?:我|俺|这个|你|您)?(?:就)?(?:先|都)?(?:不留|不说|不用(?:问|留|了)|免了|别问|甭问|算了|不必|不方便|没必要|保密)"
)
"""An answer to 您贵姓 that gives none."""
_AFTER_ALL = re.compile(
    r"免了|不留了|别写[我俺]|(?:^|[，,。…\s])算了|写(?:个|成)?[^，。]{0,8}(?:业主|居民|群众|村民|市民|路人|热心)|问(?:这个|那个|姓)[^，。]{0,2}(?:干|弄|做)(?:啥|嘛|什么)|路过的"
)
_ADDRESSES = re.compile(
    rf"^(?:好的?|嗯|行|是的?|明白了?|收到|知道了|喂|您好|那|感谢|谢谢)?[，,。\s]*(?P<name>{_FAMILY})(?P<polite>先生|女士|小姐|师傅|大[爷叔哥娘姐嫂妈]|阿姨|老师)(?!的|那|家|说|是)"
)
_CONFIDENTIAL = re.compile(
    r"(?:不要|别|不想|不能|甭|能不能不)[^，。\s]{0,6}(?:透露|泄露|泄漏|告诉|说出去|公开|让[^，。\s]{1,5}知道|说是[我俺]|说有人举报|提[我俺]的?名|(?:说|讲)是?[我俺]|把[^，。\s]{0,4}(?:号|名字?|电话)[^，。\s]{0,3}给)[^，。\s]{0,10}|(?:给我|要|帮我|替我|能不能|请|必须|千万)?保密|匿名|别(?:叫|让)[^，。\s]{1,6}知道|别说是[^，。\s]{1,8}(?:打|反映|举报|说)的|不(?:能)?让[^，。\s]{1,6}知道|怕[^，。\s]{0,6}(?:报复|知道(?:是)?[我俺])|(?:我|俺)的?身份[^，。\s]{0,4}(?:别|不要|不能)"
)
_NOT_CONFIDENTIAL = re.compile(r"(?:不用|不需要|无需|没必要|没啥)(?:给我)?保密|(?:需要|要不要|是否)保密")
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|[2-8]\d{6,7})(?!\d)")
_OTHERS_PHONE = re.compile(
    r"(?:他|她|对方|物业|老板|客服|公司|村里|书记|经理|包工头|中介|那个人)[^，。]{0,8}(?:电话|号码|手机)?[^，。]{0,4}$"
)
_REFUSES_PHONE = re.compile(
    r"(?:别|不要|不用|甭)(?:再)?(?:给我)?(?:打|回)(?:这个)?(?:电话)|(?:电话|号码)[^，。]{0,4}(?:不留|不方便|不想留)"
)


def read_caller(call: SpokenCall, sayings: tuple[Saying, ...]) -> tuple[Mention | None, bool]:
    """Return the caller's name as they gave it, and whether they refused to."""
    refused = any(_refuses_name(call, s) for s in sayings if not s.confirmed_by)
    found: list[Mention] = []
    for saying in sayings:
        own = not saying.confirmed_by
        match = _given_name(call, saying) if own else _CONFIRMED_NAME.search(saying.text)
        if match and not (refused and own and _ANONYMOUS.search(saying.text)):
            answers = own and _asked_for_name(call, saying)
            found.insert(0 if answers else len(found), _name(call, saying, match))
    if not found and not refused and (addressed := _as_addressed(call)):
        return addressed, False
    fuller = [name for name in found if name.value[0] == found[0].value[0] and not _POLITE.search(name.value)]
    return max([*found[:1], *fuller], key=lambda name: len(_POLITE.sub("", name.value)), default=None), refused


def _refuses_name(call: SpokenCall, saying: Saying) -> bool:
    if _REFUSES_NAME.search(saying.text):
        return True
    answer = call.turns[saying.turn].text
    return _asked_for_name(call, saying) and bool(_DECLINES.search(answer) or _AFTER_ALL.search(answer))


def _asked_for_name(call: SpokenCall, saying: Saying) -> bool:
    """Tell whether the operator's turn before asks for the caller's name."""
    before = call.turns[saying.turn - 1] if saying.turn else None
    asks = before is not None and before.speaker is Speaker.OPERATOR and _ASKS_NAME.search(before.text)
    return bool(asks and before and not _ASKS_OTHERS.search(before.text))


def _as_addressed(call: SpokenCall) -> Mention | None:
    """Return the caller's name as the operator addressed them."""
    for position, turn in enumerate(call.turns):
        if turn.speaker is Speaker.OPERATOR and (match := _ADDRESSES.search(turn.text)):
            start, end = match.start("name"), match.end("polite")
            quote = turn.evidence(start, end)
            value = _addressed(match["name"] + match["polite"])
            return Mention(value=value, turn=position, start=start, end=end, confidence=0.7, evidence=(quote,))
    return None


def _given_name(call: SpokenCall, saying: Saying) -> re.Match[str] | None:
    others = bool(saying.turn and _ASKS_OTHERS.search(call.turns[saying.turn - 1].text))
    own: tuple[re.Pattern[str], ...] = (_NAMED, _OWN_SURNAME) if others else (_NAMED, _SIGNED, _SURNAMED, _ADDED)
    if len(call.turns) <= _MOST_WRITTEN:
        own = (*own, _SIGNATURE)
    if not others and (match := _answer(call, saying)):
        return match
    return next((match for pattern in own if (match := pattern.search(saying.text))), None)


def _answer(call: SpokenCall, saying: Saying) -> re.Match[str] | None:
    """Return the name in the answer to 您贵姓; 小孟 too, where the operator then says 孟先生."""
    if not _asked_for_name(call, saying):
        return None
    if match := _NAMED.search(saying.text):
        return match
    if (match := _ANSWER_IN_FULL.search(saying.text)) and not _NO_GIVEN.search(match["name"]):
        return None if _NO_NAME.search(match["name"]) else match
    if answered := list(_ANSWERED.finditer(saying.text)):
        return answered[-1]
    if match := _EXPLAINED.search(saying.text) or _ANSWER.search(saying.text) or _SPELLED.search(saying.text):
        return match
    after = call.turns[saying.turn + 1].text if saying.turn + 1 < len(call.turns) else ""
    said = re.search(rf"({_FAMILY})(?:先生|女士|师傅|大[爷娘叔哥姐])", after)
    return re.search(rf"(?P<surname>{said[1]})", saying.text) if said else None


def _name(call: SpokenCall, saying: Saying, match: re.Match[str]) -> Mention:
    group = next(group for group, said in match.groupdict().items() if said and group != "polite")
    name, start, end = match[group], *match.span(group)
    surname = name if group == "surname" or len(name) == 1 else None
    evidence = (call.turns[saying.turn].evidence(start, end), *saying.confirmed_by)
    if surname and (full := _full_name(saying.text, surname)):
        name, start, end = full.group(), *full.span()
        evidence = (call.turns[saying.turn].evidence(start, end),)
    elif len(name) == 1 or name in _COMPOUND.split("|"):
        name, said = _form_of_address(call, saying, name)
        evidence = (*evidence, *said)
    return Mention(value=_addressed(name), turn=saying.turn, start=start, end=end, confidence=0.85, evidence=evidence)


def _full_name(text: str, surname: str) -> re.Match[str] | None:
    """Return 宋雪梅 where 姓宋 was said beside it."""
    found = _given_after(surname).finditer(text)
    return next((match for match in found if not _NO_GIVEN.search(match.group())), None)


@lru_cache(maxsize=512)
def _given_after(surname: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=[，,。\s]){surname}{_GIVEN}{_STOP}")


@lru_cache(maxsize=512)
def _polite_after(surname: str) -> re.Pattern[str]:
    return re.compile(rf"{surname}\s?{_POLITE.pattern}")


def _addressed(name: str) -> str:
    """Return 王女士 for 王阿姨."""
    if len(name) == len("颜老师") and name.endswith(("老师", "同学")):
        return name[0]
    for polite, written in _ADDRESSED.items():
        if name.endswith(polite) and len(name) <= len(polite) + 2:
            return name.removesuffix(polite) + written
    return name


def _form_of_address(call: SpokenCall, saying: Saying, surname: str) -> tuple[str, tuple[Evidence, ...]]:
    """Return how anybody in the call addressed the caller, or what sex they say to be, and where: 王 → 王先生."""
    for turn in reversed(call.turns):  # 渠女士 … 不好意思渠先生: the last is the one that was put right
        if match := _polite_after(surname).search(turn.text):
            return surname + match["polite"], (turn.evidence(match.start(), match.end()),)
    if match := _SEX.search(saying.text):
        said = call.turns[saying.turn].evidence(match.start(), match.end())
        return surname + ("先生" if match["sex"] in ("男", "先生") else "女士"), (said,)
    return surname, ()


def read_callback(call: SpokenCall, sayings: tuple[Saying, ...]) -> tuple[Mention | None, bool]:
    """Return the number to call back on where one was said, and whether the caller wants no call."""
    refused = any(_REFUSES_PHONE.search(s.text) for s in sayings if not s.confirmed_by)
    found = None
    for saying in sayings:
        for match in _PHONE.finditer(saying.text):
            if _OTHERS_PHONE.search(saying.text[: match.start()]):
                continue
            quote = call.turns[saying.turn].evidence(match.start(), match.end())
            found = Mention(
                value=match.group(), turn=saying.turn, start=match.start(), end=match.end(), confidence=0.9,
                evidence=(quote, *saying.confirmed_by),
            )  # fmt: skip
    return found, refused


def read_confidential(call: SpokenCall, sayings: tuple[Saying, ...]) -> Mention | None:
    """Return the words that ask for confidentiality."""
    for saying in sayings:
        said = saying.text if saying.confirmed_by else call.turns[saying.turn].text
        match = _CONFIDENTIAL.search(said)
        if match and not _NOT_CONFIDENTIAL.search(said) and not saying.confirmed_by:
            quote = call.turns[saying.turn].evidence(match.start(), match.end())
            return Mention(
                value="保密",
                turn=saying.turn,
                start=match.start(),
                end=match.end(),
                confidence=0.9,
                evidence=(quote,),
            )
    return None
