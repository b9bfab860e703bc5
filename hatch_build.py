"""The build of the C extension, as a hook of hatchling: where it fails, chatd is plain Python.

A wheel with it serves each CPython from 3.10 on. An editable installation has it in the checkout,
where git ignores it. This module must not import chatd.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import sys_tags

SOURCE = "chatd/util/_fanout.c"
LIBRARY = "chatd/util/_fanout.abi3.so"


class ExtensionBuildHook(BuildHookInterface[Any]):
    """Adds the extension to a wheel, and its platform to the tag of the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the extension for a wheel, or for a checkout that is installed as it is."""
        self._directory = TemporaryDirectory()
        library = Path(self._directory.name, "library")
        reason = compile_extension(Path(self.root), library)
        if reason:
            self.app.display_warning(f"No C extension, so chatd is plain Python: {reason}")
        if version == "editable":
            put(None if reason else library, Path(self.root, LIBRARY))
        elif not reason:
            build_data["force_include"][str(library)] = LIBRARY
            build_data["pure_python"] = False
            build_data["tag"] = f"cp310-abi3-{platform()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the extension that is in the wheel by now."""
        self._directory.cleanup()


def compile_extension(root: Path, library: Path) -> str:
    """Compile the extension; return the reason in one line if that fails, else "".

    It takes CC, CFLAGS and LDFLAGS of the environment, and else the compiler that made this Python.
    """
    if sys.implementation.name != "cpython":
        return f"it needs CPython, and this is {sys.implementation.name}"
    # Such as "gcc -shared", or "clang -bundle -undefined dynamic_lookup".
    linker, *options = words(sysconfig.get_config_var("LDSHARED") or "cc -shared")
    # The places of this Python's libraries, which the extension does not use, are those of the
    # machine that builds; in a package they would be searched on every other one.
    options = [each for each in options if not each.startswith(("-L", "-Wl,-rpath"))]
    command = [
        *(words(os.environ.get("CC", "")) or [linker if shutil.which(linker) else "cc"]),
        *words(sysconfig.get_config_var("CFLAGS"), "-fPIC -g0", os.environ.get("CFLAGS")),
        *options,
        *("-I", sysconfig.get_path("include"), "-o", str(library), SOURCE),
        *words(os.environ.get("LDFLAGS")),
    ]
    try:
        ended = subprocess.run(command, cwd=root, capture_output=True, text=True, errors="replace")
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    if ended.returncode == 0:
        return ""
    said = ended.stderr.strip().splitlines() or [f"status {ended.returncode}"]
    return f"{command[0]}: " + next((line for line in said if "error" in line), said[-1])


def words(*texts: str | None) -> list[str]:
    """Return the words of commands or options as a shell would read them."""
    return [word for text in texts for word in shlex.split(text or "")]


def put(library: Path | None, place: Path) -> None:
    """Put a library in the place of an earlier one, also while that is used; None removes it."""
    if library is None:
        place.unlink(missing_ok=True)
        return
    new = place.with_name(f"{place.name}.{os.getpid()}")
    shutil.copy(library, new)
    new.replace(place)


def platform() -> str:
    """Return the platform of this Python as a tag of wheels that pip takes here."""
    tags = (tag.platform for tag in sys_tags())
    return next(tag for tag in tags if not tag.startswith(("manylinux", "musllinux")))
