"""For whom a citizen speaks: himself, or a business. By what he says of himself, and by a model of written demands."""

import re
from collections.abc import Sequence

from app.domain.ticket import Subject
from app.domain.transcript import Evidence
from app.understand.ticket.clauses import Clause
from models.base import TextClassifier

_MARKET_ENTITY = re.compile(
    r"(?:我|俺|我们|俺们|咱)(?:是|这是|这边是|代表)?[^，。\s]{0,10}?(?:公司|企业|厂里?(?!长)|合作社|门店|个体户)(?:的)?(?:负责人|老板|会计|经理|法人|工作人员|财务|人事)?(?=[，。,\s]|$|是|的|想|要|在|有|被|参)|"
    r"(?:我|俺)(?:自己)?(?:是)?(?:就)?(?:在[^，。\s]{0,4})?(?:开|经营|干|做)(?:了|着|的)?(?:个|一?家|一个)?[^，。\s]{0,8}(?:店|饭馆|餐馆|超市|厂|公司|门市|门头|作坊|养殖场|民宿|诊所|理发|早[餐点]铺?|馆|电商|幼儿园)|"
    r"(?:我|俺)(?:们)?(?:这个?|的)?(?:小)?(?:店|饭店|超市|公司|企业|工厂|厂子)(?:里)?(?:被|想|要|刚|正|准备|办|申请|去年|今年|的营业执照)|"
    r"(?:店|公司|厂|合作社|企业)的(?:经营者|负责人|法人|法定代表人|人事|会计|财务|办公室主任)|(?:我|俺)(?:就)?是[^，。\s]{0,8}?(?:法人|理事长|法定代表人|社长)(?=[，。,\s]|$)|法人(?:代表)?就是(?:我|俺)|车主就是(?:我|俺)|(?:我|俺)(?:是)?开店的|^(?:我|俺)?(?:是)?个体户?(?:$|[，。\s])|(?:我|俺)(?:家)?(?:的)?(?:招牌|门头|店面|铺面)|"
    r"(?:我|俺)(?:承包|经营|包)的[^，。\s]{0,6}(?:场|厂|矿|窑|店|饭店|食堂|船|园)|(?:我|俺)(?:这|那)?个?的?(?:网吧|民宿|饭馆|饭店|奶茶店|药店|超市|门市|诊所|养殖场|加工厂|批发部|洗车店|理发店|水果店|农家乐)(?![对旁隔附楼]|门口|老板)"
)
_NOT_MARKET = re.compile(r"(?:上班|打工|干活|买|住|投诉|欠)[^，。]{0,6}$")


class SubjectReader:
    """Tells a business from a citizen; a citizen needs no evidence."""

    def __init__(self, model: TextClassifier | None, least: float) -> None:
        """`least` is the probability from which the model's market entity is believed."""
        self._model = model
        self._least = least

    def read(self, clauses: Sequence[Clause], matter: str) -> tuple[Subject, tuple[Evidence, ...]]:
        """Return the subject and the clause that shows it."""
        for clause in clauses:
            match = _MARKET_ENTITY.search(clause.text)
            if match and not _NOT_MARKET.search(clause.text[: match.start()]):
                return Subject.MARKET_ENTITY, (clause.evidence,)
        if self._model and business(self._model, [matter])[0] >= self._least:
            likely = business(self._model, [clause.text for clause in clauses])
            return Subject.MARKET_ENTITY, (clauses[likely.index(max(likely))].evidence,)
        return Subject.CITIZEN, ()


def business(model: TextClassifier, texts: Sequence[str]) -> list[float]:
    """Return how likely each text is a business's own matter."""
    column = model.labels.index(Subject.MARKET_ENTITY)
    return [float(p) for p in model.scores(texts)[:, column]]
