"""The message of the day: a text file, read at the start and again at each reload.

This module must not know when the text is shown.
"""

from __future__ import annotations

from pathlib import Path


class MotdError(Exception):
    """The motd cannot be read. Its text names the file and the reason: one line, for operators."""


def read_motd(path: Path | None) -> str:
    """Return the text of the file, or "" if ``path`` is None. Raises `MotdError`."""
    if path is None:
        return ""
    try:
        # The codec utf-8-sig is a module, which a user whose rights were taken may not read.
        return path.read_text("utf-8").removeprefix("\ufeff").rstrip("\n")
    except OSError as error:
        why = error.strerror
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    raise MotdError(f"cannot read the motd {path}: {why}.")
