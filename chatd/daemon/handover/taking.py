"""The successor's side of a handover: it takes all that a daemon gives, and goes on with it.

The theory of operation is in `chatd.daemon.handover`. This module must not know what a state is
made of.
"""

from __future__ import annotations

import gc
import os
import socket
import time
import traceback
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, Protocol, TypeVar

from chatd import __version__
from chatd.chat.audit import AuditEvent
from chatd.chat.handing_over import begin, put_in_order, resume_server
from chatd.chat.server import ChatServer
from chatd.daemon.handover.adopting import adopt_connection
from chatd.daemon.handover.channel import Channel, Ended, Gone, Message
from chatd.daemon.handover.giving import READABLE, Schema
from chatd.daemon.handover.outcome import in_one_line
from chatd.daemon.handover.process import channel_of_successor
from chatd.daemon.handover.twistd import PidFile
from chatd.daemon.log_output import LogOutput
from chatd.daemon.os_process import WrongCall
from chatd.daemon.passed_sockets import forget_address
from chatd.protocols.transport.factory import ChatFactory, Client
from chatd.storage.contract import Store
from chatd.util.state import State

T = TypeVar("T")

TAKING_SECONDS = 30.0
"""Seconds for which a successor that is ready waits: the daemon finishes what is under way."""


class Address(Protocol):
    """A listening address: `chatd.daemon.service.Listener`."""

    @property
    def name(self) -> str: ...

    @property
    def factory(self) -> ChatFactory: ...


class Taking:
    """The part of a successor: `be_ready`, open the store, `receive`, then `adopt` and `go`.

    For the store, it is the `chatd.storage.handing_over.Predecessor`. ``descriptors`` are those of
    the store, and ``control`` is that of the control socket.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.descriptors: Sequence[int] = ()
        self.control: int | None = None
        self._ports: dict[str, list[int]] = {}
        self._order: list[str] = []
        self._store: State = {}
        self._server: State = {}
        self._adopted: list[Client] = []

    @classmethod
    def of_this_process(cls, environment: MutableMapping[str, str]) -> Taking | None:
        """Return it if this process is a successor; None for a daemon that starts by itself."""
        channel = channel_of_successor(environment)
        return None if channel is None else cls(channel)

    def be_ready(self, schema: Schema) -> None:
        """Say that this process is ready, and take the descriptors of the store. Raises `Ended`.

        ``schema`` is what this version makes of the store's files.
        """
        channel = self._channel
        channel.say(
            "ready",
            version=__version__,
            reads=[READABLE.start, READABLE.stop],
            schema=schema,
        )
        self.descriptors = self._hear("store").descriptors

    def wait_until_still(self) -> None:
        """See `chatd.storage.handing_over.Predecessor`. Raises `Ended`."""
        self._channel.say("prepared")
        gc.disable()  # there is no garbage yet, and all that is made stays: until `begin`
        self._hear("still")

    def meet(self, where: State) -> bool:
        """See `chatd.storage.handing_over.Predecessor`. Raises `Ended`."""
        self._channel.say("meet", where=where)
        return bool(self._hear("met").state["there"])

    def receive(self) -> None:
        """Say that the store is open, and take everything else. Raises `Ended`."""
        self._channel.say("opened")
        while not self._server:
            message = self._channel.hear()
            self._take(message.says, message.state, message.descriptors)

    def _hear(self, what: str) -> Message:
        self._channel.deadline = time.monotonic() + TAKING_SECONDS
        message = self._channel.hear()
        if message.says != what:
            raise Ended(f"the daemon says what this version does not know: {message.says}")
        return message

    def _take(self, says: str, state: State, descriptors: Sequence[int]) -> None:
        if says == "control":
            (self.control,) = descriptors
        elif says == "address":
            self._order.append(state["name"])
            self._ports[state["name"]] = list(descriptors)
        elif says == "store":
            self._store = state["state"]
        elif says == "server":
            self._server = state["state"]
        else:
            raise Ended(f"the daemon says what this version does not know: {says}")

    def ports_of(self, name: str) -> list[socket.socket]:
        """Take the listening sockets of an address; none if the daemon had no such address."""
        return [socket.socket(fileno=each) for each in self._ports.pop(name, ())]

    @contextmanager
    def telling_failures(self) -> Iterator[None]:
        """Context in which the daemon is told why it fails to be left; then this process ends.

        The daemon goes on, and says why. Nothing here may be closed in order: it is the daemon's.
        """
        try:
            yield
        except Gone:  # it is the daemon that has ended, or goes on
            os._exit(1)
        except WrongCall as wrong:
            self._fail(wrong.line)
        except (Ended, SystemExit) as error:
            self._fail(str(error))
        except BaseException as error:
            self._fail(_told(error))

    def told(self, do: Callable[[], T]) -> Callable[[], T]:
        """Return a function that does the same, in the context of `telling_failures`."""

        def tell() -> T:
            with self.telling_failures():
                return do()

        return tell

    def adopt(
        self, store: Store, addresses: Sequence[Address], server: ChatServer, reactor: Any
    ) -> None:
        """Go on with the store, the server and all clients, without sending or reading anything.

        Raises `Ended` if the daemon had clients at an address that there is not any more.
        """
        by_name = {address.name: address.factory for address in addresses}
        assert store.handover is not None
        store.handover.resume(self._store)
        resume_server(server, self._server)
        adopted = []
        # The daemon looks at its next clients while some are adopted.
        while (message := self._channel.hear()).says == "clients":
            name = self._order[message.state["address"]]
            factory = by_name.get(name)
            if factory is None:
                raise Ended(f"the settings have no address {name} any more, and clients are there")
            for descriptor, state in zip(message.descriptors, message.state["states"], strict=True):
                client = factory.take_over(state)
                adopt_connection(descriptor, client, reactor)
                adopted.append((client, state))
        put_in_order(server, self._server)
        for client, state in adopted:
            client.connection.follow(state)
        self._adopted = [client for client, _ in adopted]

    def go(self) -> None:
        """Say that all is adopted, and begin once the daemon has ended. Raises `Ended`."""
        self._channel.say("adopted")
        if self._channel.hear().says != "go":
            raise Ended("the daemon goes on by itself")
        self._channel.close()
        for name in tuple(self._ports):  # the settings have it no more
            for bound in self.ports_of(name):
                forget_address(bound)

    def begin(self) -> None:
        """Send to all clients, and read them."""
        for client in self._adopted:
            client.connection.let_go_on()
        self._adopted.clear()
        gc.freeze()  # see `chatd.daemon.os_process.collect_garbage_rarely`
        gc.enable()

    def _fail(self, why: str) -> NoReturn:
        with suppress(Ended):  # it has ended, or knows
            self._channel.say("failed", why=in_one_line(why))
        os._exit(1)


class Succession:
    """The last steps of a successor, whose daemon is made: see `chatd.daemon.service`."""

    event = AuditEvent.UPGRADE

    def __init__(
        self,
        taking: Taking,
        store: Store,
        addresses: Sequence[Address],
        server: ChatServer,
        pid_file: PidFile,
        log: LogOutput,
        reactor: Any,
    ) -> None:
        self._taking = taking
        self._store = store
        self._addresses = addresses
        self._server = server
        self._pid_file = pid_file
        self._log = log
        self._reactor = reactor

    def take_over(self) -> None:
        """Go on with all that the daemon had, which ends."""
        with self._taking.telling_failures():
            self._taking.adopt(self._store, self._addresses, self._server, self._reactor)
            self._taking.go()
        self._log.go_on()
        self._pid_file.take_over()

    def begin(self) -> None:
        """Send to all clients, and read them."""
        self._taking.begin()
        begin(self._server)


def _told(error: BaseException) -> str:
    """Return an unexpected error, and where it was raised, in a line."""
    *_, last = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(last.filename)}, line {last.lineno}"
    return f"{type(error).__name__}: {error} ({place})"
