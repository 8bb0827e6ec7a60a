"""The cgroups beneath which a node puts its pods, one in each hierarchy of version 1.

kubelet wants its `cgroupRoot` to be there. Only version 1 is offered: it is what this bed has been
tried on, and a machine without it is told so instead of failing somewhere inside kubelet.
"""

from __future__ import annotations

from pathlib import Path

CONTROLLERS = ("blkio", "cpu", "cpuacct", "cpuset", "devices", "freezer", "memory", "pids")


def hierarchies() -> list[Path]:
    """Give the mount points of the hierarchies of version 1."""
    lines = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [Path(at) for _, at, kind, *_ in lines if kind == "cgroup"]


def missing_controllers() -> list[str]:
    """Name the controllers that no hierarchy of version 1 has here."""
    mounted = {name for path in hierarchies() for name in path.name.split(",")}
    return [name for name in CONTROLLERS if name not in mounted]


def make_root(name: str) -> None:
    """Make a cgroup in each hierarchy; an empty cpuset would let no process in."""
    for hierarchy in hierarchies():
        made = hierarchy / name
        made.mkdir(exist_ok=True)
        for setting in ("cpuset.cpus", "cpuset.mems"):
            if (made / setting).exists():
                (made / setting).write_text((hierarchy / setting).read_text())
