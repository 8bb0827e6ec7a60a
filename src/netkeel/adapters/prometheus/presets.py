"""Ready-made queries, by the name of the exporter that answers them."""

from __future__ import annotations

from dataclasses import dataclass

from netkeel.settings.schema import PrometheusSettings


@dataclass(frozen=True, slots=True)
class Queries:
    """What is asked of Prometheus; None: not measured."""

    delay: str
    critical_rate: str | None = None
    best_effort_rate: str | None = None
    seconds_per_unit: float = 1.0
    """What one unit of the delay's value is in seconds."""
    warning: str = ""


_NETKEEL_RATE = 'sum(rate(netkeel_traffic_bytes_total{{class="{0}",direction="egress"}}[15s])) * 8'

PRESETS: dict[str, Queries] = {
    "netkeel": Queries(
        delay="netkeel_probe_delay_seconds_bucket",
        critical_rate=_NETKEEL_RATE.format("critical"),
        best_effort_rate=_NETKEEL_RATE.format("best-effort"),
    ),
    "hubble": Queries(
        delay="histogram_quantile(0.95, rate(hubble_flow_latency_seconds_bucket[60s]))",
        warning="no Cilium release exports hubble_flow_latency_seconds, and a 60 s window answers "
        "one congestion up to twelve times: use the preset of what you really have",
    ),
    "smokeping": Queries(delay="smokeping_response_duration_seconds_bucket"),
    "cloudprober": Queries(
        delay="latency_bucket",
        seconds_per_unit=1e-6,
        warning="cloudprober counts in microseconds unless latency_unit says otherwise",
    ),
    "istio": Queries(
        delay='istio_request_duration_milliseconds_bucket{reporter="destination"}',
        seconds_per_unit=1e-3,
        warning="request durations include the application's own time",
    ),
    "linkerd": Queries(
        delay='response_latency_ms_bucket{direction="inbound"}',
        seconds_per_unit=1e-3,
        warning="response latencies include the application's own time",
    ),
}


def queries(settings: PrometheusSettings) -> Queries:
    """The preset's queries, with those that the settings give in their place."""
    preset = PRESETS[settings.preset] if settings.preset else Queries(settings.delay_query or "")
    own_delay = settings.delay_query is not None
    return Queries(
        delay=settings.delay_query or preset.delay,
        critical_rate=settings.critical_rate_query or preset.critical_rate,
        best_effort_rate=settings.best_effort_rate_query or preset.best_effort_rate,
        seconds_per_unit=1.0 if own_delay else preset.seconds_per_unit,
        warning="" if own_delay else preset.warning,
    )


def is_raw_buckets(query: str) -> bool:
    """Whether a query is a plain selector of `…_bucket` series, to be differenced by netkeel."""
    name, brace, rest = query.strip().partition("{")
    plain = name.strip().replace(":", "_").isidentifier() and name.strip().endswith("_bucket")
    return plain and (not brace or (rest.endswith("}") and rest.count("{") == 0))
