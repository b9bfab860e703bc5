"""Libraries in C that are loaded before all others, between a daemon and the system."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def why_not() -> str:
    """Return the reason for which no library can be preloaded here; empty if one can."""
    if not sys.platform.startswith("linux"):
        return "a library that is preloaded needs Linux"
    if shutil.which("cc") is None:
        return "no C compiler (cc), which a library that is preloaded needs"
    return ""


def build(source: Path, directory: Path) -> Path:
    """Compile a library into a directory; return its path, for ``LD_PRELOAD``."""
    library = directory / f"{source.stem}.so"
    command = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run([*command, "-o", library, source, "-lpthread"], check=True)
    return library
