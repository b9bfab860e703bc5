"""A chatd that is installed: run without anything of the checkout, until it has said a line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from tests.support.live_server import LOOPBACK, PATIENCE, STOPPED, Client


def environment() -> dict[str, str]:
    """Return an environment in which nothing of the checkout is found, or measured."""
    ours = ("COVERAGE_", "PYTHON", "VIRTUAL_ENV")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


def output(
    directory: Path,
    *command: str | Path,
    variables: Mapping[str, str] = MappingProxyType({}),
    patience: float = PATIENCE,
) -> str:
    """Return the output of a program that ends by itself, in a directory."""
    ended = subprocess.run(
        command,
        cwd=directory,
        env={**environment(), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=patience,
        check=False,
    )
    return ended.stdout


@contextmanager
def _started(
    directory: Path, command: tuple[str | Path, ...], variables: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Run a daemon with its output in a pipe, and kill it if it is still there at the end."""
    daemon = subprocess.Popen(
        [*command, "--listen", LOOPBACK],
        cwd=directory,
        env={**environment(), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with daemon:
        try:
            yield daemon
        finally:
            daemon.kill()


def says_a_line(
    directory: Path, *command: str | Path, variables: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Start a daemon, say a line there, stop it, and return its log. Fails where one of it does."""
    with _started(directory, command, variables) as daemon:
        assert daemon.stdout is not None
        log = ""
        while (found := re.search(r"listening on 127\.0\.0\.1:(\d+)", log)) is None:
            line = daemon.stdout.readline()
            assert line, f"it did not start: {log}"
            log += line
        with Client(int(found[1])) as client:
            client.type("¡hola!")
            assert client.until("hola")[-1] == "<guest1> ¡hola!"
            daemon.send_signal(signal.SIGTERM)
            log += daemon.stdout.read()
        assert daemon.wait(PATIENCE) in STOPPED
    assert "Traceback" not in log
    return log
