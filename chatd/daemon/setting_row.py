"""A row of the table of settings: a setting, and all that is to be known of it.

This module must not know which settings there are.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from chatd.daemon import value_kinds as kinds
from chatd.daemon.given import Given, Source
from chatd.daemon.value_kinds import ValueKind

VARIABLES = "CHATD__"
"""The beginning of the names of variables of the environment that are settings."""

LISTEN = "listen"
"""The section of the configuration file that is repeated: an address each."""


def variable_of(path: str) -> str:
    """Return the variable of the environment for a place in the file."""
    return f"{VARIABLES}{path.replace('.', '__').upper()}"


class Group(enum.Enum):
    """A group of options, by its heading in the manual, in the order there."""

    FILE = "Configuration"
    ADDRESSES = "Addresses"
    HISTORY = "History"
    CLUSTER = "Several daemons on one store"
    PEOPLE = "Rooms and people"
    SIGN_IN = "Sign-in of an organisation"
    WEBHOOKS = "Webhooks"
    LOG = "Log"
    WATCHING = "Watching the daemon"
    LIMITS = "Limits (0 is no limit)"


class Reload(enum.Enum):
    """The time from which a changed setting is used after a reload."""

    AT_ONCE = "at once"
    NEWCOMERS = "for new connections"
    RESTART = "no, a restart does"


class Row(NamedTuple):
    """A setting, and the option that sets it."""

    path: str
    """The place in the configuration file: ``SECTION.NAME``."""

    option: str
    """The name of the option, without dashes."""

    kind: ValueKind

    default: str | None
    """The text of the default value, or None if there is none."""

    meaning: str
    group: Group
    reload: Reload = Reload.RESTART
    letter: str | None = None
    repeated: bool = False

    without: str = "none"
    """The words for the absence of a value, if that is the default."""

    example: str = ""
    """A value of a setting without a default."""

    @property
    def takes_value(self) -> bool:
        """False for a flag."""
        return self.kind is not kinds.YES_NO

    @property
    def section(self) -> str:
        """The section of the configuration file."""
        return self.path.partition(".")[0]

    @property
    def name(self) -> str:
        """The name in that section."""
        return self.path.partition(".")[2]

    @property
    def variable(self) -> str:
        """The variable of the environment that sets it."""
        return variable_of(self.path)

    @property
    def by_default(self) -> Given:
        """The default value, as if it was given."""
        texts = () if self.default is None else (self.default,)
        return Given(f"--{self.option}", texts, Source.DEFAULT)

    @property
    def shown_default(self) -> str:
        """The default, or the words for its absence."""
        if not self.takes_value:
            return "off"
        return self.without if self.default is None else self.default
