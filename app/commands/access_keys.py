"""`hotline keys …`: API keys, shown once."""

from typing import Annotated

import typer
from rich.table import Column, Table

from app.bootstrap import (
    build_flows,
)
from app.commands import console
from app.config import Settings
from app.domain.access import ROLE_LABELS, Role, Scope
from app.domain.labels import SCOPE, labelled
from app.domain.referral import Receiver

keys = typer.Typer(no_args_is_help=True, help="API 密钥")


@keys.command("create")
def create_key(
    name: str,
    scope: Annotated[list[Scope] | None, typer.Option(help="权限，可多次给出")] = None,
    role: Annotated[list[Role] | None, typer.Option(help="角色，可多次给出；带来相应权限")] = None,
    unit: Annotated[str | None, typer.Option(help="承办单位的名称或代码，角色 unit 须给")] = None,
    lane: Annotated[list[Receiver] | None, typer.Option(help="联络员只看此渠道")] = None,
) -> None:
    """新建密钥，只显示一次。"""
    if not scope and not role:
        raise typer.BadParameter("须给出 --scope 或 --role")
    keys = build_flows(Settings()).access
    typer.echo(keys.create(name, scope or (), roles=role or (), unit_code=unit, lanes=lane or ()))


@keys.command("list")
def list_keys() -> None:
    """列出密钥，不含密文。"""
    rest = (Column(title, overflow="fold") for title in ("权限", "角色", "单位、渠道", "创建", "吊销"))
    table = Table(Column("名称", no_wrap=True), *rest)  # the name whole: it is what revokes
    for key in build_flows(Settings()).access.keys():
        revoked = key.revoked_at.isoformat(timespec="minutes") if key.revoked_at else ""
        created = key.created_at.isoformat(timespec="minutes")
        scopes, roles = labelled(key.scopes, SCOPE), labelled(key.roles, ROLE_LABELS)
        table.add_row(key.name, scopes, roles, key.unit_code or "、".join(key.lanes), created, revoked)
    console.print(table)


@keys.command("revoke")
def revoke_key(name: str) -> None:
    """吊销密钥，立即生效。"""
    build_flows(Settings()).access.revoke(name)
    typer.echo(f"已吊销 {name}")
