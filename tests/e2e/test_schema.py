"""Whatever the OpenAPI allows, and what it does not: never a 5xx."""

from pathlib import Path

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from app.main import create_app
from tests.conftest import KEY, embedded, settings_for

EXAMPLES = 12
FEWEST_OPERATIONS = 30


@pytest.mark.slow
def test_no_request_ends_in_a_server_error(tmp_path: Path) -> None:
    application = create_app(settings_for(tmp_path), embedded())
    sent: list[str] = []
    failed: set[str] = set()
    with TestClient(application):
        schema = schemathesis.openapi.from_asgi("/openapi.json", application)
        operations = [result.ok() for result in schema.get_all_operations()]
        for operation in operations:
            cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=cases)
            def send(case: schemathesis.Case) -> None:
                answer = case.call(headers={"X-API-Key": KEY})
                sent.append(str(answer.status_code))
                if answer.status_code >= 500:
                    failed.add(f"{case.method} {case.formatted_path} {case.body!r} {case.query}: {answer.text[:200]}")

            send()
    print(f"{len(operations)} operations, {len(sent)} requests")  # noqa: T201  the figure in README
    assert not failed
    assert len(operations) >= FEWEST_OPERATIONS
    assert len(sent) >= EXAMPLES * FEWEST_OPERATIONS / 2
