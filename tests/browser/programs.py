"""Programs that people talk with, in processes: nc, telnet and curl."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from contextlib import contextmanager

Program = subprocess.Popen[bytes]


@contextmanager
def program(*command: str) -> Generator[Program, None, None]:
    """Start a program that reads and prints lines."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def give(running: Program, *lines: str) -> None:
    assert running.stdin is not None
    running.stdin.write("".join(f"{line}\n" for line in lines).encode())
    running.stdin.flush()


def shows(running: Program, text: str) -> str:
    """Return the first line that a program prints with a text in it."""
    assert running.stdout is not None
    for line in running.stdout:
        if text in line.decode():
            return line.decode()
    raise AssertionError(f"it ended without {text!r}")
