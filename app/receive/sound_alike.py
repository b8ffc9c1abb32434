"""Place names that speech recognition wrote with other characters of the same sound: 京河街道 → 荆河街道."""

import re
from collections.abc import Iterable
from functools import lru_cache

from pypinyin import lazy_pinyin

from app.domain.place import Gazetteer
from app.receive.offset_text import OffsetText

_SUFFIX = re.compile(r"(街道办事处|街道办|街道|办事处|镇政府|镇|区政府|区|市|古城|这边|那边|这里|这儿|这块|的)")
_BEFORE = re.compile(r"(?:在|住|是|到|去|俺们?|我们?|咱们?|枣庄市?|山东|滕州市?|这里是|家是)$")
_TOLERANT = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
_ENDINGS = ("街道", "镇", "区", "市")


@lru_cache(maxsize=8192)
def sound(character: str) -> str:
    """Return the toneless pinyin of a character with z/zh, n/ng and the like made one."""
    syllable = str(lazy_pinyin(character)[0])
    for precise, heard in _TOLERANT:
        syllable = syllable.replace(precise, heard)
    return syllable


class _Spelling(dict[int, str]):
    """Of each character the first one heard that sounds like it."""

    def __init__(self) -> None:
        self._by_sound: dict[str, str] = {}

    def __missing__(self, code: int) -> str:
        self[code] = self._by_sound.setdefault(sound(chr(code)), chr(code))
        return self[code]


_SPELLING = _Spelling()


def sounds(text: str) -> str:
    """Return a text in which all characters of one sound are one character: texts that sound alike are equal in it."""
    return text.translate(_SPELLING)


class SoundAlike:
    """Replaces a sound-alike of a district, town or street where the position says that it is a place."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        names = [d.name for d in gazetteer.districts] + [t.name for t in gazetteer.towns]
        self._stems = _unique_by_sound(_stem(name) for name in names if 2 <= len(_stem(name)) <= 3)
        known = [*gazetteer.district_by_name, *gazetteer.town_by_name, *gazetteer.landmark_by_name]
        self._known = {_stem(name) for name in known} | set(known)
        self._full = {_stem(name): name for name in names}
        self._lengths = sorted({len(stem) for stem in self._stems.values()}, reverse=True)

    def correct(self, text: OffsetText) -> OffsetText:
        """Return the text with sound-alikes replaced, character for character."""
        found = {start: stem for start, stem in self._found(text.text)}
        if not found:
            return text
        characters = list(text.text)
        for start, stem in found.items():
            characters[start : start + len(stem)] = stem
        return OffsetText("".join(characters), text.starts)

    def _found(self, text: str) -> Iterable[tuple[int, str]]:
        for match in _SUFFIX.finditer(text):
            for length in self._lengths:
                start = match.start() - length
                if start >= 0 and (stem := self._stem_for(text, start, length, match.group())):
                    yield start, stem
                    break

    def _stem_for(self, text: str, start: int, length: int, suffix: str) -> str | None:
        heard = text[start : start + length]
        stem = self._stems.get(sounds(heard))
        if stem is None or heard in self._known or not all("\u4e00" <= c <= "\u9fff" for c in heard):
            return None
        full = self._full[stem]
        administrative = full.endswith(suffix[:2]) or full.endswith(suffix[:1])
        placed = _BEFORE.search(text[max(0, start - 4) : start]) is not None or start == 0
        loose = suffix in ("这边", "那边", "这里", "这儿", "这块", "的", "古城")
        bounded = placed or text[start - 1] in " ，。、区市县"
        return stem if (administrative and not loose and bounded) or (loose and placed) else None


def _stem(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name[: -len(ending)]
    return name


def _unique_by_sound(stems: Iterable[str]) -> dict[str, str]:
    by_sound: dict[str, set[str]] = {}
    for stem in stems:
        by_sound.setdefault(sounds(stem), set()).add(stem)
    return {key: next(iter(found)) for key, found in by_sound.items() if len(found) == 1}
