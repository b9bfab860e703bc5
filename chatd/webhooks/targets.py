"""Targets of requests: a URL, the owner of its turns, and how long it has failed.

Hooks and pushes are targets. This module must not know what is requested, or when.
"""

from __future__ import annotations

import enum

from chatd.util.fair_queue import Asker
from chatd.webhooks.lanes import Caller, Pace
from chatd.webhooks.urls import Destination

GIVE_UP_SECONDS = 7 * 86_400
"""Seconds for which a target is tried in vain before it ends. Only the time counts for which the
daemon runs, so neither a daemon that was down nor a wrong clock ends one. A target that is broken
on Friday is repaired within a week."""


class DeliveryFailure(enum.Enum):
    """The reason for which a request was not accepted. The sentences ``hook_...`` word it."""

    ANSWERED = "answered"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    NO_ADDRESS = "no_address"
    NOT_ALLOWED = "not_allowed"
    NO_TLS = "no_tls"
    TLS_FAILED = "tls_failed"
    BROKE = "broke"
    NOT_READABLE = "not_readable"
    NOT_PROVEN = "not_proven"
    BUSY = "busy"


class NotDelivered(Exception):
    """A request that was not accepted. ``status`` is that of the answer, 0 without one."""

    def __init__(self, why: DeliveryFailure, status: int = 0) -> None:
        super().__init__(why.value, status)
        self.why = why
        self.status = status


class Target:
    """A URL that requests are sent to, and the failures since it accepted one.

    ``caller`` says in whose turn and in which lane they are sent. ``failures`` is the number of
    failed tries, ``failed_for`` the seconds from the first of them to the last, and ``error`` the
    last failure.
    """

    __slots__ = ("caller", "error", "failed_for", "failures", "to")

    def __init__(self, to: Destination, owner: Asker, failed_for: float) -> None:
        self.to = to
        self.caller = Caller(owner, Pace())
        self.failed_for = float(failed_for)
        self.failures = 0
        self.error: NotDelivered | None = None

    def went_well(self) -> None:
        """Note that a request was accepted."""
        self.failures = 0
        self.failed_for = 0.0
        self.error = None

    def failed(self, error: NotDelivered, seconds: float = 0.0) -> None:
        """Note that a request failed, ``seconds`` after the failure before, if there was one."""
        self.failures += 1
        self.failed_for += seconds
        self.error = error
