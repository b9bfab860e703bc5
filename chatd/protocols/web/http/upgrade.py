"""The requester, as handlers see it; and the answer by which a connection becomes another one.

This module must not know requests, nor what is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from chatd.protocols.transport.handler import Handler


class Requester(Protocol):
    """The client that sent a request."""

    @property
    def whence(self) -> str:
        """The client's network (`chatd.protocols.transport.limits.network_of`); empty for none."""

    @property
    def confidential(self) -> bool:
        """True if no third party on the way can read what the client sends."""

    @property
    def encrypted(self) -> bool:
        """True if the client came over TLS."""

    def charge(self, lines: float) -> None:
        """Charge the client for so many lines more."""


@dataclass(frozen=True)
class HandOver:
    """No answer: the handler that ``make`` returns takes over the connection and its unread bytes,
    and sends the answer."""

    make: Callable[[], Handler[Any]]
