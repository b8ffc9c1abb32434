"""GET /v1/me, /v1/reference: what a page needs to know of its reader and the city."""

from typing import Any

from fastapi import APIRouter, Response

from app.api.dependencies import AnyKey, FlowsDep
from app.domain.access import ROLE_LABELS, Role, Scope
from app.domain.frozen import Frozen
from app.domain.unit import UnitName

router = APIRouter(prefix="/v1", tags=["会话"])


class Me(Frozen):
    """Who holds the key, and what it lets them do."""

    name: str
    roles: tuple[Role, ...]
    role_names: tuple[str, ...]
    scopes: tuple[Scope, ...]
    unit: UnitName | None
    engine: str


@router.get("/me", summary="当前密钥的角色、权限和单位")
def read_me(flows: FlowsDep, key: AnyKey) -> Me:
    """scopes 已含角色带来的权限。"""
    unit = flows.reference.unit_by_code.get(key.unit_code or "")
    roles = (Role.ADMIN,) if key.allows(Scope.ADMIN) else tuple(sorted(key.acts_as()))
    return Me(
        name=key.name,
        roles=roles,
        role_names=tuple(ROLE_LABELS[role] for role in roles),
        scopes=tuple(scope for scope in Scope if key.allows(scope)),
        unit=UnitName(unit_code=unit.unit_code, name=unit.name) if unit else None,
        engine=flows.engine,
    )


@router.get("/reference", summary="城市基础数据：单位、职能、区（市）、移送渠道、分类、依据")
def read_reference(flows: FlowsDep, _key: AnyKey, response: Response) -> dict[str, Any]:
    """供填写时选择；内容随知识库文件变化，digest 不变则可沿用。"""
    city = flows.reference
    response.headers["Cache-Control"] = "private, max-age=300"
    return {
        "digest": city.digest,
        "units": [{"unit_code": u.unit_code, "name": u.name, "short_name": u.short_name} for u in city.units],
        "functions": [{"function": f.function, "name": f.name} for f in city.functions],
        "districts": [
            {"name": d.name, "towns": [t.name for t in city.gazetteer.towns if t.area_code == d.area_code]}
            for d in city.gazetteer.districts
        ],
        "lanes": [
            {"receiver": lane.receiver, "name": lane.name, "persons": lane.persons, "tell_citizen": city.told_of(lane)}
            for lane in city.lanes.lanes
        ],
        "categories": [{"code": top.code, "name": top.name} for top in city.categories.categories],
        "leaves": [city.categories.by_code[leaf.code] for leaf in city.categories.leaves],
        "behind": city.behind,
    }
