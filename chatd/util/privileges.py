"""The user that a process acts as.

Root takes the rights of a less privileged user before it touches that user's files, so that no link
of theirs leads root to another file.

This module must not know which files those are.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple


class Identity(NamedTuple):
    """A user, a primary group and all groups, as numbers."""

    uid: int
    gid: int
    groups: tuple[int, ...]

    def become(self) -> None:
        """Give up all other rights for good. Only root can. Raises `OSError`."""
        os.setgroups(self.groups)
        os.setgid(self.gid)
        os.setuid(self.uid)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Have only this user's rights for a while, if the process is root's. Raises `OSError`."""
        if os.geteuid() != 0 or self.uid == 0:
            yield
            return
        gid, groups = os.getegid(), os.getgroups()
        try:
            os.setgroups(self.groups)
            os.setegid(self.gid)
            os.seteuid(self.uid)
            yield
        finally:
            os.seteuid(0)
            os.setegid(gid)
            os.setgroups(groups)


def current() -> Identity:
    """Return the identity that this process has."""
    return Identity(os.geteuid(), os.getegid(), tuple(os.getgroups()))


def identity_of(uid: int, gid: int | None = None) -> Identity:
    """Return the identity of a user, with the groups that the system's user database names.

    ``gid`` is the primary group instead of the user's own; for a user that the database does not
    know it must be given, or the user's number is taken for it.
    """
    with suppress(KeyError):
        user = pwd.getpwuid(uid)
        primary = user.pw_gid if gid is None else gid
        return Identity(uid, primary, tuple(os.getgrouplist(user.pw_name, primary)))
    primary = uid if gid is None else gid
    return Identity(uid, primary, (primary,))
