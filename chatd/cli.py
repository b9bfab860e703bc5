"""The `chatd` command: find the subcommand, and print a failure as one line.

Each subcommand is a module with `add_arguments(parser)` and `run(arguments) -> int`, imported only
when it is the one asked for, so that `chatd say` loads neither Twisted nor prompt_toolkit. This
module must not know any of them.
"""

import argparse
import contextlib
import errno
import os
import platform
import sys
from collections.abc import Sequence
from importlib import import_module

from chatd import __version__
from chatd.client.wire import ClientError

_SUMMARIES = {
    "serve": "run the daemon in the foreground, with the options of `twistd -n --pidfile= chat`",
    "connect": "talk in a room from this terminal",
    "say": "say a line, or standard input line by line, and wait until it is saved",
    "export": "write out what is stored",
    "admin": "list, add, change and remove accounts, on the host that the store is on",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run `chatd` with *argv* (by default the process's own) and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    closed = _stand_in_for_closed_streams()
    try:
        try:
            return _run(arguments, closed)
        finally:
            # When the interpreter ends it is too late: a closed pipe would cause a traceback.
            sys.stdout.flush()
    except ClientError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has closed, as `head` does
        _abandon_stdout()
        return 1
    except OSError as error:
        _abandon_stdout()
        if closed and error.errno == errno.EBADF:
            return _fail("cannot go on: standard output is closed.")
        return _fail(f"cannot go on: {error.strerror or error}.")


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
    parser = argparse.ArgumentParser(
        prog="chatd", description="A chat room that any terminal can join."
    )
    parser.add_argument(
        "--version",
        action=_Version,
        nargs=0,
        help="print the versions of chatd, Python and Twisted, and whether the C extension is used",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in _SUMMARIES.items():
        commands.add_parser(name, help=summary, add_help=False)
    command: str = parser.parse_args(arguments[:1]).command
    rest = arguments[1:]
    if command == "serve":
        return _serve(rest, closed)
    subcommand = import_module(f"chatd.client.{command}")
    # No abbreviations: they would turn a text that begins like an option into that option.
    parser = argparse.ArgumentParser(
        prog=f"chatd {command}",
        description=_SUMMARIES[command].capitalize() + ".",
        allow_abbrev=False,
    )
    subcommand.add_arguments(parser)
    options, unknown = parser.parse_known_args(rest)
    if unknown:
        first = unknown[0]
        if not first.startswith("-"):
            parser.error(f"{first!r} is one argument too many.")
        parser.error(
            f"there is no option {first}. If it is a text that begins with a dash, put -- "
            "before it."
        )
    status: int = subcommand.run(options)
    return status


class _Version(argparse.Action):
    """The option ``--version``. Its modules are imported only when it is given."""

    def __call__(self, parser: argparse.ArgumentParser, *arguments: object) -> None:
        """Print one line, and end the program."""
        from importlib.metadata import version

        from chatd.util.fanout import KIND

        versions = f"chatd {__version__}, Python {platform.python_version()}"
        print(f"{versions}, Twisted {version('twisted')}, {KIND}")
        parser.exit()


def _serve(arguments: list[str], logs_nowhere: bool) -> int:
    """Become `twistd -n --pidfile= chat`, which takes its name and arguments from `sys.argv`.

    It leaves no pid file: a stale one would keep the next daemon from starting. With
    ``logs_nowhere`` standard output, to which it logs, is closed; it runs all the same. May raise
    SystemExit.
    """
    from twisted.scripts.twistd import run

    if logs_nowhere:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    sys.argv = ["chatd serve", "--nodaemon", "--pidfile=", "chat", *arguments]
    run()
    return 0


def _fail(reason: str) -> int:
    with contextlib.suppress(OSError):
        print(f"chatd: {reason}", file=sys.stderr, flush=True)
    return 1


def _abandon_stdout() -> None:
    """Discard the buffer of standard output if it cannot be written."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
