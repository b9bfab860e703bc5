"""`chatd man`: the manual pages of all commands, and of the configuration file.

They are made of the parsers and of the table of settings when they are asked for, so every
installation has those of its own version. This module must not know any command.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from chatd.command_line import man_page, settings_page
from chatd.command_line.subcommands import all_manuals, main_parser
from chatd.text.escaping import visible
from chatd.util.command_manual import Example, Manual

SUCCESS = "the pages are written"

EXAMPLES = (
    Example("write the pages where man finds them", "chatd man ~/.local/share/man"),
    Example("write them for all users", "chatd man /usr/local/share/man"),
    Example("read one there", "man chatd-say"),
)

_GENERAL = ("chatd", 1)
_FILE = (settings_page.NAME, 5)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd man` to *parser*."""
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="the folder that gets man1 and man5 with the pages; earlier pages are replaced",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the pages. Raises `OSError` if that is impossible."""
    folder: Path = arguments.folder
    written = pages()
    for name, text in written.items():
        path = folder / f"man{name[-1]}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{name}.{os.getpid()}")
        new.write_text(text, "ascii")
        new.replace(path)
    sys.stdout.write(
        f"{visible(str(folder))}: {len(written)} pages, of which man chatd is first.\n"
    )
    return 0


def pages() -> dict[str, str]:
    """Return the pages by the names of their files."""
    manuals = all_manuals()
    written = {"chatd.1": _general_page(manuals), "chatd.toml.5": settings_page.page([_GENERAL])}
    for manual in manuals:
        written[f"{_page_of(manual)}.1"] = man_page.page(manual, [_GENERAL, _FILE])
    return written


def _page_of(manual: Manual) -> str:
    return manual.program.replace(" ", "-")


def _general_page(manuals: list[Manual]) -> str:
    """Return the page of `chatd`, which lists the others."""
    general = main_parser().manual()
    commands = ((man_page.bold(each.program), man_page.sentence(each.purpose)) for each in manuals)
    lines = [man_page.title("chatd", 1), *man_page.name("chatd", general.purpose)]
    lines += [".SH SYNOPSIS", *man_page.synopsis(general), ".SH DESCRIPTION"]
    lines += [man_page.plain(f"{_DESCRIPTION}"), *man_page.arguments(general)]
    lines += [".SH COMMANDS", *man_page.items(commands), *man_page.statuses(general.statuses)]
    lines += man_page.examples(general.examples)
    lines += man_page.see_also([*((_page_of(each), 1) for each in manuals), _FILE])
    return "\n".join(lines) + "\n"


_DESCRIPTION = """\
chatd is a chat server for nc, telnet, scripts, terminals and browsers, with its commands for people
and operators. A room is a log. A client is a cursor into it. Every line that anyone sees is already
on disk."""
