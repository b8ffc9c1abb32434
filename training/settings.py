"""The YAML of a training run in, checked settings out."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from app.domain.errors import InvalidInput
from app.domain.value_faults import said_of

Form = TypeVar("Form")


def settings_in(config: Path | None) -> dict[str, Any]:
    """Return what a file sets; no file, or an empty one, sets nothing.

    Raises:
        InvalidInput: it is no YAML of names and values.
    """
    if config is None:
        return {}
    try:
        given = yaml.safe_load(config.read_text("utf-8-sig")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise InvalidInput(f"{config}{f' 第 {mark.line + 1} 行' if mark else ''}：不是合法的 YAML") from error
    if not isinstance(given, dict):
        raise InvalidInput(f"{config}：应为“名称: 值”")
    return given


def settings_of(form: type[Form], given: Mapping[str, Any]) -> Form:
    """Return the settings of a form (a dataclass).

    Raises:
        InvalidInput: a name is unknown, or a value is none of its kind.
    """
    known = [field.name for field in fields(form)]  # type: ignore[arg-type]
    if strange := [name for name in given if name not in known]:
        raise InvalidInput(f"没有设置 {'、'.join(map(str, strange))}；可用 {'、'.join(known)}")
    try:
        return TypeAdapter(form).validate_python(dict(given))
    except ValidationError as error:
        wrong = "；".join(
            str(one["ctx"]["error"]) if one["type"] == "value_error" else f"{one['loc'][0]} {said_of(one)}"
            for one in error.errors()
        )
        raise InvalidInput(f"设置有误：{wrong}") from error
