"""`chatd admin` in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.live_server import environment

TIMEOUT = 30.0
PASSWORD = "correct horse"


def admin(
    directory: Path,
    *arguments: str,
    password: str = "",
    store: str = "sqlite:store",
    program: Sequence[str] = ("-m", "chatd"),
) -> tuple[int, str, str]:
    """Run `chatd admin`; return its exit status, output and errors.

    ``program`` are the options of Python that run chatd.
    """
    done = subprocess.run(
        [sys.executable, *program, "admin", "--store", store, *arguments],
        cwd=directory,
        env=environment(),
        input=password.encode(),
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()
