"""What a configuration may say but hardly should: told by check-config and at start."""

from __future__ import annotations

from collections.abc import Iterator

from netkeel.settings.profile import CLASSIC_WARNINGS
from netkeel.settings.schema import Configuration, SourceSettings, Workload
from netkeel.units import binary_suffix_warning

_CLASSIC_LAWS = ("classic", "classic_smoothed")


def questionable(configuration: Configuration) -> Iterator[str]:
    """One line for each questionable setting, beginning with its path."""
    for i, source in enumerate(configuration.sources):
        yield from _source(source, f"sources[{i}].prometheus")
    for i, workload in enumerate(configuration.workloads):
        yield from _workload(workload, f"workloads[{i}]")


def _source(source: SourceSettings, path: str) -> Iterator[str]:
    p = source.prometheus
    if p.preset == "hubble" and p.delay_query is None:
        yield f"{path}.preset: {CLASSIC_WARNINGS['sources']}"
    if p.url.startswith("http://") and (p.bearer_token_file or p.password_file):
        yield f"{path}.url: the credentials are sent in clear text; use https"


def _workload(w: Workload, path: str) -> Iterator[str]:
    if w.blind.mode == "assume":
        yield f"{path}.blind.mode: {CLASSIC_WARNINGS['workloads[].blind']}"
    if w.gate == "deployment-template":
        yield f"{path}.gate: {CLASSIC_WARNINGS['workloads[].gate']}"
    if w.law.name in _CLASSIC_LAWS:
        yield f"{path}.law.name: {CLASSIC_WARNINGS['workloads[].law']}"
    for key, limit in (("floor", w.floor), ("ceiling", w.ceiling), ("start", w.start)):
        text = binary_suffix_warning(limit)
        if text is not None:
            yield f"{path}.{key}: {text}"
    if w.weight != 1:
        yield f"{path}.weight: has no effect on the gate {w.gate}"
