"""The wiring of upgrades: how this process is handed over, restarted, and ended.

This module must not know what is handed over.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from twisted.logger import Logger

from chatd.daemon.handover.giving import Given, Handover
from chatd.daemon.handover.keeper import become_keeper
from chatd.daemon.handover.process import Start
from chatd.daemon.handover.standing import StandingStill
from chatd.daemon.handover.twistd import PidFile
from chatd.daemon.handover.upgrade import Reply, Upgrade
from chatd.daemon.log_output import LogOutput
from chatd.daemon.service_manager import Manager


class ThisProcess(NamedTuple):
    """What an upgrade has to know of the process."""

    start: Start
    pid_file: PidFile
    manager: Manager
    log: LogOutput
    foreground: bool


def upgrade_of(
    given: Callable[[], Given], standing: StandingStill, process: ThisProcess, reactor: Any
) -> Upgrade:
    """Return the upgrades of a daemon, which gives what ``given`` returns when it is asked."""
    start, pid_file, manager, log, foreground = process

    def end(number: int) -> NoReturn:
        manager.hand_over(number)
        log.end()
        if foreground and not manager.listens:
            try:
                become_keeper(number)
            except OSError as error:
                Logger().error("cannot stay until the successor ends: {why}", why=str(error))
        os._exit(0)

    def restart() -> None:
        atexit.register(_start_again, start)
        reactor.stop()

    def answer(reply: Reply) -> None:
        control = given().control
        if control is not None:
            control.answer_now(reply)

    handover = Handover(given, standing, start, pid_file, reactor, end)
    return Upgrade(handover, restart, answer)


def _start_again(start: Start) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(start.directory)
    os.execve(sys.executable, list(start.arguments), dict(start.environment))
