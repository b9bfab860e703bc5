"""The table of the subcommands of `chatd`, and their parsers.

Each subcommand is a module, imported only when it is the one asked for, so that `chatd say` loads
neither Twisted nor prompt_toolkit. It has `add_arguments(parser)`, `run(arguments) -> int`, and for
its help `EXAMPLES`, and `SUCCESS`, which says when the exit status is 0; one that finds something
has `NOTHING`, for 1, and one may have `DETAILS`, further sections. This module must not know any of
them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from chatd.util.command_manual import Example, Manual
from chatd.util.command_parser import FAILED, FAULTY, CommandParser

SUMMARIES = {
    "serve": "run the daemon in the foreground, with the options of `twistd -n --pidfile= chat`",
    "connect": "talk in a room from this terminal",
    "say": "say a line, or standard input line by line, and wait until it is saved",
    "tail": "print the last lines of a room, and go on with new ones",
    "bot": "let a program answer the people of a room",
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
    "upgrade": "have the daemon go on with the version that is installed now, with its clients",
    "check-config": "say what is wrong with a configuration file, all at once",
    "systemd": "write the units with which systemd runs the daemon",
    "tls": "make the key and the certificate of a server, and show their fingerprint",
    "admin": "list, add, change and remove accounts, on the host that the store is on",
    "completion": "print the completion of these commands for a shell",
    "man": "write the manual pages of these commands and of the configuration file",
}
"""The subcommands, and the purpose of each."""

_MODULES = {
    "rooms": "chatd.client.list_rooms",
    "import": "chatd.client.import_log",
    "tls": "chatd.client.tls_files",
    "check-config": "chatd.daemon.check_config",
    "init": "chatd.daemon.config_template",
    "systemd": "chatd.daemon.systemd",
    "completion": "chatd.command_line.completion",
    "man": "chatd.command_line.man",
}
"""The modules of subcommands that are not of the subcommand's name in `chatd.client`."""

FINDING = frozenset({"tail", "who", "rooms", "search"})
"""The subcommands whose status is 1 if they find nothing, and 2 if they fail, as that of grep."""

_CHECKING = frozenset({"check", "check-config"})
"""The subcommands that fail if they find a fault."""

EXAMPLES = (
    Example("run a server on this machine", "chatd serve"),
    Example("talk there", "chatd connect"),
    Example("say one line from a script", "chatd say 'the backup is done'"),
    Example("see the options of a command", "chatd say --help"),
)


def parser_of(command: str) -> CommandParser:
    """Return the parser of a subcommand. That of ``serve`` is for its manual alone."""
    if command == "serve":
        from chatd.daemon import manual

        return manual.parser("chatd serve")
    module = module_of(command)
    parser = CommandParser(
        f"chatd {command}",
        SUMMARIES[command],
        examples=module.EXAMPLES,
        success=module.SUCCESS,
        nothing=module.NOTHING if command in FINDING else "",
        failed=FAULTY if command in _CHECKING else FAILED,
        details=module.DETAILS if command == "connect" else {},
    )
    module.add_arguments(parser)
    return parser


def module_of(command: str) -> Any:
    """Return the module of a subcommand other than ``serve``."""
    return import_module(_MODULES.get(command, f"chatd.client.{command}"))


def all_manuals() -> list[Manual]:
    """Return the manuals of all subcommands, in the order of the table."""
    return [parser_of(name).manual() for name in SUMMARIES]


def main_parser() -> CommandParser:
    """Return the parser of `chatd` itself, which reads the name of a subcommand."""
    parser = CommandParser(
        "chatd", "a chat room that any terminal can join", examples=EXAMPLES, success="it was done"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in SUMMARIES.items():
        commands.add_parser(name, help=summary, description=summary, add_help=False)
    return parser
