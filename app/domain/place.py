"""Places of the city: districts, towns and streets, and known landmarks."""

from functools import cached_property

from app.domain.frozen import Frozen


class District(Frozen):
    """区（市）, or the high-tech zone."""

    area_code: str
    name: str
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()


class Town(Frozen):
    """镇（街道）. `managed_by` is the area code of the zone that runs it where that is not its district."""

    code: str
    name: str
    area_code: str
    district: str
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    managed_by: str | None = None


class Landmark(Frozen):
    """A known place; `district` or `town` is None where it spans several or is not settled."""

    name: str
    kind: str
    district: str | None = None
    town: str | None = None
    aliases: tuple[str, ...] = ()


class Gazetteer(Frozen):
    """All known places of the city."""

    districts: tuple[District, ...]
    towns: tuple[Town, ...]
    landmarks: tuple[Landmark, ...] = ()

    @cached_property
    def district_by_name(self) -> dict[str, District]:
        """Districts by every name they go by."""
        return {name: d for d in self.districts for name in (*d.former_names, *d.aliases, d.name)}

    @cached_property
    def town_by_name(self) -> dict[str, Town]:
        """Towns by every name they go by; each name belongs to one town."""
        return {name: t for t in self.towns for name in (*t.former_names, *t.aliases, t.name)}

    @cached_property
    def landmark_by_name(self) -> dict[str, Landmark]:
        """Landmarks by every name they go by."""
        return {name: m for m in self.landmarks for name in (*m.aliases, m.name)}

    def homes(self, town: Town) -> tuple[str, ...]:
        """Return the districts that a town counts to, the zone that runs it first."""
        return (*(d.name for d in self.districts if d.area_code == town.managed_by), town.district)

    def area_code(self, district: str | None) -> str | None:
        """Return the six-digit code of a district by its full name."""
        return self.district_by_name[district].area_code if district in self.district_by_name else None
