"""An upgrade as it is asked for: by the control socket, or by a signal.

This module must not know how a handover is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from chatd.daemon.handover.giving import CannotUpgrade, Handover
from chatd.text.escaping import visible

Reply = dict[str, Any]


class Upgrade:
    """Has a daemon handed over, or restarted by ``restart``.

    ``answer`` replies to requests that are under way when this process is about to end.
    """

    log = Logger()

    def __init__(
        self, handover: Handover, restart: Callable[[], None], answer: Callable[[Reply], None]
    ) -> None:
        self._handover = handover
        self._restart = restart
        self._answer = answer

    async def request(self, restarts: bool) -> Reply:
        """Hand over, or restart; return the reply, unless this process has ended by then."""
        if restarts:
            self._restart()
            return {"said": "the daemon restarts."}
        try:
            await self._handover.begin(self._tell)
        except CannotUpgrade as why:
            self.log.warn("not upgraded: {why}", why=visible(str(why)))
            return {"error": f"not upgraded: {why} This version goes on, and nobody noticed."}
        return {"said": "upgraded."}

    def by_signal(self) -> None:
        """Hand over; the log has the outcome."""
        Deferred.fromCoroutine(self.request(False)).addErrback(
            lambda failure: self.log.failure("the upgrade failed", failure)
        )

    def _tell(self, number: int) -> None:
        self._answer({"said": f"upgraded: process {number} goes on, and nobody noticed."})
