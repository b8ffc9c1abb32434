"""What people call a part of the city in, its full name out: a district, or a town behind its district."""

import re

from app.domain.place import Gazetteer

_DOUBTFUL = frozenset({"市中"})
"""Names that say nothing within a sentence: 市中 is more often 市中心."""


class AreaReader:
    """Knows the parts of the city by every name they go by."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        districts = {name: district.name for name, district in gazetteer.district_by_name.items()}
        towns = {name: f"{gazetteer.homes(town)[0]}{town.name}" for name, town in gazetteer.town_by_name.items()}
        behind = {f"{home}{t.name}": towns[t.name] for t in gazetteer.towns for home in gazetteer.homes(t)}
        self.districts = tuple(district.name for district in gazetteer.districts)
        """The districts by their full names."""
        self._full = {**towns, **districts, **behind}
        said = {*districts, *(f"{town.name}" for town in gazetteer.towns), *behind}
        names = sorted(said - _DOUBTFUL, key=len, reverse=True)
        self._named = re.compile("|".join(map(re.escape, names)))

    def full_name(self, name: str) -> str | None:
        """Return the full name of a part of the city, None for anything else."""
        return self._full.get(name)

    def named_in(self, text: str) -> str | None:
        """Return the one part of the city that a text names, the narrowest; None for none and for several."""
        parts = {self._full[name] for name in self._named.findall(text)}
        narrowest = max(parts, key=len, default=None)
        return narrowest if narrowest and all(narrowest.startswith(part) for part in parts) else None
