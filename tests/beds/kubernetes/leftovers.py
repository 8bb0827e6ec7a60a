"""The folder of one run, and what dead runs left behind.

Servers, namespaces, links and mounts vanish with the process that made them. What a kill -9 can
leave are this folder, cgroups named after it, and, in the instant between fork and prctl, a
process. Each folder therefore records its owner by pid *and* start time, as pids are used again;
the next run clears the folders whose owner is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

from beds.kubernetes.cache import cache_folder, locked

PREFIX = "nkbed-"
OWNER = "owner.json"
CGROUPS = Path("/sys/fs/cgroup")


def make_run_folder() -> Path:
    """Clear what dead runs left, then make the folder of this one: private, short, ours."""
    base = Path(tempfile.gettempdir())
    # Under the lock no folder is without its owner's record: a sweeper would take it for dead.
    with locked(cache_folder("beds") / "lock"):
        for folder in base.glob(f"{PREFIX}*"):
            if folder.is_dir() and folder.stat().st_uid == os.getuid() and not _is_alive(folder):
                clear(folder)
        made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        me = {"pid": os.getpid(), "started": start_time(os.getpid())}
        (made / OWNER).write_text(json.dumps(me))
    return made


def log_folder(folder: Path) -> Path:
    """Make the folder of a run's logs: inside it, or beneath `NETKEEL_BED_LOGS` to outlive it."""
    kept = os.environ.get("NETKEEL_BED_LOGS")
    logs = Path(kept).absolute() / folder.name if kept else folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    return logs


def clear(folder: Path) -> None:
    """Remove all that bears this folder's name: processes, mounts, cgroups, the folder itself."""
    for pid in processes_of(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    end_s = time.monotonic() + 10.0
    while (processes_of(folder) or _remove_cgroups(folder)) and time.monotonic() < end_s:
        time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


def remains(folder: Path) -> list[str]:
    """Name all that still bears this folder's name: after `clear`, nothing does."""
    found = [f"process {pid}" for pid in processes_of(folder)]
    found += [f"cgroup {path}" for path in cgroups_of(folder)]
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    found += [f"mount {line}" for line in mounts if str(folder) in line]
    links = Path("/sys/class/net")
    found += [f"link {link.name}" for link in links.iterdir() if link.name == link_name(folder)]
    return found + ([f"folder {folder}"] if folder.exists() else [])


def link_name(folder: Path) -> str:
    """Name the one link in the host's network namespace that belongs to a run."""
    return f"nk{folder.name.removeprefix(PREFIX)}"


def processes_of(folder: Path) -> list[int]:
    """Find the processes that name this folder on their command line, this one aside."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if os.fsencode(folder) in (entry / "cmdline").read_bytes() and not _is_zombie(entry):
                found.append(int(entry.name))
    return found


def cgroups_of(folder: Path) -> list[Path]:
    """Find the cgroups named after this folder, the innermost first."""
    roots = [root for root in CGROUPS.glob(f"*/{folder.name}*") if root.is_dir()]
    return [Path(path) for root in roots for path, *_ in os.walk(root, topdown=False)]


def start_time(pid: int) -> int | None:
    """Give when a process started, in the kernel's ticks since boot; None where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The command's name, in parentheses, may hold spaces: count the fields behind it.
    return int(stat.rpartition(")")[2].split()[19])


def _is_alive(folder: Path) -> bool:
    """Whether the process that made this folder still runs."""
    try:
        owner = json.loads((folder / OWNER).read_text())
    except (OSError, ValueError):
        return False
    return bool(start_time(int(owner["pid"])) == owner["started"])


def _is_zombie(entry: Path) -> bool:
    return (entry / "stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}


def _remove_cgroups(folder: Path) -> bool:
    """Try to remove the cgroups once; True where one is still there, as its tasks are dying."""
    for path in cgroups_of(folder):
        with contextlib.suppress(OSError):
            path.rmdir()
    return bool(cgroups_of(folder))
