"""Reads the configuration file: from YAML to checked settings, or all faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from netkeel.control.laws import law_settings
from netkeel.errors import ConfigurationError
from netkeel.settings import Configuration, Fault, check, convert
from netkeel.settings.profile import CLASSIC_WARNINGS
from netkeel.units import binary_suffix_warning

LARGEST_BYTES = 1_000_000


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key given twice, which would silently hide the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """A mapping without duplicate keys."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                line = key_node.start_mark.line + 1
                raise ConfigurationError(f"line {line}: {key!r} is given twice: remove one")
            seen.add(key)
        return super().construct_mapping(node, deep=deep)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases: nested ones grow a small file without bound."""
        if self.check_event(yaml.AliasEvent):
            raise ConfigurationError("YAML aliases (*name) are not supported: write it out")
        return super().compose_node(parent, index)


def read_raw(path: Path) -> object:
    """What a YAML file holds.

    Raises:
        ConfigurationError: It cannot be read, or is no YAML.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = "netkeel init writes a first file"
        raise ConfigurationError(f"cannot read {path}: {error.strerror}; {hint}") from error
    if len(data) > LARGEST_BYTES:
        raise ConfigurationError(f"{path} has {len(data)} bytes: that is no configuration")
    try:
        return yaml.load(data, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path} is no YAML: {error}") from error
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from error


def load(path: Path) -> Configuration:
    """The checked configuration of a file.

    Raises:
        ConfigurationError: With every fault.
    """
    return convert(read_raw(path), law_settings())


def examine(path: Path) -> tuple[Configuration | None, tuple[Fault, ...], list[str]]:
    """The configuration or its faults, and what is allowed but questionable.

    Raises:
        ConfigurationError: The file cannot be read, or is no YAML.
    """
    raw = read_raw(path)
    configuration, faults = check(raw, law_settings())
    found = warnings(configuration, raw) if configuration is not None else []
    return configuration, faults, found


def warnings(configuration: Configuration, raw: object) -> list[str]:
    """What is allowed but questionable in a configuration."""
    found = []
    if configuration.profile == "classic":
        found += [f"{path}: {text}" for path, text in CLASSIC_WARNINGS.items()]
    for i, workload in enumerate(configuration.workloads):
        for key in ("floor", "ceiling", "start"):
            text = binary_suffix_warning(getattr(workload, key))
            if text is not None:
                found.append(f"workloads[{i}].{key}: {text}")
        if workload.weight != 1:
            found.append(f"workloads[{i}].weight: has no effect on the gate {workload.gate}")
    if isinstance(raw, Mapping) and "apiVersion" not in raw:
        found.append("apiVersion: is missing; netkeel.dev/v1alpha1 is assumed")
    return found
