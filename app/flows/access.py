"""API keys: made, shown once, checked by hash, revoked."""

import hashlib
import secrets
from collections.abc import Sequence

from app.domain.access import AccessKey, Scope
from app.domain.errors import Forbidden, Unauthenticated
from app.domain.ports import Clock, UnitOfWorkFactory


class AccessFlow:
    """Keeps and checks API keys."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def first_key(self, preset: str | None) -> str | None:
        """Make the administrator's key where there is no key yet; return it to be shown once."""
        with self._store(reading=True) as uow:
            if uow.access_keys.all():
                return None
        return self.create("admin", (Scope.ADMIN,), secret=preset)

    def create(self, name: str, scopes: Sequence[Scope], *, secret: str | None = None) -> str:
        """Make a key and return its secret; a name twice is a Conflict."""
        secret = secret or f"hl_{secrets.token_urlsafe(32)}"
        key = AccessKey(name=name, scopes=tuple(scopes), created_at=self._clock.now())
        with self._store() as uow:
            uow.access_keys.add(key, hash_of(secret))
            uow.commit()
        return secret

    def check(self, secret: str | None, scope: Scope) -> AccessKey:
        """Return the key behind a secret; raises Unauthenticated or Forbidden."""
        if not secret:
            raise Unauthenticated("请在 Authorization: Bearer 或 X-API-Key 中提供密钥")
        with self._store(reading=True) as uow:
            key = uow.access_keys.find(hash_of(secret))
        if key is None:
            raise Unauthenticated("密钥无效或已吊销")
        if not key.allows(scope):
            raise Forbidden(f"密钥 {key.name} 没有权限 {scope}")
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
