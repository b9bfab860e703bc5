"""Attacks by users of the machine at a UNIX socket, where the kernel says who comes."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Generator
from contextlib import closing, contextmanager, nullcontext

from tests.proofs.attacks.attack import ANSWER_SECONDS, Attack, Door, command, users_socket
from tests.proofs.attacks.innocents import Denied
from tests.support.users import usable_user

FIRST_UID, UIDS = 100_000, 65_536
"""The uids that the system lets one user map into a namespace, by default: see subuid(5)."""


QUEUE_SECONDS = 0.002
"""Seconds after which a client that finds no room in the queue of the socket tries again."""


class UsersOfTheMachine(Attack):
    """A user connects and leaves as fast as the daemon accepts, as each of 65,536 uids.

    The system has no name for any of them, and is asked each time. The innocent client is a user
    with a login, and must have that name. Only root can be other users: else all are one.
    """

    clients = 16
    few = 16
    options = ("--unix-names",)
    entrance = Door.USERS

    _uids = threading.Lock()

    def run(self) -> None:
        user = usable_user()
        meanwhile = (
            nullcontext() if user is None else self.innocent(lambda: self._come(*user[:3:2]))
        )
        with meanwhile:
            self.visit(self.size, lambda _: b"")

    def dial(self, client: int) -> socket.socket:
        connection = self._connected(FIRST_UID + self.connected % UIDS)
        self.connected += 1
        connection.setblocking(False)
        return connection

    def _come(self, login: str, uid: int) -> None:
        with closing(self._connected(uid)) as connection:
            answer = command(connection, "/who")
            if f"You are {login} " not in answer:
                raise Denied(answer.splitlines()[0])

    def _connected(self, uid: int) -> socket.socket:
        """Return a connection of a user, once the queue of the socket has room for it."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(ANSWER_SECONDS)
        end = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                with self._being(uid):
                    connection.connect(users_socket(self.door))
            except BlockingIOError:  # the queue is full
                if time.monotonic() > end:
                    raise
                time.sleep(QUEUE_SECONDS)
            else:
                return connection

    @contextmanager
    def _being(self, uid: int) -> Generator[None, None, None]:
        """Be another user: the whole process is, so one thread at a time."""
        if os.getuid():
            yield
            return
        with self._uids:
            os.seteuid(uid)
            try:
                yield
            finally:
                os.seteuid(0)
