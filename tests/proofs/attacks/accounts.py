"""Attacks on what all accounts share: the hashing of passwords, names, inboxes, keys and bans."""

from __future__ import annotations

import random
import socket
import time
from contextlib import closing
from http.client import HTTPResponse

from tests.proofs.attacks.attack import HASHING, Attack, command
from tests.proofs.attacks.innocents import INNOCENT, Denied, checked, enter, log_in
from tests.proofs.attacks.past import ACCOUNTS, PASSWORD, TAG, person
from tests.proofs.attacks.probe import dial
from tests.proofs.attacks.web import MESSAGES, WebAttack


class PasswordChanges(Attack):
    """One account changes its password on 110 connections from two addresses, as fast as possible.

    The queue of passwords that wait for hashing was one for all, and full: others could not log in.
    Another account logs in meanwhile.
    """

    clients = 110
    few = 20
    shared = HASHING

    def dial(self, client: int) -> socket.socket:
        return super().dial(client // 90)

    def run(self) -> None:
        change = f"/login {person(0)} {PASSWORD}\n/password keep-tokens {PASSWORD}\n".encode()
        fleet = self.fleet()
        with self.innocent(lambda: log_in(self.door, person(1))):
            self.pour(fleet, lambda _: change)


class BrowsersRegister(WebAttack):
    """Twenty clients at two addresses register names over HTTP, without end.

    An innocent client logs in meanwhile.
    """

    clients = 20
    few = 10
    shared = HASHING

    def dial(self, client: int) -> socket.socket:
        return super().dial(client // 10)

    def run(self) -> None:
        dice = random.Random(4)

        def supply(_: int) -> bytes:
            name = f"n{dice.randrange(10**9)}"
            return self.post("/api/signin", {"name": name, "password": PASSWORD, "register": True})

        fleet = self.fleet()
        with self.innocent(lambda: log_in(self.lines, person(1))):
            self.pour(fleet, supply)


class InboxesOfTheAbsent(Attack):
    """Twenty clients write private lines to a hundred people who are away, until they are refused.

    An innocent client writes to another one.
    """

    clients = 20
    few = 10

    def run(self) -> None:
        dice = random.Random(4)
        texts = "y" * 3_900, TAG * 3_900
        last = ACCOUNTS - 1
        other = enter(self.door)
        fleet = self.fleet()
        with self.innocent(lambda: checked(command(other, f"/msg {person(last)} are you there?"))):
            self.pour(
                fleet,
                lambda _: f"/msg {person(dice.randrange(last))} {dice.choice(texts)}\n".encode(),
            )


class BytesOfADay(Attack):
    """Ten clients say lines until their bytes of a day are used up, and go on all the same.

    One connection put 12 GiB on disk in a day.
    """

    clients = 10
    few = 4
    options = ("--budget", "bytes.address=4M")

    def run(self) -> None:
        line = b"-------- and on and on ".ljust(3_999, b".") + b"\n"
        self.pour(self.fleet(), lambda _: self.distinct(line, 5))
        with closing(dial(self.door, 0)) as client:
            for _ in range(100):
                if "ERR Used up" in command(client, "x" * 4_000):
                    return
        raise AssertionError("the bytes of a day were not used up")


class BansByTheThousand(Attack):
    """Twenty accounts ban other names, and other addresses, in rooms of their own without end.

    Each ban is looked for at each line, and lists of bans are asked for.
    """

    clients = 20
    few = 4
    shared = HASHING

    def run(self) -> None:
        dice = random.Random(4)
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            command(client, f"/login {person(index)} {PASSWORD}", f"/create own{index}")
            client.setblocking(False)
        self.prepared()

        def supply(_: int) -> bytes:
            number = dice.randrange(10**6)
            address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            ban = f"/ban {address} 300d\n" * 2 + f"/ban n{number} 300d {'was loud ' * 10}\n"
            return f"{ban}/mute m{number} 300d\n/bans\nthey are all away\n".encode()

        self.pour(fleet, supply)


class KeysRolled(WebAttack):
    """Twenty clients post lines, each with a new idempotency key and under a new name.

    The table of keys was one for all. An innocent client posts a line twice with one key.
    """

    clients = 20
    few = 10

    def run(self) -> None:
        dice = random.Random(4)

        def supply(_: int) -> bytes:
            number = dice.randrange(10**30)
            return self.post(
                f"{MESSAGES}?name=n{number % 10**9}",
                {"text": self.distinct(b"a line with a key").decode()},
                f"Idempotency-Key: {number:030}",
            )

        fleet = self.fleet()
        with self.innocent(lambda: self._post_twice(str(time.monotonic_ns()))):
            self.pour(fleet, supply)

    def _post_twice(self, key: str) -> None:
        """Post a line, and again, as a client does that did not receive the answer."""
        body = {"text": f"a line with the key {key}"}
        sent = self.post(MESSAGES, body, f"Idempotency-Key: {key}")
        answers = []
        with closing(dial(self.door, INNOCENT)) as connection:
            for _ in range(2):
                connection.sendall(sent)
                with closing(HTTPResponse(connection)) as response:
                    response.begin()
                    answers.append((response.status, response.read()))
        (first, said), (again, found) = answers
        if (first, again) != (201, 200) or said != found:
            raise Denied(f"a line, and the same again, were answered by {answers}")
