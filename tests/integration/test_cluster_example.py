"""examples/cluster: three daemons on one log, which go on when the primary is killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.support.checkout import ROOT
from tests.support.live_server import WELCOMED, Client, environment
from tests.support.postgres_programs import begin_of_command, other_user, programs
from tests.support.server_processes import free_ports, temporary_folder

RUN = ROOT / "examples" / "cluster" / "run.py"
SECONDS = 60.0

pytestmark = pytest.mark.deadline(120)


class Example:
    """The example as it runs in a folder, by an ordinary user."""

    def __init__(self, folder: Path, *beginning: str) -> None:
        self.folder = folder
        port = free_ports(6)
        given = ("--folder", folder / "cluster", "--port", port, "--programs", programs().folder)
        self._command = [*beginning, sys.executable, str(RUN), *map(str, given)]
        self._ports = range(port + 1, port + 4)
        self.process = subprocess.Popen(
            self._command,
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def said_until(self, pattern: str) -> list[str]:
        """Return the lines of its output up to one with a pattern."""
        said = []
        for line in self.output:
            said.append(line)
            if re.search(pattern, line):
                return said
        raise AssertionError(f"it ended: {''.join(said)}")

    def fail_over(self) -> str:
        """Kill the primary by the example's own command, and return what that prints."""
        done = subprocess.run(
            [*self._command, "failover"],
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=True,
        )
        return done.stdout

    def join(self, number: int) -> Client:
        """Return a client of a daemon."""
        client = Client(self._ports[number])
        client.until(WELCOMED)
        return client


@pytest.fixture
def example(postgres_programs: None) -> Iterator[Example]:
    user = other_user() if os.geteuid() == 0 else None
    with temporary_folder(user) as folder:
        example = Example(folder, *begin_of_command(Path(sys.executable), user))
        yield example
        example.process.send_signal(signal.SIGINT)
        rest, _ = example.process.communicate(timeout=SECONDS)
        assert "Ending all" in rest
        assert list(folder.iterdir()) == []


def test_all_see_one_chat_also_after_the_primary_was_killed(example: Example) -> None:
    said = example.said_until("Ctrl")
    assert "".join(said).count("nc 127.0.0.1") == 3
    with example.join(0) as ana, example.join(1) as eva, example.join(2) as luis:
        ana.type("hola")
        for each in ana, eva, luis:
            each.until("hola")
        assert "promoted" in example.fail_over()
        eva.type("adios")
        for each in ana, eva, luis:
            each.until("adios")
    example.said_until("primary has ended")
