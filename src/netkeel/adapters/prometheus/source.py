"""Prometheus as a source of delay and, where it can, of traffic rates.

Raw buckets are polled with their own time stamps and differenced here (`buckets`), so each probe
is counted by one decision; any other query is taken as a value in seconds, new at each poll.
A fault never leaves this module as an exception: it becomes a sample, beside the last good one,
and one log line when it begins, one a minute while it lasts, and one when it ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from netkeel.adapters.prometheus.buckets import Differences
from netkeel.adapters.prometheus.http import Answer, PrometheusFaultError, PrometheusHttp
from netkeel.adapters.prometheus.presets import is_raw_buckets, queries
from netkeel.model.reading import Fault, Kind, Sample
from netkeel.settings.schema import SourceSettings

_LOG_EVERY_S = 60.0


class Tell(Protocol):
    """Takes one line about the source: an event's name, and what it is about."""

    def __call__(self, event: str, /, **about: object) -> None:
        """Tell it."""
        ...


@dataclass
class _Trouble:
    """One kind's fault that lasts, and when it was told."""

    fault: Fault
    since_s: float
    told_at_s: float


@dataclass
class PrometheusSource:
    """Implements Source and Polled over one Prometheus server.

    `observe` gives, for each kind, the last good sample and, while there is one, the fault that
    keeps newer ones away: the core takes ages from the one and the reason from the other.
    """

    settings: SourceSettings
    now_s: Callable[[], float]
    tell: Tell
    _http: PrometheusHttp = field(init=False)
    _good: dict[Kind, Sample] = field(default_factory=dict)
    _faults: dict[Kind, Sample] = field(default_factory=dict)
    _troubles: dict[Kind, _Trouble] = field(default_factory=dict)
    _warned: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Resolve the preset."""
        self._http = PrometheusHttp(self.settings.prometheus)
        self._queries = queries(self.settings.prometheus)
        self._differences = Differences(self._queries.seconds_per_unit)
        if self._queries.warning:
            self.tell("preset_warning", source=self.name, warning=self._queries.warning)

    @property
    def name(self) -> str:
        """The name that the configuration gave it."""
        return self.settings.name

    def observe(self, at_s: float) -> tuple[Sample, ...]:
        """What is known now."""
        del at_s
        return (*self._good.values(), *self._faults.values())

    async def poll(self, at_s: float) -> None:
        """Ask for all kinds at once."""
        asked = {
            Kind.DELAY: self._queries.delay,
            Kind.CRITICAL_RATE: self._queries.critical_rate,
            Kind.BEST_EFFORT_RATE: self._queries.best_effort_rate,
        }
        await asyncio.gather(*(self._poll(at_s, k, q) for k, q in asked.items() if q is not None))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _poll(self, at_s: float, kind: Kind, query: str) -> None:
        raw = kind is Kind.DELAY and is_raw_buckets(query)
        try:
            if raw:
                answer = await self._http.query(f"{query}[{int(self.settings.prometheus.range)}s]")
                self._take_buckets(answer)
            else:
                answer = await self._http.query(query)
                self._take_value(kind, answer)
        except PrometheusFaultError as error:
            self._fault(at_s, kind, error)
            return
        self._recovered(at_s, kind)
        self._warn(answer)

    def _take_buckets(self, answer: Answer) -> None:
        if not answer.series:
            raise PrometheusFaultError(Fault.EMPTY, _empty(self._queries.delay))
        step = self._differences.take(answer.series)
        if step is None:
            return
        age_s = max(0.0, answer.server_now_s - step.scraped_at_s)
        self._good[Kind.DELAY] = Sample(
            self.name, Kind.DELAY, self.now_s() - age_s, buckets=step.buckets
        )

    def _take_value(self, kind: Kind, answer: Answer) -> None:
        if not answer.series:
            raise PrometheusFaultError(Fault.EMPTY, _empty(str(kind.value)))
        if len(answer.series) > 1:
            text = f"{len(answer.series)} series where one is needed: aggregate, for example sum(…)"
            raise PrometheusFaultError(Fault.AMBIGUOUS, text)
        value = _value(answer.series[0])
        if kind is Kind.DELAY:
            value *= self._queries.seconds_per_unit
        self._good[kind] = Sample(self.name, kind, self.now_s(), value=value)

    def _fault(self, at_s: float, kind: Kind, error: PrometheusFaultError) -> None:
        self._faults[kind] = Sample(self.name, kind, at_s, fault=error.fault, detail=str(error))
        known = self._troubles.get(kind)
        is_news = known is None or known.fault is not error.fault
        if not is_news and known is not None and at_s - known.told_at_s < _LOG_EVERY_S:
            return
        since_s = at_s if known is None else known.since_s
        self._troubles[kind] = _Trouble(error.fault, since_s, at_s)
        self.tell(
            "source_fault",
            source=self.name,
            kind=kind.value,
            fault=error.fault.value,
            detail=str(error),
            for_s=round(at_s - since_s, 1),
        )

    def _recovered(self, at_s: float, kind: Kind) -> None:
        self._faults.pop(kind, None)
        trouble = self._troubles.pop(kind, None)
        if trouble is not None:
            after_s = round(at_s - trouble.since_s, 1)
            self.tell("source_recovered", source=self.name, kind=kind.value, after_s=after_s)

    def _warn(self, answer: Answer) -> None:
        for warning in answer.warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                self.tell("source_warning", source=self.name, warning=warning)


def _value(series: dict[str, Any]) -> float:
    try:
        return float(series["value"][1])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        text = "the query gives no single value (a range vector or a histogram?)"
        raise PrometheusFaultError(Fault.BAD_ANSWER, text) from error


def _empty(what: str) -> str:
    return f"no series for {what}: is the exporter scraped, and the name right?"
