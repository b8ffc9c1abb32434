"""What a demand is about, in the catalogue's own words: the objects that titles name and that bare deeds act on."""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.patterns import Words
from app.domain.reference import ReferenceData
from app.understand.ticket.clauses import Clause
from app.understand.ticket.wishes import is_wish

MOST = 3
_LIKELY, _OFTEN, _LONG, _LATE = 3.0, 0.5, 0.1, 0.5
"""What the probability of a word's category, its count, its length and its lateness weigh."""
_NO_OBJECT = re.compile(
    r"^(?:12345|1[12][029]|打不通|医院|学校|老师|家长|材料|村里|村民|邻居|下雨|项目|企业|公司|罚款|承诺|执行|报警|派出所|业主|小区|物业|超市|银行|丢了|摆摊|网上)$"
)
"""Words of the catalogue that name a setting or an event, not what is to be dealt with."""

_SEEING_TO = "核实|核查|[查究]处|[彻严]查|查清|调查|检查|处理|解决|整[治改]|治理|管理|监管|协调|落实|重视|关注|处置|办理|监督|改善|介入|改正"
_VAGUE = re.compile(
    rf"^(?=.*(?:{_SEEING_TO}))"
    r"(?:尽快|能?够|立即|马上|及时|早日|快速|派人|依法|依规|重新|严肃|认真|彻底|切实|妥善|加急|予以|给予|进行|加强|加大|帮助|帮忙|督促|到?现场|到场|去|来|并|和|的?力度|一下|到位|好|"
    rf"{_SEEING_TO}|下|出面|一定|务必|此事|这件事|该事|[该此这]个?问题|(?:相关)?(?:问题|情况))+$"
)
"""A wish that names no object: 介入处理, 立即查处此事."""
_HOLLOW = re.compile(
    r"设身处地|着想|实事|急[^，。]{1,4}所急|心系|引起[^，。]{0,12}(?:重视|注意|关注)|高度重视|复制|转(?:交|办)?(?:给|到)|莅临|民生问题|切实(?:的?问题|关心)|[做作]主|"
    r"满意的答复|不要?(?:透露|敷衍|推诿|推脱|简单)|合理的解决|真正落实|重视(?:该|此|这)个?问题"
)
"""What asks for good will or another reader, not for a deed."""
_BARE = re.compile(
    r"^(?P<how>(?:尽快|派人|上门|依法|马上|重新|严肃)*)(?P<deed>修复|维修|更换|安装|加装|清理|疏通|拆除|处罚|赔偿|退还|支付|恢复|迁移|检测|取消|关停|公开)"
    r"(?:他们?|它们?|她|一下|这家|该店|钱|好|不行的?|下来|回来|来)*$"
)
_OWN = {"赔偿": "损失", "退还": "费用", "支付": "欠款"}
"""Deeds whose object is the same in every matter."""
_PAYS = re.compile(r"退还|支付|赔偿|追回|补发|归还")
_SUM = re.compile(r"(?P<sum>\d[\d.]*万?)(?:多)?[元块]")
_OTHER_SUM = re.compile(r"剩|一赔|照价|[双两三十]倍|多[收扣交]|半")
"""Demands whose sum is another than the one that was paid."""
_FOR_ONE = re.compile(r"[每一1](?:个月|斤|条|盒|袋|平|吨|亩|度|天|次|节|晚|张|年|人)[^，。]{0,6}[元块]|[元块][钱]?一")
"""A price is no sum."""
_DIGIT = re.compile(r"\d")


class ObjectFinder:
    """Finds the catalogue's words in a demand, those of its likeliest categories first."""

    def __init__(self, reference: ReferenceData) -> None:
        words: dict[str, set[int]] = {}
        of_function = {f.function: f.keywords for f in reference.functions}
        for i, leaf in enumerate(reference.categories.leaves):
            for word in (*leaf.keywords, *of_function.get(leaf.function or "", ())):
                words.setdefault(word, set()).add(i)
        self.words = Words(words)
        self._leaves = {word: np.array(sorted(leaves)) for word, leaves in words.items() if len(word) > 1}

    def find(self, matter: str, shares: NDArray[np.float64]) -> tuple[str, ...]:
        """Return the best few; `shares` holds the demand's probability of each category leaf."""
        found: dict[str, list[int]] = {}
        for word, at in self.words.found(matter):
            if word in self._leaves and not _NO_OBJECT.match(word):
                found.setdefault(word, []).append(at)

        def weight(word: str) -> float:
            at = found[word]
            likely = float(shares[self._leaves[word]].max())
            often = math.log1p(len(at))
            return _LIKELY * likely + _OFTEN * often + _LONG * min(len(word), 5) - _LATE * at[0] / len(matter)

        return tuple(sorted(found, key=weight, reverse=True)[:MOST])


def apart(objects: Sequence[str], text: str) -> list[str]:
    """Return the objects that a text does not name already, in whole or by half."""
    return [word for word in objects if not any(word[i : i + 2] in text for i in range(len(word) - 1))]


def vague(demand: str) -> bool:
    """Tell whether a demand asks for no more than that somebody sees to the matter."""
    return bool(_VAGUE.match(demand) or _HOLLOW.search(demand))


def bare(demand: str) -> bool:
    """Tell whether a demand names a deed alone: 尽快维修."""
    return bool(_BARE.match(demand))


def completed(demand: str, objects: Sequence[str], told: Sequence[Clause]) -> str:
    """Return a demand with the object that its bare deed lacks, and the one sum that is asked for."""
    if alone := _BARE.match(demand):
        deed = alone["deed"]
        demand = alone["how"] + deed + (_OWN.get(deed) or (objects[0] if objects else ""))
    if _PAYS.search(demand) and not _DIGIT.search(demand) and not _OTHER_SUM.search(demand):
        asked = [clause.text for clause in told if is_wish(clause) and not _FOR_ONE.search(clause.text)]
        sums = {match["sum"] for text in asked for match in _SUM.finditer(text)}
        demand += f"{sums.pop()}元" if len(sums) == 1 else ""
    return demand
