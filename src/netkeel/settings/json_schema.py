"""The JSON Schema of the configuration file, read off the settings classes.

For editors and charts: it knows names, types, defaults and what each setting does. The rules that
span several settings are the checker's alone. Made here and not by `msgspec.json.schema`, which
cannot write a default that is a duration.
"""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from netkeel.settings.schema import Configuration, LawChoice
from netkeel.settings.types import Bandwidth, Duration, schema_hook

Schema = dict[str, Any]

_SIMPLE = {str: "string", bool: "boolean", int: "integer", float: "number"}


def json_schema(laws: Mapping[str, type[msgspec.Struct]]) -> Schema:
    """The schema of a whole file.

    Args:
        laws: Settings class of each registered law, by the law's name.
    """
    maker = _Maker(laws)
    maker.struct(Configuration)
    whole = maker.definitions.pop("Configuration")
    # The profile `classic` fills in what every other file must say.
    needed = whole.pop("required")
    classic = {"properties": {"profile": {"const": "classic"}}, "required": ["profile"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "netkeel configuration",
        **whole,
        "if": classic,
        "else": {"required": needed},
        "$defs": dict(sorted(maker.definitions.items())),
    }


class _Maker:
    """Collects the definitions of every settings class that a file may hold."""

    def __init__(self, laws: Mapping[str, type[msgspec.Struct]]) -> None:
        self.laws = laws
        self.definitions: dict[str, Schema] = {}

    def struct(self, kind: type[msgspec.Struct]) -> Schema:
        name = kind.__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # stands while its members are made
            made = self._law_choice() if kind is LawChoice else self._members(kind)
            self.definitions[name] = made
        return {"$ref": f"#/$defs/{name}"}

    def _members(self, kind: type[msgspec.Struct]) -> Schema:
        hints, said = get_type_hints(kind), _descriptions(kind)
        fields = msgspec.structs.fields(kind)
        properties = {
            f.encode_name: {
                **self._value(hints[f.name]),
                **_described(said.get(f.name)),
                **_default(f),
            }
            for f in fields
        }
        required = [f.encode_name for f in fields if f.required]
        return {
            "type": "object",
            **_described(inspect.getdoc(kind)),
            "properties": properties,
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }

    def _law_choice(self) -> Schema:
        default = LawChoice().name
        choices: list[Schema] = [{"type": "string", "enum": sorted(self.laws)}]
        for name in sorted(self.laws):
            own = self._members(self.laws[name])
            own["properties"] = {"name": {"const": name}, **own["properties"]}
            # Without a name the default law is meant, so only its settings may stand there.
            own["required"] = [*([] if name == default else ["name"]), *own.get("required", [])]
            choices.append(own)
        return {**_described(inspect.getdoc(LawChoice)), "oneOf": choices}

    def _value(self, kind: Any) -> Schema:  # noqa: ANN401 - a type form
        origin = get_origin(kind)
        if origin in {Union, types.UnionType}:
            inner = next(k for k in get_args(kind) if k is not type(None))
            return {"anyOf": [self._value(inner), {"type": "null"}]}
        if origin is Literal:
            return {"enum": list(get_args(kind))}
        if origin in {tuple, dict}:
            return self._collection(kind)
        if kind in (Duration, Bandwidth):
            return schema_hook(kind)
        return self.struct(kind) if issubclass(kind, msgspec.Struct) else {"type": _SIMPLE[kind]}

    def _collection(self, kind: Any) -> Schema:  # noqa: ANN401 - a type form
        if get_origin(kind) is tuple:
            return {"type": "array", "items": self._value(get_args(kind)[0])}
        text = {"type": "string"}
        return {"type": "object", "additionalProperties": text, "minProperties": 1}


def _default(field: msgspec.structs.FieldInfo) -> Schema:
    """The default as a file would have it; none for groups, whose members have their own."""
    value = field.default
    if value is msgspec.NODEFAULT or isinstance(value, msgspec.Struct):
        return {}
    if isinstance(value, tuple):
        return {"default": list(value)}
    return {"default": str(value) if isinstance(value, Duration | Bandwidth) else value}


def _described(text: str | None) -> Schema:
    return {"description": " ".join(text.split())} if text else {}


@cache
def _descriptions(kind: type[msgspec.Struct]) -> Mapping[str, str]:
    """The text beneath each setting of a class, by the setting's name."""
    body = ast.parse(inspect.getsource(inspect.getmodule(kind) or kind)).body
    found: dict[str, str] = {}
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__:
            for setting, text in zip(node.body, node.body[1:], strict=False):
                if (
                    isinstance(setting, ast.AnnAssign)
                    and isinstance(setting.target, ast.Name)
                    and isinstance(text, ast.Expr)
                    and isinstance(text.value, ast.Constant)
                    and isinstance(text.value.value, str)
                ):
                    found[setting.target.id] = text.value.value
    return found
