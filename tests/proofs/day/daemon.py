"""A daemon on a fake clock, wired as `chatd.daemon.wiring` does, with the defaults of its options.

The clock goes from one event to the next, so a day takes as long as what happens in it. Clients
are connections in memory (`tests.proofs.day.clients`). This module must not know what they do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NamedTuple, TypeVar

from twisted.internet.defer import Deferred, FirstError
from twisted.internet.task import Clock, deferLater
from twisted.python.failure import Failure

from chatd.accounts.passwords import THREADS, Passwords
from chatd.chat.server import ChatServer
from chatd.chat.store_names import ENGLISH
from chatd.daemon.given import GivenSettings
from chatd.daemon.options import Options
from chatd.daemon.settings import Settings, settings_of
from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.transport.factory import CHECK_SECONDS, ChatFactory
from chatd.protocols.transport.limits import Admission
from chatd.protocols.web.site import factory_of, site_of
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.contract import Store
from chatd.storage.memory import MemoryStore
from chatd.util.budget_table import limits_with
from chatd.util.budgets import Budgets
from chatd.webhooks.lanes import Answer
from chatd.webhooks.registry import Rules
from chatd.webhooks.urls import Destination
from tests.proofs.day.agenda import Agenda
from tests.support.receivers import outgoing_of
from tests.support.world import CHEAP

T = TypeVar("T")

HOST = "chat.example"
"""The name by which browsers know the daemon."""

START = 1_795_939_200.0
"""The time of day at which the clock begins, in seconds since 1970: a midnight in 2026."""

HASHING_SECONDS = 0.1
"""Seconds that hashing a password takes, as `chatd.accounts.passwords.Hasher` says."""

POSTING_SECONDS = 0.05
"""Seconds in which the target of a hook answers."""


class Fault(NamedTuple):
    """A refusal that a client met, at a time in seconds of the day."""

    time: float
    who: str
    what: str

    def __str__(self) -> str:
        minutes, seconds = divmod(int(self.time), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02} {self.who}: {self.what}"


class _Threads:
    """Threads that hash passwords: each takes `HASHING_SECONDS` of the clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free_at = [0.0] * THREADS

    def start(self) -> None:
        """Do nothing: no thread is needed."""

    stop = start

    def run(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> Deferred[T]:
        """Call a function when its thread would have ended it."""
        self._free_at.sort()
        now = self._clock.seconds()
        self._free_at[0] = max(now, self._free_at[0]) + HASHING_SECONDS
        return deferLater(self._clock, self._free_at[0] - now, function, *args, **kwargs)


class _Receiver:
    """The target of all hooks and pushes: it answers challenges, and counts what else it is posted.

    ``code`` is the last one that it was sent.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.posted = 0
        self.code = ""

    async def post(self, to: Destination, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer as a target that wants a hook."""
        await deferLater(self._clock, POSTING_SECONDS)
        said = json.loads(body)
        if said["kind"] == "challenge":
            return Answer(str(said["challenge"]).encode())
        if said["kind"] == "code":
            self.code = re.findall(r"\d{6}", said["message"])[0]
        self.posted += 1
        return Answer()

    async def close(self) -> None:
        """Do nothing: there is no connection."""


def _in_memory(clock: Clock, now: Callable[[], float], settings: Settings) -> MemoryStore:
    return MemoryStore(clock, now)


class Daemon:
    """A daemon, and the faults that its clients met.

    ``store`` makes its store from a clock, a function that returns the time of day, and the
    settings; by default it is in memory. ``options`` are those of the command line.
    """

    def __init__(
        self,
        store: Callable[[Clock, Callable[[], float], Settings], Store] = _in_memory,
        options: tuple[str, ...] = (),
    ) -> None:
        self.clock = Agenda()
        self.faults: list[Fault] = []
        self.posted = 0
        """The number of lines that builds have posted."""
        parsed = Options()
        parsed.parseOptions(options)
        settings = settings_of(GivenSettings(parsed.given))
        self.store = store(self.clock, self.now, settings)
        self.server = ChatServer(
            self.store,
            self.clock,
            lobby=settings.lobby or ENGLISH.lobby,
            recent=settings.recent,
            language=settings.language,
            passwords=Passwords(self.clock, _Threads(self.clock), CHEAP),
            plaintext_passwords=settings.plaintext_passwords,
            budgets=Budgets(self.clock, limits_with(settings.budgets)),
            now=self.now,
        )
        self.server.hooks.use_rules(Rules(settings.hook_networks, tls=True))
        self.receiver = _Receiver(self.clock)
        self._watch = ClockWatch(self.store, self.clock, self.server.now)
        self._outgoing = outgoing_of(self.server, self.receiver, self.clock)
        limits, length = settings.limits, settings.max_length
        admission = Admission(limits, self.server.budgets)
        self.chat = ChatFactory(self.server, self.clock, ChatProtocol, length, limits, admission)
        site = site_of(self.server, self.clock, length, [HOST])
        self.web = factory_of(site, limits, admission)
        self.store.start()
        self._watch.start()
        self._outgoing.start()
        self._check()

    def now(self) -> float:
        """Return the time of day, in seconds since 1970."""
        return START + self.clock.seconds()

    def fault(self, who: str, what: str) -> None:
        """Take note that a client was refused."""
        self.faults.append(Fault(self.clock.seconds(), who, what))

    def pause(self, seconds: float) -> Deferred[None]:
        """Return a Deferred that fires after so many seconds."""
        return deferLater(self.clock, seconds)

    async def until(self, time: float) -> None:
        """Wait until a second of the day, if it is not over."""
        await self.pause(max(0.0, time - self.clock.seconds()))

    def begin(self, who: str, life: Coroutine[Any, Any, None]) -> None:
        """Let a client live. An error in that is a fault."""
        Deferred.fromCoroutine(life).addErrback(self._failed, who)

    def run(self, until: float) -> None:
        """Let the time go on to a second of the day."""
        self.clock.run(until)

    def stop(self) -> None:
        """Close the store."""
        self._outgoing.stop()
        Deferred.fromCoroutine(self.store.close())

    def stored_lines(self) -> int:
        """Return the number of lines in the logs of all rooms."""
        return sum(room.head for room in self.server.rooms.values())

    def _check(self) -> None:
        """Do what `chatd.daemon.service.ChatService` does every few seconds."""
        for factory in self.chat, self.web:
            factory.check()
        self.server.check()
        self._watch.check()
        self._outgoing.check()
        self.clock.callLater(CHECK_SECONDS, self._check)

    def _failed(self, failure: Failure, who: str) -> None:
        if failure.check(FirstError):
            failure = failure.value.subFailure
        self.fault(who, f"{failure.type.__name__} {failure.getErrorMessage()}: does nothing more")
