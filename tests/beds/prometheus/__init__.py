"""A real Prometheus server, started by the tests on loopback, and an exporter for it to scrape."""

from __future__ import annotations

import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry, Histogram, start_http_server

from requirements import require

EDGES_S = (0.00025, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.01, 0.02)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class DelayExporter:
    """Serves one cumulative histogram, into which a test puts delays."""

    name: str = "netkeel_probe_delay_seconds"
    port: int = field(default_factory=free_port)
    _random: random.Random = field(default_factory=lambda: random.Random(0))

    def __post_init__(self) -> None:
        """Serve."""
        registry = CollectorRegistry()
        self._histogram = Histogram(self.name, "Delay.", buckets=EDGES_S, registry=registry)
        self._server, self._thread = start_http_server(self.port, "127.0.0.1", registry)

    def observe(self, delay_s: float, count: int = 200) -> None:
        """Put so many delays around a mean in."""
        for _ in range(count):
            self._histogram.observe(abs(self._random.gauss(delay_s, 0.05 * delay_s)))

    def close(self) -> None:
        """Serve no longer."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class PrometheusBed:
    """One Prometheus that scrapes one exporter every second."""

    folder: Path
    exporter_port: int
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until it answers."""
        require("prometheus", shutil.which("prometheus"), "apt-get install prometheus")
        settings = self.folder / "prometheus.yml"
        settings.write_text(
            "global: {scrape_interval: 1s, scrape_timeout: 500ms}\n"
            "scrape_configs:\n"
            "- job_name: delays\n"
            f"  static_configs: [{{targets: ['127.0.0.1:{self.exporter_port}']}}]\n"
        )
        with (self.folder / "prometheus.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={settings}",
                    f"--storage.tsdb.path={self.folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                ],
                stdout=log,
                stderr=log,
            )
        self._wait()

    def _wait(self) -> None:
        until_s = time.monotonic() + 20
        while time.monotonic() < until_s:
            try:
                with urllib.request.urlopen(f"{self.url}/-/ready", timeout=1):  # noqa: S310 - ours
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise TimeoutError((self.folder / "prometheus.log").read_text()[-1000:])

    def hang(self) -> None:
        """Stop it without ending it."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
