"""The wiring of upgrades: how this process is handed over, restarted, and ended.

This module must not know what is handed over.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn

from twisted.logger import Logger

from chatd.chat.admin_requests import asks_for_upgrade
from chatd.daemon.audit_file import AuditFile
from chatd.daemon.handover.giving import Given, Handover
from chatd.daemon.handover.keeper import become_keeper, pass_signals_on
from chatd.daemon.handover.process import Start
from chatd.daemon.handover.standing import StandingStill
from chatd.daemon.handover.twistd import PidFile
from chatd.daemon.handover.upgrade import Reply, Upgrade
from chatd.daemon.log_output import LogOutput
from chatd.daemon.os_process import fail_in_the_end
from chatd.daemon.service_manager import Manager
from chatd.daemon.settings import Settings
from chatd.daemon.signals import as_at_the_start, heed_stops

ANSWER_SECONDS = 0.1
"""Seconds until a restart begins: for the reply to who asked for it, whose connection it closes."""


class ThisProcess(NamedTuple):
    """The parts of the process for an upgrade. ``fixed`` is why it cannot start again, or ""."""

    start: Start
    pid_file: PidFile
    manager: Manager
    log: LogOutput
    audit: AuditFile | None
    foreground: bool
    fixed: str


def upgrade_of(
    given: Callable[[], Given], standing: StandingStill, process: ThisProcess, reactor: Any
) -> Upgrade:
    """Return the upgrades of a daemon, which gives what ``given`` returns when it is asked."""

    def end(number: int) -> NoReturn:
        pass_signals_on(number)
        if handover.stops:  # told since the successor was: the signal means it now
            os.kill(number, signal.SIGTERM)
        signal.setitimer(signal.ITIMER_REAL, 0)  # it would end the keeper
        process.manager.hand_over(number)
        process.log.end()
        if process.audit is not None:
            process.audit.stop()
        # The number of this process is known to who waits for it, or to readers of the pid file.
        is_known = process.foreground or process.pid_file.is_fixed
        if is_known and not process.manager.listens:
            try:
                become_keeper(number)
            except OSError as error:
                Logger().error("cannot stay until the successor ends: {why}", why=str(error))
        os._exit(0)

    def tell(number: int, reply: Reply) -> None:
        process.pid_file.hand_over(number)
        control = given().control
        if control is not None:
            control.answer_now(asks_for_upgrade, reply)

    handover = Handover(given, standing, process.start, reactor, end)
    restart = Restart(process, handover, reactor)
    return Upgrade(handover, restart.begin, tell)


def why_fixed(twistd: Mapping[str, Any], settings: Settings) -> str:
    """Return why another process like this one could not do what this one did at its start.

    Return "" if it could.
    """
    if twistd.get("uid") is not None or twistd.get("chroot"):
        return "it was started by root, and has given up those rights: start it anew as root."
    if any(each.endpoint.startswith("systemd:") for each in settings.listeners):
        return "a service manager has opened its addresses, and alone can start it anew."
    return ""


class Restart:
    """A restart: the daemon stops in order, and its program takes its place once more.

    A service manager does that itself, with a daemon that fails.
    """

    def __init__(self, process: ThisProcess, handover: Handover, reactor: Any) -> None:
        self._process = process
        self._handover = handover
        self._reactor = reactor
        self._is_wanted = True

    def begin(self) -> str:
        """Begin soon. Return the reason if it is impossible; otherwise ""."""
        if self._process.fixed and not self._process.manager.listens:
            return self._process.fixed
        self._reactor.callLater(ANSWER_SECONDS, self._stop)
        return ""

    def _stop(self) -> None:
        if self._handover.stops:
            return
        if self._process.manager.listens:
            fail_in_the_end()
        else:
            atexit.register(self._start_again)
            heeding = "before", "shutdown", heed_stops, self._give_up
            self._reactor.addSystemEventTrigger(*heeding)
        self._reactor.stop()

    def _give_up(self) -> None:
        self._is_wanted = False

    def _start_again(self) -> None:
        if not self._is_wanted:
            return
        sys.stdout.flush()
        sys.stderr.flush()
        as_at_the_start()
        start = self._process.start
        os.chdir(start.directory)
        os.execve(sys.executable, list(start.arguments), dict(start.environment))
