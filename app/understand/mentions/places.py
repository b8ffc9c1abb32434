"""Which districts and towns were named; a town or a landmark names its district too."""

import re
from collections.abc import Iterator

from app.domain.place import Gazetteer
from app.domain.transcript import SpokenCall
from app.understand.mentions.types import Mention, Saying

ELSEWHERE = re.compile(r"(?:以前|原来|老家|打工|上班|上学|转到|从)[^，。]{0,4}$")


def read_areas(
    call: SpokenCall, sayings: tuple[Saying, ...], reader: "AreaReader"
) -> tuple[tuple[Mention, ...], tuple[Mention, ...]]:
    """Return districts and towns that were named; a town or landmark names its district too."""
    districts: list[Mention] = []
    towns: list[Mention] = []
    for saying in sayings:
        for name, start, end in reader.named(saying.text):
            district, town = reader.area(name)
            sure = 0.6 if ELSEWHERE.search(saying.text[:start]) else 0.9
            if town:
                towns.append(mention(call, saying, start, end, town, sure))
            if district:
                districts.append(mention(call, saying, start, end, district, sure if name in reader.own_names else 0.8))
    return tuple(districts), tuple(towns)


class AreaReader:
    """Finds every gazetteer name in a text, longest first."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        names = {*gazetteer.district_by_name, *gazetteer.town_by_name, *gazetteer.landmark_by_name}
        self._pattern = re.compile("|".join(re.escape(n) for n in sorted(names, key=len, reverse=True)))
        self._full_towns = frozenset(town.name for town in gazetteer.towns)
        self.own_names = {*gazetteer.district_by_name, *gazetteer.town_by_name}

    def named(self, text: str) -> Iterator[tuple[str, int, int]]:
        for match in self._pattern.finditer(text):
            following = text[match.end() : match.end() + 1]
            bare = match.group() in self._gazetteer.town_by_name and match.group() not in self._full_towns
            if not (bare and following in ("路", "街", "村", "河", "桥", "小", "中")):
                yield match.group(), match.start(), match.end()

    def area(self, name: str) -> tuple[str | None, str | None]:
        if district := self._gazetteer.district_by_name.get(name):
            return district.name, None
        if town := self._gazetteer.town_by_name.get(name):
            zone = next((d.name for d in self._gazetteer.districts if d.area_code == town.managed_by), None)
            return zone or town.district, town.name
        landmark = self._gazetteer.landmark_by_name[name]
        return landmark.district, landmark.town


def mention(call: SpokenCall, saying: Saying, start: int, end: int, value: str, sure: float) -> Mention:
    quote = call.turns[saying.turn].evidence(start, end)
    return Mention(
        value=value,
        turn=saying.turn,
        start=start,
        end=end,
        confidence=sure,
        evidence=(quote, *saying.confirmed_by),
    )
