"""The state of the daemon for those who watch it: healthy, and ready for clients.

This module must not know who asks, nor how it is told.
"""

from __future__ import annotations

import enum
from collections.abc import Callable

OK = "ok"
"""The word for a state with nothing wrong."""

NOT_SAVING = "not saving"

CUT_OFF = "cut off"

LONG_SECONDS = 15.0
"""Seconds after which a node that is cut off from the others is not ready: by then it refuses
lines, unless it waits longer (``--give-up``), and clients had better come to another one."""


class Phase(enum.Enum):
    """The phase of the daemon's life, by the word for it."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class Readiness:
    """The phase of the daemon, which its service sets, and the state of its store.

    ``saves`` returns True if lines are saved, and ``cut_off`` the seconds for which this node has
    been cut off from others on its store; 0 if it is not.
    """

    def __init__(self, saves: Callable[[], bool], cut_off: Callable[[], float] = float) -> None:
        self.phase = Phase.STARTING
        self._saves = saves
        self._cut_off = cut_off

    @property
    def health(self) -> str:
        """The word for the state of the store: `OK`, or `NOT_SAVING`."""
        return OK if self._saves() else NOT_SAVING

    @property
    def readiness(self) -> str:
        """`OK` if clients are served and their lines are saved, or the word for the reason."""
        if self.phase is Phase.RUNNING and self.health == OK:
            return CUT_OFF if self._cut_off() >= LONG_SECONDS else OK
        return self.health if self.phase is Phase.RUNNING else self.phase.value
