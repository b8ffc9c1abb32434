"""Who may do what: API keys and their scopes."""

from datetime import datetime
from enum import StrEnum

from app.domain.frozen import Frozen


class Scope(StrEnum):
    """What a key may do."""

    INTAKE_WRITE = "intake:write"
    """提交通话和来信"""
    TICKETS_READ = "tickets:read"
    """查看工单"""
    TICKETS_WRITE = "tickets:write"
    """更正、受理工单"""
    CLASSIFY = "classify"
    """单独调用分类、查重、风险评估"""
    ADMIN = "admin"
    """管理密钥；含其余全部权限"""


class AccessKey(Frozen):
    """A key without its secret."""

    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    revoked_at: datetime | None = None

    def allows(self, scope: Scope) -> bool:
        """Tell whether the key carries a scope."""
        return scope in self.scopes or Scope.ADMIN in self.scopes
