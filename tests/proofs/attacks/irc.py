"""Attacks at the port for IRC clients."""

from __future__ import annotations

from base64 import b64encode

from tests.proofs.attacks.attack import HASHING, Attack, Door
from tests.proofs.attacks.browser import PING, frame, upgrade
from tests.proofs.attacks.web import WebAttack


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


class IrcCapFloods(Attack):
    """Twenty IRC clients ask for capabilities and give them back, as fast as it is answered.

    Each change ends the cursors of a client's rooms, and begins new ones.
    """

    clients = 20
    few = 10
    entrance = Door.IRC

    def run(self) -> None:
        fleet = self.fleet()
        for number, client in enumerate(fleet):
            client.send(b"NICK cap%d\r\nUSER u 0 * :x\r\nJOIN #cap\r\n" % number)
        self.pour(fleet, lambda _: b"CAP REQ :server-time\r\nCAP REQ :-server-time\r\nCAP LS\r\n")


class IrcAuthenticateFloods(Attack):
    """Twenty IRC clients guess passwords by SASL, as fast as they are refused.

    Each guess that is checked costs a hash, of 64 MiB and 0.1 s.
    """

    clients = 20
    few = 10
    entrance = Door.IRC
    shared = HASHING

    def run(self) -> None:
        fleet = self.fleet()
        for client in fleet:
            client.send(b"CAP REQ :sasl\r\n")
        guess = b64encode(b"\0nobody\0wrong horse")
        self.pour(fleet, lambda _: b"AUTHENTICATE PLAIN\r\nAUTHENTICATE %s\r\n" % guess)


class IrcThroughWebAttack(WebAttack):
    """The base of attacks by IRC clients that come through WebSockets."""

    options = (*WebAttack.options, "--irc", "tcp:0:interface=127.0.0.1")

    def handshake(self) -> bytes:
        """Return the request for a WebSocket through which IRC is spoken."""
        return upgrade(self.door).replace(b"GET /ws ", b"GET /irc ")


class IrcThroughWebNeverRegistered(IrcThroughWebAttack):
    """Five hundred IRC clients open WebSockets, answer no ping, and never register."""

    clients = 500
    few = 100
    gone = 45.0

    def run(self) -> None:
        for client in self.fleet():
            client.send(self.handshake() + frame(b"CAP LS 302") + frame(b"NICK x"))
        self.linger()


class IrcThroughWebFloods(IrcThroughWebAttack):
    """Twenty IRC clients send lines and pings in frames as fast as they are accepted.

    Each frame is answered by one. The answer to a ping goes before those to lines.
    """

    clients = 20
    few = 10

    def run(self) -> None:
        fleet = self.fleet()
        start = self.handshake() + frame(b"NICK x") + frame(b"USER u 0 * :x")
        pinged = frame(b"x" * 125, PING) + frame(b"PING x") * 4
        self.pour(fleet, self.begin(fleet, lambda _: start, lambda _: pinged))


class IrcJoinStorms(Attack):
    """A hundred IRC clients join a room and leave it, as fast as it is answered.

    Each JOIN and PART is told to all others at once, so the work grows with their square.
    """

    clients = 100
    few = 20
    entrance = Door.IRC

    def run(self) -> None:
        fleet = self.fleet()
        for number, client in enumerate(fleet):
            client.send(b"NICK join%d\r\nUSER u 0 * :x\r\n" % number)
        self.pour(fleet, lambda _: b"JOIN #storm\r\nPART #storm :" + b"x" * 200 + b"\r\n")
