"""Container images for the bed, written from files of this machine without any tool.

In the form of `docker save`, which containerd and buildah read and write alike. Only what the bed
itself needs: the product's own image is built from its Dockerfile and imported beside these.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import re
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from beds.kubernetes.processes import run

PAUSE = "localhost/pause:1"
WORK = "localhost/work:1"
WORK_TOOLS = ("iperf3", "tc", "ip")
_FOREVER = "2147483647"
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def write_bed_images(path: Path) -> Path:
    """Write the images that the bed needs, `PAUSE` and `WORK`, into one file.

    `PAUSE` holds a sandbox open. `WORK` has a shell and busybox's commands, iperf3, tc and ip.
    Pause needs no handler: containerd ends a sandbox with KILL.
    """
    busybox = {"bin/busybox": _command("busybox")}
    pause = _Image(PAUSE, busybox, {}, ["/bin/busybox", "sleep", _FOREVER])
    applets = run([_command("busybox"), "--list"]).split()
    # busybox has a tc and an ip of its own, which would stand before the real ones on PATH.
    links = {f"bin/{name}": "busybox" for name in applets if name not in {*WORK_TOOLS, "busybox"}}
    files = {f"usr/bin/{name}": _command(name) for name in WORK_TOOLS}
    libraries = _libraries(list(files.values()))
    work = _Image(WORK, busybox | files | libraries, links, ["/bin/sh"])
    with tarfile.open(path, "w") as archive:
        manifest = [image.write(archive) for image in (pause, work)]
        _add(archive, "manifest.json", json.dumps(manifest).encode())
    return path


class _Image:
    """One image of one layer.

    Args:
        reference: Its name.
        files: Where each file of this machine goes.
        links: Symbolic links and what they point to.
        entry: The command that it starts.
    """

    def __init__(
        self,
        reference: str,
        files: Mapping[str, Path],
        links: Mapping[str, str],
        entry: Sequence[str],
    ) -> None:
        self._reference = reference
        self._files = files
        self._links = links
        self._entry = list(entry)

    def write(self, archive: tarfile.TarFile) -> dict[str, object]:
        """Add layer and configuration to an archive; give the entry of its manifest."""
        layer = self._layer()
        digest = hashlib.sha256(layer).hexdigest()
        document = {
            "architecture": _MACHINES.get(platform.machine(), platform.machine()),
            "os": "linux",
            "config": {"Entrypoint": self._entry, "Env": ["PATH=/usr/bin:/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
            "history": [{"created_by": "test bed"}],
        }
        configuration = json.dumps(document).encode()
        name = f"{hashlib.sha256(configuration).hexdigest()}.json"
        _add(archive, name, configuration)
        _add(archive, f"{digest}/layer.tar", layer)
        return {"Config": name, "RepoTags": [self._reference], "Layers": [f"{digest}/layer.tar"]}

    def _layer(self) -> bytes:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as layer:
            for name in ("tmp", "proc", "sys", "dev", "etc", "root"):
                folder = tarfile.TarInfo(name)
                folder.type, folder.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
                layer.addfile(folder)
            _add(layer, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
            for name, source in self._files.items():
                _add(layer, name, source.read_bytes(), mode=0o755)
            for name, target in self._links.items():
                link = tarfile.TarInfo(name)
                link.type, link.linkname = tarfile.SYMTYPE, target
                layer.addfile(link)
        return buffer.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    """Add a file that is the same at each run: owned by root, of no time."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))


def _command(name: str) -> Path:
    """Find a command of this machine; the commands of root may not be on a user's PATH."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        raise FileNotFoundError(f"cannot make the images: no {name} here; install it")
    return Path(found).resolve()


def _libraries(programs: Sequence[Path]) -> dict[str, Path]:
    """Find the shared libraries and the loader that programs need, each at its own path."""
    paths = re.findall(r"(/\S+\.so\S*)", run(["ldd", *programs]))
    return {path.removeprefix("/"): Path(path) for path in paths}
