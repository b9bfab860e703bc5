"""The rows of the table of figures: what a figure is, and the parts of the daemon it is read from.

This module must not know which figures there are.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from chatd.accounts.check_counts import CheckCounts
from chatd.chat.server import ChatServer
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.reactor_lag import ReactorLag
from chatd.daemon.readiness import Readiness
from chatd.daemon.server_certificate import ServerCertificate
from chatd.protocols.transport.factory import ChatFactory
from chatd.util.counts import Histogram

PREFIX = "chatd_"
"""The beginning of the names of all figures of chatd."""


class FigureKind(enum.Enum):
    """A kind of figure, by the word of Prometheus."""

    COUNTER = "counter"
    """A count that only grows, from the start of the daemon."""

    GAUGE = "gauge"
    """A value that goes up and down."""

    HISTOGRAM = "histogram"
    """Times in seconds, by bounds."""


Value = float | Histogram
Sample = tuple[tuple[str, ...], Value]
"""The values of the labels, in their order, and that of the figure."""


class Door(NamedTuple):
    """An address for clients: the factory that serves it, and the certificate that it shows."""

    kind: ListenerKind
    factory: ChatFactory
    certificate: ServerCertificate | None


class Parts(NamedTuple):
    """The parts of the daemon that figures are read from. ``doors`` grow while it is wired."""

    server: ChatServer
    passwords: CheckCounts
    lag: ReactorLag
    readiness: Readiness
    doors: list[Door]


class Row(NamedTuple):
    """A figure: its name without the prefix, and a function that reads its samples."""

    name: str
    kind: FigureKind
    meaning: str
    read: Callable[[Parts], Iterable[Sample]]
    labels: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """The name by which it is exposed."""
        return PREFIX + self.name


def one(read: Callable[[Parts], Value]) -> Callable[[Parts], Iterable[Sample]]:
    """Return the reader of a figure without labels."""
    return lambda parts: [((), read(parts))]


def labelled(
    read: Callable[[Parts], Mapping[str, Value]],
) -> Callable[[Parts], Iterable[Sample]]:
    """Return the reader of a figure with one label, of its values by that."""
    return lambda parts: [((label,), value) for label, value in read(parts).items()]
