"""The helper of an organisation's sign-in, at a UNIX socket: a connection for each question.

The helper listens, and chatd connects, sends the question, takes the answer and closes. So a late
answer is never taken for that to another question, a helper that was started again is found, and
what starts a process for each connection will do (``socat``, or systemd's ``Accept=yes``). The
kernel tells who listens: only root and the user of the daemon are trusted with passwords.

This module must not know accounts or sessions.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IAddress, IReactorSocket, IReactorTime
from twisted.internet.protocol import Protocol, ServerFactory
from twisted.logger import Logger

from chatd.accounts.check_counts import CheckCounts, Outcome
from chatd.accounts.check_queue import CheckQueue, client_stays
from chatd.accounts.sign_in import Answer, HelperFailed, Question, answer_of
from chatd.errors import Refusal
from chatd.text.escaping import visible
from chatd.util.error_log import RecurringWarning
from chatd.util.fair_queue import Asker
from chatd.util.unix_peers import peer_of

MOST_ANSWER_BYTES = 8192
"""Most bytes of an answer: a name and an error have some hundred."""


class ISignInReactor(IReactorTime, IReactorSocket):
    """A reactor with a clock and with connections that were made elsewhere."""


class SignInHelper:
    """Asks the helper that listens at a path, ``at_once`` questions at a time.

    An answer may take ``timeout`` seconds, with the time for which the question waits. All
    questions are counted in ``counts``.
    """

    log = Logger()

    def __init__(
        self,
        reactor: ISignInReactor,
        path: Path,
        *,
        timeout: float,
        at_once: int,
        counts: CheckCounts | None = None,
    ) -> None:
        self._reactor = reactor
        self._path = path
        self._timeout = timeout
        self._queue = CheckQueue(reactor, at_once)
        self._counts = counts or CheckCounts()
        self._trouble = RecurringWarning(
            reactor, "passwords cannot be checked: the helper of the sign-in {why}."
        )

    async def ask(
        self, asker: Asker, question: Question, has_gone: Callable[[], bool] = client_stays
    ) -> Answer:
        """Return the answer of the helper. Raises `HelperFailed`, and `Refusal` if too many wait.

        A failure is logged, without a word of the question or of the answer.
        """
        began = self._reactor.seconds()
        end = began + self._timeout

        async def exchange() -> Answer:
            left = end - self._reactor.seconds()
            if left <= 0:  # the reactor was busy, and runs the timer of the wait next
                raise TimeoutError
            line = await self._send(question.line).addTimeout(left, self._reactor)
            return answer_of(line)

        try:
            answer = await self._queue.run(asker, has_gone, exchange, self._timeout)
        except TimeoutError:
            why = HelperFailed(f"does not answer within {self._timeout:g} seconds")
        except HelperFailed as failed:
            why = failed
        except Refusal:
            self._counts.outcomes[Outcome.REFUSED] += 1
            raise
        else:
            if self._trouble.end():
                self.log.info(
                    "passwords are checked again: the helper of the sign-in at {path} answers.",
                    path=visible(str(self._path)),
                )
            self._counts.outcomes[Outcome(answer.verdict.value)] += 1
            self._counts.times.add(self._reactor.seconds() - began)
            return answer
        self._counts.outcomes[Outcome.FAILED] += 1
        self._trouble.tell(f"at {visible(str(self._path))} {why}")
        raise why

    def _send(self, line: bytes) -> Deferred[bytes]:
        """Send a line to the helper; fire with the line that it answers."""
        exchange = _Exchange(line)
        with self._connected() as connection:
            self._reactor.adoptStreamConnection(
                connection.fileno(), socket.AF_UNIX, _Once(exchange)
            )
        return exchange.answer

    def _connected(self) -> socket.socket:
        """Return a connection to the helper. Raises `HelperFailed`. To connect never blocks."""
        trusted = {0, os.geteuid()}
        connection = socket.socket(socket.AF_UNIX)
        try:
            status = os.stat(self._path)
            if not stat.S_ISSOCK(status.st_mode):
                raise HelperFailed("is no socket")
            if status.st_mode & stat.S_IWOTH:
                raise HelperFailed("is open to all users of the machine: chmod o-w closes it")
            connection.setblocking(False)
            connection.connect(str(self._path))
            peer = peer_of(connection)
            owner = status.st_uid if peer is None else peer.uid
            if not {owner, status.st_uid} <= trusted:
                raise HelperFailed(
                    f"is of another user, uid {owner if owner not in trusted else status.st_uid}:"
                    " it must be root's, or that of chatd's user"
                )
        except HelperFailed:
            connection.close()
            raise
        except OSError as error:
            connection.close()
            why = "has too many connections" if error.errno == errno.EAGAIN else error.strerror
            raise HelperFailed(f"cannot be reached ({why or error})") from None
        return connection


class _Exchange(Protocol):
    """One question to a helper, and its answer."""

    def __init__(self, question: bytes) -> None:
        self.answer: Deferred[bytes] = Deferred(lambda _: self._leave())
        self._question = question
        self._received = b""

    def connectionMade(self) -> None:
        """Ask."""
        assert self.transport is not None
        self.transport.write(self._question)

    def dataReceived(self, data: bytes) -> None:
        """Take a part of the answer."""
        if self.answer.called:
            return
        self._received += data
        line, newline, _ = self._received.partition(b"\n")
        if newline:
            self.answer.callback(line)
        elif len(self._received) > MOST_ANSWER_BYTES:
            self.answer.errback(HelperFailed(f"answers with over {MOST_ANSWER_BYTES} bytes"))
        else:
            return
        self._leave()

    def connectionLost(self, reason: object = None) -> None:
        """Fail unless there was an answer: the end of the connection is that of a line, too."""
        if self.answer.called:
            return
        if self._received:
            self.answer.callback(self._received)
        else:
            self.answer.errback(HelperFailed("closes the connection without an answer"))

    def _leave(self) -> None:
        if self.transport is not None:
            self.transport.loseConnection()


class _Once(ServerFactory):
    """A factory of one exchange."""

    noisy = False

    def __init__(self, exchange: _Exchange) -> None:
        self._exchange = exchange

    def buildProtocol(self, address: IAddress | None) -> _Exchange:
        """Return the exchange."""
        return self._exchange
