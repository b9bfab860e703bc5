"""A proxy on this machine that is as slow as a mobile network.

The emulation that browsers have is not used: it delays answers and not connections, and its
treatment of WebSockets has changed from version to version. This module must not know HTTP.

A connection takes a round trip to be opened: its first bytes wait so much longer. All connections
share the rate of each direction, packet by packet. Lost packets and TCP's slow start are left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from threading import Thread
from typing import NamedTuple

PACKET = 1460
"""Bytes of data in a packet of Ethernet."""


class Speed(NamedTuple):
    """The speed of a network: seconds of a round trip, and bytes a second in each direction."""

    round_trip: float
    rate: float


class Link:
    """One direction of the network."""

    def __init__(self, speed: Speed) -> None:
        self._speed = speed
        self._free_at = 0.0

    def arrival(self, now: float, size: int) -> float:
        """Return when a packet arrives that is sent now, after those before it."""
        self._free_at = max(now, self._free_at) + size / self._speed.rate
        return self._free_at + self._speed.round_trip / 2


class Proxy:
    """Takes connections, and passes them on to a port."""

    def __init__(self, port: int, speed: Speed) -> None:
        self._port = port
        self._speed = speed
        self._up, self._down = Link(speed), Link(speed)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on one connection until both sides have ended."""
        opened_at = asyncio.get_running_loop().time() + self._speed.round_trip
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._port)
        with suppress(asyncio.CancelledError):  # at the end, which asyncio's streams would report
            await asyncio.gather(
                _carry(reader, to_server, self._up, opened_at),
                _carry(from_server, writer, self._down, opened_at),
            )
        to_server.close()
        writer.close()


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link, opened_at: float
) -> None:
    """Write what is read, each packet when it arrives, and end after the last."""
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    clock = asyncio.get_running_loop().time

    async def arrive() -> None:
        while True:
            due, packet = await under_way.get()
            await asyncio.sleep(due - clock())
            if not packet:
                with suppress(OSError):  # the other side has closed
                    writer.write_eof()
                return
            writer.write(packet)

    arriving = asyncio.create_task(arrive())
    packet = b"-"
    while packet:
        try:
            packet = await reader.read(PACKET)
        except ConnectionError:
            packet = b""
        under_way.put_nowait((link.arrival(max(clock(), opened_at), len(packet)), packet))
    await arriving


@contextmanager
def slow_network(port: int, speed: Speed) -> Generator[int, None, None]:
    """Run a proxy for a port of this machine in a thread; yield its own port."""
    began: Future[tuple[int, Callable[[], None]]] = Future()

    async def serve() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(Proxy(port, speed).connected, "127.0.0.1", 0)
        own_port = server.sockets[0].getsockname()[1]
        began.set_result((own_port, partial(loop.call_soon_threadsafe, ended.set)))
        await ended.wait()
        server.close()

    thread = Thread(target=asyncio.run, args=[serve()])
    thread.start()
    own_port, end = began.result()
    try:
        yield own_port
    finally:
        end()
        thread.join()
