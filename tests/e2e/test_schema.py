"""Whatever the OpenAPI allows, and what it does not: never a 5xx."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from app.api.dependencies import json_body, optional_json_body
from app.api.description import operations
from app.api.forms import FORMS
from app.api.routes.open311 import form_body
from app.api.sheets import XLSX
from app.domain.transcript import Transcript
from app.main import PARTS, create_app
from tests.conftest import KEY, embedded, settings_for

BODIES = (json_body, optional_json_body, form_body)
EXAMPLES = 12
FEWEST_OPERATIONS = 30


def dependencies(dependant: Dependant) -> Iterator[object]:
    for one in dependant.dependencies:
        yield one.call
        yield from dependencies(one)


def test_the_description_says_what_to_send_what_goes_wrong_and_who_may() -> None:
    application = create_app()
    described = dict(operations(application.openapi()))
    asked = {
        f"{method} {route.path}"
        for part in PARTS
        for route in part.router.routes
        if isinstance(route, APIRoute) and set(BODIES) & set(dependencies(route.dependant))
        for method in route.methods
    }
    assert asked == {name for name, one in described.items() if "requestBody" in one} == set(FORMS)
    for name, one in described.items():
        named = {parameter["name"] for parameter in one["parameters"]}
        assert "422" not in one["responses"], name
        assert "application/problem+json" in one["responses"]["default"]["content"], name
        assert ("security" in one) == (" /v1/" in name), name
        assert ("Idempotency-Key" in named) == name.startswith("POST "), name
        assert not named & {"x-api-key", "authorization"}, name
    call = described["POST /v1/transcripts"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(call["properties"]) == set(Transcript.model_fields)
    assert {"200", "201"} <= set(described["POST /v1/transcripts"]["responses"])
    assert set(described["GET /v1/tickets:export"]["responses"]["200"]["content"]) == {"text/csv", XLSX}
    said = json.dumps(application.openapi(), ensure_ascii=False)
    assert "Successful Response" not in said
    assert "HTTPValidationError" not in said


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
