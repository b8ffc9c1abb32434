"""/healthz, /readyz, /metrics: for the platform that runs the service.

Only the second may wait for the database; the others need no thread of those that may all be waiting for it.
"""

from fastapi import APIRouter, Response

from app.api.dependencies import FlowsDep
from app.observability import CONTENT_TYPE

router = APIRouter(tags=["运行"])


@router.get("/healthz", summary="进程存活")
async def healthz() -> dict[str, str]:
    """能应答即存活，数据库不应答时也是。"""
    return {"status": "ok"}


@router.get("/readyz", summary="可以接收请求")
def readyz(flows: FlowsDep) -> dict[str, str]:
    """数据库可用、基础数据和模型已加载。"""
    flows.ready()
    return {"status": "ready", "reference": flows.reference.digest[:12]}


@router.get("/metrics", summary="Prometheus 指标")
async def metrics(flows: FlowsDep) -> Response:
    """Prometheus 文本格式。"""
    return Response(flows.metrics.render(), media_type=CONTENT_TYPE)
