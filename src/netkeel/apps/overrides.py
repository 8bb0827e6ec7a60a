"""What stands above the file: flags, then variables of the environment.

Every setting can be given as `--set path=value` and, where it has one place, as a variable named
after its path: `server.listen` is NETKEEL_SERVER_LISTEN, `sources[0].prometheus.url` is
NETKEEL_SOURCES_0_PROMETHEUS_URL. The names are read off the settings themselves, so no list of
them can be forgotten. Nothing is judged here: the checker sees the whole afterwards.
"""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from netkeel.adapters.files.yaml_document import parse_value
from netkeel.errors import ConfigurationError
from netkeel.settings import Bandwidth, Configuration, Duration, Fault, LawChoice

PREFIX = "NETKEEL_"
# Variables with another meaning, and those that Kubernetes makes for a Service called netkeel.
_OTHER = {"CONFIG", "SERVER", "DEBUG", "REQUIRE", "CACHE", "BED_LOGS"}
_OF_A_SERVICE = re.compile(r"(\w+_)?(SERVICE_(HOST|PORT\w*)|PORT(_\d+_(TCP|UDP)(_\w+)?)?)")
_TEXTS = (str, Duration, Bandwidth)
_STEP = re.compile(r"(?P<key>[^.\[\]]+)|\[(?P<member>[^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class Override:
    """One value that wins over the file."""

    path: str
    """As in faults: `server.listen`, `workloads[0].floor` or `workloads[NAME].floor`."""
    text: str
    origin: str
    """Who says so: a variable or a flag."""


def from_flag(text: str) -> Override:
    """The override that `--set path=value` means.

    Raises:
        ConfigurationError: There is no path or no value.
    """
    path, sign, value = text.partition("=")
    if not sign or not path.strip():
        raise ConfigurationError(f"--set {text!r} has no path and value: write it like step=5s")
    return Override(path.strip(), value, f"--set {path.strip()}")


def from_environment(environment: Mapping[str, str]) -> tuple[list[Override], list[str]]:
    """The overrides that variables mean, and a warning for each that means nothing."""
    found, warnings = [], []
    for name in sorted(environment):
        short = name.removeprefix(PREFIX)
        if short == name or short in _OTHER:
            continue
        path = _path_of(Configuration, short.split("_"))
        if path is not None:
            found.append(Override(path.removeprefix("."), environment[name], name))
        elif not _OF_A_SERVICE.fullmatch(short):
            near = difflib.get_close_matches(short, _names(Configuration), n=1)
            hint = f"; did you mean {PREFIX}{near[0]}?" if near else ""
            warnings.append(f"environment: {name} names no setting and has no effect{hint}")
    return found, warnings


@dataclass
class Overridden:
    """A raw configuration on its way from the file to the checker."""

    raw: object
    origins: dict[str, str]
    """Who set what is not the file's word, by path."""
    faults: list[Fault]

    def take(self, overrides: Iterable[Override]) -> None:
        """Put overrides in, in their order; the file's own values are copied, not changed."""
        for one in overrides:
            try:
                steps = _steps(one.path)
                value = one.text if _takes_text(steps) else parse_value(one.text)
                self.raw = _put(self.raw, steps, value)
                self.origins[_spelled(self.raw, steps)] = one.origin
            except _NoSuchPlaceError as error:
                self.faults.append(Fault(one.path, one.text, str(error), "", one.origin))

    def origin_of(self, path: str) -> str | None:
        """Who set this path or what it lies in; None where the file did."""
        for known, origin in self.origins.items():
            if path == known or path.startswith((f"{known}.", f"{known}[")):
                return origin
        return None


class _NoSuchPlaceError(Exception):
    """A path leads nowhere."""


def _steps(path: str) -> list[str | int]:
    """The steps of a path: keys as text, members of lists as number or as `=name`."""
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise _NoSuchPlaceError("is no path; write it like server.listen or workloads[0].floor")
        member = match["member"]
        if member is None:
            steps.append(match["key"])
        else:
            steps.append(int(member) if member.isdigit() else f"={member}")
        at = match.end() + (path[match.end() : match.end() + 1] == ".")
    return steps


def _put(raw: object, steps: Sequence[str | int], value: object) -> object:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, int) or step.startswith("="):
        return _put_member(raw, step, rest, value)
    if raw is None:
        raw = {}
    if not isinstance(raw, Mapping):
        raise _NoSuchPlaceError(f"cannot be set: there is no mapping to put {step} into")
    inner = raw.get(step)
    if step == "law" and rest and isinstance(inner, str):
        inner = {"name": inner}  # `law: swift` is short for `law: {name: swift}`
    return {**raw, step: _put(inner, rest, value)}


def _put_member(
    raw: object, step: str | int, rest: Sequence[str | int], value: object
) -> list[object]:
    members = list(raw) if isinstance(raw, list | tuple) else []
    index = step if isinstance(step, int) else _index(members, step.removeprefix("="))
    if not 0 <= index < len(members):
        raise _NoSuchPlaceError(f"cannot be set: the list has {len(members)} members")
    members[index] = _put(members[index], rest, value)
    return members


def _index(members: Sequence[object], name: str) -> int:
    for index, member in enumerate(members):
        if isinstance(member, Mapping) and member.get("name") == name:
            return index
    raise _NoSuchPlaceError(f"cannot be set: no member is called {name!r}")


def _kind_at(kind: Any, steps: Sequence[str | int]) -> Any:  # noqa: ANN401 - a type form
    """The type of the setting that a path leads to; None where the checker has to say."""
    kind = _without_none(kind)
    if not steps:
        return kind
    if isinstance(steps[0], int) or steps[0].startswith("="):
        return _kind_at(get_args(kind)[0], steps[1:]) if get_origin(kind) is tuple else None
    if not _is_struct(kind):
        return None
    return next((_kind_at(k, steps[1:]) for name, k in _fields(kind) if name == steps[0]), None)


def _takes_text(steps: Sequence[str | int]) -> bool:
    kind = _kind_at(Configuration, steps)
    return kind in _TEXTS or get_origin(kind) is Literal


def _spelled(raw: object, steps: Sequence[str | int]) -> str:
    """A path that was put in, as faults spell it: members by number."""
    path, value = "", raw
    for step in steps:
        if isinstance(step, str) and not step.startswith("="):
            path = f"{path}.{step}" if path else step
            value = value.get(step) if isinstance(value, Mapping) else None
            continue
        members = value if isinstance(value, list) else []
        index = step if isinstance(step, int) else _index(members, step.removeprefix("="))
        path, value = f"{path}[{index}]", members[index]
    return path


def _path_of(kind: Any, words: Sequence[str]) -> str | None:  # noqa: ANN401 - a type form
    """The path that the words of a variable's name spell; None where they spell none."""
    kind = _without_none(kind)
    if not words:
        return None if _is_struct(kind) or get_origin(kind) in (tuple, dict) else ""
    if get_origin(kind) is tuple:
        if not words[0].isdigit():
            return None
        inner = _path_of(get_args(kind)[0], words[1:])
        return None if inner is None else f"[{int(words[0])}]{inner}"
    if not _is_struct(kind):
        return None
    for name, field in _fields(kind):
        own = _words(name)
        if list(words[: len(own)]) == own:
            inner = _path_of(field, words[len(own) :])
            if inner is not None:
                return f".{name}{inner}"
    return None


def _names(kind: Any) -> Iterator[str]:  # noqa: ANN401 - a type form
    """Names of all variables without prefix and without members of lists."""
    for name, field in _fields(kind):
        own, inner = "_".join(_words(name)), _without_none(field)
        if _is_struct(inner):
            yield from (f"{own}_{rest}" for rest in _names(inner))
        elif get_origin(inner) not in (tuple, dict):
            yield own


def _fields(kind: type[msgspec.Struct]) -> Iterator[tuple[str, Any]]:
    hints = get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        # A law's own settings depend on the law: they are given beside its name.
        if not (kind is LawChoice and field.name == "settings"):
            yield field.encode_name, hints[field.name]


def _words(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper().split("_")


def _is_struct(kind: Any) -> bool:  # noqa: ANN401 - a type form
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _without_none(kind: Any) -> Any:  # noqa: ANN401 - a type form
    if get_origin(kind) in {Union, types.UnionType}:
        return next(k for k in get_args(kind) if k is not type(None))
    return kind
