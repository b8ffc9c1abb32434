"""prompts/ in, prompts ready to render out: each version a folder, checked when it is loaded."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta
import yaml
from pydantic import ValidationError

from app.domain.errors import ReferenceDataError
from app.domain.frozen import Frozen
from app.prompting.untrusted import harmless
from models.base import ChatMessage

_FILES = ("system.jinja", "user.jinja")


class PromptCard(Frozen):
    """The file prompt.yaml."""

    purpose: str
    inputs: tuple[str, ...]
    """Names that user.jinja is rendered with; system.jinja has none, so that its words are one fixed prefix."""
    longest: int
    """Characters of the rendered text from which the model is not asked: nothing is ever cut off."""


class Prompt:
    """One version of one task's prompt."""

    def __init__(self, name: str, card: PromptCard, templates: Mapping[str, jinja2.Template], digest: str) -> None:
        self.name = name
        self.card = card
        self.digest = digest
        self._templates = templates

    def render(self, inputs: Mapping[str, Any]) -> list[ChatMessage]:
        """Return the system and the user message; a missing or surplus input is a programming error."""
        if set(inputs) != set(self.card.inputs):
            raise TypeError(f"{self.name} takes {self.card.inputs}, got {tuple(inputs)}")
        return [
            ChatMessage("system", self._templates["system.jinja"].render().strip()),
            ChatMessage("user", self._templates["user.jinja"].render(**inputs).strip()),
        ]

    def repair(self, complaints: tuple[str, ...]) -> ChatMessage:
        """Return the message that asks for a better answer."""
        return ChatMessage("user", self._templates["repair.jinja"].render(complaints=complaints).strip())


class PromptLibrary:
    """All prompts under a folder, read once; the newest version of a task is the one in force."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = jinja2.Environment(
            loader=jinja2.DictLoader(
                {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.jinja")}
            ),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
        )
        self._environment.filters["harmless"] = harmless

    def versions(self, task: str) -> list[str]:
        """Return a task's versions, newest first."""
        found = (path.name for path in (self._folder / task).glob("v*") if path.name[1:].isdigit())
        return sorted(found, key=lambda name: -int(name[1:]))

    def newest(self, task: str) -> Prompt:
        """Return the prompt in force; see `load`."""
        versions = self.versions(task)
        if not versions:
            raise ReferenceDataError(f"prompts/{task}: 没有任何版本（v1、v2……）")
        return self.load(task, versions[0])

    def load(self, task: str, version: str) -> Prompt:
        """Return one version.

        Raises:
            ReferenceDataError: a file is missing or wrong, or a template uses what prompt.yaml does not list.
        """
        name = f"{task}/{version}"
        try:
            card = PromptCard.model_validate(yaml.safe_load((self._folder / name / "prompt.yaml").read_text("utf-8")))
            templates = {file: self._environment.get_template(f"{name}/{file}") for file in _FILES}
            templates["repair.jinja"] = self._environment.get_template("_shared/repair.jinja")
            used = {file: self._names_in(f"{name}/{file}") for file in _FILES}
        except (OSError, ValueError, yaml.YAMLError, ValidationError, jinja2.TemplateError) as error:
            raise ReferenceDataError(f"prompts/{name}: {error}") from error
        if used["system.jinja"] or used["user.jinja"] != set(card.inputs):
            raise ReferenceDataError(
                f"prompts/{name}: system.jinja 不能有变量；user.jinja 的变量应为 {list(card.inputs)}，现为 "
                f"{sorted(used['system.jinja'] | used['user.jinja'])}"
            )
        return Prompt(name, card, templates, self._digest(name))

    def _names_in(self, path: str) -> set[str]:
        source = (self._folder / path).read_text("utf-8")
        return jinja2.meta.find_undeclared_variables(self._environment.parse(source))

    def _digest(self, name: str) -> str:
        files = sorted([*(self._folder / name).iterdir(), *(self._folder / "_shared").iterdir()])
        return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
