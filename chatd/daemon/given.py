"""Values of settings as they were given, and what is wrong with them.

A value comes from the configuration file, from the environment or from the command line. A later
source goes before an earlier one. This module must not know which settings there are.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from chatd.text.escaping import visible


class Source(enum.IntEnum):
    """A place where values are given; the later one goes before."""

    DEFAULT = 0
    FILE = 1
    ENVIRONMENT = 2
    COMMAND_LINE = 3


class Fault(NamedTuple):
    """A fault in what was given: one line, without a name of the program before it."""

    line: str
    source: Source


class Given(NamedTuple):
    """The texts that one source gives for one setting: one, or several of a repeated setting."""

    name: str
    """The setting as the source calls it: ``--recent``, or ``server.recent``."""

    texts: tuple[str, ...]
    source: Source

    where: str = ""
    """The beginning of lines about it: ``chatd.toml: ``, say."""

    def fault(self, why: str) -> Fault:
        """Return a fault, with what comes after the name of the setting."""
        return Fault(visible(f"{self.where}{self.name}{why}"), self.source)


GivenValues = Mapping[str, Given]
"""The values by the paths of their settings."""


class GivenSettings(NamedTuple):
    """All that is given: the settings, and each listener."""

    values: GivenValues = {}

    listeners: tuple[GivenValues, ...] | None = None
    """None if nothing is said of listeners."""


class Faulty(Exception):
    """Values that were given are not valid. ``faults`` are all that were found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.line for fault in self.faults))
