"""create_app(): routers, middleware, error handlers, lifespan. The only FastAPI() call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

from anyio import CapacityLimiter
from fastapi import FastAPI

from app.api.description import describe
from app.api.exception_handlers import add_exception_handlers
from app.api.middleware import add_middleware
from app.api.routes import (
    analytics,
    audit,
    calls,
    consultations,
    demo,
    health,
    hot_issues,
    intake,
    knowledge,
    knowledge_upkeep,
    models,
    open311,
    referrals,
    session,
    supervision,
    tickets,
    webhooks,
)
from app.bootstrap import Embedded, build_flows, get_ready
from app.config import Settings
from app.console.mount import mount_console
from app.flows.registry import Flows
from app.observability import configure_logging

PARTS = (
    health, intake, calls, tickets, referrals, supervision, webhooks, audit, models, analytics, hot_issues, open311,
    consultations, knowledge, knowledge_upkeep, session, demo,
)  # fmt: skip
LIVE_THREADS = 100
"""Live calls that may be read, or wait for a model, at the same moment."""


def create_app(
    settings: Settings | None = None, embedded: Embedded | None = None, flows: Flows | None = None
) -> FastAPI:
    """Return the service. Flows that are not given are built when it starts, so that a wrong file stops the start."""
    configure_logging()
    chosen = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.flows = flows or build_flows(chosen, embedded=embedded)
        app.state.live_threads = CapacityLimiter(LIVE_THREADS)
        preset = chosen.auth.bootstrap_key
        first = app.state.flows.access.first_key(preset.get_secret_value() if preset else None)
        if first and not preset:
            print(f"\n首次启动：管理员密钥（只显示这一次）\n\n    {first}\n", flush=True)  # noqa: T201  shown once
        if chosen.duties:
            app.state.flows.duties.start()
            Thread(target=get_ready, daemon=True).start()
        yield
        app.state.flows.duties.stop()
        app.state.flows.close()

    app = FastAPI(
        title="市民诉求办理模型服务",
        description="通话和来信生成结构化工单，判断承办单位、查重、风险提示。",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,  # their pages fetch scripts from outside
        redoc_url=None,
    )
    add_exception_handlers(app)
    add_middleware(app)
    for part in PARTS:
        app.include_router(part.router)
    mount_console(app)
    describe(app)
    return app
