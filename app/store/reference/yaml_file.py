"""A YAML file read so that a mistake in it can be named by line and key."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.domain.value_faults import said_of

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]


class YamlFile:
    """One file: its value, and the line of every key in it."""

    def __init__(self, path: Path, root: Path) -> None:
        """Parse the file; `problems` holds what is wrong with it so far."""
        self.name = path.relative_to(root.parent).as_posix()
        self.problems: list[str] = []
        self.value: Any = {}
        self._node: yaml.Node | None = None
        try:
            text = path.read_text("utf-8")
            loader = yaml.CSafeLoader(text)
            self._node = loader.get_single_node()
            self._check_repeated_keys(self._node)
            self.value = (
                loader.construct_document(self._node) if self._node else None
            ) or {}  # the text is parsed once
        except OSError as error:
            self.problems.append(f"{self.name}: 无法读取：{error.strerror}")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            self.problems.append(f"{self.name}:{line}: 不是合法的 YAML：{getattr(error, 'problem', error)}")

    def line(self, location: Location) -> int:
        """Return the line of a key path, or of the nearest enclosing one that exists."""
        node, line = self._node, 1
        for step in location:
            child = _child(node, step)
            if child is None:
                break
            line, node = child
        return line

    def problem(self, location: Location, reason: str) -> None:
        """Note a problem at a key path."""
        key = ".".join(str(step) for step in location)
        self.problems.append(f"{self.name}:{self.line(location)}: {key}: {reason}")

    def parse(self, model: type[Model], value: Any = None, at: Location = ()) -> Model | None:
        """Validate the file (or the part at a key path) as `model`; None when it has problems."""
        if self._node is None and self.problems:  # it could not be read at all
            return None
        try:
            return model.model_validate(self.value if value is None else value)
        except ValidationError as error:
            for detail in error.errors():
                self.problem((*at, *detail["loc"]), _reason(detail))
            return None

    def parse_list(self, key: str, model: type[Model]) -> tuple[Model, ...]:
        """Validate each entry of the list under `key`."""
        entries = self.value.get(key) if isinstance(self.value, dict) else None
        if not isinstance(entries, list):
            if self._node or not self.problems:
                self.problem((key,), "缺少，应为列表")
            return ()
        unknown = [name for name in self.value if name != key]
        for name in unknown:
            self.problem((name,), "未知的键")
        parsed = [self.parse(model, entry, (key, index)) for index, entry in enumerate(entries)]
        return tuple(entry for entry in parsed if entry is not None)

    def _check_repeated_keys(self, node: yaml.Node | None) -> None:
        if isinstance(node, yaml.SequenceNode):
            for child in node.value:
                self._check_repeated_keys(child)
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, child in node.value:
                if key.value in seen:
                    self.problems.append(f"{self.name}:{key.start_mark.line + 1}: {key.value}: 键重复")
                seen.add(key.value)
                self._check_repeated_keys(child)


def _child(node: yaml.Node | None, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            if key.value == step:
                return key.start_mark.line + 1, child
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


def _reason(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    return {"extra_forbidden": "未知的键", "missing": "缺少"}.get(detail["type"]) or said_of(detail)
