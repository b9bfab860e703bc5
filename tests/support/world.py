"""A server under a fake clock, and its members: only the chat is real.

The store is in memory, and transports are strings. `tests.support.loopback` has a server on real
sockets in the same process, and `tests.support.live_server` has daemons in processes.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.task import Clock

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import TOKEN
from chatd.accounts.passwords import Hasher, Passwords
from chatd.chat.admin_requests import Administration
from chatd.chat.handing_over import (
    begin,
    give_back,
    put_in_order,
    release_all,
    resume_server,
    state_of_server,
)
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.help import GENERAL, SECTIONS
from chatd.event import Draft, Event, Kind, Notice
from chatd.protocols.irc.door import Door
from chatd.protocols.irc.handler import IrcProtocol
from chatd.protocols.lines.bare import BARE_LENGTH, BareProtocol
from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.limits import Admission, Limits
from chatd.rooms.room import Room
from chatd.storage.batches import Committed
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.contract import Store, StoreError
from chatd.storage.memory import MemoryStore
from chatd.storage.records import change
from chatd.storage.shared.handover import LOOK_SECONDS, state_of_position
from chatd.text.folding import fold
from chatd.util.budget_table import BUDGETS
from chatd.util.budgets import Budgets
from chatd.util.state import State, decode, encode
from tests.support.immediately import Immediately
from tests.support.memory_client import MemoryClient
from tests.support.node_clocks import NodeClocks
from tests.support.sentences import EN
from tests.support.shared_store import SharedLog, SharedMemoryStore

WELCOME = tuple(EN.notices("welcome", name="", room="", here="")[1:])
"""The lines of the welcome that are always the same."""

HELP_LINES = len(GENERAL) + len(SECTIONS) + 1
"""The number of lines of the answer to /help."""

CHEAP = Hasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes quickly, with little security."""

PASSWORD = "correct horse"
HASH = CHEAP.hash(PASSWORD)
"""The password of all accounts that tests register without another one, and its hash."""

NODES = int(os.environ.get("CHATD_TEST_NODES", "1"))
"""The number of servers of a world, on one log: people connect to each in turn."""

HANDED_OVER = bool(os.environ.get("CHATD_TEST_HANDOVER"))
"""True to have another server go on, in another process as it were, whenever a person types."""

STORES = ("chatd.storage.shared", "tests.support.shared_store")
"""The modules of stores that have nodes."""

NO_BUDGETS: Mapping[str, int] = {}

IRC_NAME = "irc.example"
"""The name of servers for IRC clients."""

HERE = IPv4Address("TCP", "127.0.0.1", 40000)
FAR = IPv4Address("TCP", "203.0.113.7", 40000)
"""Addresses of clients: this machine, from which passwords are accepted, and a network."""


class HeldStore(MemoryStore):
    """A store in memory that commits batches at once, or, while it ``holds``, when a test says so.

    ``now`` returns the time of day, in seconds since 1970; by default that of the clock.
    """

    def __init__(self, clock: Clock, now: Callable[[], float] | None = None) -> None:
        super().__init__(clock, now or clock.seconds)
        self.holds = True
        self.held: deque[tuple[Sequence[Draft | Notice], Deferred[Committed]]] = deque()

    def commit(self, batch: Sequence[Draft | Notice]) -> Deferred[Committed]:
        if not self.holds:
            return super().commit(batch)
        done: Deferred[Committed] = Deferred()
        self.held.append((batch, done))
        return done

    def release(self) -> None:
        """Commit the first batch that is held."""
        batch, done = self.held.popleft()
        super().commit(batch).chainDeferred(done)

    def fail(self, error: Exception | None = None) -> None:
        """Fail the first batch that is held."""
        _, done = self.held.popleft()
        done.errback(error or StoreError("the disk is full."))


class Node:
    """A server of a world, on a store, with the factories of its ports."""

    def __init__(
        self, world: World, store: Any, max_length: int, limits: Limits, options: Mapping[str, Any]
    ) -> None:
        self.store = store
        self.clock = getattr(store, "node_clock", world.clock)
        counted = world.budgets
        self.server = ChatServer(store, self.clock, now=world.now, budgets=counted, **options)
        admission = Admission(limits, counted)
        self.chat = ChatFactory(
            self.server, self.clock, ChatProtocol, max_length, limits=limits, admission=admission
        )
        self.bare = ChatFactory(
            self.server, self.clock, BareProtocol, BARE_LENGTH, limits, admission
        )
        self.door = self.server.beside["irc"] = Door(IRC_NAME)
        irc = partial(IrcProtocol, self.door)
        self.irc = ChatFactory(self.server, self.clock, irc, max_length, limits, admission)


class World:
    """A server on a fake clock.

    It is ``slow`` if it holds commits back until `release`, as it does whenever ``store.holds`` is
    True. A ``clock`` and a ``store`` on it may be given. ``ahead`` is how many seconds the time of
    day is ahead of the clock, because a system's time may be set. It may have several ``nodes`` on
    a ``shared_log``, which may be given as ``log``. People are at each in turn, the first one at
    the second node. ``budgets`` are limits of budgets by name, of which there are no others:
    ``{"connections.all": 1}``, say.
    """

    store: Any

    def __init__(
        self,
        *,
        slow: bool = False,
        clock: Clock | None = None,
        store: Store | None = None,
        nodes: int = NODES,
        max_length: int = 4096,
        limits: Limits = Limits(),  # noqa: B008 - a value
        budgets: Mapping[str, int] = NO_BUDGETS,
        log: SharedLog | None = None,
        **options: Any,
    ) -> None:
        self.clock = clock or (NodeClocks() if nodes > 1 and HANDED_OVER else Clock())
        self._handed_over = 0
        self._limits = {BUDGETS[name]: limit for name, limit in budgets.items()}
        self.budgets = Budgets(self.clock, self._limits)
        self.ahead = 0.0
        self.hashing = Immediately()
        options.setdefault("passwords", Passwords(self.clock, self.hashing, CHEAP))
        stores: list[Any] = [store]
        # So people are guest1, guest2 ... as they come.
        self.shared_log = SharedLog(block=1) if log is None else log
        if store is None and nodes > 1 and not slow:
            stores = [self._shared_store() for _ in range(nodes)]
        elif store is None:
            stores = [HeldStore(self.clock, self.now)]
            stores[0].holds = slow
        self._make_node = partial(Node, self, max_length=max_length, limits=limits, options=options)
        # The second node takes the first number, because the first one who comes is there.
        self.nodes = [self._make_node(each) for each in reversed(stores)][::-1]
        first = self.nodes[0]
        self.store, self.server = first.store, first.server
        self.chat, self.bare, self.irc = first.chat, first.bare, first.irc
        self.watch = ClockWatch(self.store, self.clock, self.now)
        self._people = 0
        self.clients: list[MemoryClient] = []

    def hand_over(
        self,
        node: int = 0,
        meanwhile: Callable[[], object] = list,
        change: Callable[[list[bytes]], list[bytes]] = list,
    ) -> None:
        """Have another server go on, on the same store and with all clients: see `handing_over`.

        With several nodes, the one of that number is handed over, and each needs a clock of its
        own (`NodeClocks`). ``meanwhile`` is called at each step of its store. The encoded states,
        the server's and then the clients', are what ``change`` makes of them.
        """
        old = self.nodes[node]
        before = [client for client in self.clients if client.server is old.server]
        for client in before:
            client.protocol.connection.stand_still()
        release_all(old.server, old.clock)
        self.settle()
        store = self._successor_of(old.store, meanwhile)
        give_back(old.server)
        states = [(client, client.protocol.connection.state()) for client in before]
        moved = [(client, encode(state)) for client, state in states if state is not None]
        stored = encode(_state_of(old.store))
        server, *given = change(
            [encode(state_of_server(old.server)), *(state for _, state in moved)]
        )
        moved = [(client, state) for (client, _), state in zip(moved, given, strict=True)]
        for call in tuple(old.clock.getDelayedCalls()):
            call.cancel()  # of the other process, which has ended
        self.budgets = Budgets(self.clock, self._limits)
        new = self._make_node(store)
        if store.handover is not None:
            store.handover.resume(decode(stored))
        resume_server(new.server, decode(server))
        factories = {old.chat: new.chat, old.bare: new.bare, old.irc: new.irc}
        self.nodes[node] = new
        self.clients = [client for client in self.clients if client not in before]
        self.clients += [client for client, _ in moved]
        if node == 0:
            self.store, self.server = store, new.server
            self.chat, self.bare, self.irc = new.chat, new.bare, new.irc
        resumed = []
        for client, state in moved:
            factory = factories.get(client.factory) or client.door(new)
            resumed.append((client.take_over(factory, decode(state)), decode(state)))
        put_in_order(new.server, decode(server))
        for connection, state in resumed:
            connection.follow(state)
        meanwhile()
        store.start()
        for connection, _ in resumed:
            connection.let_go_on()
        begin(new.server)
        self.settle()

    def _successor_of(self, store: Any, meanwhile: Callable[[], object]) -> Any:
        """Return the store that goes on with a node; one of a single node does so itself."""
        if not store.shared:
            return store
        store.handover.hold()
        meanwhile()
        met = [False]
        while not met[0]:
            successor = self._shared_store(store)
            meanwhile()
            where = decode(encode(state_of_position(successor.opened_at)))
            Deferred.fromCoroutine(store.handover.meet(where)).addCallback(
                partial(met.__setitem__, 0)
            )
            self.wait(2 * LOOK_SECONDS)
        return successor

    def hand_over_if_possible(self) -> None:
        """Hand over, unless something is under way for a client, or not stored yet.

        Of several nodes it is each in turn, if they have clocks of their own.
        """
        connections = [client.protocol.connection for client in self.clients]
        here = [each for each in connections if not each.lifecycle.lost]
        has_clocks = len(self.nodes) == 1 or isinstance(self.clock, NodeClocks)
        is_stored = not any(getattr(node.store, "held", ()) for node in self.nodes)
        if has_clocks and is_stored and all(each.state() is not None for each in here):
            self._handed_over += 1
            self.hand_over(self._handed_over % len(self.nodes))

    def add_node(self) -> Node:
        """Start one more node on the log."""
        self.nodes.append(self._make_node(self._shared_store()))
        return self.nodes[-1]

    def _shared_store(self, predecessor: SharedMemoryStore | None = None) -> SharedMemoryStore:
        clock = self.clock.of_a_node() if isinstance(self.clock, NodeClocks) else self.clock
        return SharedMemoryStore(
            self.shared_log, clock, self.now, self.clock.seconds, predecessor=predecessor
        )

    @property
    def servers(self) -> list[ChatServer]:
        """The servers of all nodes."""
        return [node.server for node in self.nodes]

    def like(self, **options: Any) -> World:
        """Return another world on the clock of this one."""
        return World(clock=self.clock, **options)

    def restarted(self) -> Any:
        """Return the world after a restart: no client is connected, and records are as stored."""
        if len(self.nodes) == 1:
            world = self.like(store=self.store)
        else:
            for node in self.nodes:
                node.store.crash()
                self.shared_log.reap(node.store)
            world = self.like(nodes=len(self.nodes), log=self.shared_log)
        world.ahead = self.ahead
        return world

    def now(self) -> float:
        """Return the time of day, in seconds since 1970."""
        return self.clock.seconds() + self.ahead

    def delayed_calls(self) -> list[Any]:
        """Return the calls that wait for their time, without those of shared stores, which poll."""
        return [
            call
            for call in self.clock.getDelayedCalls()
            if not type(getattr(call.func, "__self__", None)).__module__.startswith(STORES)
        ]

    def settle(self) -> None:
        """Run all that is due, and let notices go that wait for others."""
        self.clock.advance(0)
        for node in self.nodes:
            node.server.rooms.release_notices()
        self.clock.advance(0)

    def wait(self, seconds: float) -> None:
        """Let time pass, and settle."""
        self.clock.advance(seconds)
        self.settle()

    def room(self, name: str) -> Room:
        """Return an existing room."""
        return self.server.rooms[fold(name)]

    def introduce(self, room: str) -> None:
        """Have the members of a room count as told of, as if they had come long ago."""
        for server in self.servers:
            here = server.rooms[fold(room)].here
            for name in here.named:
                here.tell(name)

    def stored(self, room: str) -> list[Event]:
        """Return the events that are stored in the log of a room."""
        log = self.store._logs.get(room)
        return [] if log is None else list(log.events)

    def deeds(self, room: str) -> list[tuple[str, str]]:
        """Return the deeds that are stored in the log of a room, with their authors."""
        self.settle()
        events = self.stored(room)
        return [(event.author, event.text) for event in events if event.kind is Kind.DEED]

    def register(self, name: str, *, admin: bool = False, **settings: Any) -> None:
        """Register an account."""
        account = Account(name, HASH, admin, int(self.now()), settings)
        change(self.store, self.server.accounts.table.put(account.key, account))
        self.settle()

    def secret(self, name: str, kind: str = TOKEN, scope: str = "write") -> str:
        """Return a new secret of an account."""
        account = self.server.accounts.table[fold(name)]
        secret, puts = self.server.credentials.issue(account, kind, "t", scope)
        changed = Deferred.fromCoroutine(self.server.registrations.change_credentials(*puts))
        self.settle()
        assert changed.called
        return secret

    def person(
        self, name: str = "", *, greeted: bool = False, address: IAddress = HERE, network: str = ""
    ) -> Member:
        """Return a client of the chat port; its welcome is unseen only if ``greeted``.

        Its network is the one that is given, or else follows from its address.
        """
        person = Member(self, self.next_node().chat, address)
        if network:
            person.come_from(network)
        if name:
            person.type(f"/nick {name}")
        if not greeted:
            person.seen()
        return person

    def member(
        self,
        name: str,
        *,
        greeted: bool = False,
        network: str = "",
        admin: bool = False,
        **settings: Any,
    ) -> Member:
        """Return a client that has logged in, to an account that is registered if there is none.

        Its welcome and the answers are unseen only if ``greeted``.
        """
        if self.server.accounts.called(name) is None:
            self.register(name, admin=admin, **settings)
        person = self.person(greeted=True, network=network)
        log_in(person.server, person.session, name)
        self.settle()
        if not greeted:
            person.seen()
        return person

    def program(self) -> Member:
        """Return a client of the bare port."""
        return Member(self, self.next_node().bare)

    def next_node(self) -> Node:
        """Return the node that the next client connects to: people are at each in turn."""
        self._people += 1
        return self.nodes[self._people % len(self.nodes)]

    def release(self) -> None:
        """Commit all that a slow store was given and is given meanwhile."""
        self.settle()
        while self.store.held:
            self.store.release()
            self.settle()

    def fail(self, error: StoreError | None = None) -> None:
        """Fail the commit of what waits for a slow store."""
        self.settle()
        self.store.fail(error)
        self.settle()

    def ask_operator(self, do: str, **values: object) -> Deferred[dict[str, Any]]:
        """Send a request of `chatd admin`; wait for a slow store, and return the reply."""
        operator = Administration(self.server, self.watch)
        reply = Deferred.fromCoroutine(operator.perform({"do": do, **values}))
        self.settle()
        return reply

    def say(self, *texts: str) -> None:
        """Say lines in the lobby, by a client that comes and goes."""
        passer_by = self.person()
        passer_by.type(*texts)
        passer_by.hang_up()


def log_in(server: ChatServer, session: Session, name: str) -> None:
    """Log a session in to the account of a name, without its password."""
    server.logins.log_in(session, server.accounts.table[fold(name)])


def _state_of(store: Store) -> State | None:
    """Return the state that a successor of a store needs, if it needs any."""
    return None if store.handover is None else store.handover.state()


class Member(MemoryClient):
    """A member of the chat in a `World`, who types lines and sees lines."""

    def __init__(self, world: World, factory: ChatFactory, address: IAddress = HERE) -> None:
        super().__init__(world, factory, factory.buildProtocol(address), address)
        world.settle()

    @property
    def session(self) -> Any:
        return self.protocol.session

    def take_over(self, factory: Any, state: Any) -> Any:
        network = self.protocol.connection.handler.session.identity.network  # see `come_from`
        connection = super().take_over(factory, state)
        connection.handler.session.identity.network = network
        return connection

    def come_from(self, network: str) -> None:
        """Have another network from now on, or none."""
        identity = self.session.identity
        identity.network = network
        if identity.changed is not None:
            identity.changed()
        self.world.settle()

    def send(self, data: bytes) -> None:
        """Send bytes, and run nothing but what they cause at once."""
        self.protocol.dataReceived(data)

    def type(self, *lines: str | bytes) -> None:
        """Type lines, and run all that is due."""
        if HANDED_OVER:
            self.world.hand_over_if_possible()
        for line in lines:
            self.send((line.encode() if isinstance(line, str) else line) + b"\n")
        self.world.settle()

    def ask(self, *lines: str | bytes) -> list[str]:
        """Type lines, and return the lines that are received for them."""
        self.seen()
        self.type(*lines)
        return self.seen()

    def stop_taking(self) -> None:
        """Stop reading, so that the server's output stays in its memory."""
        self.transport.producer.pauseProducing()

    def take_again(self) -> None:
        """Read again what the server writes."""
        self.transport.producer.resumeProducing()
        self.world.settle()

    def seen(self) -> list[str]:
        """Return the lines received since the last time."""
        data = self.bytes_seen()
        assert not data or data.endswith(b"\n"), f"half a line: {data!r}"
        return data.decode().split("\n")[:-1]
