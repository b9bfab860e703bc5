"""Requests to PostgreSQL in threads of their own, of which a test sees that they wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from chatd.storage.postgres.channel import Channel
from tests.support.postgres import Server
from tests.support.server_processes import PATIENCE, wait_until

P = ParamSpec("P")


class InThread:
    """A request that is made in a thread: `result` waits for its end."""

    def __init__(
        self,
        request: Callable[Concatenate[Channel, P], Any],
        channel: Channel,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        self._result: Any = None
        self._error: Exception | None = None

        def run() -> None:
            try:
                self._result = request(channel, *args, **kwargs)
            except Exception as error:
                self._error = error

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def result(self) -> Any:
        """Return the result, or raise the error."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "it goes on"
        if self._error is not None:
            raise self._error
        return self._result


def wait_for_event(server: Server, pid: int, event: str) -> None:
    """Wait until a process of a server waits for an event of that name."""

    def waits() -> bool:
        with server.connect() as connection:
            row = connection.execute(
                "SELECT wait_event FROM pg_stat_activity WHERE pid = %s", (pid,)
            ).fetchone()
        return row == (event,)

    wait_until(waits, f"it does not wait for {event}")


def wait_for_standby(server: Server, channel: Channel) -> None:
    """Wait until a request on a channel waits for the standby."""
    wait_for_event(server, channel.pid, "SyncRep")


def signal(server: Server, function: str, channel: Channel) -> None:
    """Have a superuser cancel (pg_cancel_backend) or end (pg_terminate_backend) a session."""
    signal_pid(server, function, channel.pid)


def signal_pid(server: Server, function: str, pid: int) -> None:
    """Do that to a process of the server."""
    with server.connect() as connection:
        connection.execute(f"SELECT {function}(%s)".encode(), (pid,))
