"""The manual page of the configuration file, of the table of settings.

This module must not know which settings there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from chatd.command_line import man_page
from chatd.command_line.man_page import bold, italic, plain, sentence
from chatd.daemon.addresses import DEFAULT_LISTEN
from chatd.daemon.listener_table import LISTENER_ROWS
from chatd.daemon.setting_row import LISTEN, Row
from chatd.daemon.settings_table import SETTINGS

NAME = "chatd.toml"
PURPOSE = "configuration file of the chat daemon chatd"

_DESCRIPTION = """\
The file is TOML, and every setting may be left out. The daemon reads the file that
chatd serve --config FILE names, and no other. chatd init writes one in which each setting is a
comment. chatd check-config FILE says what is wrong with it, all at once. chatd admin reload has the
daemon read it again."""

_PRECEDENCE = """\
A setting is taken from the options of the command line, else from a variable of the environment,
else from the file. Paths in the file are relative to its folder. The file must belong to root or
to the user of the daemon, and no one else may write to it or to its folder."""

_LISTENERS = f"""\
Each address is a [[{LISTEN}]] of its own. An option such as --listen takes the place of all those
of its kind. Settings of limits hold for the clients of the address."""

_EXAMPLE = f"""\
[server]
motd = "motd.txt"

[[{LISTEN}]]
kind = "chat"
endpoint = "{DEFAULT_LISTEN}"

[[{LISTEN}]]
kind = "web"
endpoint = "tcp:60080:interface=127.0.0.1"
"""


def page(others: Sequence[tuple[str, int]]) -> str:
    """Return the page."""
    lines = [man_page.title(NAME, 5), *man_page.name(NAME, PURPOSE), ".SH DESCRIPTION"]
    lines += [plain(_DESCRIPTION), ".PP", plain(_PRECEDENCE)]
    for section in dict.fromkeys(row.section for row in SETTINGS):
        lines.append(f'.SH "{plain(f"[{section}]")}"')
        for row in SETTINGS:
            if row.section == section:
                lines += _entry(row, row.name, _remarks(row))
    lines += [f'.SH "{plain(f"[[{LISTEN}]]")}"', plain(_LISTENERS)]
    for row in LISTENER_ROWS:
        lines += _entry(row, row.path, [f"A reload changes it: {row.reload.value}."])
    lines += [".SH EXAMPLES", *man_page.literal(_EXAMPLE.splitlines())]
    return "\n".join([*lines, *man_page.see_also(others)]) + "\n"


def _entry(row: Row, shown: str, remarks: Sequence[str]) -> Iterator[str]:
    """Yield the lines of one setting."""
    value = italic(row.kind.placeholder or "|".join(row.kind.choices))
    yield from (".TP", f"{bold(shown)} = {f'[{value}, ...]' if row.repeated else value}")
    yield plain(sentence(row.meaning.removesuffix(" (may be repeated)")))
    for remark in (_takes(row), *remarks):
        yield from (".br", plain(remark))


def _takes(row: Row) -> str:
    several = " Values are in a list." if row.repeated else ""
    return sentence(f"It takes {row.kind.takes}") + several


def _remarks(row: Row) -> list[str]:
    """Return what else there is to know of a setting of all addresses."""
    default = row.shown_default if row.default is None else _in_toml(row)
    return [
        f"Default: {default}.",
        f"Option: --{row.option}. Variable: {row.variable}.",
        f"A reload changes it: {row.reload.value}.",
    ]


def _in_toml(row: Row) -> str:
    return json.dumps(row.default) if row.kind.form is str else f"{row.default}"
