"""The connection of a conversation: made again whenever it breaks, after growing pauses.

A first connection is made before a conversation begins, and its failure is an error. A later one is
tried until it is made, or until the server turns out to be another one. Connecting blocks, so it is
done in a thread, and typing goes on. This module must not know terminals, nor what messages mean.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable
from enum import Enum
from typing import Any

from chatd.client import json_lines
from chatd.client.conversation import Conversation
from chatd.client.duplex import DuplexLink
from chatd.client.pauses import pause_after
from chatd.client.sentences import Sentence
from chatd.client.server import Connection
from chatd.client.shown import Message, escaped
from chatd.client.wire import PASSING, ClientError, UntrustedServer

LASTING = 10.0
"""Seconds after which a connection counts as one that works: pauses begin anew after it."""

QUIET = 25.0
"""Seconds without a byte of the server after which it is asked for a sign of life."""

SILENT = 30.0
"""Further seconds that it has for one."""

DOUBT = 5.0
"""Seconds until a line is sent again of which the server did not know whether it was stored."""

FAREWELL = 3.0
"""Seconds that the server has to answer the last lines before the conversation ends."""


class State(Enum):
    """The state of the connection."""

    CONNECTING = "connecting"
    OPEN = "open"
    WAITING = "waiting"


class Reconnecting:
    """The connections of a conversation, one after the other. *connect* makes one; it may block.

    ``state`` may be shown, and ``reason``, for which there is no connection. Take `conversation`
    for all else.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        conversation: Conversation,
        pause: Callable[[int], float] = pause_after,
    ) -> None:
        self.state = State.CONNECTING
        self.reason: Sentence | None = None
        self._connect = connect
        self.conversation = conversation
        self._pause = pause
        self._failures = 0
        self._has_opened = False
        self._retry_at = 0.0
        self._hurry = asyncio.Event()
        self._search: asyncio.Future[Connection] | None = None
        self._left = asyncio.Event()
        self._arrived = asyncio.Event()
        self._doubt: asyncio.TimerHandle | None = None

    @property
    def retry_in(self) -> float:
        """The seconds until the next attempt to connect."""
        return max(0.0, self._retry_at - asyncio.get_running_loop().time())

    async def run(self, connection: Connection) -> None:
        """Converse over *connection*, and over others after it, until the person leaves.

        Raises `ClientError` if there can be no other one, and if *connection* ends without a
        greeting.
        """
        while True:
            try:
                await self._converse(connection)
            finally:
                connection.link.close()
                self.conversation.lost()
            if self._left.is_set():
                return
            if not self._has_opened:
                raise ClientError(str(self.reason))
            self._search = asyncio.ensure_future(self._reconnect())
            try:
                connection = await self._search
            except asyncio.CancelledError:
                if self._left.is_set():
                    return
                raise
            finally:
                self._search = None

    def retry(self) -> None:
        """Try to connect now."""
        self._hurry.set()

    def leave(self) -> None:
        """End the conversation, once the server has answered what was sent."""
        self._left.set()
        self._arrived.set()
        if self._search is not None:
            self._search.cancel()

    async def _converse(self, connection: Connection) -> None:
        """Take messages until the connection ends, or the person leaves."""
        link, loop = connection.link, asyncio.get_running_loop()
        self._be(State.CONNECTING)
        began = loop.time()
        loop.add_reader(link, self._arrived.set)
        try:
            self.conversation.connected(lambda message: self._send(link, message), connection.doubt)
            self.reason = await self._take_all(link)
        finally:
            loop.remove_reader(link)
            loop.remove_writer(link)
            self._end_doubt()
        if self.state is State.OPEN and loop.time() - began > LASTING:
            self._failures = 0

    async def _take_all(self, link: DuplexLink) -> Sentence | None:
        """Take messages until the connection ends. Return the reason; None if the person left."""
        farewell_at = None
        loop = asyncio.get_running_loop()
        is_asked = False
        while link.is_open:
            if self._left.is_set():
                farewell_at = farewell_at or loop.time() + FAREWELL
                left = farewell_at - loop.time()
                if left <= 0 or not (self.conversation.unsent and self.conversation.chat.is_open):
                    return None
                await self._arrival(left)
            elif not await self._arrival(SILENT if is_asked else QUIET):
                if is_asked:
                    return Sentence("silent")
                is_asked = True
                self.conversation.chat.send("ping")
                continue
            is_asked = False
            for line in link.receive():
                message = json_lines.decode(line)
                if message.get("type") == "closing":
                    return self._farewell(message)
                self._take(message)
        return Sentence("closed")

    async def _arrival(self, seconds: float) -> bool:
        """Wait until bytes arrive; return False if none do within so many seconds."""
        arrived = await _set_within(self._arrived, seconds)
        self._arrived.clear()
        return arrived

    def _take(self, message: dict[str, Any]) -> None:
        try:
            self.conversation.take(escaped(message))
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ClientError(
                f"the server sent a message that this version of chatd cannot read ({error!r})."
            ) from error
        if self.conversation.chat.is_open and self.state is not State.OPEN:
            self._has_opened = True
            self.reason = None
            self._be(State.OPEN)

        if self._doubt is None and self.conversation.chat.outbox.is_in_doubt:
            self._doubt = asyncio.get_running_loop().call_later(DOUBT, self._send_again)

    def _send_again(self) -> None:
        self._end_doubt()
        self.conversation.retry()

    def _end_doubt(self) -> None:
        if self._doubt is not None:
            self._doubt.cancel()
            self._doubt = None

    def _farewell(self, message: dict[str, Any]) -> Sentence | None:
        """Return the reason of the end that a server announces; None if the person left.

        Raises `ClientError` unless the server will be there again: it does not want the client.
        """
        reason = message.get("reason")
        if reason in PASSING:
            return Sentence(reason)
        if self._left.is_set():
            return None
        raise ClientError("the server ended the session.")

    def _send(self, link: DuplexLink, message: Message) -> None:
        link.send(json.dumps(message).encode() + b"\n")
        self._flush(link)

    def _flush(self, link: DuplexLink) -> None:
        """Send what is queued, now or when the connection takes it."""
        link.flush()
        loop = asyncio.get_running_loop()
        if link.has_unsent:
            loop.add_writer(link, self._flush, link)
        else:
            loop.remove_writer(link)

    async def _reconnect(self) -> Connection:
        """Return another connection, once there is one. Raises `UntrustedServer`."""
        loop = asyncio.get_running_loop()
        while True:
            pause = self._pause(self._failures)
            self._failures += 1
            self._retry_at = loop.time() + pause
            self._be(State.WAITING)
            self._hurry.clear()
            await _set_within(self._hurry, pause)
            self._be(State.CONNECTING)
            try:
                return await _in_thread(self._connect)
            except UntrustedServer:
                raise
            except ClientError:
                continue

    def _be(self, state: State) -> None:
        self.state = state
        self.conversation.chat.view.changed()


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait until *event* is set. Return False if it was not within so many seconds.

    In Python 3.11 `asyncio.wait_for` loses a cancellation that comes together with the event.
    """
    has_expired = False

    def expire() -> None:
        nonlocal has_expired
        has_expired = not event.is_set()
        event.set()

    timer = asyncio.get_running_loop().call_later(seconds, expire)
    try:
        await event.wait()
    finally:
        timer.cancel()
    return not has_expired


def _in_thread(connect: Callable[[], Connection]) -> asyncio.Future[Connection]:
    """Connect in a thread, for which the end of the program does not wait."""
    loop = asyncio.get_running_loop()
    made: asyncio.Future[Connection] = loop.create_future()

    def done(connection: Connection) -> None:
        if made.cancelled():
            connection.link.close()
        else:
            made.set_result(connection)

    def failed(error: Exception) -> None:
        if not made.cancelled():
            made.set_exception(error)

    def work() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            try:
                connection = connect()
            except Exception as error:
                loop.call_soon_threadsafe(failed, error)
            else:
                loop.call_soon_threadsafe(done, connection)

    threading.Thread(target=work, daemon=True).start()
    return made
