"""Paths and files that only their owner, and root, may change.

A path leads to what its owner meant only if no other user can put a link or another file on the way
to it. This module checks that; it must not know the content of the files.

Theory of operation. A file is opened without following a link and without waiting, and the
descriptor is checked, never the path, so there is no moment between a check and a use. Permissions
are changed through the descriptor. The folder belongs to the user who works in it (or to root), and
no other user may write to it; so all that is in it was put there by one of these two.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from chatd.util.whole_files import content_at, text_in

MAX_LINKS = 40
"""Most symbolic links in a path, as on Linux (path_resolution(7))."""

_OTHERS = 0o077


class UnsafePath(Exception):
    """Another user could change the file that a path leads to. The text names the user."""


class UnusableFile(Exception):
    """A file cannot be read, or not trusted. The text is the reason, with the path."""


def resolve(
    path: Path, trusted: Collection[int] | None = None, *, may_be_sticky: bool = True
) -> Path:
    """Return a path without links.

    Each folder and each link on the way must belong to one of the users that are ``trusted``, and
    no other user may write to a folder: so no other user can have led a privileged process to
    another file. If ``may_be_sticky``, a sticky folder such as /tmp may be on the way, because
    there files can be replaced only by their owners. None trusts all users. Raises `UnsafePath`.
    """
    if trusted is None:
        return Path(os.path.realpath(path))
    try:
        return _walk(path.absolute(), trusted, may_be_sticky)
    except OSError as error:
        raise UnsafePath(f"{error.filename}: {error.strerror}.") from None


def check_folder(folder: Path) -> None:
    """Raise `UnsafePath` for a folder that others than this process's user and root may change.

    A sticky one is refused, too: in /tmp any user can make a file before its owner does. Raises
    `OSError` without a folder.
    """
    _check_folder(folder, os.stat(folder), {0, os.geteuid()})


def open_private(path: Path, flags: int = os.O_RDWR) -> tuple[int, bool]:
    """Open a regular file of this process's user; with ``os.O_CREAT`` create it with mode 0600.

    Return the descriptor, and True if other users had permissions for the file, which are revoked.
    Never follows a link and never waits (a FIFO). Raises `UnsafePath` unless it is a file of this
    user, and `OSError`. Other names of the file (hard links) are for the caller to check: they can
    only be names of a file of the same user.
    """
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise UnsafePath(f"{path} is a link.") from None
        if error.errno == errno.ENXIO:  # a socket, or a FIFO without a reader or writer
            raise UnsafePath(f"{path} is not a file.") from None
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnsafePath(f"{path} is not a file.")
        _check_owner(path, status, {os.geteuid()})
        mended = bool(status.st_mode & _OTHERS)
        if mended:
            os.fchmod(descriptor, stat.S_IMODE(status.st_mode) & ~_OTHERS)
        return descriptor, mended
    except BaseException:
        os.close(descriptor)
        raise


def open_trusted(path: Path) -> int:
    """Open a file for reading that only this process's user, and root, may change.

    Return the descriptor. Links are followed if no other user could have put them there. Raises
    `UnsafePath`, and `OSError`.
    """
    trusted = {0, os.geteuid()}
    descriptor = os.open(resolve(path, trusted), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnsafePath(f"{path} is not a file.")
        _check_owner(path, status, trusted)
        if _others_may_write(status, trusted):
            raise UnsafePath(f"others may write to {path} (chmod go-w closes it).")
        return descriptor
    except BaseException:
        os.close(descriptor)
        raise


def text_of(path: Path) -> str:
    """Return the text of a file that `open_trusted` opens. Raises `UnusableFile`."""
    try:
        return text_in(content_at(open_trusted(path)))
    except UnsafePath as unsafe:
        raise UnusableFile(f"cannot use {path}: {unsafe}") from None
    except UnicodeDecodeError:
        raise UnusableFile(f"cannot use {path}: it is not UTF-8.") from None
    except OSError as error:
        raise UnusableFile(f"cannot read {path}: {error.strerror}.") from None


def why_not_writable(path: Path) -> str:
    """Return why this process may not write to a file, or make files in a directory; "" if it may.

    The rights that it has now count.
    """
    wanted = os.W_OK | (os.X_OK if os.path.isdir(path) else 0)
    if os.access(path, wanted, effective_ids=os.access in os.supports_effective_ids):
        return ""
    try:
        is_read_only = os.statvfs(path).f_flag & os.ST_RDONLY
    except OSError as error:
        return error.strerror or str(error)
    return os.strerror(errno.EROFS if is_read_only else errno.EACCES)


def _walk(path: Path, trusted: Collection[int], may_be_sticky: bool) -> Path:
    here = Path("/")
    # The owner of the root can change everything. In a user namespace it may be a number that
    # represents all users outside of it (user_namespaces(7)), of whose rights root there has none.
    trusted = {*trusted, os.lstat(here).st_uid}
    left = list(reversed(path.parts[1:]))
    links = 0
    while left:
        _check_folder(here, os.lstat(here), trusted, may_be_sticky=may_be_sticky)
        part = left.pop()
        if part == "..":
            here = here.parent
            continue
        step = here / part
        try:
            status = os.lstat(step)
        except FileNotFoundError:  # so there are no links
            return Path(os.path.normpath(step.joinpath(*reversed(left))))
        if stat.S_ISLNK(status.st_mode):
            _check_owner(step, status, trusted)
            links += 1
            if links > MAX_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(step))
            left += reversed(Path(os.readlink(step)).parts)  # with "/" for the first, if it has it
        else:
            here = step
    return here


def _check_folder(
    folder: Path,
    status: os.stat_result,
    trusted: Collection[int],
    *,
    may_be_sticky: bool = False,
) -> None:
    _check_owner(folder, status, trusted)
    protected = may_be_sticky and status.st_mode & stat.S_ISVTX
    if _others_may_write(status, trusted) and not protected:
        raise UnsafePath(f"others may write to the directory {folder} (chmod go-w closes it).")


def _check_owner(path: Path, status: os.stat_result, trusted: Collection[int]) -> None:
    if status.st_uid not in trusted:
        raise UnsafePath(f"{path} belongs to {login_of(status.st_uid)}. Work as that user.")


def login_of(uid: int) -> str:
    """Return the login name of a user, or its number in words."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _others_may_write(status: os.stat_result, trusted: Collection[int]) -> bool:
    """Return True if others than the users that are ``trusted`` may write there."""
    if status.st_mode & stat.S_IWOTH:
        return True
    return bool(status.st_mode & stat.S_IWGRP) and not _is_of(status.st_gid, trusted)


def _is_of(gid: int, trusted: Collection[int]) -> bool:
    """Return True if a group has no members but users that are trusted.

    It is the group of one of them alone, by the user's name: some systems give each user such a
    group, and umask 002, and daemons have one (Debian's OpenSSH judges as this does). Or no user
    of this system has it, and this process was given its number: so containers share a volume.
    """
    try:
        group = grp.getgrgid(gid)
    except KeyError:
        return gid in (os.getegid(), *os.getgroups())
    users = []
    for uid in trusted:
        with suppress(KeyError):
            users.append(pwd.getpwuid(uid))
    owned = any((user.pw_gid, user.pw_name) == (gid, group.gr_name) for user in users)
    return owned and {user.pw_name for user in users}.issuperset(group.gr_mem)
