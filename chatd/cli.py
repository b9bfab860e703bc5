"""The `chatd` command: finds the subcommand, and turns what went wrong into one line.

Each subcommand is a module with `add_arguments(parser)` and `run(arguments) -> int`, imported only
when it is the one asked for, so that `chatd say` loads neither Twisted nor prompt_toolkit. This
module must not know what any of them does.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from chatd.client.wire import ClientError

_SUMMARIES = {
    "serve": "run the daemon in the foreground: what `twistd -n chat` does, with its options",
    "connect": "talk in a room from this terminal",
    "say": "say a line, or standard input line by line, and wait until it is saved",
    "export": "write out what is stored",
    "admin": "list, add, change and remove accounts, on the host that the store is on",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run `chatd` with *argv* (by default the process's own) and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        try:
            return _run(arguments)
        finally:
            # Not when the interpreter ends: there a closed pipe would be a traceback.
            if sys.stdout is not None:
                sys.stdout.flush()
    except ClientError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output has had enough, as `head` has
        _abandon_stdout()
        return 1
    except OSError as error:
        _abandon_stdout()
        return _fail(f"cannot go on: {error.strerror or error}.")


def _run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="chatd", description="A chat room that any terminal can join."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in _SUMMARIES.items():
        commands.add_parser(name, help=summary, add_help=False)
    command: str = parser.parse_args(arguments[:1]).command
    rest = arguments[1:]
    if command == "serve":
        return _serve(rest)
    subcommand = import_module(f"chatd.client.{command}")
    parser = argparse.ArgumentParser(
        prog=f"chatd {command}", description=_SUMMARIES[command].capitalize() + "."
    )
    subcommand.add_arguments(parser)
    status: int = subcommand.run(parser.parse_args(rest))
    return status


def _serve(arguments: list[str]) -> int:
    """Become `twistd -n chat`, which takes its arguments from `sys.argv` and may raise SystemExit.

    A daemon in the foreground leaves no pidfile: a stale one would keep the next from starting.
    """
    from twisted.scripts.twistd import run

    sys.argv = ["twistd", "--nodaemon", "--pidfile=", "chat", *arguments]
    run()
    return 0


def _fail(reason: str) -> int:
    with contextlib.suppress(OSError):
        print(f"chatd: {reason}", file=sys.stderr, flush=True)
    return 1


def _abandon_stdout() -> None:
    """Let what standard output still holds go nowhere, if it can go nowhere else."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
