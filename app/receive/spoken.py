"""A transcript in, the same call in normal written form out, every character traceable to the raw text."""

import re
import unicodedata
from functools import lru_cache
from html import unescape

import opencc

from app.domain.anchors import Anchored
from app.domain.place import Gazetteer
from app.domain.transcript import Speaker, SpokenCall, SpokenTurn, Transcript, Turn
from app.receive.misheard import as_the_operator_wrote
from app.receive.numerals import write_numbers
from app.receive.offset_text import OffsetText
from app.receive.sound_alike import SoundAlike

_FILLERS = re.compile(
    r"(?:呃|嗯|唔|哎呀|哎哟|唉|噢|哦|喔|诶|欸|额(?=[，,、…\s]))[，,、…\s]*"
    r"|(?:那个|这个|就是说|就是|怎么说呢|咋说呢|你知道吧|是吧|对吧|反正)(?=[，,、…\s])[，,、…\s]*"
    r"|(?:那个|这个)(?=那个|这个)|^(?:那个|这个|就是说|就是)(?=[俺我咱])"
)
_OPERATOR_SAYS = re.compile(
    r"枣庄12345|12345(?:热线|请讲|为您)|请讲$|请问您|您(?:贵姓|在什么|在哪|能留|的诉求|反映|怎么称呼|别着急|慢慢说|稍等)|为您(?:登记|记录|转)|感谢您的来电"
)
_STUTTER = re.compile(r"([^\d\WA-Za-z零〇一二三四五六七八九幺])\1{2,}|([^\d\WA-Za-z]{2,4})(?:[，,、\s]?\2)+")
"""Letters do not stutter: www, AAAA级景区."""
_NOT_SAID = re.compile(
    r"</?(?:(?P<line>p|br|div|li|tr|td|h[1-6])|a|b|i|u|em|font|img|ol|span|strong|table|tbody|ul)(?:\s[^<>]{0,200})?/?>"
    r"|[\[【](?P<sent>图片|照片|视频|语音|文件|附件|链接|小程序|表情|位置)[\]】]",
    re.IGNORECASE,
)
"""What an editor or a messenger wrote for the citizen: tags, and marks of what was sent along."""
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|#\d{1,5});")
_APART = Anchored(
    r"(?<=\d) +(?=号楼|单元|栋|幢|室|层|楼|号院)|(?:(?<=号楼)|(?<=单元)) +(?=\d{1,4}(?!\d|[点号元块月年]))"
)
"""A space inside a house number: 5 号楼 2 单元 301."""
_FOLDED = re.compile(r"[\u4e00-\u9fff\dA-Za-z，。！？；：（）“”、…《》 ]*", re.ASCII)
"""What `_fold_character` leaves alone."""
_OWN_SURNAMES = frozenset("麴於")
"""Surnames that stand beside 曲 and 于: a turn that is simplified but for them is left as it is."""
_REPEATED_WORDS = re.compile(r"^(?:(.)\1)+$")


class Normaliser:
    """Folds width and script, drops fillers and stutters, writes numbers, corrects names that were misheard."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._sound_alike = SoundAlike(gazetteer)
        self._simplify = opencc.OpenCC("t2s").convert

    def normalise(self, transcript: Transcript) -> SpokenCall:
        """Return the call with every turn normalised; a title becomes turn -1."""
        turns = [self._turn(index, told_apart(turn)) for index, turn in enumerate(transcript.turns)]
        if transcript.title:
            turns.insert(0, self._turn(-1, Turn(speaker=Speaker.CITIZEN, text=transcript.title)))
        return SpokenCall(transcript=transcript, turns=tuple(as_the_operator_wrote(turns)))

    def text(self, text: str) -> str:
        """Return a text that no turn holds as a turn of the citizen's would be read."""
        return self._turn(0, Turn(speaker=Speaker.CITIZEN, text=text)).text

    def _turn(self, index: int, turn: Turn) -> SpokenTurn:
        sent = OffsetText.of(turn.text).substitute(_NOT_SAID, lambda mark: " " if mark["line"] or mark["sent"] else "")
        text = self._fold(sent.substitute(_ENTITY, lambda entity: unescape(entity.group())))
        spoken = text.substitute(_FILLERS, lambda _: "")
        text = spoken if spoken.text.strip(" ，,。.、") else text  # a lone 嗯 is an answer
        text = write_numbers(text).substitute(_STUTTER, _once).substitute(_APART, lambda _: "")
        text = self._sound_alike.correct(text)
        return SpokenTurn(index=index, speaker=turn.speaker, raw=turn.text, text=text.text, offsets=text.starts)

    def _fold(self, text: OffsetText) -> OffsetText:
        folded = text if _FOLDED.fullmatch(text.text) else text.map_characters(_fold_character)
        simplified = self._simplify(folded.text)
        if len(simplified) == len(folded.text):
            changed = {a for a, b in zip(folded.text, simplified, strict=True) if a != b}
            return folded if changed <= _OWN_SURNAMES else OffsetText(simplified, folded.starts)
        return folded.map_characters(lambda c: self._simplify(c)[:1] or c)


def told_apart(turn: Turn) -> Turn:
    """Return a turn whose speaker was not told apart as the operator's, where only an operator speaks so."""
    if turn.speaker is Speaker.UNKNOWN and _OPERATOR_SAYS.search(turn.text):
        return turn.model_copy(update={"speaker": Speaker.OPERATOR})
    return turn


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    """Half-width, no control characters; Chinese punctuation stays as it is."""
    if character in "，。！？；：（）“”、…《》":
        return character
    if character in "\r\n\t":
        return " "
    if unicodedata.category(character).startswith("C"):
        return ""
    return unicodedata.normalize("NFKC", character)


def _once(match: re.Match[str]) -> str | None:
    """Keep one of a repeated stretch; 天天 and 干干净净 are words, not stutters."""
    single, several = match.group(1), match.group(2)
    if single:
        return str(single)
    if _REPEATED_WORDS.match(several):
        return None
    return str(several)
