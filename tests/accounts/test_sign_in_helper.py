"""`chatd.accounts.sign_in_helper`: helpers that are right, wrong, slow, strange and dead."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.logger import formatEvent

from chatd.accounts.check_counts import CheckCounts, Outcome
from chatd.accounts.sign_in import Answer, HelperFailed, Question, Verdict
from chatd.accounts.sign_in_helper import MOST_ANSWER_BYTES, SignInHelper
from chatd.util.fair_queue import Asker
from tests.support.logs import Expect, logged

MARIA = Asker("192.0.2.1", "maria")
PASSPHRASE = "correct horse"
QUESTION = Question("maria", PASSPHRASE, "192.0.2.1")
TIMEOUT = 9.0


class Reactor(Clock):
    """The sockets of the real reactor, and a clock that a test sets, as strict as that one."""

    def callLater(self, when: float, *args: Any, **kwargs: Any) -> Any:
        assert when >= 0
        return super().callLater(when, *args, **kwargs)

    def adoptStreamConnection(self, *args: Any) -> object:
        from twisted.internet import reactor

        return reactor.adoptStreamConnection(*args)  # type: ignore[attr-defined]


class Listener(Protocol):
    """The helper's end of a connection: it answers a line, or nothing, and may hang up."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def dataReceived(self, data: bytes) -> None:
        self._program.asked.append(data)
        if self._program.asked_all is not None:
            self._program.asked_all.callback(None)
            self._program.asked_all = None
        if self._program.answer is not None:
            self.transport.write(self._program.answer)
        if self._program.hangs_up:
            self.transport.loseConnection()

    def connectionLost(self, reason: object = None) -> None:
        left, self._program.left = self._program.left, None
        if left is not None:
            left.callback(None)


class Program(Factory[Listener]):
    """A helper that listens at a path in this process."""

    noisy = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answer: bytes | None = b'{"success": true}\n'
        self.hangs_up = False
        self.asked: list[bytes] = []
        self.asked_all: Deferred[None] | None = None
        self.left: Deferred[None] | None = None
        self._port: IListeningPort | None = None

    def listen(self, mode: int = 0o600) -> None:
        from twisted.internet import reactor

        self._port = reactor.listenUNIX(str(self.path), self, mode=mode)  # type: ignore[attr-defined]

    async def stop(self) -> None:
        if self._port is not None:
            await self._port.stopListening()

    def buildProtocol(self, address: object) -> Listener:
        return Listener(self)


class Asking:
    """A helper, and the part of the daemon that asks it."""

    def __init__(self, folder: Path, at_once: int = 8) -> None:
        self.clock = Reactor()
        self.program = Program(folder / "s")
        self.counts = CheckCounts()
        self.helper = SignInHelper(
            self.clock,
            self.program.path,
            timeout=TIMEOUT,
            at_once=at_once,
            counts=self.counts,
        )

    def ask(self) -> Deferred[Answer]:
        return Deferred.fromCoroutine(self.helper.ask(MARIA, QUESTION))

    async def fails(self, why: str) -> None:
        """Check that a question fails for a reason, which is logged without any secret."""
        self.program.left = left = Deferred()
        with pytest.raises(HelperFailed, match=why):
            await self.ask()
        if self.program.asked:
            await left
        await self.program.stop()


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    return Asking(tmp_path)


class TestAHelper:
    @pytest.mark.parametrize(
        ("answer", "verdict"),
        [
            (b'{"success": true}\n', Verdict.RIGHT),
            (b'{"success": false}\n', Verdict.WRONG),
            (b'{"success": false, "error": "unknown"}\n', Verdict.UNKNOWN),
        ],
    )
    async def test_answers(self, asking: Asking, answer: bytes, verdict: Verdict) -> None:
        asking.program.answer = answer
        asking.program.listen()
        asking.program.left = left = Deferred()
        assert (await asking.ask()).verdict is verdict
        assert asking.counts.outcomes == {Outcome(verdict.value): 1}
        assert asking.counts.times.count == 1
        await left
        assert json.loads(b"".join(asking.program.asked))["passphrase"] == PASSPHRASE
        await asking.program.stop()

    async def test_may_end_its_answer_by_hanging_up(self, asking: Asking) -> None:
        asking.program.answer = b'{"success": true}'
        asking.program.hangs_up = True
        asking.program.listen()
        assert (await asking.ask()).verdict is Verdict.RIGHT
        await asking.program.stop()

    async def test_that_was_started_again_is_found(
        self, asking: Asking, expected_errors: Expect
    ) -> None:
        with pytest.raises(HelperFailed, match="cannot be reached"):
            await asking.ask()
        assert asking.counts.outcomes == {Outcome.FAILED: 1}
        asking.program.listen()
        asking.program.left = left = Deferred()
        assert (await asking.ask()).verdict is Verdict.RIGHT
        await left
        await asking.program.stop()
        assert expected_errors()

    async def test_that_answers_after_a_failure_is_logged_once(
        self, asking: Asking, expected_errors: Expect
    ) -> None:
        with pytest.raises(HelperFailed):
            await asking.ask()
        asking.program.listen()
        with logged(formatEvent) as lines:
            for _ in range(2):
                asking.program.left = left = Deferred()
                await asking.ask()
                await left
        await asking.program.stop()
        assert [line for line in lines if line.startswith("passwords")] == [
            "passwords are checked again: the helper of the sign-in at"
            f" {asking.program.path} answers."
        ]
        assert expected_errors()


class TestAFailure:
    @pytest.fixture(autouse=True)
    def no_secret_is_logged(self, expected_errors: Expect) -> Iterator[None]:
        yield
        lines = expected_errors()
        assert lines
        assert PASSPHRASE not in repr(lines)

    async def test_is_garbage(self, asking: Asking) -> None:
        asking.program.answer = b"yes, " + PASSPHRASE.encode() + b"\n"
        asking.program.listen()
        await asking.fails("no JSON")

    async def test_is_an_answer_without_end(self, asking: Asking) -> None:
        asking.program.answer = b"x" * (MOST_ANSWER_BYTES + 1)
        asking.program.listen()
        await asking.fails("over 8192 bytes")

    async def test_is_no_answer(self, asking: Asking) -> None:
        asking.program.answer = None
        asking.program.hangs_up = True
        asking.program.listen()
        await asking.fails("without an answer")

    async def test_is_a_helper_that_hangs(self, asking: Asking) -> None:
        asking.program.answer = None
        asking.program.listen()
        asking.program.asked_all, asking.program.left = asked, left = Deferred(), Deferred()
        waiting = asking.ask()
        await asked
        asking.clock.advance(TIMEOUT)
        with pytest.raises(HelperFailed, match="within 9 seconds"):
            await waiting
        await left
        await asking.program.stop()

    async def test_is_one_that_takes_all_the_time_of_those_that_wait(self, tmp_path: Path) -> None:
        asking = Asking(tmp_path, at_once=1)
        asking.program.answer = None
        asking.program.listen()
        asking.program.asked_all, asking.program.left = asked, left = Deferred(), Deferred()
        waiting = [asking.ask(), asking.ask()]
        await asked
        asking.clock.advance(TIMEOUT)
        for each in waiting:
            with pytest.raises(HelperFailed):
                await each
        assert len(asking.program.asked) == 1
        await left
        await asking.program.stop()

    async def test_is_a_turn_that_comes_too_late(self, tmp_path: Path) -> None:
        """A busy reactor runs timers late: the turn may come after the time of the question."""
        asking = Asking(tmp_path, at_once=1)
        asking.program.answer = None
        asking.program.listen()
        asking.program.asked_all, asking.program.left = asked, left = Deferred(), Deferred()
        first = asking.ask()
        await asked
        asking.clock.advance(1.0)
        second = asking.ask()
        asking.clock.advance(TIMEOUT + 1.0)
        for each in first, second:
            with pytest.raises(HelperFailed, match="within 9 seconds"):
                await each
        assert len(asking.program.asked) == 1
        await left
        await asking.program.stop()

    async def test_is_nobody_who_listens(self, asking: Asking) -> None:
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(asking.program.path))
            os.chmod(asking.program.path, 0o600)
        await asking.fails("cannot be reached")

    async def test_is_no_socket(self, asking: Asking) -> None:
        asking.program.path.touch(mode=0o600)
        await asking.fails("is no socket")

    async def test_is_a_path_that_is_too_long(self, tmp_path: Path) -> None:
        await Asking(tmp_path / ("x" * 120)).fails("cannot be reached")

    async def test_is_a_socket_for_all_users(self, asking: Asking) -> None:
        asking.program.listen(0o666)
        await asking.fails("open to all users")

    async def test_is_a_socket_of_another_user(
        self, asking: Asking, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asking.program.listen()
        owner = os.geteuid()
        if owner == 0:
            os.chown(asking.program.path, 12345, -1)
        else:
            monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
        await asking.fails("another user")
        assert not asking.program.asked

    async def test_is_a_full_queue_of_connections(self, asking: Asking) -> None:
        with socket.socket(socket.AF_UNIX) as busy:
            busy.bind(str(asking.program.path))
            os.chmod(asking.program.path, 0o600)
            busy.listen(0)
            with socket.socket(socket.AF_UNIX) as first:
                first.connect(str(asking.program.path))
                await asking.fails("too many connections")


async def test_it_is_logged_once_that_a_helper_fails(
    asking: Asking, expected_errors: Expect
) -> None:
    with logged() as lines:
        for _ in range(3):
            with pytest.raises(HelperFailed):
                await asking.ask()
    assert len([line for line in lines if "helper of the sign-in" in str(line)]) == 1
    assert expected_errors()
