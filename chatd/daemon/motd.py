"""The message of the day: a text file, read at the start and again after each SIGHUP.

This module must not know when the text is shown.
"""

from __future__ import annotations

from pathlib import Path

from twisted.logger import Logger

from chatd.chat.server import ChatServer
from chatd.text.escaping import visible

_log = Logger()


class MotdError(Exception):
    """The motd cannot be read. Its text names the file and the reason: one line, for operators."""


def read_motd(path: Path | None) -> str:
    """Return the text of the file, or "" if ``path`` is None. Raises `MotdError`."""
    if path is None:
        return ""
    try:
        return path.read_text("utf-8-sig").rstrip("\n")
    except OSError as error:
        why = error.strerror
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    raise MotdError(f"cannot read the motd {path}: {why}.")


def renew_motd(server: ChatServer, path: Path | None) -> None:
    """Show newcomers from now on the present text of the file.

    If it cannot be read, log the reason and leave the text as it is.
    """
    if path is None:
        return
    try:
        server.change_motd(read_motd(path))
    except MotdError as error:
        _log.error("{why} The old one stays.", why=visible(str(error)))
    else:
        _log.info("read the motd {path} again.", path=visible(str(path)))
