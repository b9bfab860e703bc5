"""The `chatd` command: find the subcommand, and print a failure as one line.

Each subcommand is a module, imported only when it is the one asked for, so that `chatd say` loads
neither Twisted nor prompt_toolkit. It has `add_arguments(parser)`, `run(arguments) -> int`, and for
its help `EXAMPLES`, and `SUCCESS`, which says when the exit status is 0; one that finds something
has `NOTHING`, for 1, and one may have `DETAILS`, further sections. This module must not know any of
them.
"""

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from chatd.client.wire import ClientError, UnknownHost, WrongUsage
from chatd.util.command_parser import FAILED, FAULTY, CommandParser, Example

_SUMMARIES = {
    "serve": "run the daemon in the foreground, with the options of `twistd -n --pidfile= chat`",
    "connect": "talk in a room from this terminal",
    "say": "say a line, or standard input line by line, and wait until it is saved",
    "tail": "print the last lines of a room, and go on with new ones",
    "who": "list the people in a room",
    "rooms": "list the rooms",
    "search": "find lines of a room, or of all rooms",
    "wall": "say something in every room with people in it, as an administrator",
    "export": "write out what is stored",
    "import": "make rooms of logs, of chatd's own or of other programs'",
    "backup": "copy a store into a file, also while a daemon runs",
    "check": "look for faults in a store or in a back-up, also while a daemon runs",
    "restore": "put a back-up in the place of a store, while no daemon runs",
    "init": "write a configuration file with all settings, as comments",
    "check-config": "say what is wrong with a configuration file, all at once",
    "tls": "make the key and the certificate of a server, and show their fingerprint",
    "admin": "list, add, change and remove accounts, on the host that the store is on",
}

_MODULES = {
    "rooms": "chatd.client.list_rooms",
    "import": "chatd.client.import_log",
    "tls": "chatd.client.tls_files",
    "check-config": "chatd.daemon.check_config",
    "init": "chatd.daemon.config_template",
}
"""The modules of subcommands that are not of the subcommand's name in `chatd.client`."""

_FINDING = frozenset({"tail", "who", "rooms", "search"})
_CHECKING = frozenset({"check", "check-config"})
"""The subcommands whose status is 1 if they find nothing, and 2 if they fail, as that of grep."""

EXAMPLES = (
    Example("run a server on this machine", "chatd serve"),
    Example("talk there", "chatd connect"),
    Example("say one line from a script", "chatd say 'the backup is done'"),
    Example("see the options of a command", "chatd say --help"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `chatd` with *argv* (by default the process's own) and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    closed = _stand_in_for_closed_streams()
    failure = 2 if _FINDING.intersection(arguments[:1]) else 1
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
    name: str = _main_parser().parse(command).command
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


def parser_of(command: str) -> CommandParser:
    """Return the parser of a subcommand other than ``serve``."""
    module = module_of(command)
    parser = CommandParser(
        f"chatd {command}",
        _SUMMARIES[command],
        examples=module.EXAMPLES,
        success=module.SUCCESS,
        nothing=module.NOTHING if command in _FINDING else "",
        failed=FAULTY if command in _CHECKING else FAILED,
        details=module.DETAILS if command == "connect" else {},
    )
    module.add_arguments(parser)
    return parser


def module_of(command: str) -> Any:
    """Return the module of a subcommand other than ``serve``."""
    return import_module(_MODULES.get(command, f"chatd.client.{command}"))


def _main_parser() -> CommandParser:
    parser = CommandParser(
        "chatd", "a chat room that any terminal can join", examples=EXAMPLES, success="it was done"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in _SUMMARIES.items():
        commands.add_parser(name, help=summary, add_help=False)
    return parser


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
