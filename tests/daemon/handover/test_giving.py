"""The daemon's side of a handover, with successors that are a few lines in processes of their own.

The reactor is none: a test waits for what the successor says.
"""

from __future__ import annotations

import select
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chatd.daemon.handover import giving, store
from chatd.daemon.handover.giving import STATES, Given, Handover, Schema
from chatd.daemon.handover.outcome import BUSY, OVER_TLS, CannotUpgrade, Outcome
from chatd.daemon.handover.process import Start
from chatd.daemon.handover.standing import GOODBYE_SECONDS, SETTLE_SECONDS
from chatd.daemon.handover.store import GivenStore
from chatd.protocols.transport.handler import Goodbye
from tests.support.live_server import PATIENCE, environment
from tests.support.world import World

STEPS = ["ready", "store", "prepared", "still", "opened", "all", "adopted"]
"""The steps of a successor until it is told to go, by what it says or hears."""

SUCCESSOR = """\
import os, signal, sys
from chatd.daemon.handover.process import channel_of_successor

channel = channel_of_successor(os.environ)
end, at, reads, schema = int(sys.argv[1]), sys.argv[2], eval(sys.argv[3]), eval(sys.argv[4])

def step(name):
    if name == at:
        os.kill(os.getpid(), end)

step("ready")
channel.say("ready", version="9.0", reads=reads, schema=schema)
step("store")
channel.hear()
step("prepared")
channel.say("prepared")
step("still")
channel.hear()
step("opened")
channel.say("opened")
while channel.hear().says != "all":
    step("all")
step("adopted")
if at == "failed":
    channel.say("failed", why="ValueError: no (wiring.py, line 3)")
channel.say("adopted")
assert channel.hear().says == "go"
"""
"""A successor that is ended by a signal at a step."""


class Loop(Clock):
    """A reactor that reads what a test waits for, and whose time the test sets."""

    def __init__(self) -> None:
        super().__init__()
        self._readers: set[Any] = set()

    def addReader(self, reader: IReadDescriptor) -> None:
        self._readers.add(reader)

    def removeReader(self, reader: IReadDescriptor) -> None:
        self._readers.discard(reader)

    def turn(self) -> None:
        """Wait until something can be read, and have it read."""
        assert self._readers, "nothing is waited for"
        ready, _, _ = select.select(self._readers, [], [], PATIENCE)
        assert ready, "nothing came"
        for each in ready:
            each.doRead()


class Ended(BaseException):
    """The process would end now."""


class FakeStanding:
    """Stands still at once, and counts how often it went on. It has told one client to go."""

    def __init__(self) -> None:
        self.stands = False
        self.went_on = 0

    async def begin(self) -> int:
        self.stands = True
        return 1

    def go_on(self) -> None:
        self.went_on += self.stands
        self.stands = False


class Scene:
    """A daemon that gives a server to a program."""

    def __init__(self, folder: Path) -> None:
        self.loop = Loop()
        self.standing: Any = FakeStanding()
        self.folder = folder
        self.schema = Schema(7, 7)
        self.store = SimpleNamespace(
            handover=SimpleNamespace(descriptors=(), state=dict, is_unchanged=True)
        )
        self.outcomes: list[Outcome] = []
        self.ended: list[int] = []
        self.addresses: list[Any] = []
        self._server = World(nodes=1).server

    def handover(
        self, program: str = SUCCESSOR, *arguments: object, python: str = sys.executable
    ) -> Handover:
        """Return the handover to a program with these arguments."""
        start = Start(
            [python, "-c", program, *map(str, arguments)], str(self.folder), environment()
        )

        def end(number: int) -> NoReturn:
            self.ended.append(number)
            raise Ended

        store: Any = self.store
        return Handover(
            lambda: Given(self.addresses, self._server, store, self.schema, None),
            self.standing,
            start,
            self.loop,
            end,
        )

    def why_not(self, handover: Handover) -> str:
        """Hand over, which fails; return the reason, once all is as it was."""
        with pytest.raises(CannotUpgrade) as refused:
            self.wait_for(Deferred.fromCoroutine(handover.begin(self.outcomes.append)))
        assert not self.standing.stands
        assert not self.ended
        return str(refused.value)

    def wait_for(self, done: Deferred[Any]) -> Any:
        """Return what became of it."""
        outcome: list[Any] = []
        done.addBoth(outcome.append)
        while not outcome:
            self.loop.turn()
        if isinstance(outcome[0], Failure):
            outcome[0].raiseException()
        return outcome[0]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


READS = (1, STATES + 1)
SCHEMA = (7, 7)
"""The states that this version reads, and the version that it makes of a store."""


def test_a_successor_that_has_everything_is_told_to_go(scene: Scene) -> None:
    handover = scene.handover(SUCCESSOR, 0, "", READS, SCHEMA)
    with pytest.raises(Ended):
        scene.wait_for(Deferred.fromCoroutine(handover.begin(scene.outcomes.append)))
    ((number, version, stayed, left, seconds),) = scene.outcomes
    assert scene.ended == [number]
    assert (version, stayed, sum(left.values())) == ("9.0", 0, 1)
    assert 0 < seconds < PATIENCE
    assert not scene.standing.went_on


class FakeConnection(SimpleNamespace):
    """A connection that has gone but for what it is told."""

    def __init__(self, *, movable: bool, busy: bool) -> None:
        super().__init__(transport=None, movable=movable, handler=SimpleNamespace(busy=busy))
        self.goodbyes: list[Goodbye] = []

    def say_goodbye(self, goodbye: Goodbye) -> None:
        self.goodbyes.append(goodbye)


def test_who_is_in_the_middle_of_something_is_counted_and_told(scene: Scene) -> None:
    busy = FakeConnection(movable=True, busy=True)
    told_before, going = (
        FakeConnection(movable=False, busy=True),
        FakeConnection(movable=True, busy=False),
    )
    clients = [SimpleNamespace(connection=each) for each in (told_before, busy, going)]
    factory = SimpleNamespace(ports=[], clients=clients)
    scene.addresses = [SimpleNamespace(name="x", factory=factory)]
    handover = scene.handover(SUCCESSOR, 0, "", READS, SCHEMA)
    with pytest.raises(Ended):
        scene.wait_for(Deferred.fromCoroutine(handover.begin(scene.outcomes.append)))
    (outcome,) = scene.outcomes
    assert outcome.left == {OVER_TLS: 1, BUSY: 1}
    goodbyes = [each.goodbyes for each in (told_before, busy, going)]
    assert goodbyes == [[], [Goodbye.UPGRADING], []]


@pytest.mark.parametrize("at", STEPS)
def test_one_that_is_killed_at_a_step_leaves_the_daemon_at_work(scene: Scene, at: str) -> None:
    why = scene.why_not(scene.handover(SUCCESSOR, int(signal.SIGKILL), at, READS, SCHEMA))
    assert why == "the new version fails: it was ended by SIGKILL."
    assert scene.standing.went_on == (at not in STEPS[:3])


@pytest.mark.parametrize("at", ["opened", "adopted"])
def test_one_that_is_stopped_is_killed_in_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    monkeypatch.setattr(giving, "GIVING_SECONDS", 0.2)
    handover = scene.handover(SUCCESSOR, int(signal.SIGSTOP), at, READS, SCHEMA)
    if at == "opened":
        done = Deferred.fromCoroutine(handover.begin())
        while not scene.standing.stands:
            scene.loop.turn()
        scene.loop.advance(store.OPENING_SECONDS)
        with pytest.raises(CannotUpgrade, match="not open after"):
            scene.wait_for(done)
    else:
        assert scene.why_not(handover) == "the new version fails: it takes too long."
    assert scene.standing.went_on == 1


def test_the_daemon_works_while_one_starts_and_ends_one_that_takes_too_long(scene: Scene) -> None:
    handover = scene.handover("import signal; signal.pause()")
    done = Deferred.fromCoroutine(handover.begin())
    scene.loop.advance(giving.READY_SECONDS - 1)
    assert not done.called
    scene.loop.advance(1)
    with pytest.raises(CannotUpgrade, match="not ready after 30 s"):
        scene.wait_for(done)
    assert not scene.standing.went_on


def test_the_time_without_service_is_bounded() -> None:
    longest = max(giving.GIVING_SECONDS, store.OPENING_SECONDS)
    assert longest + SETTLE_SECONDS + GOODBYE_SECONDS <= 2.0


def test_one_that_fails_says_why(scene: Scene) -> None:
    why = scene.why_not(scene.handover(SUCCESSOR, 0, "failed", READS, SCHEMA))
    assert why == "the new version fails: ValueError: no (wiring.py, line 3)."


@pytest.mark.parametrize(
    ("reads", "schema", "why"),
    [
        ((STATES + 1, STATES + 2), SCHEMA, "chatd 9.0 cannot take over from this version. `chatd"),
        (READS, (8, 8), "chatd 9.0 changes the store so that this version could not go on if the"),
        (READS, (6, 6), "chatd 9.0 is older than the store, which a newer one has changed"),
    ],
)
def test_one_that_cannot_go_on_from_here_is_refused_before_anybody_waits(
    scene: Scene, reads: object, schema: object, why: str
) -> None:
    refused = scene.why_not(scene.handover(SUCCESSOR, 0, "", reads, schema))
    assert refused.startswith(why)
    assert not scene.standing.went_on


def test_a_step_that_only_adds_is_made(scene: Scene) -> None:
    with pytest.raises(Ended):
        scene.wait_for(
            Deferred.fromCoroutine(scene.handover(SUCCESSOR, 0, "", READS, (8, 7)).begin())
        )


def test_there_is_one_upgrade_at_a_time(scene: Scene) -> None:
    handover = scene.handover("import signal; signal.pause()")
    first = Deferred.fromCoroutine(handover.begin())
    second = Deferred.fromCoroutine(handover.begin())
    with pytest.raises(CannotUpgrade, match="under way already"):
        scene.wait_for(second)
    handover.stop()
    with pytest.raises(CannotUpgrade, match="is stopping"):
        scene.wait_for(first)
    with pytest.raises(CannotUpgrade, match="is stopping"):
        scene.wait_for(Deferred.fromCoroutine(handover.begin()))


@pytest.mark.parametrize("at", ["opened", "adopted"])
def test_a_stop_that_comes_meanwhile_is_one_of_this_process(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    handover = scene.handover(SUCCESSOR, 0, "", READS, SCHEMA)
    if at == "opened":  # as the signal's handler does, in a turn of the reactor
        open = GivenStore.open

        async def stop_and_open(store: GivenStore) -> None:
            handover.tell_to_stop()
            await open(store)

        monkeypatch.setattr(GivenStore, "open", stop_and_open)
    else:  # while it is blocked
        monkeypatch.setattr(giving, "state_of_server", lambda _: handover.tell_to_stop() or {})
    assert scene.why_not(handover) == "the daemon is stopping."
    assert scene.standing.went_on == 1


def test_what_is_stored_at_the_last_moment_is_not_lost(scene: Scene) -> None:
    scene.store.handover.is_unchanged = False
    why = scene.why_not(scene.handover(SUCCESSOR, 0, "", READS, SCHEMA))
    assert why == "somebody did something at the last moment. Try again."
    assert scene.standing.went_on == 1


def test_a_history_in_memory_is_not_handed_over(scene: Scene) -> None:
    scene.store.handover = None
    assert "would be lost" in scene.why_not(scene.handover(SUCCESSOR))


def test_a_program_that_is_not_there_is_named(scene: Scene) -> None:
    handover = scene.handover(python="/nowhere/python")
    assert scene.why_not(handover) == "no other process starts: No such file or directory."


@pytest.mark.parametrize("reads", [READS, (STATES + 1, STATES + 2)])
def test_trying_out_ends_the_successor_that_could_begin(scene: Scene, reads: object) -> None:
    handover = scene.handover(SUCCESSOR, 0, "", reads, (9, 9))
    assert scene.wait_for(Deferred.fromCoroutine(handover.try_out())) == "9.0"
    assert not scene.standing.stands


def test_trying_out_what_does_not_start_says_why(scene: Scene) -> None:
    handover = scene.handover("import nowhere")
    with pytest.raises(CannotUpgrade, match="No module named 'nowhere'"):
        scene.wait_for(Deferred.fromCoroutine(handover.try_out()))
