"""`chatd admin` in a process of its own."""

from __future__ import annotations

from pathlib import Path

from tests.support import forks
from tests.support.live_server import environment, prepared

TIMEOUT = 30.0
PASSWORD = "correct horse"


def admin(
    directory: Path,
    *arguments: str,
    password: str = "",
    store: str = "sqlite:store",
) -> tuple[int, str, str]:
    """Run `chatd admin`; return its exit status, output and errors."""
    status, out, err = forks.run(
        prepared(),
        forks.CHATD,
        *("admin", "--store", store, *arguments),
        directory=directory,
        environment=environment(),
        given=password.encode(),
        timeout=TIMEOUT,
    )
    return status, out.decode(), err.decode()
