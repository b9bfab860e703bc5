"""The container: an image with Debian's Python, chatd and nothing else, built without a registry.

buildah builds it, as root. The Debian below is that of the machine that builds, because the
compiled libraries are for its Python; mmdebstrap makes it.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.packages.system_tree import lay_out
from tools.packages.times import source_date
from tools.packages.wheels import Wheels

RECIPE = Path(__file__).with_name("image") / "Containerfile"

BUILDAH = ("buildah", "--storage-driver", "vfs")
"""The driver of storage that also works inside a container."""

_LEFT_OUT = ("man", "doc", "locale", "info")
"""Folders of /usr/share that no program needs. Licences stay."""


def build(wheels: Wheels, into: Path) -> Path:
    """Write the image as an archive for ``podman load`` or ``docker load``, and return its path."""
    name = f"localhost/chatd:{wheels.version}"
    built = into / f"chatd-{wheels.version}-image.tar"
    with TemporaryDirectory() as folder:
        context = Path(folder)
        shutil.copy(RECIPE, context)
        lay_out(wheels, context / "files")
        _make_root(context / "rootfs.tar")
        # HEALTHCHECK is of Docker's format alone; buildah would drop it from the other.
        options = ["--isolation", "chroot", "--format", "docker", "--pull-never"]
        options += ["--timestamp", str(source_date()), "--tag", name]
        _run(*BUILDAH, "bud", *options, str(context))
        built.unlink(missing_ok=True)
        _run(*BUILDAH, "push", "--quiet", name, f"docker-archive:{built}:{name}")
    return built


def _make_root(place: Path) -> None:
    """Write the files of a Debian with Python, and without apt, pip or a compiler."""
    system = dict(
        line.split("=", 1)
        for line in Path("/etc/os-release").read_text("utf-8").splitlines()
        if line
    )
    excluded = [f"--dpkgopt=path-exclude=/usr/share/{each}/*" for each in _LEFT_OUT]
    kept = "--dpkgopt=path-include=/usr/share/doc/*/copyright"
    options = ["--quiet", "--variant=essential", "--include=python3", *excluded, kept]
    _run("mmdebstrap", *options, system["VERSION_CODENAME"], str(place))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
