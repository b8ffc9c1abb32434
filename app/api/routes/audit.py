"""/v1/audit:verify: the look for tampering."""

from fastapi import APIRouter

from app.api.dependencies import (
    AdminKey,
    FlowsDep,
)
from app.domain.frozen import Frozen

router = APIRouter(prefix="/v1", tags=["核验"])


class Faults(Frozen):
    """What the look for tampering found."""

    intact: bool
    faults: tuple[str, ...]


@router.get("/audit:verify", summary="核验全部经过是否被改动")
def verify_audit(flows: FlowsDep, _key: AdminKey) -> Faults:
    """逐条核对经过的链和封存，并由经过重新推算时限。"""
    faults = tuple(flows.audit.faults())
    return Faults(intact=not faults, faults=faults)
