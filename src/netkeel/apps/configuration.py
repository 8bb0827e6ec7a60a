"""Makes one checked configuration of a file and what overrides it, or names all faults at once.

Precedence: flag, environment, file, profile, default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from netkeel.adapters.files.yaml_document import Document, read_document
from netkeel.apps.overrides import Overridden, Override, from_environment
from netkeel.control.laws import law_settings
from netkeel.settings import Configuration, Fault, FaultyConfigurationError, check
from netkeel.settings.profile import with_profile
from netkeel.settings.warnings import questionable


@dataclass(frozen=True, slots=True)
class Examined:
    """What was made of a file: the configuration or its faults, and what is questionable."""

    configuration: Configuration | None
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]


def examine(
    path: Path,
    flags: Sequence[Override] = (),
    environment: Mapping[str, str] | None = None,
) -> Examined:
    """The configuration of a file with what overrides it, or all faults; never raises.

    Args:
        path: A YAML file.
        flags: What the command line says.
        environment: Variables; default: those of the process.
    """
    variables, odd = from_environment(os.environ if environment is None else environment)
    return examine_document(read_document(path), [*variables, *flags], odd)


def examine_document(
    document: Document, overrides: Sequence[Override], warnings: Sequence[str] = ()
) -> Examined:
    """The same for a document that was read already; a later override wins."""
    if document.raw is None and document.faults:
        return Examined(None, document.faults, tuple(warnings))
    whole = _overridden(document.raw, overrides)
    configuration, wrong = check(whole.raw, law_settings())
    faults = (*document.faults, *whole.faults, *(_placed(f, document, whole) for f in wrong))
    if configuration is None or faults:
        return Examined(None, faults, tuple(warnings))
    found = [*questionable(configuration), *_without_version(whole.raw), *warnings]
    return Examined(configuration, (), tuple(found))


def load(
    path: Path,
    flags: Sequence[Override] = (),
    environment: Mapping[str, str] | None = None,
) -> Configuration:
    """The checked configuration of a file.

    Raises:
        FaultyConfigurationError: With every fault.
    """
    examined = examine(path, flags, environment)
    if examined.configuration is None:
        raise FaultyConfigurationError(examined.faults)
    return examined.configuration


def _overridden(raw: object, overrides: Sequence[Override]) -> Overridden:
    # The profile stands below file and overrides, but may itself be overridden: it comes first,
    # so that what it fills in can be overridden member by member.
    whole = Overridden(raw, {}, [])
    whole.take(o for o in overrides if o.path == "profile")
    if isinstance(whole.raw, Mapping):
        whole.raw = with_profile(whole.raw)
    whole.take(o for o in overrides if o.path != "profile")
    return whole


def _placed(fault: Fault, document: Document, whole: Overridden) -> Fault:
    """The fault, with the line or the override that it comes from."""
    origin = whole.origin_of(fault.path)
    if origin is not None:
        return replace(fault, where=origin)
    line = document.line_of("" if fault.path == "file" else fault.path)
    return fault if line is None else replace(fault, where=f"line {line}")


def _without_version(raw: object) -> list[str]:
    if isinstance(raw, Mapping) and "apiVersion" not in raw:
        return ["apiVersion: is missing; netkeel.dev/v1alpha1 is assumed"]
    return []
