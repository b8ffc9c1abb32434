"""/v1/demo: the demo data, added and taken away."""

from fastapi import APIRouter

from app.api.dependencies import AdminKey, AnyKey, FlowsDep
from app.domain.demo import DemoState

router = APIRouter(prefix="/v1", tags=["演示数据"])


@router.get("/demo", summary="演示数据的状态")
def read_demo(flows: FlowsDep, _key: AnyKey) -> DemoState:
    """tickets 为演示工单数；busy 时 done、planned 为进度。"""
    return flows.demo.state()


@router.post("/demo", status_code=202, summary="添加演示数据")
def add_demo(flows: FlowsDep, _key: AdminKey) -> DemoState:
    """编写的约三百件工单，跨六十天；后台生成，约需半分钟，可随时清除。"""
    return flows.demo.begin()


@router.delete("/demo", summary="清除全部演示数据")
def remove_demo(flows: FlowsDep, _key: AdminKey) -> dict[str, int]:
    """连同经过、督办单等一并删除，不影响正式工单。"""
    return {"removed": flows.demo.remove()}
