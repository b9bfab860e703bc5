"""Attacks by clients that do not read, or do not speak."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

from tests.proofs.attacks.attack import Attack
from tests.proofs.attacks.probe import dial

TALKERS = 20
"""Clients that make the room a busy one: together 20 lines of 4,000 letters in a second."""


class BusyRoom(Attack):
    """The base of attacks in a busy room: clients talk in the lobby, 80 KB a second."""

    def talk(self, others: list[socket.socket], listen: float = 0.0) -> None:
        """Talk until the time is over.

        With ``listen``, each of the other clients reads that many bytes a second.
        """
        line = b"x" * 3_999 + b"\n"
        talkers = [dial(self.lines, self.size + index) for index in range(TALKERS)]
        for talker in talkers:
            talker.setblocking(False)
        seconds = 0.0
        began = time.monotonic()
        while self.going:
            for talker in talkers:
                try:
                    self.sent += talker.send(self.distinct(line))
                    while len(talker.recv(1 << 20)) == 1 << 20:
                        pass
                except BlockingIOError:
                    pass
                time.sleep(1 / TALKERS)
            if listen and time.monotonic() - began > seconds:
                seconds += 1
                for other in others:
                    with suppress(BlockingIOError):
                        other.recv(int(listen))


class NeverReaders(BusyRoom):
    """A thousand clients come into a busy room and never read.

    A plain Twisted server buffered 200 MiB for one that did not read, and 1.8 GiB after five
    seconds of a hundred of them.
    """

    clients = 1000
    few = 100

    def run(self) -> None:
        self.talk(self.fleet())


class SlowReaders(BusyRoom):
    """A hundred clients read a busy room at a hundred bytes a second each.

    They always make progress, so a limit on standing still does not find them.
    """

    clients = 100
    few = 20

    def run(self) -> None:
        self.talk(self.fleet(), listen=100)


class SilentClients(Attack):
    """A thousand clients connect, say nothing, and read nothing."""

    clients = 1000
    few = 200

    def run(self) -> None:
        fleet = self.fleet()
        self.linger()
        del fleet


class HalfClosed(Attack):
    """Two hundred clients ask for history, end their input, and never read the answers.

    The server may not close before it has sent everything, and cannot send.
    """

    clients = 200
    few = 50

    def run(self) -> None:
        fleet = self.fleet()
        for client in fleet:
            client.send(b"/history 100\n" * 50 + b"said by one who will not listen\n")
            client.shutdown(socket.SHUT_WR)
        self.linger()


class RepliesNeverRead(Attack):
    """A hundred clients ask for history, help and members in a loop, and never read an answer.

    Twenty bytes of a request cause kilobytes of an answer, which wait in the server's memory.
    """

    clients = 100
    few = 20

    def run(self) -> None:
        questions = b"/history 100\n/help\n/who\n/rooms\n/help nick\n/since 1h\n" * 100
        self.pour(self.fleet(), lambda _: questions, read=False)


class InboxFlood(Attack):
    """Twenty clients send private lines to twenty that never read.

    The lines wait for each of those in the server's memory.
    """

    clients = 40
    few = 10

    def run(self) -> None:
        receivers, senders = self.size // 2, self.size - self.size // 2
        self.size = receivers
        deaf = self.fleet()
        for index, client in enumerate(deaf):
            client.send(b"/nick deaf%d\n" % index)
        self.size = senders
        text = b"y" * 3_900
        self.pour(
            self.fleet(receivers),
            lambda client: b"/msg deaf%d %s\n" % (client % receivers, text) * 4,
        )
