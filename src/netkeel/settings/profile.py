"""The profile `classic`: what the classic system did, by name, with a warning for each danger.

A profile fills in what a file leaves out; what the file says wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CLASSIC_OBJECTIVE = {
    "name": "robot-control",
    "selector": {"matchLabels": {"app": "robot-control"}},
    "target": "1ms",
}
_CLASSIC_WORKLOAD = {
    "name": "telemetry-upload",
    "namespace": "default",
    "selector": {"matchLabels": {"app": "telemetry-upload"}},
}
_CLASSIC_WORKLOAD_DEFAULTS: dict[str, Any] = {
    "gate": "deployment-template",
    "deployment": "telemetry-upload-deployment",
    "law": {"name": "classic"},
    "floor": "10M",
    "ceiling": "1000M",
    "start": "100M",
    "blind": {"mode": "assume", "assumedDelay": "0.5ms"},
    "shape": {
        "deadBandUp": 0.0,
        "deadBandDown": 0.0,
        "growthFactor": 1000.0,
        "raiseSpacing": "0s",
        "applyDeadline": "60s",
    },
}
_CLASSIC_SOURCE = {"name": "prometheus", "prometheus": {"url": "http://localhost:9090"}}

CLASSIC_WARNINGS = {
    "sources": "a 60 s window answers one congestion up to twelve times, and no Cilium release "
    "exports hubble_flow_latency_seconds; set sources[].prometheus.preset to what you really have",
    "workloads[].blind": "with no data it assumes 0.50 ms and opens the gate while blind; "
    "set blind.mode to ladder",
    "workloads[].gate": "each change of the pod template restarts the pods, and the limit is not "
    "divided among replicas; set gate to pod-annotation",
    "workloads[].law": "-50/+10 misses its target one sixth of the time by construction; "
    "set law.name to swift",
}


def with_profile(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The raw configuration with what its profile fills in."""
    if raw.get("profile") != "classic":
        return dict(raw)
    filled = {"step": "5s", **raw}
    filled["objectives"] = raw.get("objectives", [_CLASSIC_OBJECTIVE])
    filled["sources"] = [
        _with_preset(source) for source in _list(raw.get("sources", [_CLASSIC_SOURCE]))
    ]
    workloads = _list(raw.get("workloads", [_CLASSIC_WORKLOAD]))
    filled["workloads"] = [_merge(_CLASSIC_WORKLOAD_DEFAULTS, w) for w in workloads]
    return filled


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - raw YAML: the checker judges it afterwards
    return value if isinstance(value, list) else [value]


def _with_preset(source: Any) -> Any:  # noqa: ANN401 - raw YAML
    if not isinstance(source, dict) or not isinstance(source.get("prometheus"), dict):
        return source
    prometheus = source["prometheus"]
    if "preset" in prometheus or "delayQuery" in prometheus:
        return source
    return {**source, "prometheus": {**prometheus, "preset": "hubble"}}


def _merge(defaults: Mapping[str, Any], given: Any) -> Any:  # noqa: ANN401 - raw YAML
    if not isinstance(given, dict):
        return given
    merged = {**defaults, **given}
    for key, default in defaults.items():
        if isinstance(default, dict) and isinstance(given.get(key), dict):
            # Another law's settings are not the classic one's: only the same kind is merged.
            merged[key] = {**default, **given[key]}
    return merged
