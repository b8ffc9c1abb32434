"""Makes what `EarlierTitles` remembers: titles as words without their place, and what is said when a word fits."""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import jieba
import jieba.posseg
import numpy as np
import yaml

from app.domain.reference import ReferenceData
from app.understand.mentions.places import AreaReader
from app.understand.ticket.title_recall import LINKS

_HEAD, _END = re.compile(r"^(?:咨询|表扬|关于|建议)"), re.compile(r"(?:问题|的建议)$")
_BESIDE = re.compile(
    r"^(?:侧|以[东南西北]|附近|旁边?|门口|门前|处|段|路段|路口|的|[上下内外里旁前后东西南北中]侧?|至|与|和|、|，|"
    r"\d+号楼?(?:\d+单元)?|周边|小区|村|[东南西北](?:侧|头|边|面|首|段|门))+(?=..)"
)
"""What a title says of a place behind its name."""
_FARTHEST = 3
"""Characters of a title between two pieces of its place."""
_NEAR, _FAR = 2, 3
"""Characters of a piece of the place right behind another, and of one farther on."""
_JOINED = frozenset("未被无不没拒难")
"""Words that are one with the next: 未退费."""
_SAID = re.compile(r"[\u4e00-\u9fffA-Za-z]+")
_NAMES_ONE = re.compile(r"[A-Za-z\d]")
_LEAST, _SMOOTH, _MOST, _OFTEN = 0.25, 2.0, 10, 2
"""What is said when a word fits: the least share of titles that hold the word among the calls that say it, how many
such calls are added, the most of a word, and in how many titles it is found."""
_WRITTEN = 0.5
"""That share where `title_words.yaml` says so."""
WORDS = Path("training/title_words.yaml")


def without_place(title: str, place: str) -> str:
    """Return what a title says of the matter."""
    text = _END.sub("", _HEAD.sub("", title))
    end = at = 0
    while at < len(text) - 1 and at - end <= _FARTHEST:
        least = _NEAR if at == end else _FAR
        size = next((n for n in range(len(text) - at, least - 1, -1) if text[at : at + n] in place), 0)
        at += size or 1
        end = at if size else end
    rest = text[end:]
    beside = _BESIDE.match(rest) if end else None
    rest = rest[beside.end() :] if beside else rest
    return rest if len(rest) > 1 else text


def place_in(gold: Mapping[str, Any]) -> str:
    """Return every name of a demand's place."""
    return "".join(filter(None, (gold["district"], gold["town"], gold["place"])))


def area_names(reference: ReferenceData) -> frozenset[str]:
    """Return the names of districts and towns: a title's place is that of its own call."""
    return frozenset(AreaReader(reference.gazetteer, reference.areas).own_names)


def remembered_titles(
    told: Sequence[tuple[str, str]], words: Iterable[str] = (), areas: Container[str] = ()
) -> dict[str, Any]:
    """Return what is remembered of demands, of each what it tells and its title without place, which may be empty.

    Short ones of the `words` are not cut; names of `areas` are forgotten.
    """
    cutter = jieba.Tokenizer()
    for word in sorted({word for word in words if len(word) <= _FARTHEST}):
        cutter.add_word(word)
    titles = [tuple(word for word in _cut(cutter, title) if word not in areas) for _, title in told]
    tagger = jieba.posseg.POSTokenizer(cutter)

    @lru_cache(None)
    def thing(word: str) -> bool:
        return all(part.flag[0] in "nxm" for part in tagger.cut(word, HMM=False))

    things = [word for word in sorted({word for title in titles for word in title}) if thing(word)]
    known = [(matter, set(title)) for (matter, _), title in zip(told, titles, strict=True) if title]
    return {
        "titles": [" ".join(title) for title in titles],
        "things": " ".join(things),
        "triggers": _triggers(known, LINKS.union(things)),
    }


def _cut(cutter: jieba.Tokenizer, title: str) -> tuple[str, ...]:
    """Return the words of a title; single characters join what stands before them."""
    found: list[str] = []
    for word in cutter.cut(title, HMM=False):
        before = found[-1] if found else "、"
        joins = before in _JOINED or (len(word) == 1 and word not in LINKS | _JOINED and before not in LINKS)
        if joins and len(before) <= _FARTHEST:
            found[-1] += word
        else:
            found.append(word)
    return tuple(found)


def _triggers(told: Sequence[tuple[str, set[str]]], unlearnt: frozenset[str]) -> dict[str, dict[str, float]]:
    """Return for each word what is said in calls whose titles hold it, with the share of such titles.

    Only what shares a character with the word: what merely goes with it (noise and a window) does not say it. Of words
    that are `unlearnt`, as things are, only what `title_words.yaml` says.
    """
    said = [_grams(matter) for matter, _ in told]
    often = Counter(gram for grams in said for gram in grams)
    held = Counter(word for _, words in told for word in words)
    both: dict[str, Counter[str]] = defaultdict(Counter)
    for (_, words), grams in zip(told, said, strict=True):
        for word in words:
            if held[word] >= _OFTEN and word not in unlearnt and not _NAMES_ONE.search(word):
                both[word].update(gram for gram in grams if not set(word).isdisjoint(gram))
    spoken: dict[str, list[str]] = yaml.safe_load(WORDS.read_text("utf-8"))
    found = {word: dict.fromkeys(spoken.get(word, []), _WRITTEN) for word in sorted(held)}
    return {word: own for word in found if (own := _best(both[word], often) | found[word])}


def _best(both: Counter[str], often: Counter[str]) -> dict[str, float]:
    found = []
    for gram, times in both.items():
        share = times / (often[gram] + _SMOOTH)
        if share >= _LEAST and times >= _OFTEN:
            found.append((-share * float(np.log1p(times)), gram, round(share, 2)))
    return {gram: share for _, gram, share in sorted(found)[:_MOST]}


def _grams(text: str) -> set[str]:
    return {
        run[at : at + size] for run in _SAID.findall(text) for size in (1, 2, 3) for at in range(len(run) - size + 1)
    }
