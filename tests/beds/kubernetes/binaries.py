"""Builds the servers of the bed once, from the module files beside this one.

Each binary is kept in the cache under a key that changes with everything it is made of, so that
a hit needs no comparison and two versions live side by side. `KUBEBUILDER_ASSETS`, the folder
that Kubernetes' own test tools use, wins where it is set for the three servers that it holds.

Run it to build all of them beforehand: `PYTHONPATH=tests python -m beds.kubernetes.binaries`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from beds.kubernetes.cache import cache_folder, locked
from beds.kubernetes.golang import Go, NoGoError, find_go, go_environment

KUBERNETES_VERSION = "1.36.2"
BUILD_FOLDER = Path(__file__).parent / "build"
IN_KUBEBUILDER_ASSETS = frozenset({"etcd", "kube-apiserver", "kubectl"})


class BuildError(RuntimeError):
    """A server could not be compiled: the beds that need it cannot run."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one binary is made of: the folder of its module files, its package, linker flags."""

    folder: Path
    package: str
    linker_flags: str

    def key(self, go: Go) -> str:
        """Name the content that this recipe yields: equal keys, equal binaries."""
        digest = hashlib.sha256()
        sources = sorted(p for p in self.folder.iterdir() if p.name in _SOURCES)
        for part in (go.version, self.package, self.linker_flags):
            digest.update(part.encode() + b"\0")
        for source in sources:
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
        return digest.hexdigest()[:16]


_SOURCES = frozenset({"go.mod", "go.sum", "main.go"})


def _kubernetes(command: str) -> Recipe:
    """Describe a command of Kubernetes; the version goes in by hand, as its own build does it."""
    major, minor, _ = KUBERNETES_VERSION.split(".")
    version = "k8s.io/component-base/version"
    stamps = {"gitVersion": f"v{KUBERNETES_VERSION}", "gitMajor": major, "gitMinor": minor}
    flags = " ".join(f"-X {version}.{name}={value}" for name, value in stamps.items())
    return Recipe(BUILD_FOLDER / "kubernetes", f"k8s.io/kubernetes/cmd/{command}", f"-s -w {flags}")


RECIPES = {
    "etcd": Recipe(BUILD_FOLDER / "etcd", ".", "-s -w"),
    "kube-apiserver": _kubernetes("kube-apiserver"),
    "kubectl": _kubernetes("kubectl"),
    "kube-controller-manager": _kubernetes("kube-controller-manager"),
    "kube-scheduler": _kubernetes("kube-scheduler"),
    "kubelet": _kubernetes("kubelet"),
}


def provide(names: Iterable[str] = tuple(RECIPES)) -> dict[str, Path]:
    """Give the path of each binary, building those that the cache does not hold yet.

    Cold, all of them take about 4 minutes on two cores; with Go's own cache warm, seconds.

    Raises:
        BuildError: One could not be built, or `KUBEBUILDER_ASSETS` lacks it.
        NoGoError: There is no Go and none could be installed.
    """
    wanted = list(names)
    found = {name: path for name in wanted if (path := _from_assets(name)) is not None}
    to_look_up = [name for name in wanted if name not in found]
    if to_look_up:
        go = find_go()
        found |= {name: _cached(name, RECIPES[name], go) for name in to_look_up}
    return found


def _from_assets(name: str) -> Path | None:
    """Look a binary up in `KUBEBUILDER_ASSETS`, where that is set and can hold it."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if not assets or name not in IN_KUBEBUILDER_ASSETS:
        return None
    path = Path(assets) / name
    if not os.access(path, os.X_OK):
        raise BuildError(
            f"cannot use {path}: no such command in KUBEBUILDER_ASSETS; "
            "unset it to have the bed build its own"
        )
    return path


def _cached(name: str, recipe: Recipe, go: Go) -> Path:
    """Give a binary from the cache; one process builds it, any other waits for that one."""
    home = cache_folder("kubernetes")
    target = home / f"{name}-{recipe.key(go)}" / name
    if not target.exists():
        with locked(home / "lock"):
            if not target.exists():
                _build(name, recipe, go, target)
    return target


def _build(name: str, recipe: Recipe, go: Go, target: Path) -> None:
    """Compile beside the target and move it there, so that a half one is never run."""
    print(f"building {name} with {go.version} ...", end=" ", file=sys.stderr, flush=True)
    started_s = time.monotonic()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        made = Path(scratch) / name
        # -mod=readonly: a build never edits the committed module files. -buildvcs=false: no
        # stamp, and no failure either where git does not trust the owner of the clone.
        flags = ["-trimpath", "-mod=readonly", "-buildvcs=false", "-ldflags", recipe.linker_flags]
        run = subprocess.run(
            [go.command, "build", *flags, "-o", made, recipe.package],
            cwd=recipe.folder,
            env=go_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode != 0:
            print("failed", file=sys.stderr, flush=True)
            raise BuildError(
                f"cannot build {name} in {recipe.folder}: {run.stderr.strip()[-1500:]}; "
                "a module that cannot be had means that GOPROXY names no reachable proxy"
            )
        made.rename(target)
    print(f"{time.monotonic() - started_s:.0f} s", file=sys.stderr, flush=True)


def main() -> int:
    """Build everything; say in one line what went wrong if something did."""
    try:
        paths = provide()
    except (BuildError, NoGoError) as error:
        print(error, file=sys.stderr)
        return 1
    for path in paths.values():
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
