"""Turns what a YAML file holds into settings, and reports *all* its faults, not the first.

A fault says where (path), what stands there, why it cannot be, and a hint. Nothing of a faulty
file is used.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from netkeel.errors import ConfigurationError, DurationError, QuantityError
from netkeel.settings.profile import with_profile
from netkeel.settings.rules import broken_parts, broken_rules
from netkeel.settings.schema import Configuration, LawChoice
from netkeel.settings.types import Bandwidth, Duration

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a configuration."""

    path: str
    value: str
    reason: str
    hint: str = ""
    where: str = ""
    """What says so: a line of the file, a variable or a flag; empty where nothing does."""

    def __str__(self) -> str:
        """One line for people."""
        hint = f" ({self.hint})" if self.hint else ""
        shown = f" is {self.value}" if self.value else ""
        where = f"{self.where}: " if self.where else ""
        return f"{where}{self.path}{shown}: {self.reason}{hint}"


class FaultyConfigurationError(ConfigurationError):
    """A configuration with at least one fault; all of them are in `faults`."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Keep the faults; the message lists them."""
        super().__init__("\n".join(str(f) for f in faults))
        self.faults = faults


def check(
    raw: object, laws: Mapping[str, type[msgspec.Struct]]
) -> tuple[Configuration | None, tuple[Fault, ...]]:
    """The configuration, or None and every fault found.

    Args:
        raw: What the YAML parser returned.
        laws: Settings class of each registered law, by the law's name.
    """
    if not isinstance(raw, dict):
        shown = _show(raw)
        return None, (Fault("file", shown, "must be a mapping", "start with apiVersion: …"),)
    walk = _Walk(laws)
    configuration = walk.struct(Configuration, with_profile(raw), "")
    if not isinstance(configuration, Configuration):
        # What could be read is held to the rules as well, so that one look shows every fault.
        broken = (Fault(*b) for b in broken_parts(walk.parts, _names(raw)))
        return None, (*walk.faults, *broken)
    faults = tuple(Fault(*broken) for broken in broken_rules(configuration))
    return (None if faults else configuration), faults


def _names(raw: Mapping[str, Any]) -> dict[str, set[str]]:
    """The names of all sources and objectives, the faulty ones too."""
    filled = with_profile(raw)
    return {
        key: {str(m["name"]) for m in members if isinstance(m, Mapping) and "name" in m}
        for key in ("sources", "objectives")
        if isinstance(members := filled.get(key), list | tuple)
    }


def convert(raw: object, laws: Mapping[str, type[msgspec.Struct]]) -> Configuration:
    """Like `check`, but a fault is an error.

    Raises:
        FaultyConfigurationError: With all faults.
    """
    configuration, faults = check(raw, laws)
    if configuration is None:
        raise FaultyConfigurationError(faults)
    return configuration


def convert_struct(kind: type[msgspec.Struct], raw: object) -> msgspec.Struct:
    """Convert one settings class by the same rules.

    Raises:
        FaultyConfigurationError: With all faults.
    """
    walk = _Walk({})
    value = walk.struct(kind, raw, "")
    if walk.faults:
        raise FaultyConfigurationError(tuple(walk.faults))
    if not isinstance(value, msgspec.Struct):
        raise TypeError(value)
    return value


@dataclass
class _Walk:
    """Goes through a value beside its type and collects faults; a faulty value becomes None."""

    laws: Mapping[str, type[msgspec.Struct]]
    faults: list[Fault] = field(default_factory=list)
    parts: dict[str, msgspec.Struct] = field(default_factory=dict)
    """What could be read, by path."""

    def struct(self, kind: type[msgspec.Struct], raw: object, path: str) -> object:
        if kind is LawChoice:
            return self._law(raw, path)
        if not isinstance(raw, Mapping):
            return self._fault(path, raw, "must be a mapping")
        already = len(self.faults)
        known = {f.encode_name: f for f in msgspec.structs.fields(kind)}
        self._unknown_keys(raw, known, path)
        hints = get_type_hints(kind)
        values: dict[str, object] = {}
        for name, spec in known.items():
            where = f"{path}.{name}" if path else name
            given = raw.get(name, _MISSING)
            if given is not _MISSING:
                values[spec.name] = self.value(hints[spec.name], given, where)
            elif spec.required:
                self.faults.append(Fault(where, "", "is required but missing"))
        if len(self.faults) > already:
            return None
        self.parts[path] = kind(**values)
        return self.parts[path]

    def _law(self, raw: object, path: str) -> object:
        if isinstance(raw, str):
            raw = {"name": raw}
        if not isinstance(raw, Mapping):
            return self._fault(path, raw, "must be a mapping with a name", "law: {name: swift}")
        name = raw.get("name", LawChoice().name)
        if name not in self.laws:
            return self._fault(
                f"{path}.name", name, "is no law", _near(str(name), self.laws) or _any_of(self.laws)
            )
        own = {key: value for key, value in raw.items() if key != "name"}
        return LawChoice(name=name, settings=self.struct(self.laws[name], own, path))

    def _unknown_keys(self, raw: Mapping[Any, Any], known: Mapping[str, Any], path: str) -> None:
        for key in raw:
            if key not in known:
                where = f"{path}.{key}" if path else str(key)
                hint = _near(str(key), known) or _any_of(known)
                self.faults.append(Fault(where, "", "is no setting", hint))

    def value(self, kind: Any, raw: object, path: str) -> object:  # noqa: ANN401 - a type form
        origin = get_origin(kind)
        if origin in {Union, types.UnionType}:
            return self._optional(kind, raw, path)
        if origin is Literal:
            return self._choice(get_args(kind), raw, path)
        return self._item(kind, raw, path)

    def _choice(self, choices: tuple[Any, ...], raw: object, path: str) -> object:
        if raw in choices:
            return raw
        hint = _near(str(raw), choices) or _any_of(choices)
        return self._fault(path, raw, "is not allowed", hint)

    def _item(self, kind: Any, raw: object, path: str) -> object:  # noqa: ANN401 - a type form
        origin = get_origin(kind)
        if origin is tuple:
            return self._items(get_args(kind)[0], raw, path)
        if origin is dict:
            return self._labels(raw, path)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.struct(kind, raw, path)
        return self._leaf(kind, raw, path)

    def _optional(self, kind: Any, raw: object, path: str) -> object:  # noqa: ANN401 - a type form
        if raw is None:
            return None
        inner = [k for k in get_args(kind) if k is not type(None)]
        return self.value(inner[0], raw, path)

    def _items(self, kind: Any, raw: object, path: str) -> object:  # noqa: ANN401 - a type form
        if not isinstance(raw, list | tuple):
            return self._fault(path, raw, "must be a list")
        return tuple(self.value(kind, item, f"{path}[{i}]") for i, item in enumerate(raw))

    def _labels(self, raw: object, path: str) -> object:
        if not isinstance(raw, Mapping) or not raw:
            return self._fault(path, raw, "must be a mapping of labels with at least one member")
        for key, value in raw.items():
            if not isinstance(value, str):
                self._fault(f"{path}.{key}", value, "must be text", f'write "{value}" in quotes')
        return dict(raw)

    def _leaf(self, kind: Any, raw: object, path: str) -> object:  # noqa: ANN401 - a type form
        try:
            return _LEAVES[kind](raw)
        except (QuantityError, DurationError) as error:
            return self._fault(path, raw, str(error))
        except (TypeError, ValueError):
            return self._fault(path, raw, f"must be {_NAMES[kind]}")

    def _fault(self, path: str, raw: object, reason: str, hint: str = "") -> object:
        """Note a fault; what it returns stands in for the value, which is never used."""
        self.faults.append(Fault(path or "file", _show(raw), reason, hint))
        return None


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw:
        raise TypeError
    return raw


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise TypeError
    return raw


def _whole(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise TypeError
    return raw


def _number(raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise TypeError
    return float(raw)


def _duration(raw: object) -> Duration:
    if not isinstance(raw, str):
        raise DurationError(f"has no unit; write it like {raw}s or {raw}ms")
    return Duration.parse(raw)


def _bandwidth(raw: object) -> Bandwidth:
    # YAML reads an unquoted 1000000 as a number; Kubernetes takes that for bit/s, and so do we.
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise QuantityError("is not a bandwidth; write it like 50M")
    return Bandwidth(str(raw))


_LEAVES: dict[Any, Any] = {
    str: _text,
    bool: _flag,
    int: _whole,
    float: _number,
    Duration: _duration,
    Bandwidth: _bandwidth,
    Any: lambda raw: raw,
}
_NAMES = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


def _show(raw: object) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else text[:57] + "…"


def _near(given: str, known: Iterator[str] | Mapping[str, Any] | tuple[Any, ...]) -> str:
    matches = difflib.get_close_matches(given, [str(k) for k in known], n=1, cutoff=0.6)
    return f"did you mean {matches[0]}?" if matches else ""


def _any_of(known: Mapping[str, Any] | tuple[Any, ...]) -> str:
    return "one of: " + ", ".join(sorted(str(k) for k in known))
