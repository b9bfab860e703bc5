"""An upgrade as it is asked for: by the control socket, or by a signal.

This module must not know how a handover is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from chatd.daemon.handover.giving import Handover
from chatd.daemon.handover.outcome import CannotUpgrade, Outcome
from chatd.text.escaping import visible

Reply = dict[str, Any]


class Upgrade:
    """Has a daemon handed over, or restarted.

    ``restart`` begins a restart, and returns the reason why that is impossible, "" if it is not.
    ``tell`` is called when a successor goes on, and this process is about to end: with the number
    of that one, and the reply to those who asked for an upgrade.
    """

    log = Logger()

    def __init__(
        self, handover: Handover, restart: Callable[[], str], tell: Callable[[int, Reply], None]
    ) -> None:
        self.handover = handover
        self._restart = restart
        self._tell = tell

    async def request(self, restarts: bool) -> Reply:
        """Hand over, or restart; return the reply, unless this process has ended by then."""
        try:
            if restarts:
                version = await self.handover.try_out()
                if why := self._restart():
                    raise CannotUpgrade(why)
                self.log.info("restarting with chatd {version}", version=visible(version))
                return {"said": f"the daemon stops, to start again with chatd {version}."}
            await self.handover.begin(self._goes_on)
        except CannotUpgrade as why:
            goes_on = "" if self.handover.stops else " This version goes on."
            not_done = f"not upgraded: {why}{goes_on}"
            self.log.warn("{not_done}", not_done=visible(not_done))
            return {"error": not_done}
        raise AssertionError("this process has ended")

    def by_signal(self) -> None:
        """Hand over; the log has the outcome."""
        Deferred.fromCoroutine(self.request(False)).addErrback(
            lambda failure: self.log.failure("the upgrade failed", failure)
        )

    def _goes_on(self, outcome: Outcome) -> None:
        self._tell(outcome.number, {"said": f"upgraded: {outcome}"})
