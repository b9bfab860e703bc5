"""The files of a person's configuration: where they are, and how they are read and replaced.

They decide which server is sent a password, so a file that another user could have written is
refused. A file is replaced as a whole, so a reader finds the old one or the new one. Every client
loads this module, and few users have such a file: what a file needs is imported where one is read.
This module must not know what is in a file.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chatd.client.wire import ClientError

if TYPE_CHECKING:
    from pathlib import Path


def path_of(name: str) -> str | None:
    """Return the path of a file of this name; None for a user without a home directory."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(base):  # to be ignored (XDG Base Directory Specification)
        base = os.path.expanduser("~/.config")
    return os.path.join(base, "chatd", name) if os.path.isabs(base) else None


def lines_of(path: str | None) -> list[str]:
    """Return the lines of a file; none without a file. Raises `ClientError`."""
    if path is None or not os.path.lexists(path):
        return []
    from pathlib import Path

    from chatd.util.private_files import UnusableFile, text_of

    try:
        return text_of(Path(path)).splitlines()
    except UnusableFile as unusable:
        raise ClientError(str(unusable)) from None


@contextlib.contextmanager
def being_changed(path: str) -> Iterator[None]:
    """Let no other process change a file meanwhile. Its directory is made, if there is none.

    Raises `ClientError`, also for an error within.
    """
    import fcntl
    from pathlib import Path

    from chatd.util.private_files import UnsafePath, resolve

    try:
        directory = resolve(Path(path), {0, os.geteuid()}).parent
        _make(directory)
        folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)  # which unlocks it
    except UnsafePath as unsafe:
        raise ClientError(f"cannot change {path}: {unsafe}") from None
    except OSError as error:
        raise ClientError(f"cannot change {path}: {error.strerror}.") from None


def replace(path: str, lines: list[str]) -> None:
    """Replace a file `being_changed` by one with these lines, for this user alone."""
    from pathlib import Path

    from chatd.util.private_files import resolve

    final = resolve(Path(path), {0, os.geteuid()})
    new = final.with_name(f"{final.name}.new")
    new.unlink(missing_ok=True)  # an earlier process was killed
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(descriptor)
    new.rename(final)


def _make(folder: Path) -> None:
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(0o700, exist_ok=True)
