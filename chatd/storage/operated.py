"""The part of the contract of a store that is for those who operate a daemon.

This module must not know a log.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from chatd.i18n import Language
from chatd.storage.handing_over import StoreHandover
from chatd.storage.node_states import LogState

if TYPE_CHECKING:
    from chatd.storage.contract import StoreError


class OperatedStore(abc.ABC):
    """A store as its operator sees it."""

    leaves_no_trace = True
    """True if no file has an earlier state of a record that is to leave no trace (`Record`)."""

    handover: StoreHandover | None = None
    """The handover of this store; None for one in memory, which would be lost."""

    @property
    def place(self) -> Path | None:
        """The path beside which a daemon has files of its own; None for a store in memory."""
        return None

    @property
    def durable(self) -> bool:
        """False if lines are known to be less safe than the operator says that they are."""
        return True

    def when_broken(self, broken: Callable[[StoreError], None]) -> None:
        """Call this once if the daemon has to be started again for the store to go on."""
        return

    @abc.abstractmethod
    def describe(self, language: Language) -> str:
        """Return where the history is stored, for the operator: ``history in ...``."""

    def sizes(self) -> Mapping[str, int]:
        """Return the bytes in use on disk, of the file "store" and of its log "wal".

        A store in memory has none.
        """
        return {}

    def last_back_up(self) -> int | None:
        """Return when the last back-up began that succeeded, in seconds since 1970; None for none.

        A store in memory has none.
        """
        return None

    def log_state(self) -> LogState | None:
        """Return the state of the log that other nodes write, too; None if this one is alone."""
        return None

    @property
    def unindexed(self) -> int:
        """The most events that a search has to read because no index has them yet."""
        return 0

    def agree(self, settings: Mapping[str, str]) -> None:
        """Take note of settings that all nodes have alike, after they were changed here."""
        return
