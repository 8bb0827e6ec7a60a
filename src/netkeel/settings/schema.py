"""Every setting, with its effect, its unit and the reason for its default beneath it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from netkeel.settings.types import Bandwidth, Duration

API_VERSION: Literal["netkeel.dev/v1alpha1"] = "netkeel.dev/v1alpha1"

GateKind = Literal["pod-annotation", "deployment-template", "ceiling", "pod-tbf", "cilium-throttle"]
Preset = Literal["netkeel", "hubble", "smokeping", "cloudprober", "istio", "linkerd"]


class _Settings(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What all settings share: camelCase in files, immutable in the program."""


class PrometheusSettings(_Settings, frozen=True, kw_only=True):
    """A Prometheus (or Thanos, Mimir, VictoriaMetrics) to read from."""

    url: str
    """Base address, such as http://prometheus.monitoring:9090."""
    preset: Preset | None = None
    """A ready-made set of queries for one exporter; queries given beside it win."""
    delay_query: str | None = None
    """PromQL for the delay in seconds: the raw `…_bucket` series (netkeel differences them itself,
    at its own polls), or an expression that gives one value."""
    critical_rate_query: str | None = None
    """PromQL for what critical pods send, in bit/s."""
    best_effort_rate_query: str | None = None
    """PromQL for what best-effort pods send, in bit/s."""
    range: Duration = Duration(60.0)
    """How far back raw buckets are looked for: longer than two scrapes. It is no averaging
    window."""
    timeout: Duration = Duration(2.0)
    """After this a query has failed; shorter than two steps, so that blindness is seen in time."""
    bearer_token_file: str | None = None
    """File with a bearer token; read again when it changes."""
    username: str | None = None
    """Name for basic authentication."""
    password_file: str | None = None
    """File with the password for basic authentication; read again when it changes."""
    ca_file: str | None = None
    """PEM file of the authority that signed the server's certificate; default: the system's."""
    tenant: str | None = None
    """Value of the X-Scope-OrgID header (Mimir, Cortex, Loki style tenants)."""
    max_answer_bytes: int = 4_000_000
    """A longer answer is refused unread: a query without aggregation must not eat the memory."""


class SourceSettings(_Settings, frozen=True, kw_only=True):
    """One source of measurements."""

    name: str
    prometheus: PrometheusSettings


class LabelSelector(_Settings, frozen=True, kw_only=True):
    """Pods by labels, as in Kubernetes; all must match."""

    match_labels: dict[str, str]


class Objective(_Settings, frozen=True, kw_only=True):
    """What a critical class of traffic needs."""

    name: str
    source: str | None = None
    """Source that measures it; default: the only one there is."""
    selector: LabelSelector | None = None
    """The critical pods, for status and rates."""
    percentile: float = 0.95
    """The quantile of the delay that is kept below the target."""
    target: Duration = Duration(0.001)
    """Delay that the law steers to."""
    deadline: Duration | None = None
    """Delay the application needs; laws with a reflex act on it at once, and reports count it
    apart. Default: 1.5 times the target."""

    @property
    def deadline_s(self) -> float:
        """The deadline in seconds, or 1.5 targets where none is set."""
        return float(self.deadline) if self.deadline is not None else 1.5 * self.target


class LawChoice(_Settings, frozen=True, kw_only=True):
    """A law by name, with its own settings beside the name."""

    name: str = "swift"
    settings: Any = None
    """The law's own settings, already converted (not written in files)."""


class Filter(_Settings, frozen=True, kw_only=True):
    """What stands before the law: exponential smoothing and hysteresis of the delay."""

    smoothing: float | None = None
    """Weight of a new reading in the exponential mean, above 0 to 1 (1: no smoothing). Default:
    what the law brings along, else 1."""
    dead_band: float | None = None
    """Half width of the band around the target in which the law is not asked, as a share of the
    target (0.1: 10 %). Default: what the law brings along, else 0."""


class Shape(_Settings, frozen=True, kw_only=True):
    """What stands after the law: how fast and how often a limit may change."""

    dead_band_up: float = 0.03
    """A raise by less than this share is not written: each write costs (Cilium's pacer resets)."""
    dead_band_down: float = 0.01
    """A cut by less than this share is not written."""
    growth_factor: float = 1.35
    """A limit grows at most to this multiple (plus growthStep) a second."""
    growth_step: Bandwidth = Bandwidth("25M")
    """Added to the growth, so that small limits may grow at all."""
    raise_spacing: Duration = Duration(10.0)
    """Least time between two raises of one pod; cuts are never held back."""
    apply_deadline: Duration = Duration(10.0)
    """A limit not read back after this is reported as not applied."""
    order_lifetime: Duration = Duration(30.0)
    """An undelivered order older than this no longer raises a limit: its ground is gone."""


class Blindness(_Settings, frozen=True, kw_only=True):
    """What happens while no delay can be believed. A raise never does."""

    mode: Literal["ladder", "assume"] = "ladder"
    """`ladder`: hold, decay, counters, floor. `assume`: the classic fallback, which opens the gate
    while blind (unsafe)."""
    assumed_delay: Duration = Duration(0.0005)
    """The delay that `assume` assumes."""
    decay_after: Duration = Duration(10.0)
    """Blind for longer: the limit is lowered by decayPerSecond."""
    decay_per_second: float = 0.01
    """Share of the limit taken away a second while blind."""
    counters_after: Duration = Duration(60.0)
    """Blind for longer: the limit follows the counters alone, or goes to the floor without
    them."""


class Workload(_Settings, frozen=True, kw_only=True):
    """Best-effort pods that are governed together, and how."""

    name: str
    namespace: str = "default"
    selector: LabelSelector
    """The pods; in a workload's own words, its template's labels."""
    objectives: tuple[str, ...] = ()
    """Objectives to keep, by name; none: all. The smallest answer wins."""
    gate: GateKind = "pod-annotation"
    """What is set: see the gates' page."""
    deployment: str | None = None
    """Name of the Deployment, for the gate deployment-template."""
    law: LawChoice = LawChoice()
    floor: Bandwidth = Bandwidth("10M")
    """The limit never falls below; all pods together."""
    ceiling: Bandwidth = Bandwidth("1000M")
    """The limit never rises above; all pods together."""
    start: Bandwidth = Bandwidth("100M")
    """Used only where the cluster has no valid limit yet, and logged as such."""
    weight: float = 1.0
    """Share among the workloads behind one ceiling; has no effect on the other gates."""
    also_govern: tuple[str, ...] = ()
    """What is never governed unless named one by one here, as kind/name: `namespace/kube-system`,
    `daemonset/NAME`, `pod/NAME` (host network or static)."""
    filter: Filter = Filter()
    shape: Shape = Shape()
    blind: Blindness = Blindness()


class Server(_Settings, frozen=True, kw_only=True):
    """The read-only HTTP server: /livez, /readyz, /metrics and /api/v1."""

    listen: str = "127.0.0.1:9760"
    """Address and port; `0.0.0.0:9760` in a pod. Port 0: any free one."""


class Log(_Settings, frozen=True, kw_only=True):
    """What goes to standard error."""

    format: Literal["json", "text"] = "json"
    """`text` gives one line a period for people."""
    level: Literal["debug", "info", "warning", "error"] = "info"


class DecisionLog(_Settings, frozen=True, kw_only=True):
    """The decision file (JSON lines)."""

    path: str | None = None
    """Where it goes; none: no file."""
    max_bytes: int = 50_000_000
    """At this size it is renamed to PATH.1, and so on."""
    keep: int = 3
    """Renamed files that are kept."""
    complete: bool = False
    """Every record; otherwise, at steps below one second, changes and one summary a second."""


class LeaderElection(_Settings, frozen=True, kw_only=True):
    """One of several replicas acts. The times are those of Kubernetes' own components."""

    enabled: bool = False
    """Off for a single process run by hand; the manifests turn it on."""
    namespace: str = "netkeel-system"
    name: str = "netkeel-controller"
    duration: Duration = Duration(15.0)
    """Others wait this long after the last renewal they saw."""
    renew_deadline: Duration = Duration(10.0)
    """The leader stops acting when it could not renew for this long."""
    retry_period: Duration = Duration(2.0)
    """Pause between attempts."""


class KubernetesConnection(_Settings, frozen=True, kw_only=True):
    """How the API server is reached and how gently it is treated."""

    kubeconfig: str | None = None
    """File; default: $KUBECONFIG, the pod's ServiceAccount, ~/.kube/config, in this order."""
    context: str | None = None
    """Context of the kubeconfig; default: its current one."""
    timeout: Duration = Duration(5.0)
    """After this a request has failed."""
    writes_per_second: float = 5.0
    """Cap of API writes, all workloads together."""
    burst: int = 10
    """Writes that may go at once after a pause."""
    leader_election: LeaderElection = LeaderElection()


class Configuration(_Settings, frozen=True, kw_only=True):
    """One file configures one process."""

    api_version: Literal["netkeel.dev/v1alpha1"] = API_VERSION
    kind: Literal["Configuration"] = "Configuration"
    profile: Literal["default", "classic"] = "default"
    """`classic` fills in the values of the classic system, dangers included, with a warning
    each."""
    step: Duration = Duration(1.0)
    """Period of the loop."""
    min_samples: int = 30
    """Fewer single measurements than this make no quantile; fewer are pooled until they do."""
    max_lag: Duration = Duration(30.0)
    """A measurement older than this when it arrives is stale, however regularly such come."""
    sources: tuple[SourceSettings, ...]
    objectives: tuple[Objective, ...]
    workloads: tuple[Workload, ...]
    server: Server = Server()
    log: Log = Log()
    decisions: DecisionLog = DecisionLog()
    kubernetes: KubernetesConnection = KubernetesConnection()
    seed: int = 0
    """Seed of all randomness (jitter of retries); recorded with each decision."""

    def objectives_of(self, workload: Workload) -> tuple[Objective, ...]:
        """The objectives that a workload keeps: those it names, or all."""
        if not workload.objectives:
            return self.objectives
        return tuple(o for o in self.objectives if o.name in workload.objectives)
