"""An attack by posts to an incoming hook: bodies that take long to read, and wrong tokens."""

from __future__ import annotations

import random
import re

from tests.proofs.attacks.attack import HASHING, command
from tests.proofs.attacks.browser import request
from tests.proofs.attacks.innocents import INNOCENT, enter
from tests.proofs.attacks.past import PASSWORD, person
from tests.proofs.attacks.web import JSON, WebAttack

BODIES = (
    b'{"attachments":[' + b'{"text":"x"},' * 490 + b"{}]}",
    b'{"alerts":[' + b'{"labels":{"a":1}},' * 240 + b"{}]}",
    b'{"text":"' + b"<http://a|b>&amp;" * 3500 + b'"}',
    b'{"text":"' + b"a\nb\n" * 16_000 + b'"}',
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b"[" * 65_000,
    b'{"text":"' + "e\u0301\u0316".encode() * 10_000 + b'"}',
)
"""Bodies that take longest, of those that were tried: up to 10 ms each."""


class HookPosts(WebAttack):
    """Twenty clients post bodies to a hook that take long to read, or to one that is none."""

    clients = 20
    few = 8
    shared = HASHING

    def run(self) -> None:
        owner = enter(
            self.lines, f"/login {person(0)} {PASSWORD}", "/create posts", client=INNOCENT
        )
        found = re.search(r"/hooks/[a-z2-7]{26}", command(owner, "/hook in posts"))
        assert found is not None
        targets = found[0], "/hooks/nope"
        posts = [
            request(self.door, target, JSON, method="POST", body=body)
            for target in targets
            for body in BODIES
        ]
        dice = random.Random(24)
        self.prepared()
        self.ask(self.fleet(), lambda _: dice.choice(posts))
