"""The operating system process of the daemon: its clock, open files, garbage and user.

This module must not know the chat. It changes the process, or refuses to go on; it opens no store
and binds no address.
"""

from __future__ import annotations

import atexit
import ctypes
import faulthandler
import gc
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from chatd.text.escaping import visible
from chatd.util.private_files import UnsafePath, resolve
from chatd.util.privileges import Identity, current, identity_of
from chatd.util.usage import WRONG_USAGE, wrong_usage

SERVE = "chatd serve"
"""The name of the program as `chatd serve` leaves it to twistd."""

OWN_FILES = 60
"""Files that the daemon needs besides those of clients: about twenty, and the connections that are
told that the server is full."""

OPEN_MAX = 10_240
"""The most files of a process on macOS (sys/syslimits.h): setrlimit(2) there takes no more."""

SELECT_FILES = 1024
"""The files that select(2) takes: FD_SETSIZE of Linux, macOS and the BSDs."""

_STANDARD_ERROR = 2
"""The descriptor itself: twistd puts its log in the place of `sys.stderr`."""

SWITCH_SECONDS = 0.0005
"""Seconds until a thread of the store has to let the reactor's thread run. With Python's own 5 ms,
a client that catches up makes all lines take 9 ms instead of 2 on one core."""


class WrongCall(SystemExit):
    """The daemon was called wrongly. ``line`` is printed already."""

    def __init__(self, line: str) -> None:
        super().__init__(WRONG_USAGE)
        self.line = line


def program() -> str:
    """Return the command that starts the daemon, as the operator typed it."""
    return SERVE if sys.argv[0] == SERVE else "twistd chat"


def refuse_call(why: str) -> NoReturn:
    """Print a line and raise `WrongCall`: options alone tell that they are wrong."""
    line = wrong_usage(program(), why)
    sys.stderr.write(f"{line}\n")
    raise WrongCall(line)


def fail_in_the_end() -> None:
    """Have the process end with status 1, when it has stopped in order."""

    def fail() -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)

    atexit.register(fail)


def refuse(*reasons: str) -> NoReturn:
    """Raise `SystemExit` with a line for each reason: twistd prints it, and the status is 1.

    Reasons may quote what the system or a file gave, so they are escaped.
    """
    raise SystemExit("\n".join(f"chatd: {visible(why)}" for why in reasons))


def run_timers_on_monotonic_clock(reactor: Any) -> None:
    """Have the reactor's timers run on a clock that cannot be set.

    Twisted's clock is the time of day: set an hour forward, all timers fire at once, and set back,
    none does for an hour. Twisted does not document that its clock may be replaced, so a test
    checks it. Calls that are scheduled already are moved to the new clock.
    """
    ahead = time.monotonic() - reactor.seconds()
    reactor.seconds = time.monotonic
    for call in reactor.getDelayedCalls():
        call.delay(ahead)


def cores() -> int:
    """Return the number of cores that the process may use; not on Linux, those of the machine."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def raise_open_files() -> None:
    """Raise the soft limit of open files to the hard one; a forked process inherits it.

    Each client is an open file, and the soft limit is often 1024, for programs that use select(2).
    On macOS it is 256, and no limit above `OPEN_MAX` is accepted, also below the hard one.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (hard, max(soft, OPEN_MAX)):
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            return


def within_open_files(wanted: int, *, uses_select: bool) -> int:
    """Return the number of connections: as many as open files allow beside the daemon's own.

    ``uses_select`` is true if the reactor uses select(2), which takes no file above `SELECT_FILES`.
    Then 0 connections (no limit) becomes that limit.
    """
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if uses_select:
        most = SELECT_FILES if most == resource.RLIM_INFINITY else min(most, SELECT_FILES)
        wanted = wanted or most
    if not wanted or most == resource.RLIM_INFINITY:
        return wanted
    return min(wanted, max(1, most - OWN_FILES))


def collect_garbage_rarely() -> None:
    """Keep the collector of cycles from blocking the reactor.

    The collector visits every object when their number has grown by a quarter: with 10,000 clients,
    for 80 ms at a time. Objects that exist now stay until the process ends and are not visited
    again; clients that leave make no cycles (`tests/protocols/test_freed.py`). The youngest
    generation, where new cycles would be, is collected often.
    """
    gc.freeze()
    gc.set_threshold(5_000, 4, 100)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Context in which garbage is not collected: much is made, and little of it is garbage.

    A daemon gave 1,250 clients away in 500 ms with collections, in 290 ms without (measured by
    `python3 -m tests.proofs.upgrade`, issue 25).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def return_memory() -> None:
    """Give memory that the process has freed back to the system, where the C library can: glibc.

    It keeps freed memory that lies below memory in use: 85 MiB after a thousand clients who had
    read nothing (`tests.proofs.attacks`). Giving that back took 11 ms.
    """
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(ctypes.c_size_t(0))


def switch_threads_often() -> None:
    """Have threads of the store give way to the reactor's within `SWITCH_SECONDS`."""
    sys.setswitchinterval(SWITCH_SECONDS)


def show_stacks_when_aborted() -> None:
    """Have the stacks of all threads printed when the process is ended by SIGABRT, or crashes.

    systemd sends that signal to a daemon that hangs. A process that shows them already, such as
    that of the tests, goes on as it does; one without standard error shows none.
    """
    if sys.stderr is not None and not faulthandler.is_enabled():
        faulthandler.enable(_STANDARD_ERROR)


def has_terminal() -> bool:
    """Return True if a standard stream is a terminal, so that a person may press Ctrl+C there."""
    return any(map(os.isatty, range(3)))


def rundir_of(twistd: Mapping[str, Any]) -> Path:
    """Return the directory that twistd will change to; relative paths are relative to it.

    Refuse one that does not exist.
    """
    rundir = Path(twistd.get("rundir") or ".").absolute()
    if not rundir.is_dir():
        refuse(f"cannot run in --rundir {rundir}: it is not a directory. Make it first.")
    return rundir


def user_of(twistd: Mapping[str, Any]) -> Identity:
    """Return the user that the daemon will be once twistd has given up its rights."""
    if twistd.get("uid") is None or os.geteuid() != 0:
        return current()
    return identity_of(twistd["uid"], twistd.get("gid"))


@contextmanager
def acting_as(user: Identity) -> Iterator[None]:
    """Work with the rights of the daemon's user: root must not follow links of that user."""
    try:
        with user.acting():
            yield
    except PermissionError as error:
        refuse(f"cannot act as the user that --uid names: {error.strerror}.")


def check_files_of_twistd(twistd: Mapping[str, Any], rundir: Path) -> None:
    """Refuse twistd's own files, as root, in folders where the daemon's user may put links."""
    if os.geteuid() != 0:
        return
    log = twistd.get("logfile")
    if log is None and not (twistd.get("nodaemon", True) or twistd.get("syslog")):
        log = "twistd.log"
    for option, name in ("--pidfile", twistd.get("pidfile")), ("--logfile", log):
        if not name or name == "-":
            continue
        try:
            resolve(rundir / name, {0})
        except UnsafePath as unsafe:
            none = "--pidfile= for none" if option == "--pidfile" else "--syslog"
            refuse(f"cannot have root write {option} {name}: {unsafe} Use another path, or {none}.")
