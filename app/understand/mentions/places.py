"""Which districts and towns were named; a town or a landmark names its district too."""

import re
from collections.abc import Iterator, Sequence
from operator import add

from app.domain.cue_rules import SureCues
from app.domain.place import Gazetteer, Town
from app.domain.transcript import SpokenCall
from app.understand.mentions.types import Mention, Saying, mention

ELSEWHERE = re.compile(r"(?:以前|原来|老家|打工|上班|上学|转到|从|(?:家|户口)(?:住)?(?:在|是)?)[^，。]{0,4}$")
"""What stands before a place that the matter is not at."""
_NAMED = 0.9
"""How sure a name is that no cue speaks of."""
_REACH = 40
"""Characters on each side of a name within which a cue speaks of it: far more than any looks at."""
_FROM_LANDMARK = 0.8
"""How sure the district is that a landmark stands in, at most."""
_NO_TOWN = r"(?![路村河桥小中]|街(?!上))"
"""What follows a town's bare name where it is part of a road's, a village's or a school's."""
_NO_DISTRICT = {"市中": r"(?<![全本我该])市中(?!心|小学|医院|级|考)"}
"""Where a district's bare name is no part of another word (全市中小学, 枣庄市中心)."""
_FULL = ("镇", "街道", "乡", "区", "办", "处", "政府")
_ROADS = ("路", "街")
_KIND = re.compile("镇$|街道$")


def read_areas(
    call: SpokenCall, sayings: tuple[Saying, ...], reader: "AreaReader"
) -> tuple[tuple[Mention, ...], tuple[Mention, ...]]:
    """Return districts and towns that were named; a town or landmark names its district too."""
    districts: list[Mention] = []
    towns: list[Mention] = []
    for saying in sayings:
        for name, start, end, sure in reader.sure(saying.text):
            district, town = reader.area(name)
            if town:
                towns.append(mention(call, saying, start, end, town, sure))
            if district:
                known = sure if name in reader.own_names else min(sure, _FROM_LANDMARK)
                districts.append(mention(call, saying, start, end, district, known))
    return tuple(districts), tuple(towns)


class AreaReader:
    """Finds every gazetteer name in a text, longest first, and how sure the matter is there."""

    def __init__(self, gazetteer: Gazetteer, cues: SureCues) -> None:
        self._cues = tuple((re.compile(cue.pattern), cue.confidence) for cue in cues.cues)
        self._gazetteer = gazetteer
        self._towns = {**gazetteer.town_by_name, **_behind_districts(gazetteer)}
        self.own_names = {*gazetteer.district_by_name, *self._towns}
        self.town_names = frozenset(self._towns)
        full = {name for name in self._towns if name.endswith(_FULL)}
        names = sorted({*self.own_names, *gazetteer.landmark_by_name}, key=lambda name: (-len(name), name))
        bare = {name: re.escape(name) + _NO_TOWN for name in self._towns.keys() - full} | _NO_DISTRICT
        self._pattern = re.compile("|".join(bare.get(name, re.escape(name)) for name in names))
        self._starts = frozenset(name[:2] for name in names)

    def named(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield each name and where it stands; the pattern of them all is tried only where two characters begin one."""
        end = 0
        for at, start in enumerate(map(add, text, text[1:])):
            if at >= end and start in self._starts and (match := self._pattern.match(text, at)):
                end = match.end()
                yield match.group(), at, end

    def sure(self, text: str) -> Iterator[tuple[str, int, int, float]]:
        """Yield each name, where it stands, and how sure the first cue that fits is: its name is @ there, others #."""
        found = list(self.named(text))
        marked, places = _marked(text, [(start, end) for _, start, end in found])
        for (name, start, end), at in zip(found, places, strict=True):
            around = f"{marked[max(0, at - _REACH) : at]}@{marked[at + 1 : at + _REACH]}"
            sure = next((known for pattern, known in self._cues if pattern.search(around)), _NAMED)
            yield name, start, end, sure

    def area(self, name: str) -> tuple[str | None, str | None]:
        if district := self._gazetteer.district_by_name.get(name):
            return district.name, None
        if town := self._towns.get(name):
            return self._gazetteer.homes(town)[0], town.name
        landmark = self._gazetteer.landmark_by_name[name]
        return landmark.district, landmark.town


def _behind_districts(gazetteer: Gazetteer) -> dict[str, Town]:
    """Return towns by their bare names behind their district's: 徐庄 is many a village, 山亭徐庄 is a town."""
    found: dict[str, Town] = {}
    for town in gazetteer.towns:
        bare = _KIND.sub("", town.name)
        elsewhere = bare.endswith(_ROADS) or any(place.endswith(bare) for place in gazetteer.landmark_by_name)
        if bare not in gazetteer.town_by_name and not elsewhere:
            districts = [name for name, one in gazetteer.district_by_name.items() if one.name == town.district]
            found |= {f"{district}{of}{bare}": town for district in districts for of in ("", "的")}
    return found


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, list[int]]:
    """Return a text with # for each of the names that stand at `spans`, and where each # is."""
    parts, places, length, last = [], [], 0, 0
    for start, end in spans:
        parts += [text[last:start], "#"]
        length += start - last
        places.append(length)
        length, last = length + 1, end
    return "".join((*parts, text[last:])), places
