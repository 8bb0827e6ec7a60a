"""The Prometheus source against a real Prometheus, and against servers that misbehave."""

from __future__ import annotations

import asyncio
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from beds.prometheus import DelayExporter, PrometheusBed
from netkeel.adapters.prometheus.source import PrometheusSource
from netkeel.control.histogram import quantile
from netkeel.model.reading import Fault, Kind, Sample
from netkeel.settings import PrometheusSettings, SourceSettings
from netkeel.settings.types import Duration

CLASSIC = "histogram_quantile(0.95, rate(netkeel_probe_delay_seconds_bucket[60s]))"


@pytest.fixture(scope="module")
def exporter() -> Iterator[DelayExporter]:
    exporter = DelayExporter()
    yield exporter
    exporter.close()


@pytest.fixture(scope="module")
def prometheus(
    exporter: DelayExporter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PrometheusBed]:
    bed = PrometheusBed(tmp_path_factory.mktemp("prometheus"), exporter.port)
    bed.start()
    yield bed
    bed.stop()


class Listener:
    """Keeps the source's log lines."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, object]]] = []

    def __call__(self, event: str, /, **about: object) -> None:
        self.lines.append((event, about))

    def count(self, event: str) -> int:
        return sum(name == event for name, _ in self.lines)


def source(
    url: str, listener: Listener | None = None, query: str | None = None
) -> PrometheusSource:
    settings = PrometheusSettings(
        url=url,
        delay_query=query or "netkeel_probe_delay_seconds_bucket",
        timeout=Duration(0.5),
        max_answer_bytes=1_000_000,
    )
    named = SourceSettings(name="s", prometheus=settings)
    return PrometheusSource(named, time.monotonic, listener or Listener())


async def fresh_delay(source: PrometheusSource, after_s: float) -> Sample:
    """Poll until a delay measured after an instant is there."""
    async with asyncio.timeout(10):
        while True:
            await source.poll(time.monotonic())
            good = [s for s in source.observe(0.0) if s.fault is None and s.kind is Kind.DELAY]
            if good and good[0].at_s > after_s:
                return good[0]
            await asyncio.sleep(0.1)


def fault_of(source: PrometheusSource) -> Fault | None:
    return next((s.fault for s in source.observe(0.0) if s.fault is not None), None)


def test_each_probe_is_counted_once_and_the_p95_is_that_of_the_step(
    prometheus: PrometheusBed, exporter: DelayExporter
) -> None:
    async def test() -> None:
        s = source(prometheus.url)
        exporter.observe(0.0003, 100)
        last_s = await settled(s)
        for delay_s, low_s, high_s in [(0.0004, 0.00025, 0.0005), (0.0032, 0.003, 0.004)]:
            exporter.observe(delay_s, 150)
            total = 0.0
            while total < 150:
                sample = await fresh_delay(s, last_s)
                last_s = sample.at_s
                assert sample.buckets is not None
                if sample.buckets.total:
                    p95_s, _ = quantile(sample.buckets, 0.95)
                    assert low_s < p95_s <= high_s
                total += sample.buckets.total
            assert total == 150
        await s.aclose()

    asyncio.run(test())


async def settled(s: PrometheusSource) -> float:
    """Poll until nothing is left to tell of what was counted before; the last sample's instant."""
    sample = await fresh_delay(s, 0.0)
    while sample.buckets is None or sample.buckets.total:
        sample = await fresh_delay(s, sample.at_s)
    return sample.at_s


def test_the_classic_query_runs_and_is_one_value(
    prometheus: PrometheusBed, exporter: DelayExporter
) -> None:
    async def test() -> None:
        s = source(prometheus.url, query=CLASSIC)
        for _ in range(4):
            exporter.observe(0.0032, 500)
            await asyncio.sleep(0.6)
        sample = await fresh_delay(s, 0.0)
        assert sample.value is not None
        assert 0.002 < sample.value <= 0.004
        await s.aclose()

    asyncio.run(test())


def test_a_hanging_and_a_stopped_server_are_faults_told_once_and_recovered(
    prometheus: PrometheusBed,
) -> None:
    async def test() -> None:
        listener = Listener()
        s = source(prometheus.url, listener)
        prometheus.hang()
        for _ in range(3):
            await s.poll(time.monotonic())
        assert fault_of(s) is Fault.TIMED_OUT
        assert listener.count("source_fault") == 1
        prometheus.go_on()
        prometheus.stop()
        await s.poll(time.monotonic())
        assert fault_of(s) is Fault.UNREACHABLE
        await asyncio.to_thread(prometheus.start)
        async with asyncio.timeout(10):
            while fault_of(s) is not None:
                await s.poll(time.monotonic())
                await asyncio.sleep(0.1)
        assert listener.count("source_fault") in {2, 3}  # unreachable, then perhaps still empty
        assert listener.count("source_recovered") == 1
        await s.aclose()

    asyncio.run(test())


def test_several_series_and_none_are_named(prometheus: PrometheusBed) -> None:
    async def test() -> None:
        several = source(prometheus.url, query="netkeel_probe_delay_seconds_bucket * 1")
        await several.poll(0.0)
        assert fault_of(several) is Fault.AMBIGUOUS
        none = source(prometheus.url, query="no_such_metric")
        await none.poll(0.0)
        assert fault_of(none) is Fault.EMPTY
        wrong = source(prometheus.url, query="sum(")
        await wrong.poll(0.0)
        assert fault_of(wrong) is Fault.BAD_QUERY
        for one in (several, none, wrong):
            await one.aclose()

    asyncio.run(test())


class _Bad(http.server.BaseHTTPRequestHandler):
    """Answers as its path's first word says."""

    mode = "html"
    authorization = ""

    def do_POST(self) -> None:  # http.server's name for it
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        type(self).authorization = self.headers.get("Authorization", "")
        status, body = {
            "html": (200, b"<html>login</html>"),
            "huge": (200, b" " * 50_000_000),
            "refused": (401, b"no"),
            "broken": (503, b"down"),
            "shape": (200, b'{"status":"success","data":{}}'),
        }[self.mode]
        try:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the client hung up, as it should on an answer that is too large

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def bad_server() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Bad)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        ("html", Fault.BAD_ANSWER),
        ("huge", Fault.TOO_LARGE),
        ("refused", Fault.REFUSED),
        ("broken", Fault.SERVER_ERROR),
        ("shape", Fault.BAD_ANSWER),
    ],
)
def test_garbage_becomes_a_fault_and_never_an_exception(
    bad_server: str, mode: str, fault: Fault
) -> None:
    async def test() -> None:
        _Bad.mode = mode
        s = source(bad_server)
        await s.poll(0.0)
        assert fault_of(s) is fault
        await s.aclose()

    asyncio.run(test())


def test_a_token_file_is_read_again_when_it_changes(bad_server: str, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first\n")
    settings = PrometheusSettings(
        url=bad_server, delay_query="x_bucket", bearer_token_file=str(token)
    )

    async def test() -> None:
        _Bad.mode = "refused"
        named = SourceSettings(name="s", prometheus=settings)
        s = PrometheusSource(named, time.monotonic, Listener())
        await s.poll(0.0)
        assert _Bad.authorization == "Bearer first"
        token.write_text("second token\n")
        await s.poll(1.0)
        assert _Bad.authorization == "Bearer second token"
        await s.aclose()

    asyncio.run(test())
