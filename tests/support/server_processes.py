"""Folders, ports and processes of servers that tests start, and a way to wait for them.

This module must not know what is served.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import random
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 30.0
"""Most seconds to wait for a server to start, to stop, or to do as it was told."""

LOOK_SECONDS = 0.005
"""Seconds between two looks at a server that does something."""

PORTS = range(20_000, 32_000)
"""Ports below those that Linux gives to outgoing connections: a server that was stopped for a while
gets its own again."""

PREFIX = "chatd-servers-"
"""The beginning of the names of temporary folders."""

LOCKED_SECONDS = 60.0
"""Seconds within which a process has locked a folder that it has made."""

IN_MEMORY = Path("/dev/shm")
ROOM = 2**30
"""Bytes that have to be free in memory for servers. One that rests has 30 MB."""


@contextmanager
def temporary_folder(owner: pwd.struct_passwd | None) -> Iterator[Path]:
    """Yield a temporary folder with a short path, for a server that ``owner`` runs.

    It is in memory where there is room: PostgreSQL writes its whole data to the disk when it starts
    after a crash. What a killed process has written is as safe there.
    """
    place = IN_MEMORY if _has_room(IN_MEMORY) else Path(tempfile.gettempdir())
    _remove_left_behind(place)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _remove_left_behind(place: Path) -> None:
    """Remove the folders of processes that were killed: they no longer lock them."""
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime < LOCKED_SECONDS:
                continue  # it may be locked in a moment
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(lock)


def _has_room(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free >= ROOM
    except OSError:
        return False


def free_port() -> int:
    """Return a port of TCP on 127.0.0.1 that nothing listens at."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """Return the first of some ports in a row that nothing listens at."""
    for port in random.sample(PORTS, 100):
        with suppress(OSError):
            for each in range(port, port + count):
                socket.create_server(("127.0.0.1", each)).close()
            return port
    raise AssertionError("there are no free ports")


def wait_until(condition: Callable[[], bool], otherwise: str, seconds: float = PATIENCE) -> None:
    """Look at a condition until it is true. Fails after some seconds."""
    late = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < late, otherwise
        time.sleep(LOOK_SECONDS)


def children(number: int) -> list[int]:
    """Return the processes that a process has started, where /proc says it."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == number:
                found.append(int(path.parent.name))
    return found


def runs(number: int) -> bool:
    """Return True while a process runs; one that is only waited for does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
