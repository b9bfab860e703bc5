"""The steps of the engine: a primary, a synchronous standby, and the manager that promotes it.

An append commits without waiting for a disk. A *seal* behind it ends once all that was in the log
when it began is on the standby, or at once if the server waits for none. A kill loses what is not
flushed. PostgreSQL's own promises (a batch is whole, a standby has a prefix of its primary's log)
are taken for granted. This module must not know what a node makes of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spec.append import Reply, Request, append
from spec.rules import Rules
from spec.state import Server, State, Step, Wait, disconnect, spend, with_server

Answer = Callable[[State, int, Reply], State]
"""The state after a node has an answer."""


class Engine:
    """The steps of two servers."""

    def __init__(self, rules: Rules, answer: Answer, doubt: Callable[[State, int], State]) -> None:
        """``doubt`` is the state after a node was answered with a WARNING, which it heeds."""
        self._rules = rules
        self._answer = answer
        self._doubt = doubt

    def steps(self, state: State) -> Iterator[Step]:
        """Return what the servers and their manager may do next."""
        for at in (0, 1):
            yield from self._replicate(state, at)
            yield from self._fail(state, at)
            yield from self._fail_over(state, at)
            yield from self._change_the_set(state, at)
        for wait in state.waits:
            yield from self._end_wait(state, wait)
        for request in state.requests:
            if state.servers[request.server].role == "P":
                rest = state._replace(requests=state.requests - {request})
                told = (request.server, request.id)
                yield "server {} carries out {}", told, self._carry_out(rest, request)

    # Replication and failures

    def _replicate(self, state: State, at: int) -> Iterator[Step]:
        primary, standby = state.servers[at], state.servers[1 - at]
        if (primary.role, standby.role) != ("P", "S"):
            return
        number = standby.log.number + 1
        if number <= primary.log.number:
            new = with_server(state, 1 - at, standby._replace(log=primary.log.path[number]))
            if primary.flushed < number:
                new = with_server(new, at, primary._replace(flushed=number))
            yield "the standby receives batch {}", (number,), new

    def _fail(self, state: State, at: int) -> Iterator[Step]:
        server, other = state.servers[at], state.servers[1 - at]
        if server.role == "P":
            spent = spend(state, "kill")
            if spent is not None:
                dead = with_server(spent, at, server._replace(role="D"))
                yield "the primary {} is killed", (at,), self._hang_up(dead, at)
        if server.role == "D" and server.timeline >= other.timeline:
            for number in range(server.flushed, server.log.number + 1):
                log = server.log.path[number]
                started = Server("P", server.timeline, log, number, 0, server.sync)
                new = with_server(state, at, started)
                yield "server {} starts again with {} batches", (at, number), new

    def _fail_over(self, state: State, at: int) -> Iterator[Step]:
        server, other = state.servers[at], state.servers[1 - at]
        if other.role == "S" and state.promotable:
            spent = spend(state, "promote")
            if spent is not None:
                log = other.log
                promoted = Server("P", other.timeline + 1, log, log.number, 0, sync=False)
                new = with_server(spent, 1 - at, promoted)._replace(promotable=False)
                yield "server {} is promoted", (1 - at,), new
        if other.role != "P" or server.role == "S" or server.timeline >= other.timeline:
            return
        if server.role == "P":
            dead = with_server(state, at, server._replace(role="D"))
            yield "the old primary {} is shut down", (at,), self._hang_up(dead, at)
        spent = spend(state, "rejoin")
        if spent is not None:
            log = server.log.common(other.log)
            standby = Server("S", other.timeline, log, log.number)
            new = with_server(self._hang_up(spent, at), at, standby)
            new = with_server(new, 1 - at, other._replace(sync=True))
            yield "server {} follows server {}", (at, 1 - at), new

    def _change_the_set(self, state: State, at: int) -> Iterator[Step]:
        primary, standby = state.servers[at], state.servers[1 - at]
        if (primary.role, standby.role) != ("P", "S"):
            return
        in_set = primary.sync and state.promotable
        if in_set:
            spent = spend(state, "unsync")
            if spent is not None:
                new = with_server(spent, at, primary._replace(sync=False))
                new = new._replace(promotable=not self._rules.discipline)
                yield "the standby is taken out of the set", (), new
        elif standby.log is primary.log and self._rules.discipline:
            new = with_server(state, at, primary._replace(sync=True))
            yield "the standby is in the set again", (), new._replace(promotable=True)

    def _hang_up(self, state: State, at: int) -> State:
        """Return the state after a server has lost all connections."""
        state = state._replace(
            waits=frozenset(wait for wait in state.waits if wait.server != at),
            requests=frozenset(each for each in state.requests if each.server != at),
        )
        for node, one in enumerate(state.nodes):
            if one.server == at:
                state = self._disconnect(state, node)
        return state

    def _disconnect(self, state: State, node: int) -> State:
        return disconnect(state, node, keep_read=not self._rules.drop_buffer)

    # Calls

    def _carry_out(self, state: State, request: Request) -> State:
        at = request.server
        server = state.servers[at]
        if request.item is None:
            return self._wait(state, request, server, Reply("barrier", request.id, request.number))
        log, reply = append(self._rules, server.log, request)
        if log is not server.log:
            server = server._replace(log=log)
            if self._rules.hint == "inside":
                server = server._replace(hint=log.number)
            return self._wait(with_server(state, at, server), request, server, reply)
        sealed = self._rules.seal_stored if reply.what == "stored" else self._rules.seal_no
        if sealed:
            return self._wait(state, request, server, reply)
        return self._answer(state, request.node, reply) if request.live else state

    def _wait(self, state: State, request: Request, server: Server, reply: Reply) -> State:
        """Have a seal wait. Without a client it matters only if its backend sends the hint."""
        if not request.live and (reply.what != "stored" or self._rules.hint != "pipeline"):
            return state
        node = request.node if request.live else -1
        wait = Wait(request.server, node, request.live, server.log.number, reply)
        return state._replace(waits=state.waits | {wait})

    def _end_wait(self, state: State, wait: Wait) -> Iterator[Step]:
        server, other = state.servers[wait.server], state.servers[1 - wait.server]
        told = (wait.reply.what, wait.reply.number)
        rest = state._replace(waits=state.waits - {wait})
        if not server.sync or (other.role == "S" and other.log.number >= wait.number):
            new = self._hint(rest, wait, clean=True)
            server = new.servers[wait.server]
            if server.flushed < wait.number:
                new = with_server(new, wait.server, server._replace(flushed=wait.number))
            new = self._answer(new, wait.node, wait.reply) if wait.live else new
            yield "the seal of '{} {}' ends", told, new
        spent = spend(rest, "terminate")
        if spent is not None and wait.live:
            ended = self._disconnect(spent, wait.node)
            yield "the backend that seals '{} {}' is terminated", told, ended
        spent = spend(rest, "cancel")
        if spent is not None and wait.live:
            if self._rules.heed_warning:
                new = self._doubt(self._hint(spent, wait, clean=False), wait.node)
            else:
                new = self._answer(self._hint(spent, wait, clean=True), wait.node, wait.reply)
            yield "the seal of '{} {}' is cancelled", told, new

    def _hint(self, state: State, wait: Wait, *, clean: bool) -> State:
        """Send the hint that a batch is safe. ``clean`` is False after a WARNING."""
        server = state.servers[wait.server]
        sender = self._rules.hint
        sent = sender == "pipeline" or (sender == "client" and clean and wait.live)
        if wait.reply.what != "stored" or not sent or server.hint >= wait.reply.number:
            return state
        return with_server(state, wait.server, server._replace(hint=wait.reply.number))
