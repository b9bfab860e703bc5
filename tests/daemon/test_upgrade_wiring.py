"""Restarts, and the reasons why a process cannot start again as it did."""

from __future__ import annotations

import atexit
import os
import signal
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.daemon import upgrade_wiring
from chatd.daemon.handover.process import Start
from chatd.daemon.upgrade_wiring import ANSWER_SECONDS, Restart, why_fixed

START = Start(["/usr/bin/python3", "-m", "chatd", "serve"], "/", {"LANG": "C"})


class FakeReactor(Clock):
    """A clock that can be stopped, and runs what is to be done then."""

    def __init__(self) -> None:
        super().__init__()
        self._before: list[Callable[[], object]] = []
        self.stopped = False

    def addSystemEventTrigger(self, phase: str, event: str, do: Any, *given: Any) -> None:
        assert (phase, event) == ("before", "shutdown")
        self._before.append(lambda: do(*given))

    def stop(self) -> None:
        self.stopped = True
        for do in self._before:
            do()


class Scene:
    """A process that can restart; ``program`` is what takes its place in the end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reactor = FakeReactor()
        self.handover: Any = SimpleNamespace(stops=False)
        self.process: Any = SimpleNamespace(
            start=START, fixed="", manager=SimpleNamespace(listens=False)
        )
        self.at_the_end: list[Callable[[], object]] = []
        self.program: tuple[object, ...] = ()
        self.fails = False
        monkeypatch.setattr(atexit, "register", self.at_the_end.append)
        monkeypatch.setattr(os, "execve", self._become)
        monkeypatch.setattr(upgrade_wiring, "fail_in_the_end", self._fail)
        self.restart = Restart(self.process, self.handover, self.reactor)

    def _become(self, *program: object) -> None:
        self.program = program

    def _fail(self) -> None:
        self.fails = True

    def end(self) -> None:
        """End the process, which has stopped."""
        self.reactor.advance(ANSWER_SECONDS)
        for do in self.at_the_end:
            do()


@pytest.fixture
def handlers() -> Any:
    """Have the handlers of signals, and the timer, again after a test."""
    numbers = signal.SIGINT, signal.SIGTERM
    before = [signal.getsignal(number) for number in numbers]
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def scene(
    monkeypatch: pytest.MonkeyPatch,
    handlers: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Scene:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    return Scene(monkeypatch)


def test_a_restart_replies_first_and_then_takes_its_own_place(scene: Scene) -> None:
    assert scene.restart.begin() == ""
    assert not scene.reactor.stopped
    signal.setitimer(signal.ITIMER_REAL, 60)  # as a stop does
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    scene.end()
    assert scene.reactor.stopped
    assert scene.program == (upgrade_wiring.sys.executable, START.arguments, START.environment)
    assert os.getcwd() == START.directory
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0), "it would end what comes then"
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL, "Ctrl+C is not ignored then"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_meanwhile_is_one(scene: Scene, number: signal.Signals) -> None:
    scene.restart.begin()
    scene.reactor.advance(ANSWER_SECONDS)
    signal.raise_signal(number)
    scene.end()
    assert not scene.program


def test_a_daemon_that_stops_already_does_not_start_again(scene: Scene) -> None:
    scene.restart.begin()
    scene.handover.stops = True
    scene.end()
    assert not scene.reactor.stopped
    assert not scene.program


def test_a_manager_starts_it_again(scene: Scene) -> None:
    scene.process.manager.listens = True
    scene.process.fixed = "it was started by root."
    assert scene.restart.begin() == ""
    scene.end()
    assert scene.reactor.stopped
    assert scene.fails
    assert not scene.program


def test_what_cannot_start_again_says_so_and_goes_on(scene: Scene) -> None:
    scene.process.fixed = "it was started by root."
    assert scene.restart.begin() == "it was started by root."
    scene.end()
    assert not scene.reactor.stopped


@pytest.mark.parametrize(
    ("twistd", "endpoint", "why"),
    [
        ({"uid": None, "chroot": None}, "tcp:60060", ""),
        ({"uid": 0}, "tcp:60060", "started by root"),
        ({"chroot": "/srv"}, "tcp:60060", "started by root"),
        ({}, "systemd:name=chat", "a service manager has opened its addresses"),
    ],
)
def test_why_a_process_cannot_start_again(
    twistd: dict[str, object], endpoint: str, why: str
) -> None:
    settings: Any = SimpleNamespace(listeners=[SimpleNamespace(endpoint=endpoint)])
    assert why in why_fixed(twistd, settings)
    assert bool(why_fixed(twistd, settings)) == bool(why)
