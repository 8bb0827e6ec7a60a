"""`netkeel run`: sources, core, gates and recorders composed around one loop.

Nothing of its surroundings ends it: an API server or a Prometheus that is not there becomes a
state that log, /readyz and status name, and the loop goes on.
"""

from __future__ import annotations

import asyncio
import signal
import uuid
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from netkeel.adapters.kubernetes.client import KubernetesClient
from netkeel.adapters.kubernetes.deployment_template import DeploymentTemplateGate
from netkeel.adapters.kubernetes.errors import KubernetesError
from netkeel.adapters.kubernetes.governed import Connection
from netkeel.adapters.kubernetes.pace import WritePace
from netkeel.adapters.kubernetes.pod_annotation import PodAnnotationGate
from netkeel.adapters.kubernetes.rights import Right, missing_rights, rights_needed
from netkeel.adapters.prometheus.source import PrometheusSource
from netkeel.apps.logs import logger
from netkeel.apps.recorders import DecisionFile, LogLines, Memory, Metrics
from netkeel.apps.status import explanation, status_row
from netkeel.control.laws import laws
from netkeel.model.record import Record
from netkeel.ports import Recorder
from netkeel.runtime.clock import MonotonicClock
from netkeel.runtime.driver import Driver
from netkeel.runtime.loop import Loop, govern
from netkeel.settings import Configuration, Workload
from netkeel.web.server import Health, application, serve

_RIGHTS_EVERY_S = 5.0
_EXIT_WITHIN_S = 4.0


@dataclass
class Daemon:
    """One running process."""

    configuration: Configuration
    dry_run: bool = False
    warnings: tuple[str, ...] = ()
    """What is questionable in the configuration; told at the start."""
    log: Any = field(init=False)
    clock: MonotonicClock = field(default_factory=MonotonicClock)
    memory: Memory = field(default_factory=Memory)
    missing: list[Right] = field(default_factory=list)
    driver: Driver = field(init=False)

    def __post_init__(self) -> None:
        """Compose everything; nothing is contacted yet.

        Raises:
            EnvironmentLackError: There is no API server to be found.
        """
        c = self.configuration
        self.log = logger(c.log)
        self.registry = CollectorRegistry()
        self.client = KubernetesClient(c.kubernetes)
        pace = WritePace(
            c.kubernetes.writes_per_second, c.kubernetes.burst, self.clock.now_s, asyncio.sleep
        )
        self.connection = Connection(
            self.client, pace, self.clock.now_s, asyncio.sleep, self._tell, c.seed
        )
        self.sources = [PrometheusSource(s, self.clock.now_s, self._tell) for s in c.sources]
        self.gates = {w.name: self._gate(w) for w in c.workloads}
        loop = Loop(
            configuration=c,
            sources=self.sources,
            governed=govern(c, self.gates, laws(), self.clock.now_s()),
            recorders=self._recorders(),
            run_id=uuid.uuid4().hex[:12],
            complain=self._complain,
            dry_run=self.dry_run,
        )
        self.driver = Driver(loop, self.clock, self._complain)

    def _gate(self, workload: Workload) -> PodAnnotationGate | DeploymentTemplateGate:
        if workload.gate == "deployment-template":
            return DeploymentTemplateGate(workload, self.connection)
        return PodAnnotationGate(workload, self.connection)

    def _recorders(self) -> list[Recorder]:
        metrics = Metrics(self.registry)
        for workload in self.configuration.workloads:
            metrics.place(workload.name, workload.namespace)
        recorders: list[Recorder] = [LogLines(self.log), metrics, self.memory]
        file = self.configuration.decisions
        if file.path is not None:
            recorders.append(DecisionFile(Path(file.path), file.max_bytes, file.keep))
        return recorders

    def _tell(self, event: str, /, **about: object) -> None:
        self.log.warning(event, **about)

    def _complain(self, part: str, error: Exception) -> None:
        self.log.error("part_failed", part=part, error=f"{type(error).__name__}: {error}")

    def status(self) -> list[dict[str, Any]]:
        """A row a workload."""
        now_s = self.clock.now_s()
        return [status_row(record, now_s) for record in self.memory.last.values()]

    def explain(self, workload: str | None) -> list[dict[str, Any]]:
        """Why each limit is what it is, in words."""
        return [
            {"workload": name, "explanation": explanation(record)}
            for name, record in self.memory.last.items()
            if workload in {None, name}
        ]

    def decisions(self, workload: str | None, limit: int) -> list[Record]:
        """The last records, oldest first."""
        records = [r for r in self.memory.records if workload in {None, r.workload}]
        return records[-limit:]

    def health(self) -> Health:
        """What /livez and /readyz answer."""
        now_s, last_s = self.clock.now_s(), self.driver.last_tick_at_s
        late_s = None if last_s is None else now_s - last_s
        limit_s = 3 * float(self.configuration.step) + 10
        problems = [f"missing right: {right} ({right.reason})" for right in self.missing]
        for name, record in self.memory.last.items():
            if not record.state.is_known:
                problems.append(f"{name}: {record.state.detail}")
        if late_s is None:
            problems.append("the loop has not ticked yet")
        return Health(late_s is None or late_s <= limit_s, problems)

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.driver.stop)
        for warning in self.warnings:
            self.log.warning("configuration_warning", warning=warning)
        background = [
            asyncio.create_task(self._supervised("server", self._serve)),
            asyncio.create_task(self._supervised("rights", self._watch_rights)),
        ]
        try:
            await self.driver.run()
        finally:
            for task in background:
                task.cancel()
            await asyncio.wait(background, timeout=_EXIT_WITHIN_S)
            await self._close()
            self.log.info("stopped", left="limits as they are")

    async def _supervised(self, name: str, run: Any) -> None:  # noqa: ANN401 - a coroutine function
        while True:
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - reported, and started again
                self._complain(name, error)
            await asyncio.sleep(1.0)

    async def _serve(self) -> None:
        def listening(address: str) -> None:
            self.log.info("listening", address=address)

        app = application(self, self.registry)
        await serve(self.configuration.server.listen, app, listening)

    async def _watch_rights(self) -> None:
        """Ask for each right at start and while one is missing or refused."""
        asked: set[int] = set()
        while True:
            refused = [g.governed.missing_right for g in self.gates.values()]
            news = {id(r) for r in refused if r is not None} - asked
            if not asked or news or self.missing:
                asked |= news | {0}
                await self._ask_rights()
            await asyncio.sleep(min(_RIGHTS_EVERY_S, float(self.configuration.step)))

    async def _ask_rights(self) -> None:
        try:
            missing = await missing_rights(self.client, rights_needed(self.configuration))
        except KubernetesError as error:
            self._tell("rights_unknown", error=str(error))
            return
        if missing != self.missing:
            for right in missing:
                self.log.error("right_missing", right=str(right), reason=right.reason)
            if not missing:
                self.log.info("rights_complete")
        self.missing = missing

    async def _close(self) -> None:
        closing: list[Awaitable[None]] = [self.client.aclose()]
        closing += [source.aclose() for source in self.sources]
        await asyncio.gather(*closing, return_exceptions=True)
