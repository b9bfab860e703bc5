"""The messages to the service manager, as a datagram socket receives them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from chatd.daemon import service_manager
from chatd.daemon.service_manager import Manager, manager_of
from chatd.util.error_log import FIRST_SILENCE
from tests.support.live_server import PATIENCE, LiveServer
from tests.support.logs import Expect, logged
from tests.support.manager import ManagerSocket
from tests.support.sentences import EN

INTERVAL = 60.0
"""Seconds without a message after which the manager of these tests ends the daemon."""


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="it is so on Linux alone")


class Told:
    """A manager and its socket, a clock, and the seconds that the store is busy with a commit."""

    def __init__(self, address: str) -> None:
        self.socket = ManagerSocket(address)
        self.clock = Clock()
        self.busy = 0.0
        self.manager = Manager(address, INTERVAL, self.clock, lambda: self.busy)

    def after(self, seconds: float) -> list[str]:
        """Return what was told meanwhile, in turns of a second each."""
        self.clock.pump([1.0] * int(seconds))
        return self.socket.all()


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    told = Told(str(tmp_path / "notify"))
    with closing(told.socket):
        yield told


class TestStates:
    def test_ready_comes_with_a_line_for_people(self, told: Told) -> None:
        told.manager.ready("It is up.")
        assert told.socket.all() == ["READY=1\nSTATUS=It is up."]

    def test_a_reload_begins_at_a_time_and_ends(self, told: Told) -> None:
        told.clock.advance(2.5)
        with told.manager.reloading():
            assert told.socket.all() == ["RELOADING=1\nMONOTONIC_USEC=2500000"]
        assert told.socket.all() == ["READY=1"]

    def test_a_reload_that_fails_ends_too(self, told: Told) -> None:
        with pytest.raises(ZeroDivisionError), told.manager.reloading():
            raise ZeroDivisionError
        assert told.socket.all()[-1] == "READY=1"

    def test_a_stop(self, told: Told) -> None:
        told.manager.stopping()
        assert told.socket.all() == ["STOPPING=1"]

    @on_linux
    def test_are_told_to_an_abstract_socket(self) -> None:
        told = Told(f"@chatd-tests-{os.getpid()}")
        with closing(told.socket):
            told.manager.stopping()
            assert told.socket.all() == ["STOPPING=1"]


class TestWatchdog:
    def test_it_hears_twice_in_an_interval(self, told: Told) -> None:
        told.manager.ready("")
        told.socket.all()
        assert told.after(INTERVAL) == ["WATCHDOG=1", "WATCHDOG=1"]

    def test_it_hears_nothing_before_the_start_and_after_a_stop(self, told: Told) -> None:
        assert told.after(INTERVAL) == []
        told.manager.ready("")
        told.manager.stopping()
        told.socket.all()
        assert told.after(INTERVAL) == []

    def test_it_is_told_of_a_successor_which_has_the_whole_interval(self, told: Told) -> None:
        told.manager.ready("")
        told.socket.all()
        told.manager.hand_over(4711)
        assert told.after(INTERVAL) == ["MAINPID=4711\nWATCHDOG=1"]

    def test_it_hears_nothing_while_a_commit_hangs(self, told: Told, log: list[str]) -> None:
        told.manager.ready("")
        told.socket.all()
        told.busy = INTERVAL / 2
        assert told.after(INTERVAL) == []
        assert "the store is busy with one commit for 30 s." in log[0]
        told.busy = 0
        assert told.after(INTERVAL) == ["WATCHDOG=1", "WATCHDOG=1"]

    @pytest.fixture
    def log(self) -> Iterator[list[str]]:
        with logged() as lines:
            yield lines

    def test_without_one_nothing_is_told_meanwhile(self, told: Told) -> None:
        manager = Manager(told.socket.address, 0, told.clock, lambda: 0.0)
        manager.ready("")
        told.socket.all()
        assert told.after(INTERVAL) == []


class TestTheEnvironment:
    @pytest.fixture
    def variables(self, told: Told) -> dict[str, str]:
        return {
            "NOTIFY_SOCKET": told.socket.address,
            "WATCHDOG_USEC": "10000000",
            "WATCHDOG_PID": str(os.getpid()),
        }

    def tells(self, told: Told, variables: dict[str, str], *, foreground: bool = True) -> list[str]:
        """Return what is told of ten seconds."""
        manager = manager_of(variables, told.clock, lambda: 0.0, foreground=foreground)
        manager.ready("x")
        return told.after(10)

    def test_names_the_socket_and_the_interval(self, told: Told, variables: dict[str, str]) -> None:
        assert self.tells(told, variables) == ["READY=1\nSTATUS=x", "WATCHDOG=1", "WATCHDOG=1"]

    def test_is_not_left_to_others(self, told: Told, variables: dict[str, str]) -> None:
        self.tells(told, variables)
        assert variables == {}

    def test_in_the_background_nobody_is_told(self, told: Told, variables: dict[str, str]) -> None:
        assert self.tells(told, variables, foreground=False) == []
        assert variables == {}

    @pytest.mark.parametrize(
        ("name", "value"), [("WATCHDOG_PID", "1"), ("WATCHDOG_USEC", ""), ("WATCHDOG_USEC", "-1")]
    )
    def test_a_watchdog_of_another_process_is_none(
        self, told: Told, variables: dict[str, str], name: str, value: str
    ) -> None:
        assert self.tells(told, {**variables, name: value}) == ["READY=1\nSTATUS=x"]

    def test_a_watchdog_without_a_process_is_that_of_this_one(
        self, told: Told, variables: dict[str, str]
    ) -> None:
        del variables["WATCHDOG_PID"]
        assert "WATCHDOG=1" in self.tells(told, variables)

    def test_without_variables_there_is_no_manager(self, told: Told) -> None:
        assert not manager_of({}, told.clock, lambda: 0.0, foreground=True).listens


class TestAManagerThatCannotBeTold:
    def test_is_told_of_in_the_log(self, tmp_path: Path, expected_errors: Expect) -> None:
        Manager(str(tmp_path / "none"), 0, Clock(), lambda: 0.0).ready("")
        (event,) = expected_errors()
        assert event["why"] == "No such file or directory."

    def test_is_told_of_again_after_it_was_told(
        self, tmp_path: Path, expected_errors: Expect
    ) -> None:
        path, clock = tmp_path / "notify", Clock()
        manager = Manager(str(path), 0, clock, lambda: 0.0)
        assert manager.listens
        for _ in range(3):
            manager.stopping()
            with closing(ManagerSocket(str(path))):
                manager.stopping()
            path.unlink()
            clock.advance(FIRST_SILENCE)
        assert len(expected_errors()) == 3

    @on_linux
    def test_is_not_waited_for(
        self, told: Told, monkeypatch: pytest.MonkeyPatch, expected_errors: Expect
    ) -> None:
        monkeypatch.setattr(service_manager, "SEND_SECONDS", 0.001)
        with logged() as lines:
            while not lines:  # until the socket takes no more
                told.manager.stopping()
        (event,) = expected_errors()
        assert event["why"] == "timed out."


def test_a_daemon_tells_of_its_life_and_shows_its_stacks_when_it_hangs(tmp_path: Path) -> None:
    with (
        closing(ManagerSocket(str(tmp_path / "notify"))) as manager,
        LiveServer(
            tmp_path,
            variables={"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "200000"},
        ) as daemon,
    ):
        status = EN.sentence("log_listening", address=f"127.0.0.1:{daemon.port}")
        assert manager.next(PATIENCE) == f"READY=1\nSTATUS={status}"
        assert manager.next(PATIENCE) == "WATCHDOG=1"
        daemon.process.send_signal(signal.SIGHUP)
        while (message := manager.next(PATIENCE)) == "WATCHDOG=1":
            pass
        assert message.startswith("RELOADING=1\nMONOTONIC_USEC=")
        assert manager.next(PATIENCE) == "READY=1"
        daemon.hold()
        manager.all()
        with pytest.raises(TimeoutError):
            manager.next(1.0)  # of which it would use a tenth
        assert daemon.stop(signal.SIGABRT) == -signal.SIGABRT
        stacks = daemon.rest()
        assert "Fatal Python error: Aborted" in stacks
        assert 'File "<string>", line 1 in <lambda>' in stacks
        assert stacks.count("hread 0x") > 1, "all threads"


def test_a_daemon_tells_that_it_stops(tmp_path: Path) -> None:
    with closing(ManagerSocket(str(tmp_path / "notify"))) as manager:
        variables = {"NOTIFY_SOCKET": manager.address}
        with LiveServer(tmp_path, variables=variables) as daemon:
            assert manager.next(PATIENCE).startswith("READY=1\n")
            daemon.stop()
            assert manager.all() == ["STOPPING=1"]
