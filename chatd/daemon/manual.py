"""The help of the daemon: its options in groups, as a manual like that of all commands.

This module must not know the values of options.
"""

from __future__ import annotations

from typing import Any

from chatd.daemon.setting_row import Group, Row
from chatd.daemon.settings_table import OPTIONS
from chatd.util.command_manual import Example
from chatd.util.command_parser import CommandParser

PURPOSE = "run the daemon of a chat room that any terminal can join"

EXAMPLES = (
    Example("talk on this machine only", "chatd serve"),
    Example("talk in the browser, too", "chatd serve --web tcp:60080:interface=127.0.0.1"),
    Example(
        "let the local network in, over TLS",
        "chatd serve --lan",
    ),
    Example("delete lines that are older than three months", "chatd serve --keep 90d"),
    Example("try something, and keep nothing", "chatd serve --store memory:"),
    Example("run in the background", "twistd --pidfile= chat"),
)

_STOPPED = {130: "it was stopped by Ctrl+C", 143: "it was stopped by SIGTERM"}


def text(program: str) -> str:
    """Return the manual of *program* as plain text."""
    return parser(program).format_help()


def parser(program: str) -> CommandParser:
    """Return the parser of which the manual of *program* is made. It reads no arguments."""
    made = CommandParser(program, PURPOSE, examples=EXAMPLES, success="", signals=_STOPPED)
    for each in Group:
        group = made.add_argument_group(each.value)
        for row in OPTIONS:
            if row.group is each:
                flags = [f"-{row.letter}"] if row.letter else []
                kind: dict[str, Any] = {"action": "store_true"}
                if row.takes_value:
                    choices = row.kind.choices or None
                    kind = {"metavar": row.kind.placeholder, "choices": choices}
                group.add_argument(*flags, f"--{row.option}", help=_help(row), **kind)
    return made


def _help(row: Row) -> str:
    meaning = row.meaning[0].lower() + row.meaning[1:]
    default = "" if row.shown_default in ("none", "off") else f" (default: {row.shown_default})"
    return f"{meaning}{default}".replace("%", "%%")
