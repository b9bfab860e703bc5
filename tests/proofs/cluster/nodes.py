"""Daemons of a cluster, each with proxies of its own to both servers."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.support import forks
from tests.support.live_server import (
    HASH_CHEAPLY,
    LISTENING,
    LOOPBACK,
    NO_BUDGETS,
    PATIENCE,
    RUN_TWISTD,
    UNHURRIED,
    environment,
    message_of,
    prepared,
)
from tests.support.stalling_proxy import StallingProxy

NAMES = ("alba", "brisa", "cala")
"""The names of the nodes."""

LOOK_SECONDS = 0.02

DROPPED = re.compile(r"dropped unshown: (\d+)")


def report_dropped() -> None:
    """Have a daemon write to its output how many batches it dropped that it had read."""
    from chatd.storage.shared.follower import Follower

    end = Follower.end

    def end_and_tell(self: Any) -> None:
        before = self.dropped
        end(self)
        if self.dropped > before:
            os.write(1, f"dropped unshown: {self.dropped - before}\n".encode())

    Follower.end = end_and_tell  # type: ignore[method-assign]


RUN = f"from {__name__} import report_dropped; report_dropped(); {HASH_CHEAPLY}; {RUN_TWISTD}"


class NotStarted(Exception):
    """A daemon ended instead of listening, after it said this."""


class Node:
    """A daemon that is started again and again under one name. Its logs are kept in a folder."""

    def __init__(
        self, name: str, folder: Path, servers: Sequence[int], *options: str, sabotage: str = ""
    ) -> None:
        self.name = name
        self.port = self.web_port = 0
        self.suspended = False
        self.proxies = [StallingProxy(port) for port in servers]
        self._folder = folder
        self._options = options
        self._code = RUN
        if sabotage:
            self._code = f"from tests.proofs.cluster import sabotage; sabotage.{sabotage}(); {RUN}"
        self._program: forks.Program | None = None
        self._lives = 0

    @property
    def runs(self) -> bool:
        """True if it takes connections now."""
        return self.port != 0 and not self.suspended

    def start(self) -> None:
        """Start it, and wait until it listens. Raises `NotStarted` if it ends."""
        hosts = ",".join(f"127.0.0.1:{proxy.port}" for proxy in self.proxies)
        store = f"postgresql://chatd@{hosts}/chatd?target_session_attrs=read-write"
        arguments = ("-n", "--pidfile=", "chat", "-l", LOOPBACK, "--web", LOOPBACK, *UNHURRIED)
        options = ("--store", store, "--node", self.name, *NO_BUDGETS, *self._options)
        self._lives += 1
        with open(self._log, "wb") as log, open(os.devnull, "rb") as nothing:
            self._program = forks.Program(
                prepared(),
                self._code,
                *arguments,
                *options,
                directory=self._folder,
                environment=environment(),
                files=(nothing.fileno(), log.fileno(), log.fileno()),
            )
        said = self._wait_until_it_listens()
        found = [
            match for line in said.splitlines() if (match := LISTENING.match(message_of(line)))
        ]
        (self.web_port,) = (int(match[2]) for match in found if match[1])
        (self.port,) = (int(match[2]) for match in found if not match[1])

    def kill(self) -> None:
        """Kill it, as a power cut does."""
        if self._program is not None:
            self._program.kill()
            self._program.wait(PATIENCE)
            self._program = None
            self.port = self.web_port = 0
            self.suspended = False

    def suspend(self) -> None:
        """Stop its process, whose connections stay open."""
        if self._program is not None:
            self._program.send_signal(signal.SIGSTOP)
            self.suspended = True

    def resume(self) -> None:
        """Let its process go on."""
        if self._program is not None:
            self._program.send_signal(signal.SIGCONT)
            self.suspended = False

    def close(self) -> None:
        """End it and its proxies."""
        self.kill()
        for proxy in self.proxies:
            proxy.close()

    @property
    def said(self) -> str:
        """All that it logged, in all lives."""
        logs = sorted(self._folder.glob(f"{self.name}-*.log"))
        return "".join(log.read_text(errors="replace") for log in logs)

    @property
    def dropped(self) -> int:
        """The number of batches that it had read, and dropped without showing them."""
        return sum(map(int, DROPPED.findall(self.said)))

    @property
    def _log(self) -> Path:
        return self._folder / f"{self.name}-{self._lives:03}.log"

    def _wait_until_it_listens(self) -> str:
        late = time.monotonic() + PATIENCE
        assert self._program is not None
        while "history in " not in (said := self._log.read_text(errors="replace")):
            if self._program.poll() is not None:
                self._program = None
                raise NotStarted(said)
            assert time.monotonic() < late, f"{self.name} does not start: {said}"
            time.sleep(LOOK_SECONDS)
        return said


@contextmanager
def nodes(
    folder: Path, servers: Sequence[int], *options: str, sabotage: str = ""
) -> Iterator[list[Node]]:
    """Yield three nodes that listen, with some options more. They end with the context.

    ``sabotage`` is a function of `tests.proofs.cluster.sabotage`, which makes them faulty.
    """
    with ExitStack() as stack:
        made = [Node(name, folder, servers, *options, sabotage=sabotage) for name in NAMES]
        for node in made:
            stack.callback(node.close)
        for node in made:
            node.start()
        yield made
