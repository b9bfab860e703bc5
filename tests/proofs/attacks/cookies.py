"""Attacks by other ports of the host, which are sent its cookies, and may set them."""

from __future__ import annotations

import json
import random
import socket
from contextlib import closing
from http.client import HTTPResponse
from typing import NamedTuple

from tests.proofs.attacks.attack import ANSWER_SECONDS, HASHING
from tests.proofs.attacks.browser import TEXT, hello, payloads, request
from tests.proofs.attacks.past import PASSWORD, person
from tests.proofs.attacks.web import MESSAGES, Intruder


class SignIn(NamedTuple):
    """The two halves of a sign-in, and whose it is."""

    name: str
    cookie: str
    proof: str


class CookiesOfOtherPorts(Intruder):
    """Requests have the cookies of others without their proofs, or with another's, and hundreds.

    A browser sends a cookie to all ports of a host, and takes one from each: so another port could
    act as the person who is signed in here, or sign that person in as another. A request that has
    the right pair, too, is that of its owner, in spite of the others.
    """

    shared = HASHING

    def run(self) -> None:
        self._people = [self._sign_in(number) for number in range(3)]
        self.prepared()
        super().run()

    def _sign_in(self, number: int) -> SignIn:
        sent = self.post("/api/signin", {"name": person(number), "password": PASSWORD})
        with closing(self.dial(self.size + number)) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.sendall(sent)
            with closing(HTTPResponse(connection)) as response:
                response.begin()
                cookie = (response.getheader("Set-Cookie") or "").partition("=")[2]
                proof = json.loads(response.read())["proof"]
        return SignIn(person(number), cookie.partition(";")[0], proof)

    def intrude(self, connection: socket.socket, dice: random.Random) -> None:
        victim, other, owner = dice.sample(self._people, 3)
        made_up = f"{dice.getrandbits(256):064x}"
        cookies = [victim.cookie] * dice.choice((1, 2)) + [other.cookie] * dice.choice((0, 1))
        cookies += [f"chatd_{made_up}"] * dice.choice((0, 0, 3, 100))
        proof = dice.choice(("", made_up, victim.proof[:-1], owner.proof))
        expected = None
        if dice.random() < 0.3:
            cookies.append(owner.cookie)
            proof = dice.choice(("", made_up, owner.proof))
            expected = owner.name if proof == owner.proof else None
        dice.shuffle(cookies)
        header = "Cookie: " + "; ".join(f"chatd={cookie}" for cookie in cookies)
        if dice.random() < 0.3:
            self._open(connection, header, proof, expected)
            return
        if expected is None and dice.random() < 0.3:
            sent = request(
                self.door,
                MESSAGES,
                header,
                f"Chatd-Proof: {proof}",
                "Content-Type: text/plain",
                method="POST",
                body=b"intruded",
            )
        else:
            sent = self.request("/api/me", header, f"Chatd-Proof: {proof}")
        status, body = self.answer(connection, sent)
        told = json.loads(body)
        acts_as = None if told.get("guest", True) else told["name"]
        if status >= 500 or acts_as != expected:
            self.complain(sent, status, body)

    def _open(
        self, connection: socket.socket, header: str, proof: str, expected: str | None
    ) -> None:
        """Open a WebSocket with these cookies, and this proof in its hello."""
        port = self.door
        sent = request(
            port,
            "/ws",
            header,
            f"Origin: http://127.0.0.1:{port}",
            *("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        )
        connection.sendall(sent + hello(proof=proof))
        received = b""
        while True:
            data = connection.recv(1 << 16)
            if not data:
                raise ConnectionError("the server closed")
            received += data
            frames, _ = payloads(received.partition(b"\r\n\r\n")[2])
            told = [json.loads(payload) for opcode, payload in frames if opcode == TEXT]
            greeting = next((each for each in told if each["type"] == "hello"), None)
            if greeting is not None:
                break
        acts_as = greeting["name"] if greeting["account"] else None
        if acts_as != expected:
            self.complain(sent, 101, json.dumps(greeting).encode())
