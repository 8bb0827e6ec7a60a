"""Servers as processes: started, watched, hung and ended by their own pid, never by a name.

Every process of a bed dies with the process that started it. The kernel sees to that
(PR_SET_PDEATHSIG, by setpriv), so that kill -9 of a test run leaves no server behind. Trap: that
signal is sent when the *thread* that forked ends. Everything is therefore started by one thread
that lives as long as the interpreter, whichever thread asks for it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bed-starter")


class ServerError(RuntimeError):
    """A server of the bed did not start, died, or does not become ready: the tests cannot go on."""


def spawn(
    command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a command that dies with this process; its output is appended to the log.

    It gets a session of its own, so that Ctrl-C at the terminal reaches the test run alone and
    the bed is taken down in its order.
    """
    with log.open("ab") as output:
        return _STARTER.submit(
            subprocess.Popen,
            [*DIES_WITH_US, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        ).result()


def run(
    command: Sequence[str | Path],
    *,
    input: str | None = None,  # noqa: A002 - as subprocess.run names it
    timeout_s: float = 60.0,
) -> str:
    """Run a command to its end and give what it printed.

    Raises:
        ServerError: It failed or took longer than `timeout_s`; the message has its own words.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, input=input, capture_output=True, text=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ServerError(f"{' '.join(words)}: no end after {timeout_s:.0f} s") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise ServerError(f"{' '.join(words)}: exit code {done.returncode}: {said}")
    return done.stdout


def wait_until(
    condition: Callable[[], bool],
    what: str,
    *,
    deadline_s: float = 30.0,
    interval_s: float = 0.03,
    servers: Sequence[Server] = (),
) -> None:
    """Wait for a condition, and fail as soon as a server that it depends on is dead.

    Raises:
        ServerError: The deadline passed, or one of `servers` ended; with the end of their logs.
    """
    end_s = time.monotonic() + deadline_s
    while not condition():
        dead = [server for server in servers if not server.running]
        if dead or time.monotonic() > end_s:
            why = f"{dead[0].name} ended" if dead else f"not so after {deadline_s:.0f} s"
            logs = "\n".join(f"--- {server.name}\n{server.log_tail()}" for server in servers)
            raise ServerError(f"waited for {what}: {why}\n{logs}")
        time.sleep(interval_s)


class Server:
    """One server of a bed and its log; it can be stopped, started, killed and hung.

    Args:
        name: Names the log, too.
        command: The whole command line.
        log_folder: Where its output is kept, appended to over restarts.
        ready: Says whether it does its work; None where there is nothing to ask.
        inner: The command is `nsenter` into a process namespace, which forks: signals then have
            to go to its child, as nsenter forwards none.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log_folder: Path,
        *,
        ready: Callable[[], bool] | None = None,
        inner: bool = False,
    ) -> None:
        self.name = name
        self.log = log_folder / f"{name}.log"
        self._command = command
        self._ready = ready
        self._inner = inner
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it if it does not run; does not wait until it is ready."""
        if not self.running:
            self._process = spawn(self._command, self.log)

    def wait_ready(self, deadline_s: float = 60.0) -> None:
        """Wait until it does its work.

        Raises:
            ServerError: It ended or did not become ready in time; with the end of its log.
        """
        if self._ready is not None:
            wait_until(self._ready, f"{self.name} ready", deadline_s=deadline_s, servers=[self])

    def stop(self, patience_s: float = 15.0) -> None:
        """End it as its node would: TERM, and KILL where that is not heeded in time."""
        self._end(signal.SIGTERM, patience_s)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._end(signal.SIGKILL, 15.0)

    def restart(self) -> None:
        """Stop it, start it on the same addresses, and wait until it is ready."""
        self.stop()
        self.start()
        self.wait_ready()

    def hang(self) -> None:
        """Stop its execution: connections stay open and nothing answers, until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a hung server go on."""
        self._signal(signal.SIGCONT)

    @property
    def running(self) -> bool:
        """Whether the process is there; a hung one is."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The pid of the server itself, as the test process sees it.

        Raises:
            ServerError: It does not run.
        """
        if self._process is None or self._process.poll() is not None:
            raise ServerError(f"{self.name} does not run; start it first")
        outer = self._process.pid
        if not self._inner:
            return outer
        inner = child_of(outer)
        if inner is None:
            raise ServerError(f"{self.name} is not inside its node yet; see {self.log}")
        return inner

    @property
    def resident_bytes(self) -> int:
        """Memory that it holds now (RSS)."""
        fields = Path(f"/proc/{self.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def log_tail(self, lines: int = 15) -> str:
        """Give the last lines of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def _end(self, number: signal.Signals, patience_s: float) -> None:
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            with contextlib.suppress(ServerError, ProcessLookupError):
                self._signal(number)
                self._signal(signal.SIGCONT)  # a hung one would never see its TERM
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ServerError, ProcessLookupError):
                self._signal(signal.SIGKILL)
            process.kill()
            process.wait(patience_s)
        self._process = None


def child_of(pid: int) -> int | None:
    """Give the first child of a process, None where it has none (yet)."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return None
    return int(children[0]) if children else None
