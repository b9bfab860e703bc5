"""The store of a daemon that hands over: its successor prepares, and then opens it.

The theory of operation is in `chatd.storage.handing_over`. This module must not know any store.
"""

from __future__ import annotations

import time
from typing import Any, NoReturn

from twisted.internet.defer import Deferred

from chatd.daemon.handover.channel import Channel, Ended, Message
from chatd.daemon.handover.waiting import Waiting
from chatd.storage.contract import StoreError
from chatd.storage.handing_over import StoreHandover

PREPARING_SECONDS = 20.0
"""Seconds for a successor to connect to a database, in which the daemon works on."""

OPENING_SECONDS = 1.5
"""Seconds for a successor to open the store, in which the daemon stands still."""


class GivenStore:
    """A store that the successor at the other end of a channel opens. All raise `Ended`."""

    def __init__(self, handover: StoreHandover, channel: Channel, reactor: Any) -> None:
        self._handover = handover
        self._channel = channel
        self._reactor = reactor

    async def prepare(self) -> None:
        """Give the descriptors of the store, and wait until the successor has prepared."""
        self._channel.say("store", self._handover.descriptors)
        _expect("prepared", await self._heard(PREPARING_SECONDS))

    async def open(self) -> None:
        """Let the successor open the store, while the daemon stands still."""
        self._say("still")
        while (heard := await self._heard(OPENING_SECONDS)).says == "meet":
            met = Deferred.fromCoroutine(self._handover.meet(heard.state["where"]))
            try:
                there = await met.addTimeout(OPENING_SECONDS, self._reactor, _too_late)
            except StoreError as error:
                raise Ended(str(error).rstrip(".")) from None
            self._say("met", there=there)
        _expect("opened", heard)

    def _say(self, what: str, **members: Any) -> None:
        self._channel.deadline = time.monotonic() + OPENING_SECONDS
        self._channel.say(what, **members)

    async def _heard(self, seconds: float) -> Message:
        waiting = Waiting(self._reactor, self._channel)
        return await waiting.message.addTimeout(seconds, self._reactor, _too_late)


def _expect(what: str, message: Message) -> None:
    if message.says != what:
        raise Ended(str(message.state.get("why", f"it says {message.says}")).rstrip("."))


def _too_late(result: object, seconds: float) -> NoReturn:
    raise Ended(f"the store is not open after {seconds:g} s")
