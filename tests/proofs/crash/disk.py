"""The shim `disk.c` from Python: its environment variables, and the calls that it records."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).with_name("disk.c")
SHIM = "disk.so"
"""The name of the built library."""


def environment(
    below: Path,
    *,
    kill: tuple[int, str] | None = None,
    counting_from: Path | None = None,
    fault: Path | None = None,
    record: Path | None = None,
) -> dict[str, str]:
    """Return the environment variables of the shim: see the head of ``disk.c``."""
    variables = {"DISK_BELOW": os.path.realpath(below)}
    if kill is not None:
        variables["DISK_KILL"] = f"{kill[0]} {kill[1]}"
    if counting_from is not None:
        variables["DISK_FROM"] = str(counting_from)
    if fault is not None:
        variables["DISK_FAULT"] = str(fault)
    if record is not None:
        variables["DISK_RECORD"] = str(record)
    return variables


class Call(NamedTuple):
    """A recorded call: see ``disk.c``."""

    kind: str
    fd: int
    offset: int
    path: str
    data: bytes


def recorded(path: Path) -> list[Call]:
    """Return the recorded calls, in the order in which they happened."""
    content = path.read_bytes()
    calls = []
    place = 0
    while place < len(content):
        end = content.index(b"\n", place)
        kind, fd, offset, length, name = content[place:end].decode().split(" ", 4)
        place = end + 1 + int(length)
        calls.append(Call(kind, int(fd), int(offset), name, content[end + 1 : place]))
    return calls
