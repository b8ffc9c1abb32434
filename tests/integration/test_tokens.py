"""Tokens of the identity provider count as its roles."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from app.domain.access import Role, Scope
from app.domain.errors import Forbidden, Unauthenticated
from tests.conftest import service, settings_for
from tests.integration.webhook_receiver import receiver


def test_a_token_of_the_identity_provider_counts_as_its_roles(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    now = datetime.now(UTC)
    claims = {"iss": "https://id.example", "aud": "hotline", "sub": "u1", "iat": now, "exp": now + timedelta(hours=1)}

    def token(signer: rsa.RSAPrivateKey = key, **changes: Any) -> str:
        return jwt.encode({**claims, **changes}, signer, algorithm="RS256", headers={"kid": "k1"})

    with receiver() as server:
        server.body = json.dumps({"keys": [{**public, "kid": "k1", "use": "sig", "alg": "RS256"}]}).encode()
        settings = settings_for(tmp_path)
        settings.auth.oidc_issuer, settings.auth.oidc_jwks_url = "https://id.example", server.url
        flows = service(settings)
        check = flows.access.check
        operator = check(token(roles=["operator", "emperor"]), Scope.TICKETS_WRITE)
        assert (operator.name, operator.acts_as()) == ("u1", {Role.OPERATOR})
        unit = check(token(roles="unit", unit_code="x.y"), Scope.TICKETS_READ)
        assert unit.sees_only_unit() == "x.y"
        assert check(token(roles="unit"), Scope.TICKETS_READ).sees_only_unit() == ""
        assert check(token(roles="referral_officer", lanes=["judicial"]), Scope.REFER).lanes == ("judicial",)
        with pytest.raises(Forbidden, match="移送渠道"):
            check(token(roles="referral_officer", lanes="justice"), Scope.REFER)
        for other in ("operator", "leader", "admin"):
            with pytest.raises(Forbidden, match="不能兼有其他角色"):
                check(token(roles=["unit", other], unit_code="x.y"), Scope.TICKETS_READ)
        with pytest.raises(Forbidden):
            check(token(), Scope.TICKETS_READ)
        for bad in (
            token(stranger, roles=["admin"]),
            token(iss="https://other"),
            token(aud="other"),
            token(exp=now - timedelta(hours=1)),
            jwt.encode({**claims, "roles": ["admin"]}, "0" * 32, algorithm="HS256", headers={"kid": "k1"}),
            "a.b.c",
        ):
            with pytest.raises(Unauthenticated):
                check(bad, Scope.TICKETS_READ)
        flows.close()
