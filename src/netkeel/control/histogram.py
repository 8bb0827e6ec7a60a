"""Quantiles from differences of cumulative buckets.

A histogram that an exporter keeps counts from its start; what happened in one step is the
difference of two polls. Counters that fall were reset, and then count from zero.

References:
    https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
"""

from __future__ import annotations

from netkeel.model.reading import Buckets


def add(one: Buckets, other: Buckets) -> Buckets:
    """The counts of two intervals together.

    Raises:
        ValueError: The histograms have different edges and cannot be added.
    """
    if one.edges_s != other.edges_s:
        raise ValueError("two histograms with different edges cannot be added")
    counts = tuple(a + b for a, b in zip(one.counts, other.counts, strict=True))
    return Buckets(one.edges_s, counts)


def quantile(buckets: Buckets, q: float) -> tuple[float, bool]:
    """The q-quantile in seconds, and whether it lies above the last edge.

    Interpolates linearly within a bucket, as Prometheus does; above the last edge the edge itself
    is returned, a lower bound.

    Raises:
        ValueError: The histogram is empty.
    """
    if buckets.total <= 0:
        raise ValueError("an empty histogram has no quantile")
    rank = q * buckets.total
    below = 0.0
    lower_s = 0.0
    for edge_s, count in zip(buckets.edges_s, buckets.counts, strict=False):
        if count > 0 and below + count >= rank:
            return lower_s + (edge_s - lower_s) * (rank - below) / count, False
        below += count
        lower_s = edge_s
    return (buckets.edges_s[-1] if buckets.edges_s else float("inf")), True


def difference(before: Buckets, after: Buckets) -> Buckets | None:
    """What happened between two polls of one *cumulative* histogram, as counts in each bucket.

    `counts` of the arguments are cumulative over edges and time. A counter that fell was reset
    and counts from zero since; histograms with different edges have no difference (None).
    """
    if before.edges_s != after.edges_s:
        return None
    pairs = list(zip(before.counts, after.counts, strict=True))
    if any(now < then for then, now in pairs):  # one process counts them all: one reset, all reset
        pairs = [(0.0, now) for _, now in pairs]
    grown = [now - then for then, now in pairs]
    within, below = [], 0.0
    for cumulative in grown:
        # Series are scraped together, but a torn scrape must not give a negative count.
        within.append(max(0.0, cumulative - below))
        below = max(below, cumulative)
    return Buckets(before.edges_s, tuple(within))
