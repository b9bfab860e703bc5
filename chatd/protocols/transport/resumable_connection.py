"""A connection that another process goes on with: see `chatd.daemon.handover`.

This module must not know what is read, nor what is done with it.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import ISSLTransport

from chatd.protocols.transport.handler import Handler
from chatd.protocols.transport.lifecycle import State, guarded
from chatd.protocols.transport.managed_connection import READ_BYTES, ManagedConnection
from chatd.util.state import State as HandedOver

_THERE = State.OPEN, State.HALF_CLOSED, State.DRAINING
"""The states of a client that may be sent something."""


class ResumableConnection(ManagedConnection):
    """The connection of one client, which may have begun in another process."""

    __slots__ = ()

    def speak_with(self, handler: Handler[Any]) -> None:
        """Have another handler than the first one from the start: call it before `admit`."""
        self.handler = handler

    def stand_still(self) -> None:
        """Read and handle nothing until `go_on` is called."""
        if self.lifecycle.state < State.DRAINING and not self.output.ended:
            self.reader.hold_turns()
            self.reader.pause()

    @guarded
    def go_on(self) -> None:
        """Read and handle again what this client sends."""
        lifecycle = self.lifecycle
        if not (lifecycle.departed or lifecycle.state is State.DRAINING or self.output.ended):
            if lifecycle.state is not State.LOST:
                self.reader.resume()
            self.reader.await_turn()

    def state(self) -> HandedOver | None:
        """Return what another process needs to go on with this client.

        None if that is impossible: the client has gone or is not `movable`, or something is not
        done yet that it is owed. One who is about to go has to be sent the rest.
        """
        output = self.output
        if self.lifecycle.state not in _THERE or not (output.begun and self.movable):
            return None
        if output.ended and not (self.handler.has_session and output.owes):
            return None
        handler = self.handler.state()
        if handler is None:
            return None
        return {
            "speaks": self.handler.kind(),
            "handler": handler,
            "address": self.address.state(self._clock.seconds()),
            "intake": self.reader.intake.state(),
            "output": output.state(),
        }

    @property
    def movable(self) -> bool:
        """True if another process can go on with this client, once nothing is under way.

        The connection is handed over by its socket, so TLS must not end here (it may have ended at
        a proxy, which has said by now whose connection it is).
        """
        is_plain = not ISSLTransport.providedBy(self.transport)
        return is_plain and self.address.can_move and self.handler.movable

    @guarded
    def resume(self, transport: Any, state: HandedOver) -> None:
        """Begin as `made` does with a client of another process, from a state.

        The client is sent nothing before `go_on`: the other process may have to go on.
        """
        self.transport = transport
        self.address.resume(state["address"], self._clock.seconds())
        self.factory.clients.add(self.client)
        transport.bufferSize = READ_BYTES
        self.lifecycle.advance(State.OPEN)
        self.handler.resume(self, state["handler"])
        self.reader.intake.resume(state["intake"])
        self.reader.hold_turns()
        self.reader.pause()
        self.output.resume(state["output"])

    @guarded
    def follow(self, state: HandedOver) -> None:
        """Go on with what the client follows, once all other clients are there again."""
        self.handler.follow(state["handler"])

    def let_go_on(self) -> None:
        """Send and read, after `resume`: the other process has ended."""
        if self.lifecycle.departed:
            return
        if self.output.ended:
            self.lifecycle.advance(State.DRAINING)
            self.reader.resume()  # to drop what comes: see `managed_connection`
            self.output.writer.release()
            return
        self.output.writer.release()
        if self.handler.decoder.unfinished:
            self.factory.checks.schedule(self)
        self.go_on()
