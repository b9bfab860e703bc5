"""Attacks at the port for IRC clients."""

from __future__ import annotations

from tests.proofs.attacks.attack import Attack, Door


class IrcNeverRegistered(Attack):
    """A thousand IRC clients begin to negotiate capabilities, and never register.

    A server without a limit keeps them for ever: they have no name that anybody could disconnect.
    """

    clients = 1000
    few = 200
    entrance = Door.IRC
    gone = 45.0

    def run(self) -> None:
        for client in self.fleet():
            client.send(b"CAP LS 302\r\nNICK x\r\n")
        self.linger()


class IrcTagFloods(Attack):
    """Ten IRC clients send lines with the most tags as fast as they are accepted.

    Each byte of them is looked at, and nothing comes of it.
    """

    clients = 10
    few = 10
    entrance = Door.IRC

    def run(self) -> None:
        line = b"@" + b";".join(b"+a%04d=b" % number for number in range(900)) + b" PING x\r\n"
        self.pour(self.fleet(), lambda _: line * 8)


class IrcWhoFloods(Attack):
    """Twenty IRC clients ask who is here, as fast as it is answered, and read all of it.

    A request of six bytes causes an answer that grows with the number of people.
    """

    clients = 20
    few = 10
    entrance = Door.IRC

    def run(self) -> None:
        fleet = self.fleet()
        for number, client in enumerate(fleet):
            client.send(b"NICK who%d\r\nUSER u 0 * :x\r\nJOIN #who\r\n" % number)
        self.pour(fleet, lambda _: b"WHO *\r\nWHO #who\r\nLUSERS\r\n")
