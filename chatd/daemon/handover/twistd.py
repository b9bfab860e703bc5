"""What twistd does for a process, where a successor must not have it done again.

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


class PidFile:
    """The file of twistd with the number of the daemon; there may be none.

    twistd refuses to start beside the file of another process that runs. So the daemon removes it
    before it starts a successor, and puts it back if that fails.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._path = Path(name) if (name := options.get("pidfile")) else None

    def remove(self) -> None:
        """Remove the file, if it is this process's."""
        if self._path is not None:
            with suppress(OSError):
                if self._path.read_text().strip() == str(os.getpid()):
                    self._path.unlink()

    def write(self) -> None:
        """Write the number of this process, which twistd removes at the end."""
        if self._path is not None:
            self._options["pidfile"] = str(self._path)
            with suppress(OSError):
                self._path.write_text(str(os.getpid()))


def stay_in_place(options: Options) -> PidFile:
    """Have twistd leave a successor where it is. Return the pid file that it is to write later."""
    file = PidFile(options)
    if not options.get("nodaemon"):
        options["nodaemon"] = True
        options["logfile"] = options.get("logfile") or DAEMONS_FILE
    options["pidfile"] = ""
    for name in ("chroot", "uid", "gid"):
        options[name] = None
    return file
