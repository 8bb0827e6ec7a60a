"""Turns raw cumulative bucket series into what happened since the last poll.

Each exporter's histogram is kept apart by its labels, so a restart of one (its counters fall) is
seen and does not swallow the others. A histogram seen for the first time gives no difference: its
history is not news.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any

from netkeel.control.histogram import add, difference
from netkeel.model.reading import Buckets

Labels = tuple[tuple[str, str], ...]
# A histogram that vanished is forgotten after this: pods come and go for as long as we run.
_FORGOTTEN_AFTER_S = 900.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One histogram, cumulative, at the server's time of its scrape."""

    buckets: Buckets
    scraped_at_s: float


@dataclass(frozen=True, slots=True)
class Step:
    """What happened since the poll before, over all histograms."""

    buckets: Buckets
    scraped_at_s: float
    """Server's time of the newest scrape in it."""


@dataclass
class Differences:
    """Remembers each histogram's last snapshot."""

    seconds_per_unit: float = 1.0
    _last: dict[Labels, Snapshot] = field(default_factory=dict)

    def take(self, series: Iterable[dict[str, Any]]) -> Step | None:
        """Take a poll's series in; None where no histogram has a newer scrape."""
        steps = []
        for labels, new in self._snapshots(series).items():
            old = self._last.get(labels)
            if old is not None and new.scraped_at_s <= old.scraped_at_s:
                continue
            self._last[labels] = new
            grown = difference(old.buckets, new.buckets) if old is not None else None
            if grown is not None:
                steps.append(Step(grown, new.scraped_at_s))
        self._forget()
        return _together(steps)

    @property
    def newest_s(self) -> float | None:
        """Server's time of the newest scrape seen."""
        return max((s.scraped_at_s for s in self._last.values()), default=None)

    def _forget(self) -> None:
        newest_s = self.newest_s or 0.0
        old = [k for k, s in self._last.items() if newest_s - s.scraped_at_s > _FORGOTTEN_AFTER_S]
        for labels in old:
            del self._last[labels]

    def _snapshots(self, series: Iterable[dict[str, Any]]) -> dict[Labels, Snapshot]:
        edges: dict[Labels, dict[float, tuple[float, float]]] = {}
        for one in series:
            metric = one.get("metric", {})
            at_s, count = _newest(one)
            if "le" not in metric or not isfinite(count):
                continue
            labels = tuple(sorted((k, v) for k, v in metric.items() if k not in {"le", "__name__"}))
            edges.setdefault(labels, {})[_edge(metric["le"])] = (at_s, count)
        found = {labels: self._snapshot(by_edge) for labels, by_edge in edges.items()}
        return {labels: snapshot for labels, snapshot in found.items() if snapshot is not None}

    def _snapshot(self, by_edge: dict[float, tuple[float, float]]) -> Snapshot | None:
        if inf not in by_edge or len(by_edge) < 2:
            return None
        ordered = sorted(by_edge)
        # Buckets of one scrape carry one time stamp; the oldest is what all of them have reached.
        at_s = min(by_edge[edge][0] for edge in ordered)
        finite = tuple(edge * self.seconds_per_unit for edge in ordered[:-1])
        return Snapshot(Buckets(finite, tuple(by_edge[edge][1] for edge in ordered)), at_s)


def _newest(one: dict[str, Any]) -> tuple[float, float]:
    at_s, text = one["values"][-1] if "values" in one else one["value"]
    return float(at_s), float(text)


def _edge(text: str) -> float:
    return float(text.replace("+Inf", "inf"))


def _together(steps: list[Step]) -> Step | None:
    """All histograms as one. Those with other edges than the most common cannot be added."""
    if not steps:
        return None
    by_edges: dict[tuple[float, ...], list[Step]] = {}
    for step in steps:
        by_edges.setdefault(step.buckets.edges_s, []).append(step)
    alike = max(by_edges.values(), key=len)
    total = alike[0].buckets
    for step in alike[1:]:
        total = add(total, step.buckets)
    return Step(total, max(step.scraped_at_s for step in alike))
