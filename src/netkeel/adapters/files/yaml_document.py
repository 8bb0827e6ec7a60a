"""Reads one YAML file into plain values, and remembers on which line each of them stands.

Faults of the text are collected like faults of the settings, so that one look shows all of them.
What YAML allows and a configuration never needs is refused: a key given twice would silently hide
the first, and nested aliases grow a small file without bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from netkeel.settings import Fault

LARGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds: plain values, the line of each path, and what is wrong with the text."""

    raw: object = None
    lines: dict[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def line_of(self, path: str) -> int | None:
        """The line of a path, or of the nearest thing around it; None where nothing is."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path)


class _Loader(yaml.SafeLoader):
    """Safe YAML without aliases."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            problem = "aliases (*name) are not supported: write the value out"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
        return super().compose_node(parent, index)


def read_document(path: Path) -> Document:
    """What a YAML file holds; a file that cannot be read is a fault of it, never an exception."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        return _faulty(str(path), reason, "netkeel init writes a first file")
    if len(data) > LARGEST_BYTES:
        reason = f"has more than {LARGEST_BYTES} bytes, which is no configuration"
        return _faulty(str(path), reason, "name the right file")
    return parse_document(data)


def parse_document(data: bytes | str) -> Document:
    """What a YAML text holds."""
    loader: _Loader | None = None
    try:
        loader = _Loader(data)
        node = loader.get_single_node()
        if node is None:
            return _faulty("", "is empty", "netkeel init writes a first file")
        seen = dict(_lines(node, ""))
        twice = tuple(_given_twice(node, ""))
        return Document(loader.construct_document(node), seen, twice)
    except yaml.YAMLError as error:
        return _no_yaml(error)
    except (RecursionError, ValueError) as error:
        # Python's own limits: nesting that no one writes, and dates such as 2026-99-99.
        detail = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        return _faulty("", f"is no usable YAML: {detail}", "write such texts in quotes")
    finally:
        if loader is not None:
            loader.dispose()


def parse_value(text: str) -> object:
    """One value as YAML has it; a text that is no YAML is taken as it stands."""
    document = parse_document(text)
    return text if document.faults else document.raw


def _lines(node: yaml.Node, path: str) -> Iterator[tuple[str, int]]:
    yield path, node.start_mark.line + 1
    for where, key, child in _children(node, path):
        yield where, (key or child).start_mark.line + 1
        for inner, line in _lines(child, where):
            if inner != where:
                yield inner, line


def _given_twice(node: yaml.Node, path: str) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for where, key, child in _children(node, path):
        if key is not None:
            line = key.start_mark.line + 1
            if where in first:
                hint = f"remove one: it stands in line {first[where]} already"
                yield Fault(where, "", "is given twice", hint, f"line {line}")
            first.setdefault(where, line)
        yield from _given_twice(child, where)


def _children(node: yaml.Node, path: str) -> Iterator[tuple[str, yaml.Node | None, yaml.Node]]:
    """Path, key (None in a list) and value of each member."""
    if isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value):
            yield f"{path}[{number}]", None, child
    elif isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            yield (f"{path}.{name}" if path else name), key, child


def _no_yaml(error: yaml.YAMLError) -> Document:
    mark = getattr(error, "problem_mark", None)
    said = [getattr(error, "context", None), getattr(error, "problem", None)]
    problem = ", ".join(text for text in said if text) or str(error)
    where = "" if mark is None else f"line {mark.line + 1}"
    return _faulty("", f"is no usable YAML: {problem}", "", where)


def _faulty(value: str, reason: str, hint: str, where: str = "") -> Document:
    return Document(faults=(Fault("file", value, reason, hint, where),))
