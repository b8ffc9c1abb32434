"""A token of the city's identity provider in, who it is out (OpenID Connect, RS256 or ES256)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any

import jwt
import structlog

from app.domain.access import AccessKey, Role
from app.domain.errors import Forbidden, ServiceUnavailable, Unauthenticated
from app.domain.referral import Receiver

_ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "PS256")
_LEEWAY_S = 30
_LONGEST_NAME = 64


class TokenReader:
    """Checks signature, issuer, audience and time; unknown roles in a token count for nothing."""

    def __init__(
        self, *, issuer: str, audience: str, jwks_url: str, roles_claim: str, unit_claim: str, lanes_claim: str
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._roles_claim = roles_claim
        self._unit_claim = unit_claim
        self._lanes_claim = lanes_claim
        self._keys = jwt.PyJWKClient(jwks_url or f"{issuer.rstrip('/')}/.well-known/jwks.json", timeout=5)

    def read(self, token: str) -> AccessKey:
        """Return who the token speaks for.

        Raises:
            Unauthenticated: forged, expired, of another issuer or for another audience.
            Forbidden: it speaks for a unit and for the centre at once, and would show a unit the whole city.
            ServiceUnavailable: the provider's keys cannot be fetched, or what is fetched is none.
        """
        try:
            key = self._keys.get_signing_key_from_jwt(token).key
            claims = jwt.decode(
                token,
                key,
                algorithms=list(_ALGORITHMS),
                issuer=self._issuer,
                audience=self._audience,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWKClientConnectionError, jwt.PyJWKSetError, JSONDecodeError) as error:
            structlog.get_logger().error("identity_provider_failed", reason=f"{type(error).__name__}: {error}")
            raise ServiceUnavailable("统一身份认证暂时不可用") from error
        except jwt.PyJWTError as error:
            raise Unauthenticated("登录令牌无效或已过期") from error
        return self._holder(claims)

    def _holder(self, claims: Mapping[str, Any]) -> AccessKey:
        named, lanes = self._listed(claims, self._roles_claim), self._listed(claims, self._lanes_claim)
        if unknown := [lane for lane in lanes if lane not in tuple(Receiver)]:
            raise Forbidden(f"登录令牌中的移送渠道应为{'、'.join(Receiver)}，收到 {unknown[0]!s:.40}")
        roles = tuple(role for role in Role if role in named)
        if Role.UNIT in roles and len(roles) > 1:
            raise Forbidden("登录令牌兼有承办单位和其他角色，承办单位的账号不能兼有其他角色，请在统一身份认证中分开")
        unit = claims.get(self._unit_claim)
        return AccessKey(
            name=str(claims.get("preferred_username") or claims["sub"])[:_LONGEST_NAME],
            scopes=(),
            roles=roles,
            unit_code=unit if isinstance(unit, str) else None,
            lanes=tuple(lane for lane in Receiver if lane in lanes),
            created_at=datetime.fromtimestamp(claims["iat"], UTC),
        )

    def _listed(self, claims: Mapping[str, Any], name: str) -> Sequence[Any]:
        given = claims.get(name) or ()
        return (given,) if isinstance(given, str) else given if isinstance(given, list) else ()
