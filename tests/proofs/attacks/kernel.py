"""Memory that the kernel holds for a process, and for the sockets at a port.

This module must not know chatd. The figures are those of ``/proc/PID/status`` and of ``ss -tm``.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_REQUEST_DUMP = 0x301
_DONE, _ERROR = 3, 2
_SKMEMINFO = 7
_EVERY_STATE_BUT_TIME_WAIT = 0xFFF & ~(1 << 6)
"""A mask of states. A socket in TIME_WAIT is a stub that the kernel keeps for a minute, on the side
that closed."""

_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_DIAG_MSG_BYTES = 72
_MEMORY = struct.Struct("=9I")


class Held(NamedTuple):
    """The number of sockets, and the bytes of data and bookkeeping that they hold.

    ``opened`` is the number of those that a process has open: the kernel keeps others for a while.
    """

    sockets: int
    opened: int
    memory: int


def held_at(ports: Iterable[int]) -> Held:
    """Return the memory of the IPv4 TCP sockets at local ports, also after their close.

    It is the memory that those sockets are charged: their receive queue, data that is not sent or
    not acknowledged, and reserved memory. The *other* end's receive queue is not counted: on a
    network it is on another machine.
    """
    sockets = opened = memory = 0
    for port in ports:
        for inode, (receiving, _, _, _, reserved, sending, options, backlog, _) in _dump(port):
            sockets += 1
            opened += inode > 0
            memory += receiving + sending + reserved + options + backlog
    return Held(sockets, opened, memory)


def resident(pid: int) -> int:
    """Return the bytes of a process that are in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(status.split("VmRSS:")[1].split()[0])


class Cpu(NamedTuple):
    """Seconds of the processor that a process used.

    ``Cpu`` has the seconds of all its threads, and the seconds for which the first one waited for a
    core that others had.
    """

    used: float
    waited: float


def cpu_of(pid: int) -> Cpu:
    """Return the seconds that a process has used so far."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    used = sum(int(thread.read_text().split()[0]) for thread in threads)
    waited = int(Path(f"/proc/{pid}/schedstat").read_text().split()[1])
    return Cpu(used / 1e9, waited / 1e9)


def _dump(port: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield inode and ``skmem`` of every socket at a local port, as sock_diag(7) returns them."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as netlink:
        request = struct.pack(
            "=BBBxI", socket.AF_INET, socket.IPPROTO_TCP, 1 << _SKMEMINFO - 1,
            _EVERY_STATE_BUT_TIME_WAIT,
        ) + struct.pack("!H46x", port)  # fmt: skip
        length = _HEADER.size + len(request)
        netlink.send(_HEADER.pack(length, _SOCK_DIAG_BY_FAMILY, _REQUEST_DUMP, 1, 0) + request)
        while True:
            data = netlink.recv(1 << 16)
            while data:
                length, kind, *_ = _HEADER.unpack_from(data)
                if kind == _ERROR:
                    (number,) = struct.unpack_from("=i", data, _HEADER.size)
                    raise OSError(-number, "the kernel does not tell the memory of sockets")
                if kind == _DONE:
                    return
                end = _HEADER.size + _DIAG_MSG_BYTES
                (inode,) = struct.unpack_from("=I", data, end - 4)
                for memory in _memory_of(data[end:length]):
                    yield inode, memory
                data = data[length + 3 & ~3 :]


def _memory_of(attributes: bytes) -> Iterator[tuple[int, ...]]:
    while attributes:
        length, kind = _ATTRIBUTE.unpack_from(attributes)
        if kind == _SKMEMINFO:
            yield _MEMORY.unpack_from(attributes, _ATTRIBUTE.size)
        attributes = attributes[length + 3 & ~3 :]
