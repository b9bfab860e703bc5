"""The settings of a store that several daemons share.

This module must not know which engine there is, nor where a value was given.
"""

from __future__ import annotations

import enum
import re
import socket
from typing import NamedTuple

NODE_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", re.ASCII)
"""The names of nodes: engines show them in lists of sessions, some of them only in ASCII."""

DEFAULT_GIVE_UP = 15
"""Seconds. A failover of Patroni, with its default settings, may take longer; a person who waits
for a line does not wait so long."""


class Durability(enum.Enum):
    """The copies of what an engine has acknowledged, as far as the operator vouches for them."""

    REPLICATED = "replicated"
    """On the disks of two servers: the engine itself shows that."""

    MANAGED = "managed"
    """In a service that has copies in its own way, which the engine does not show."""

    ONE_DISK = "one-disk"
    """On one disk."""


class SharedSettings(NamedTuple):
    """The settings of a daemon on a shared store.

    ``node`` is its name among the others; None for that of the machine. ``give_up`` are the seconds
    after which an author is told that it is not known whether a line was saved. Without ``hints``
    a node asks for new lines by itself, and does not listen to what other nodes tell.
    """

    node: str | None = None
    durability: Durability = Durability.REPLICATED
    give_up: int = DEFAULT_GIVE_UP
    hints: bool = True


def default_node() -> str | None:
    """Return the name of this machine as that of a node; None if it cannot be one."""
    name = socket.gethostname().partition(".")[0]
    return name if NODE_NAME.fullmatch(name) else None
