"""API keys: made, shown once, checked by hash, revoked."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.access import OF_A_UNIT, AccessKey, Role, Scope
from app.domain.errors import Conflict, Forbidden, InvalidInput, Unauthenticated
from app.domain.labels import SCOPE, labelled
from app.domain.ports import Clock, UnitOfWorkFactory
from app.domain.referral import Receiver

_DOTS_OF_A_TOKEN = 2
_LONGEST_NAME = 64
_MOST_NEAR = 6


class ReadsTokens(Protocol):
    """Reads tokens of an identity provider."""

    def read(self, token: str) -> AccessKey:
        """Return who a token speaks for; raises Unauthenticated."""


class AccessFlow:
    """Keeps and checks API keys; tokens of the identity provider count beside them, where there is one."""

    def __init__(
        self, store: UnitOfWorkFactory, clock: Clock, tokens: ReadsTokens | None = None, *, units: Mapping[str, str]
    ) -> None:
        """`units`: their codes, by code and by each of their names."""
        self._units = units
        self._store = store
        self._clock = clock
        self._tokens = tokens

    def first_key(self, preset: str | None) -> str | None:
        """Make the administrator's key where there is no key yet; return it to be shown once."""
        with self._store(reading=True) as uow:
            if uow.access_keys.all():
                return None
        return self.create("admin", (Scope.ADMIN,), secret=preset)

    def create(
        self,
        name: str,
        scopes: Sequence[Scope] = (),
        *,
        roles: Sequence[Role] = (),
        unit_code: str | None = None,
        lanes: Sequence[Receiver] = (),
        secret: str | None = None,
    ) -> str:
        """Make a key and return its secret; a name twice is a Conflict. `unit_code` may be a unit's name too.

        Raises:
            InvalidInput: no name, no such unit, a unit's key without its unit or with more than units may,
                lanes of somebody who is more than their officer.
        """
        if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise InvalidInput(f"密钥名称不能为空，最长 {_LONGEST_NAME} 个字符，不能含控制字符", field="name")
        unit_code = self._code_of(unit_code)
        if (Role.UNIT in roles) != (unit_code is not None):
            raise InvalidInput("承办单位的密钥须给出单位（--unit），其他角色不给", field="unit")
        if unit_code is not None and not (set(roles) == {Role.UNIT} and OF_A_UNIT.issuperset(scopes)):
            allowed = labelled((scope for scope in Scope if scope in OF_A_UNIT), SCOPE)
            raise InvalidInput(f"承办单位的密钥不能兼有其他角色，权限只限{allowed}", field="scopes")
        if lanes and (set(roles) != {Role.REFERRAL_OFFICER} or scopes):
            raise InvalidInput("只有移送联络员的密钥可以限定移送渠道，且不能兼有其他角色和权限", field="lanes")
        secret = secret or f"hl_{secrets.token_urlsafe(32)}"
        key = AccessKey(
            name=name,
            scopes=tuple(scopes),
            roles=tuple(roles),
            unit_code=unit_code,
            lanes=tuple(lanes),
            created_at=self._clock.now(),
        )
        try:
            with self._store() as uow:
                uow.access_keys.add(key, hash_of(secret))
                uow.commit()
        except Conflict as error:
            raise Conflict(f"已有名为 {name} 的密钥；吊销的名称也不能再用", field="name") from error
        return secret

    def _code_of(self, unit: str | None) -> str | None:
        if unit is None or unit in self._units:
            return unit and self._units[unit]
        near = {code: name for name, code in self._units.items() if unit and unit in name}
        like = f"；相近的有{'、'.join([*near.values()][:_MOST_NEAR])}" if near else ""
        raise InvalidInput(f"没有承办单位 {unit}，请写全称、简称或者代码{like}", field="unit")

    def check(self, secret: str | None, scope: Scope | None) -> AccessKey:
        """Return the key behind a secret, one that carries `scope`; raises Unauthenticated or Forbidden."""
        if not secret:
            raise Unauthenticated("请在 Authorization: Bearer 或 X-API-Key 中提供密钥")
        if self._tokens and secret.count(".") == _DOTS_OF_A_TOKEN:
            key = self._tokens.read(secret)
        else:
            key = self._found(secret)
        if scope and not key.allows(scope):
            raise Forbidden(f"密钥 {key.name} 没有“{SCOPE[scope]}”的权限（{scope}）")
        return key

    def _found(self, secret: str) -> AccessKey:
        with self._store(reading=True) as uow:
            key = uow.access_keys.find(hash_of(secret))
        if key is None:
            raise Unauthenticated("密钥无效或已吊销")
        return key

    def keys(self) -> Sequence[AccessKey]:
        """Return all keys."""
        with self._store(reading=True) as uow:
            return uow.access_keys.all()

    def revoke(self, name: str) -> None:
        """End a key at once."""
        with self._store() as uow:
            uow.access_keys.revoke(name, self._clock.now())
            uow.commit()


def hash_of(secret: str) -> str:
    """Return the digest a key is stored under; the secrets are random, so a plain hash suffices."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
