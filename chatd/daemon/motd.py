"""The message of the day: a text file, read at the start and again at each reload.

This module must not know when the text is shown.
"""

from __future__ import annotations

from pathlib import Path

from chatd.util.whole_files import content_of, text_in


class MotdError(Exception):
    """The motd cannot be read. Its text names the file and the reason: one line, for operators."""


def read_motd(path: Path | None) -> str:
    """Return the text of the file, or "" if ``path`` is None. Raises `MotdError`."""
    if path is None:
        return ""
    try:
        text = text_in(content_of(path))
    except OSError as error:
        raise MotdError(f"cannot read the motd {path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise MotdError(f"cannot read the motd {path}: it is not UTF-8.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
