"""The rules that types cannot say: names that must exist, bounds that must be in order.

Each broken rule is (path, value, reason, hint), ready for a `Fault`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from netkeel.settings.schema import (
    Configuration,
    DecisionLog,
    LeaderElection,
    Objective,
    PrometheusSettings,
    Server,
    Workload,
)
from netkeel.units import Rate

_LOWEST, _HIGHEST = Rate(1_000), Rate(10**15)

Broken = tuple[str, str, str, str]


def broken_rules(configuration: Configuration) -> Iterator[Broken]:
    """All rules that a well-typed configuration breaks."""
    yield from _top(configuration)
    for i, source in enumerate(configuration.sources):
        yield from _source(source.prometheus, f"sources[{i}].prometheus")
    sources = {s.name for s in configuration.sources}
    for i, objective in enumerate(configuration.objectives):
        yield from _objective(objective, f"objectives[{i}]", sources)
    objectives = {o.name for o in configuration.objectives}
    for i, workload in enumerate(configuration.workloads):
        yield from _workload(workload, f"workloads[{i}]", objectives)


def broken_parts(parts: Mapping[str, Struct], names: Mapping[str, set[str]]) -> Iterator[Broken]:
    """The rules that single parts break, where the whole could not be read.

    Args:
        parts: What could be read, by path.
        names: Names of `sources` and `objectives`; a missing key: no such list.
    """
    for path, part in parts.items():
        match part:
            case PrometheusSettings():
                yield from _source(part, path)
            case Objective():
                # Without a list of sources their names cannot be wrong; its own fault is told.
                known = {part.source} if part.source else set()
                yield from _objective(part, path, names.get("sources", known))
            case Workload():
                yield from _workload(part, path, names.get("objectives", set(part.objectives)))
            case LeaderElection():
                yield from _election(part)
            case DecisionLog():
                yield from _decisions(part)
            case Server():
                yield from _listen(part)


def _top(c: Configuration) -> Iterator[Broken]:
    if c.step < 0.01:
        yield "step", str(c.step), "is shorter than the shortest step", "at least 10ms"
    if c.min_samples < 1:
        yield "minSamples", str(c.min_samples), "must be at least 1", "30 makes a usable p95"
    names = {
        "sources": [s.name for s in c.sources],
        "objectives": [o.name for o in c.objectives],
        "workloads": [w.name for w in c.workloads],
    }
    for path, members in names.items():
        if not members:
            yield path, "[]", "must have at least one member", "netkeel init writes a first file"
        yield from _twice(path, members)
    yield from _election(c.kubernetes.leader_election)
    yield from _decisions(c.decisions)
    yield from _listen(c.server)


def _listen(server: Server) -> Iterator[Broken]:
    host, _, port = server.listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        yield "server.listen", repr(server.listen), "is no address and port", "127.0.0.1:9760"


def _decisions(log: DecisionLog) -> Iterator[Broken]:
    if log.max_bytes < 1_000:
        yield "decisions.maxBytes", str(log.max_bytes), "holds no record", "50000000"
    if log.keep < 0:
        yield "decisions.keep", str(log.keep), "must be at least 0", "3"


def _election(lease: LeaderElection) -> Iterator[Broken]:
    if not lease.retry_period < lease.renew_deadline < lease.duration:
        path = "kubernetes.leaderElection"
        shown = f"{lease.retry_period} / {lease.renew_deadline} / {lease.duration}"
        yield path, shown, "needs retryPeriod < renewDeadline < duration", "2s, 10s, 15s"


def _twice(path: str, names: Iterable[str]) -> Iterator[Broken]:
    for name, count in Counter(names).items():
        if count > 1:
            yield path, repr(name), f"is the name of {count} members", "names must differ"


def _source(p: PrometheusSettings, path: str) -> Iterator[Broken]:
    if not p.url.startswith(("http://", "https://")):
        yield f"{path}.url", repr(p.url), "is no http address", "http://prometheus:9090"
    if p.preset is None and p.delay_query is None:
        yield path, "", "has neither preset nor delayQuery", "preset: netkeel"
    if (p.username is None) != (p.password_file is None):
        yield path, "", "has only one of username and passwordFile", "give both or none"
    if p.bearer_token_file is not None and p.username is not None:
        yield path, "", "has both a bearer token and basic authentication", "give one of them"
    if p.timeout <= 0:
        yield f"{path}.timeout", str(p.timeout), "must be above zero", "2s"


def _objective(o: Objective, path: str, sources: set[str]) -> Iterator[Broken]:
    if o.source is None and len(sources) > 1:
        yield f"{path}.source", "", "is required where there are several sources", _list(sources)
    if o.source is not None and o.source not in sources:
        yield f"{path}.source", repr(o.source), "is no source's name", _list(sources)
    if not 0 < o.percentile < 1:
        yield f"{path}.percentile", str(o.percentile), "must lie between 0 and 1", "0.95"
    if o.target <= 0:
        yield f"{path}.target", str(o.target), "must be above zero", "1ms"
    if o.deadline_s < o.target:
        yield f"{path}.deadline", str(o.deadline), f"is below the target {o.target}", "1.5ms"


def _workload(w: Workload, path: str, objectives: set[str]) -> Iterator[Broken]:
    for name in w.objectives:
        if name not in objectives:
            yield f"{path}.objectives", repr(name), "is no objective's name", _list(objectives)
    if w.floor.rate > w.ceiling.rate:
        yield f"{path}.floor", w.floor, f"is above the ceiling {w.ceiling}", "swap them"
    for key, limit in (("floor", w.floor), ("ceiling", w.ceiling), ("start", w.start)):
        if not _LOWEST <= limit.rate <= _HIGHEST:
            yield (
                f"{path}.{key}",
                limit,
                "must lie between 1k and 1P",
                "0 means unlimited to Cilium",
            )
    if w.gate == "deployment-template" and w.deployment is None:
        yield f"{path}.deployment", "", "is required by the gate deployment-template", "its name"
    if w.gate in ("ceiling", "pod-tbf", "cilium-throttle"):
        yield f"{path}.gate", w.gate, "is set by the node agent", "use pod-annotation here"
    if w.namespace == "kube-system" and "namespace/kube-system" not in w.also_govern:
        hint = "alsoGovern: [namespace/kube-system]"
        yield f"{path}.namespace", w.namespace, "is never governed unless named", hint
    if w.weight <= 0:
        yield f"{path}.weight", str(w.weight), "must be above zero", "1"
    yield from _shares(w, path)


def _shares(w: Workload, path: str) -> Iterator[Broken]:
    smoothing, band = w.filter.smoothing, w.filter.dead_band
    if smoothing is not None and not 0 < smoothing <= 1:
        yield f"{path}.filter.smoothing", str(smoothing), "must be above 0 and at most 1", "0.3"
    shares = {
        "filter.deadBand": 0.0 if band is None else band,
        "shape.deadBandUp": w.shape.dead_band_up,
        "shape.deadBandDown": w.shape.dead_band_down,
        "blind.decayPerSecond": w.blind.decay_per_second,
    }
    for key, share in shares.items():
        if not 0 <= share < 1:
            yield f"{path}.{key}", str(share), "must be at least 0 and below 1", "0.03 is 3 %"
    if w.shape.growth_factor < 1:
        yield f"{path}.shape.growthFactor", str(w.shape.growth_factor), "must be at least 1", "1.35"


def _list(names: Iterable[str]) -> str:
    return "one of: " + ", ".join(sorted(names))
