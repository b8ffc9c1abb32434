"""compose.yaml and Dockerfile: everything pinned, nobody root, models and database not reachable from outside."""

from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from app.config import ROOT, ChatSettings, Settings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]


def test_every_image_has_a_version() -> None:
    for name, service in SERVICES.items():
        image = service["image"].rsplit(":-", 1)[-1].rstrip("}")
        assert image.rsplit(":", 1)[1] not in ("", "latest"), name


def test_only_the_service_is_published_and_the_rest_has_no_way_out() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["service"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert all(set(service["networks"]) == {"inside"} for name, service in SERVICES.items() if name != "service")


def test_both_profiles_serve_the_model_under_the_name_the_service_asks_for() -> None:
    chat = {name: service for name, service in SERVICES.items() if name.startswith("chat-")}
    assert {service["profiles"][0] for service in chat.values()} == {"cpu", "gpu"}
    environment = SERVICES["service"]["environment"]
    for service in chat.values():
        assert service["networks"]["inside"]["aliases"] == ["chat"]
        assert f"--served-model-name={environment['CHAT__MODEL']}" in service["command"]
        assert service["healthcheck"]["test"]


def test_the_servers_of_the_search_bear_the_names_the_service_asks_for() -> None:
    environment = SERVICES["service"]["environment"]
    for name in ("embed", "rerank"):
        assert SERVICES[name]["profiles"] == ["search"]
        assert f"--served-model-name={environment[f'{name.upper()}__MODEL']}" in SERVICES[name]["command"]
        assert environment[f"{name.upper()}__BASE_URL"] == f"${{{name.upper()}_BASE_URL:-}}"


def settings_of(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """Yield the names that settings have in the environment."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings_of(field.annotation, f"{before}{name.upper()}__")
        else:
            yield f"{before}{name.upper()}"


def test_every_setting_can_be_given_to_the_service_and_nothing_else() -> None:
    in_the_image = {"DATA_DIR"}
    assert set(SERVICES["service"]["environment"]) == set(settings_of(Settings)) - in_the_image


def test_a_setting_that_is_left_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a line of .env that nobody filled in."""
    unset = Settings()
    for name in settings_of(Settings):
        monkeypatch.setenv(name, "")
    assert Settings() == unset


def test_the_image_runs_as_nobody_special_and_says_how_it_is() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    runs = dockerfile.rsplit("FROM", 1)[1]
    assert "USER hotline" in runs
    assert "HEALTHCHECK" in runs
    for packages in ("base", "llm"):
        assert (ROOT / ".locks" / f"{packages}.txt").exists()


def test_a_call_in_flight_has_time_to_end_when_the_service_is_stopped() -> None:
    grace = int(SERVICES["service"]["stop_grace_period"].removesuffix("s"))
    assert grace >= ChatSettings().seconds + 30, "what compose leaves alone is killed after ten seconds"


def test_what_is_referred_to_is_there() -> None:
    """What `docker compose config` refuses: volumes, networks and services that nobody declares."""
    for name, service in SERVICES.items():
        volumes = {mount.split(":")[0] for mount in service.get("volumes", ())}
        assert {volume for volume in volumes if volume.isidentifier()} <= set(COMPOSE["volumes"]), name
        assert set(service["networks"]) <= set(COMPOSE["networks"]), name
        assert set(service.get("depends_on", ())) <= set(SERVICES), name


def test_the_index_server_is_the_release_that_the_client_is() -> None:
    image = SERVICES["index"]["image"]
    lock = (ROOT / ".locks" / "base.txt").read_text("utf-8")
    assert f"chromadb=={image.rsplit(':', 1)[1]}\n" in lock


def test_the_other_sets_keep_to_the_versions_of_the_base() -> None:
    sets = {file.stem: set(file.read_text("utf-8").split()) for file in (ROOT / ".locks").glob("*.txt")}
    base = dict(pin.split("==") for pin in sets.pop("base"))
    for name, pins in sets.items():
        beside = dict(pin.split("==") for pin in pins)
        assert {one: version for one, version in beside.items() if base.get(one, version) != version} == {}, name


def test_secrets_and_environments_stay_out_of_repository_and_image() -> None:
    """compose.yaml names .env as the place of the database's password; the Makefile's environments hold gigabytes."""
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    kept_out = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert ".env" in ignored
    environments = [name.rstrip("/") for name in ignored if name.startswith(".venv")]
    for name in (".env", "var", *environments):
        assert any(fnmatch(name, pattern) for pattern in kept_out), name


def test_nothing_reaches_outside_at_run_time() -> None:
    for name in ("chat-gpu", "chat-cpu"):
        environment = SERVICES[name]["environment"]
        assert (environment["HF_HUB_OFFLINE"], environment["VLLM_NO_USAGE_STATS"]) == ("1", "1")
    assert SERVICES["index"]["environment"]["ANONYMIZED_TELEMETRY"] == "FALSE"


def test_a_setting_that_lacks_a_line_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://host/city")
    monkeypatch.setenv("CHAT_ENGINE", "llm")
    monkeypatch.setenv("CHAT__ENGINE", "llm")
    assert Settings.misspelt() == {"DATABASE_URL": "DATABASE__URL"}
