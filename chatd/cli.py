"""The `chatd` command: find the subcommand, and print a failure as one line.

This module must not know any of the subcommands but `serve`, which is the daemon.
"""

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Sequence

from chatd.client.wire import ClientError, UnknownHost, WrongUsage
from chatd.command_line.subcommands import FINDING, main_parser, module_of, parser_of


def main(argv: Sequence[str] | None = None) -> int:
    """Run `chatd` with *argv* (by default the process's own) and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    closed = _stand_in_for_closed_streams()
    failure = 2 if FINDING.intersection(arguments[:1]) else 1
    try:
        try:
            return _run(arguments, closed)
        finally:
            # When the interpreter ends it is too late: a closed pipe would cause a traceback.
            sys.stdout.flush()
    except ClientError as error:
        return _fail(str(error), failure)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has closed, as `head` does
        _abandon_stdout()
        return 1
    except OSError as error:
        _abandon_stdout()
        if closed and error.errno == errno.EBADF:
            return _fail("cannot go on: standard output is closed.", failure)
        return _fail(f"cannot go on: {error.strerror or error}.", failure)


def _stand_in_for_closed_streams() -> bool:
    """Open those of standard input, output and error that are closed; return True if output was.

    A closed descriptor's number goes to the next file or socket, which would then receive the
    output of `print`. Standard input stays None, so that a command can report that it is closed. A
    write to standard output fails, as on a full disk; a write to standard error is lost.
    """
    for descriptor, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, flags)  # gets the lowest number that is free
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115 - it stays open
    if sys.stdout is not None:
        return False
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    return True


def _run(arguments: list[str], closed: bool) -> int:
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:], "--help"]
    command, rest = arguments[:1], arguments[1:]
    name: str = main_parser().parse(command).command
    if name == "serve":
        return _serve(rest, closed)
    parser = parser_of(name)
    try:
        options = parser.parse(rest)
        if "profile" in options:
            from chatd.client import profiles

            profiles.complete(options)
        status: int = module_of(name).run(options)
    except UnknownHost as unknown:
        from chatd.client import profiles

        raise ClientError(f"{unknown}{profiles.advice_for(options, unknown.host)}") from None
    except WrongUsage as wrong:
        parser.error(str(wrong))
    return status


def _serve(arguments: list[str], logs_nowhere: bool) -> int:
    """Become `twistd -n --pidfile= chat`, which takes its name and arguments from `sys.argv`.

    It leaves no pid file: a stale one would keep the next daemon from starting. With
    ``logs_nowhere`` standard output, to which it logs, is closed; it runs all the same. May raise
    SystemExit.
    """
    # Until the daemon can reload and be upgraded, these signals would end it.
    for number in (signal.SIGHUP, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    from twisted.scripts.twistd import run

    if logs_nowhere:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    sys.argv = ["chatd serve", "--nodaemon", "--pidfile=", "chat", *arguments]
    run()
    return 0


def _fail(reason: str, status: int) -> int:
    with contextlib.suppress(OSError):
        print(f"chatd: {reason}", file=sys.stderr, flush=True)
    return status


def _abandon_stdout() -> None:
    """Discard the buffer of standard output if it cannot be written."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
