"""The process that listens on a TCP port, for the message that the port is taken.

Linux tells it, of processes of the same user, or to root of all. This module must not know
endpoints.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from chatd.text.escaping import visible

_LISTENING = "0A"
"""The state in /proc/net/tcp (proc_net_tcp(5) of the kernel's documents)."""


class Owner(NamedTuple):
    """A process, by its number and the name of its program."""

    process: int
    name: str


def owner_of(port: int) -> Owner | None:
    """Return the process that listens on a port, or None if it is not known."""
    with suppress(OSError):
        inodes = {f"socket:[{inode}]" for inode in _inodes(port)}
        for process in Path("/proc").glob("[0-9]*") if inodes else ():
            with suppress(OSError):
                for descriptor in os.listdir(process / "fd"):
                    if os.readlink(process / "fd" / descriptor) in inodes:
                        name = (process / "comm").read_text("utf-8", "replace").strip()
                        return Owner(int(process.name), visible(name))
    return None


def _inodes(port: int) -> set[str]:
    """Return the inodes of the sockets that listen on a port."""
    inodes = set()
    for table in Path("/proc/net/tcp"), Path("/proc/net/tcp6"):
        with suppress(OSError):
            for row in table.read_text("ascii").splitlines()[1:]:
                fields = row.split()
                local, state, inode = fields[1], fields[3], fields[9]
                if state == _LISTENING and int(local.rpartition(":")[2], 16) == port:
                    inodes.add(inode)
    return inodes
