"""Commands of `chatd`, each in a process of its own, forked from one that has imported chatd."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support import forks
from tests.support.live_server import HASH_CHEAPLY, environment, prepared

RUN_CHATD = f"{HASH_CHEAPLY}; {forks.CHATD}"
"""The code of a command, for `prepared`."""

TIMEOUT = 30.0
"""Seconds until a command is killed, and its test fails."""


def chatd(
    directory: Path, *arguments: str, given: bytes = b"", **variables: str
) -> tuple[int, bytes, bytes]:
    """Run a command in a directory; return its exit status, output and errors.

    ``given`` is its input, and ``variables`` are more variables of its environment. It hashes
    passwords at the least cost. It is measured with the tests.
    """
    return forks.run(
        prepared(),
        RUN_CHATD,
        *arguments,
        directory=directory,
        environment={**os.environ, **environment(), **variables},
        given=given,
        timeout=TIMEOUT,
    )


def chatd_in_text(
    directory: Path, *arguments: str, given: str = "", **variables: str
) -> tuple[int, str, str]:
    """Run a command as `chatd` does, with texts for its input, its output and its errors."""
    status, out, err = chatd(directory, *arguments, given=given.encode(), **variables)
    return status, out.decode(), err.decode()
