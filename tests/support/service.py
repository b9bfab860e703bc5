"""The service of the plugin, as twistd makes it from options, for tests in this process.

A test that uses it is in ``tests/daemon``, or takes the fixture `without_signals` itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import maybeDeferred
from twisted.internet.interfaces import IListeningPort

from chatd.daemon import wiring
from chatd.daemon.options import Options
from chatd.daemon.os_process import WrongCall, program
from chatd.daemon.service import ChatService
from chatd.daemon.wiring import makeService
from chatd.util.usage import WRONG_USAGE

FREE = "tcp:0:interface=127.0.0.1"
"""The description of an endpoint: a free port of this machine."""


class Twistd(dict[str, Any]):
    """The options of twistd itself."""


@pytest.fixture
def without_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep services from setting signal handlers and shutdown triggers: those are of pytest."""
    for name in (
        "ignore_upgrades",
        "renew_on_hangup",
        "upgrade_on_signal",
        "stop_in_time",
        "end_in_time",
    ):
        monkeypatch.setattr(wiring, name, lambda *_: None)


def make(tmp_path: Path, *arguments: str, daemon: bool = False) -> ChatService:
    """Return what `twistd chat` makes of these arguments, with tmp_path for its run directory."""
    options = Options()
    options.parent = Twistd(rundir=str(tmp_path), nodaemon=not daemon, logfile="twistd.log")
    options.parseOptions(["--store", "memory:", *arguments])
    service = makeService(options)
    assert isinstance(service, ChatService)
    return service


def refusal(tmp_path: Path, *arguments: str) -> str:
    """Return the line with which the plugin refuses these arguments."""
    with pytest.raises(SystemExit) as refused:
        make(tmp_path, *arguments)
    return line_of(refused.value)


def line_of(refused: SystemExit) -> str:
    """Return the line of a refusal, without the name of the program and the end about its help."""
    if isinstance(refused, WrongCall):
        assert refused.code == WRONG_USAGE
        line, end = refused.line, f" See {program()} --help."
        assert line.endswith(end)
        return _without(line, program()).removesuffix(end)
    assert isinstance(refused.code, str), "exit status 1"
    return _without(refused.code, "chatd")


def _without(line: str, name: str) -> str:
    assert "\n" not in line
    assert line.startswith(f"{name}: ")
    return line.removeprefix(f"{name}: ")


def ports_of(service: ChatService) -> list[IListeningPort]:
    """Return all ports on which a service listens."""
    return [port for listener in service.listeners for port in listener.ports]


async def unbind(service: ChatService) -> None:
    """Close the ports and the store of a service that was never started."""
    for port in ports_of(service):
        await port.stopListening()
    if service.control is not None:
        await maybeDeferred(service.control.close)
    await service._store.close()


def drop(service: ChatService) -> None:
    """Close the ports and the lock of a service that was never started, without the reactor."""
    service._store._file.lock.release()  # type: ignore[attr-defined]
    for port in ports_of(service):
        port.stopListening()
    if service.control is not None:
        service.control.close()
