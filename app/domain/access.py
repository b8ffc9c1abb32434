"""Who may do what: API keys and identity-provider tokens, their scopes, roles and units."""

from datetime import datetime
from enum import StrEnum

from app.domain.frozen import Frozen
from app.domain.referral import Receiver


class Scope(StrEnum):
    """What a key may do."""

    INTAKE_WRITE = "intake:write"
    """提交通话和来信"""
    TICKETS_READ = "tickets:read"
    """查看工单"""
    TICKETS_WRITE = "tickets:write"
    """更正、受理工单"""
    TICKETS_EXPORT = "tickets:export"
    """导出工单"""
    CLASSIFY = "classify"
    """单独调用分类、查重、风险评估"""
    SUPERVISE = "supervise"
    """督办"""
    REFER = "refer"
    """移送线索"""
    RECEIPT = "referrals:receipt"
    """接收机关登记回执，不能查看移送件"""
    KNOWLEDGE = "knowledge:write"
    """维护知识库"""
    MODELS = "models"
    """评测、导出更正样本"""
    ADMIN = "admin"
    """管理密钥；含其余全部权限"""


class Role(StrEnum):
    """Whose work somebody does."""

    OPERATOR = "operator"
    """话务员"""
    REVIEWER = "reviewer"
    """审核员"""
    UNIT = "unit"
    """承办单位"""
    SUPERVISOR = "supervisor"
    """督办员"""
    LEADER = "leader"
    """领导"""
    REFERRAL_OFFICER = "referral_officer"
    """移送联络员"""
    MODEL_TEAM = "model_team"
    """模型团队"""
    ADMIN = "admin"
    """系统管理员"""


ROLE_LABELS: dict[Role, str] = {
    Role.OPERATOR: "话务员",
    Role.REVIEWER: "审核员",
    Role.UNIT: "承办单位",
    Role.SUPERVISOR: "督办员",
    Role.LEADER: "领导",
    Role.REFERRAL_OFFICER: "移送联络员",
    Role.MODEL_TEAM: "模型团队",
    Role.ADMIN: "系统管理员",
}
_S = Scope
_DESK = frozenset({_S.INTAKE_WRITE, _S.TICKETS_READ, _S.TICKETS_WRITE, _S.CLASSIFY})
ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.OPERATOR: _DESK,
    Role.REVIEWER: _DESK | {_S.TICKETS_EXPORT, _S.KNOWLEDGE},
    Role.UNIT: frozenset({_S.TICKETS_READ, _S.TICKETS_WRITE}),
    Role.SUPERVISOR: frozenset({_S.TICKETS_READ, _S.TICKETS_WRITE, _S.TICKETS_EXPORT, _S.SUPERVISE}),
    Role.LEADER: frozenset({_S.TICKETS_READ, _S.TICKETS_EXPORT}),
    Role.REFERRAL_OFFICER: frozenset({_S.TICKETS_READ, _S.REFER}),
    Role.MODEL_TEAM: frozenset({_S.CLASSIFY, _S.MODELS}),
    Role.ADMIN: frozenset({_S.ADMIN}),
}

OF_A_UNIT = ROLE_SCOPES[Role.UNIT] | {Scope.TICKETS_EXPORT}
"""What a unit's key may carry: all else answers about tickets of others, and about those that units may not know of."""


class AccessKey(Frozen):
    """A key without its secret, or the claims of a token: scopes, or roles that bring theirs along."""

    name: str
    scopes: tuple[Scope, ...]
    roles: tuple[Role, ...] = ()
    unit_code: str | None = None
    """The unit whose tickets alone the holder sees; set for the role `unit`."""
    lanes: tuple[Receiver, ...] = ()
    """The lanes whose referrals, and tickets, alone an officer sees; empty: all."""
    created_at: datetime
    revoked_at: datetime | None = None

    def allows(self, scope: Scope) -> bool:
        """Tell whether the key carries a scope; a unit's key, whatever it was made with, only what units may."""
        held = {*self.scopes, *(s for role in self.roles for s in ROLE_SCOPES[role])}
        if Scope.ADMIN in held:
            return True
        return scope in (held & OF_A_UNIT if set(self.roles) == {Role.UNIT} else held)

    def acts_as(self) -> frozenset[Role]:
        """Return whose steps the holder may take; a key without roles that may write works the operators' desk."""
        if self.allows(Scope.ADMIN):
            return frozenset(Role)
        if self.roles:
            return frozenset(self.roles)
        return frozenset({Role.OPERATOR}) if self.allows(Scope.TICKETS_WRITE) else frozenset()

    def sees_lane(self, receiver: str) -> bool:
        """Tell whether a lane's referrals exist for the holder."""
        return not self.lanes or receiver in self.lanes

    def sees_only_unit(self) -> str | None:
        """Return the unit whose tickets alone the holder may see, or None for all."""
        return (self.unit_code or "") if self.acts_as() == {Role.UNIT} else None
