"""Attacks on the sign-in of an organisation, whose helper does not answer."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.proofs.attacks.attack import HASHING, Attack
from tests.proofs.attacks.innocents import log_in
from tests.proofs.attacks.past import ACCOUNTS, person

HELPER = Path(f"/tmp/chatd-sign-in.{os.getpid()}.sock")
"""The socket of the helper. The daemon is of the same user."""

LOCAL = person(1)
"""The account whose password the daemon checks itself."""


class AuthScriptSlow(Attack):
    """Forty clients at ten addresses log in without end, by a helper that takes all and says none.

    Each question waits until its time is over. A person whose account is local logs in meanwhile.
    """

    clients = 40
    few = 10
    shared = HASHING
    options = ("--sign-in-socket", str(HELPER), "--sign-in-create", "--sign-in-local", LOCAL)

    def dial(self, client: int) -> socket.socket:
        return super().dial(client // 4)

    def run(self) -> None:
        dice = random.Random(4)
        with self._helper():
            fleet = self.fleet()
            with self.innocent(lambda: log_in(self.door, LOCAL)):
                self.pour(
                    fleet,
                    lambda _: f"/login {person(dice.randrange(2, ACCOUNTS))} a guess\n".encode(),
                )

    @contextmanager
    def _helper(self) -> Generator[None, None, None]:
        """Listen, and accept nothing: the kernel lets clients connect and send all the same."""
        with suppress(FileNotFoundError):
            HELPER.unlink()
        with socket.socket(socket.AF_UNIX) as helper:
            helper.bind(str(HELPER))
            HELPER.chmod(0o600)
            helper.listen(64)
            try:
                yield
            finally:
                HELPER.unlink()
