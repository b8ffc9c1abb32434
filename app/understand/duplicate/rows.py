"""Tickets in, rows of numbers out: all that comparing two tickets looks at, in a fixed width."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from app.domain.duplicate import TicketFacts
from app.domain.place import Gazetteer
from models.base import RareEncoder, TextClassifier, TrainedEmbedder

RARE, TOPICS = 24, 8
ROW = np.dtype(
    [
        ("key", "u8"),
        ("at", "i4"),
        ("closed", "i4"),
        ("caller", "u8"),
        ("district", "u4"),
        ("town", "u4"),
        ("category", "u4"),
        ("function", "u4"),
        ("kind", "u1"),
        ("stance", "u1"),
        ("marks", "u1"),
        ("rare", "u4", RARE),
        ("site", "u4", 8),
        ("numbers", "u4", 6),
        ("buildings", "u2", 4),
        ("topics", "u2", (2, TOPICS)),
        ("topic_weights", "u1", (2, TOPICS)),
    ]
)
"""`at`, `closed` count minutes since 1970; 0 stands for unknown in every field.

`topics`: the likeliest categories and functions of the text, their weights roots of probabilities.
"""

CONFIDENTIAL, REFERRED, FOLLOWS, ASKS = 1, 2, 4, 8
KINDS = ("consultation", "help", "complaint", "report", "suggestion", "praise")
_STANCES = (
    re.compile("支持|赞成|同意(?!书)|点赞"),
    re.compile("保留|反对|不同意|不要(?:取消|拆|砍|关|改|填|伤害|捕)|不能(?:填|拆|砍)|舍不得"),
    re.compile("表扬|感谢|表示谢意|好人好事"),
    re.compile("不服|申诉|冤枉|不认可处罚|店主|商户反映|来电人是.{0,12}(?:店|商户|老板|摊|队)"),
)
_FOLLOWS = re.compile(
    "上次|上周|上个?月反映|之前|此前|前[几两三]?天(?:打|反映|说|报)|[一二三四五两几]天前|早上报|再次|再催|催|至今|还没|仍|"
    "答复|追问|又没|没(?:消息|下文|信儿|动静|回音)|回访"
)
_ASKS = re.compile("咨询|请问|想问|怎么(?:办理|申请|报)|什么材料|如何办理")
_CODE = re.compile(r"\d{1,8}")
_BUILDING = re.compile(r"(\d{1,3})(?:号楼|栋|幢)")
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(路公交|路车|路(?!口)|万|元|米|度|户|名|人|亩|层|单元|室|块)")
_INSIDE = re.compile(r"\d+(?:号楼|栋|幢|单元|室|层|楼)|\d+$")
"""Parts of an address inside an estate: they tell two buildings apart, not two estates."""
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


Said = tuple[str, str | None]
"""A ticket's text and the detail of its place."""
_RECENT = 16
"""Tickets of which is kept what is measured: a new one is first looked up, then made findable."""


class _Measured(NamedTuple):
    """What depends on the words of tickets alone."""

    texts: list[str]
    rare: NDArray[np.uint32]
    site: NDArray[np.uint32]
    topics: list[tuple[NDArray[np.uint16], NDArray[np.uint8]]]
    vectors: NDArray[np.float32]


class TicketEncoder:
    """Makes rows and vectors of tickets. The vector joins meaning (dense) and rare words (sparse), unit length."""

    def __init__(
        self,
        embedder: TrainedEmbedder,
        rare: RareEncoder,
        gazetteer: Gazetteer,
        topics: tuple[TextClassifier, TextClassifier],
    ) -> None:
        """Take the classifiers of categories and of functions as `topics`."""
        self.revision = " ".join(model.revision for model in (embedder, *topics))
        self._embedder = embedder
        self._rare = rare
        self._topics = topics
        self._areas = areas_of(gazetteer)
        self.rarity = rare.rarity
        self._meaning = embedder.dimensions
        self.dimensions = embedder.dimensions + rare.dimensions
        self._recent = lru_cache(maxsize=_RECENT)(self._measured)

    def encode(self, tickets: Sequence[TicketFacts]) -> tuple[NDArray[np.void], NDArray[np.float32]]:
        """Return rows (dtype ROW) and vectors, one a ticket."""
        rows = np.zeros(len(tickets), ROW)
        if not tickets:
            return rows, np.zeros((0, self.dimensions), np.float32)
        said = tuple((ticket.text, ticket.detail) for ticket in tickets)
        measured = self._recent(said) if len(said) == 1 else self._measured(said)
        for row, ticket, text in zip(rows, tickets, measured.texts, strict=True):
            _fill(row, ticket, text)
        rows["rare"], rows["site"] = measured.rare, measured.site
        for i, (topics, weights) in enumerate(measured.topics):
            rows["topics"][:, i], rows["topic_weights"][:, i] = topics, weights
        return rows, measured.vectors

    def _measured(self, said: Sequence[Said]) -> "_Measured":
        texts = [self._areas.sub(" ", f"{text} {detail or ''}") for text, detail in said]
        sites = [self._areas.sub(" ", site_of(detail)) for _, detail in said]
        codes, unit = self._rare.encode([*texts, *sites])
        rare, site, sparse = codes[: len(said)], codes[len(said) :], unit[: len(said)]
        topics = [likeliest(classifier.scores([text for text, _ in said])) for classifier in self._topics]
        dense = self._embedder.embed([told_of(text, detail, self._areas) for text, detail in said])
        vectors = np.hstack([dense, sparse]).astype(np.float32) * np.float32(0.5**0.5)
        return _Measured(texts, rare, site[:, :8], topics, vectors)

    def cosines(
        self, old: NDArray[np.float32], new: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the cosines of the dense and of the sparse parts, vector by vector."""
        meant = 2 * (old[:, : self._meaning] * new[:, : self._meaning]).sum(axis=1)
        return meant, 2 * (old[:, self._meaning :] * new[:, self._meaning :]).sum(axis=1)


def areas_of(gazetteer: Gazetteer) -> re.Pattern[str]:
    """Return what finds the names of districts and towns."""
    names = sorted({*gazetteer.district_by_name, *gazetteer.town_by_name}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)) or "(?!)")


def told_of(text: str, detail: str | None, areas: re.Pattern[str]) -> str:
    """Return what a ticket tells, without where: what two tickets of one estate share most is its name."""
    bare = areas.sub(" ", text)
    for name in (detail or "", site_of(detail).strip()):
        bare = bare.replace(name, " ") if len(name) > 1 else bare
    return bare


def _fill(row: np.void, ticket: TicketFacts, text: str) -> None:
    row["key"] = key_of(ticket.ticket_number)
    row["at"] = minutes(ticket.created_at)
    row["closed"] = minutes(ticket.closed_at) if ticket.closed_at else 0
    row["caller"] = key_of(ticket.caller) if ticket.caller else 0
    row["district"], row["town"] = code_of(ticket.district), code_of(ticket.town)
    row["category"] = int(ticket.category) + 1 if ticket.category and _CODE.fullmatch(ticket.category) else 0
    row["function"] = code_of(ticket.function)
    row["kind"] = KINDS.index(ticket.request_kind) + 1 if ticket.request_kind in KINDS else 0
    row["stance"] = sum(1 << i for i, pattern in enumerate(_STANCES) if pattern.search(text))
    row["marks"] = (
        CONFIDENTIAL * ticket.confidential
        | REFERRED * ticket.referred
        | FOLLOWS * bool(_FOLLOWS.search(text))
        | ASKS * bool(_ASKS.search(text))
    )
    numbers = [code_of(a + b) for a, b in dict.fromkeys(_NUMBER.findall(text))][:6]
    row["numbers"][: len(numbers)] = numbers
    buildings = [int(b) for b in dict.fromkeys(_BUILDING.findall(text))][:4]
    row["buildings"][: len(buildings)] = buildings


def likeliest(scores: NDArray[np.float32]) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Return the likeliest labels (numbered from 1) of each text, and the roots of their probabilities in 255ths.

    0 stands where a model has fewer labels.
    """
    best = np.argpartition(-scores, min(TOPICS, scores.shape[1] - 1), axis=1)[:, :TOPICS]
    weights = np.sqrt(np.take_along_axis(scores, best, axis=1))
    lacking = ((0, 0), (0, TOPICS - best.shape[1]))
    return np.pad(best + 1, lacking).astype(np.uint16), np.round(255 * np.pad(weights, lacking)).astype(np.uint8)


def of_issues(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Return a copy without what tells matters apart, or joins them, that issues do not care for.

    An issue may stretch over several buildings: a whole estate is without water. And one who writes of many things
    does not make one issue of them, unless the later ticket refers back.
    """
    bare = np.array(rows, ROW)
    bare["buildings"] = 0
    bare["caller"][(bare["marks"] & FOLLOWS) == 0] = 0
    return bare


def minutes(moment: datetime) -> int:
    """Return the minutes since 1970."""
    return int((moment - EPOCH).total_seconds() // 60)


def site_of(detail: str | None) -> str:
    """Return what names the site itself, without building, unit and floor."""
    return _INSIDE.sub(" ", detail or "")


def code_of(name: str | None) -> int:
    """Return a number for a name, 0 for none."""
    return (crc32(name.encode()) or 1) if name else 0


def key_of(name: str) -> int:
    """Return a 64-bit number for an identity."""
    raw = name.encode()
    return (crc32(raw, 0x5BD1E995) << 32) | crc32(raw)
