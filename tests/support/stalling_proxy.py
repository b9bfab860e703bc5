"""A proxy of TCP on loopback that can stall, cut and delay what it carries.

It runs in a thread of its own and knows no protocol.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

PIECE = 65_536
"""Most bytes that are read at once."""

PIECES_HELD = 64
"""Most pieces of one direction that are held. After that the sender is not read any more."""

PATIENCE = 10.0
"""Most seconds that a call waits for the thread."""

Pieces = asyncio.Queue[tuple[float, bytes]]


class StallingProxy:
    """A proxy from a port of its own to a ``target`` port on 127.0.0.1.

    ``delay`` is the time in seconds that each piece takes, each way.
    """

    def __init__(self, target: int, *, delay: float = 0.0) -> None:
        self.delay = delay
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._flow: dict[str, asyncio.Event] = {}
        self._carriers: set[asyncio.Task[None]] = set()
        listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = listening.getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._call(self._begin(listening))

    def stall(self, *, towards_target: bool = True, back: bool = True) -> None:
        """Carry nothing, in these directions. What comes is held, and connections stay open."""
        self._call(self._set(towards_target=not towards_target, back=not back))

    def resume(self) -> None:
        """Carry what was held, and what comes."""
        self._call(self._set(towards_target=True, back=True))

    def cut(self) -> None:
        """Reset all connections. What was held is lost, and new connections are taken."""
        self._call(self._cut())

    def close(self) -> None:
        """Cut, and take no connections any more."""
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def __enter__(self) -> StallingProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # In the thread.

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _begin(self, listening: socket.socket) -> asyncio.Server:
        self._flow = {"towards_target": asyncio.Event(), "back": asyncio.Event()}
        await self._set(towards_target=True, back=True)
        return await asyncio.start_server(self._take, sock=listening)

    async def _set(self, **flows: bool) -> None:
        for direction, flows_now in flows.items():
            event = self._flow[direction]
            event.set() if flows_now else event.clear()

    async def _cut(self) -> None:
        carriers = tuple(self._carriers)
        for carrier in carriers:
            carrier.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)

    async def _end(self) -> None:
        self._server.close()
        await self._cut()

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carrier = self._loop.create_task(self._carry(reader, writer))
        self._carriers.add(carrier)
        carrier.add_done_callback(self._carriers.discard)

    async def _carry(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        """Carry one connection until it ends on both sides, or is cut."""
        writers = [to_near]
        try:
            far, to_far = await asyncio.open_connection("127.0.0.1", self._target)
            writers.append(to_far)
            await asyncio.gather(
                self._pump(near, to_far, self._flow["towards_target"]),
                self._pump(far, to_near, self._flow["back"]),
            )
        except OSError:
            pass  # the other side is to see it, too
        finally:
            for writer in writers:
                _reset(writer)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flows: asyncio.Event
    ) -> None:
        """Carry one direction until it ends. The delays of pieces overlap."""
        pieces: Pieces = asyncio.Queue(PIECES_HELD)
        sends = self._loop.create_task(self._send(pieces, writer, flows))
        try:
            while piece := await reader.read(PIECE):
                await pieces.put((self._loop.time() + self.delay, piece))
            await pieces.put((self._loop.time() + self.delay, b""))
            await sends
        finally:
            sends.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await sends

    async def _send(
        self, pieces: Pieces, writer: asyncio.StreamWriter, flows: asyncio.Event
    ) -> None:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(due - self._loop.time())
            await flows.wait()
            if not piece:
                writer.write_eof()
                return
            writer.write(piece)
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection so that the other side sees that bytes may be lost."""
    connection = writer.get_extra_info("socket")
    with suppress(OSError):  # it is closed already
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
