"""A provider of identities that answers no keys is unavailable; nobody is refused for it."""

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.errors import ServiceUnavailable
from app.receive.identity import TokenReader


class APage:
    """What a provider's log-in page is to who asks for keys."""

    def get_signing_key_from_jwt(self, token: str) -> Any:
        return json.loads("<html>login</html>")


def test_a_page_in_place_of_keys_is_told_as_unavailable_with_its_reason_in_the_log() -> None:
    reader = TokenReader(
        issuer="https://id.example", audience="a", jwks_url="", roles_claim="r", unit_claim="u", lanes_claim="l"
    )
    reader._keys = APage()  # type: ignore[assignment]
    with capture_logs() as logged, pytest.raises(ServiceUnavailable, match="统一身份认证暂时不可用"):
        reader.read("a.b.c")
    assert [told["event"] for told in logged] == ["identity_provider_failed"]
