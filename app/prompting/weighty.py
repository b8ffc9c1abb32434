"""Words that weigh in a ticket: a composed text may hold them only where its source says the like.

What does harm where it is not so: a sanction nobody asked for, a judgement nobody made, a consent nobody gave,
somebody hurt.
"""

import re

from app.domain.numerals import digit_by_digit, parse_numeral
from app.prompting.grounding import NOT
from models.word_tags import dictionary_tokenizer, word_tags

_BORNE_OUT_BY = tuple(
    (re.compile(weighty), re.compile(said))
    for weighty, said in (
        ("精神损失", "精神"),
        ("赔偿|赔付|补偿", "赔|补|损失|治|医药"),
        ("道歉|赔礼", "歉|赔礼|赔不是|说法"),
        ("处分|处罚|严惩|惩处|撤职|免职|开除", "处分|处罚|处理|罚|严|教训|撤|免|开除"),
        ("追究|问责", "追究|责任|负责|问责|谁"),
        ("吊销|取缔|停业", "吊销|取缔|关|停|封"),
        ("退还|返还|退款|退费|退回|归还", "退|还|返|要回|追回"),
        ("减免|免除|免费", "免|减|不收|不要钱"),
        ("违法|违规|违反|违纪|违背|非法|不法", "违|法|规|黑|私自|偷"),
        ("无证|无照|未取得|无资质", "证|照|手续|资质|许可|牌"),
        ("涉嫌|嫌疑", "嫌|疑|像是|估计|可能"),
        ("构成|属于", "构成|属|算"),
        ("侵犯|侵害|侵权", "侵"),
        ("诈骗|欺诈", "骗|诈|坑"),
        ("虐待", "虐"),
        ("强迫|胁迫", "强|逼|迫|威胁"),
        ("属实", "属实|真的|实话"),
        ("不合格|超标", "合格|超标"),
        ("同意|认可|允许", "同意|认可|允许|答应|愿意|让|可以|许"),
        ("承认", "认"),
        ("承诺|保证|答应", "承诺|保证|答应|说|讲|许"),
        ("自愿", "自愿"),
        ("受伤|致伤|摔伤|伤者", "伤|摔|磕|碰|血|砸"),
        ("死亡|身亡", "死|去世|没了|翻"),
        ("被困", "困|出不来"),
        ("住院|骨折|手术", "住院|骨折|手术"),
        ("事故", "事故|撞|出事|翻"),
        ("报警|民警", "警|派出所|110|公安"),
        ("起诉|法院|仲裁", "诉|法院|仲裁|官司"),
        ("曝光|媒体|记者", "曝光|媒体|记者"),
        ("严重", "严重|厉害|重|狠|大"),
        ("存在[^，。]{2,12}问题", "问题"),
    )
)
"""What a ticket says, and what of it the citizen must have said at least."""
_MEASURES = "处支起个家次名户辆位站眼层条台节回趟只棵盏间排人"
_COUNTED = re.compile(f"(?<!第)([两二三四五六七八九十]{{1,3}})[{_MEASURES}]")
_BOTH = {"2": "俩", "3": "仨"}
_DENIED = re.compile("不(?![知是要能会让用敢想得给可])([\u4e00-\u9fff]{2})")
_DONE = "已后均都也曾称经"
_NONE = re.compile("[无未没不][\u4e00-\u9fff]?$")
_NAME_TAGS = ("nr", "ns", "nt", "nz")


def unsaid(text: str, source: str) -> str | None:
    """Return, in Chinese, what that weighs a composed text says and its source does not; None if there is nothing."""
    for weighty, said in _BORNE_OUT_BY:
        found = weighty.search(text)
        if found and not said.search(source) and not _NONE.search(text[: found.start()]):
            return f"原话没有说到“{found[0]}”"
    for found in _COUNTED.finditer(text):
        if not _is_counted(found[1], source):
            return f"数字“{found[0]}”在原话中没有"
    if turned := _affirmed(text.translate(NOT), source.translate(NOT)):
        return f"“{turned}”在原话中是否定的"
    if name := _new_name(text, source):
        return f"名称“{name}”在原话中没有"
    return None


def _is_counted(numeral: str, source: str) -> bool:
    value = str(parse_numeral(numeral) or digit_by_digit(numeral))
    forms = {numeral, value, *({"二", "两"} if value == "2" else ())}
    return any(form + of in source for form in forms for of in _MEASURES) or _BOTH.get(value, " ") in source


def _affirmed(text: str, source: str) -> str | None:
    """Return words that a text says were done and that its source only denies: 已收到 for 没收到."""
    for denied in _DENIED.finditer(source):
        words = denied[1]
        done = any(mark + words in text for mark in _DONE)
        if done and f"不{words[0]}" not in text and source.count(words) == source.count(f"不{words}"):
            return words
    return None


def _new_name(text: str, source: str) -> str | None:
    """Return a name of the dictionary that a text holds and of which its source has not even the characters."""
    tags = word_tags()
    words = dictionary_tokenizer().cut(text, HMM=False)
    return next(
        (w for w in words if len(w) > 1 and tags.get(w, "")[:2] in _NAME_TAGS and not any(c in source for c in w)), None
    )
