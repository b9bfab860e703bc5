"""The options of twistd for a successor, for which it must not do everything again.

A successor is started with the daemon's arguments, but is in its place already: in the background,
as its user, and beside its pid file. This module must not know what is handed over.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from chatd.daemon.log_output import DAEMONS_FILE

Options = MutableMapping[str, Any]


_KEPT = "chatd_pidfile"
"""The option that has the name of the pid file, where twistd is to see none."""


class PidFile:
    """The file of twistd with the number of the daemon; there may be none."""

    def __init__(self, options: Options) -> None:
        self._options = options
        name = options.get(_KEPT) or options.get("pidfile")
        self._path = Path(name) if name else None

    @property
    def is_fixed(self) -> bool:
        """True if this process may not change it: the daemon was root when it was written."""
        return self._path is not None and not os.access(self._path, os.W_OK)

    def hand_over(self, number: int) -> None:
        """Write the number of a successor, which goes on."""
        if self._path is not None and not self.is_fixed:
            with suppress(OSError):  # the disk is full
                self._path.write_text(str(number))

    def take_over(self) -> None:
        """Have twistd remove the file when this process ends."""
        if self._path is not None and not self.is_fixed:
            self._options["pidfile"] = str(self._path)


def pass_over_pid_file(options: Options) -> None:
    """Have twistd see no pid file: it would refuse to start beside the daemon, which runs.

    Call it while options are parsed. twistd looks at the file right after that.
    """
    if name := options.get("pidfile"):
        options[_KEPT] = os.path.abspath(name)
        options["pidfile"] = ""


def stay_in_place(options: Options) -> None:
    """Have twistd leave a successor where it is."""
    if not options.get("nodaemon"):
        options["nodaemon"] = True
        options["logfile"] = options.get("logfile") or DAEMONS_FILE
    for name in ("chroot", "uid", "gid"):
        options[name] = None
