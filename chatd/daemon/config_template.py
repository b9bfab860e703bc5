"""`chatd init`: a configuration file in which every setting is a comment, with its default.

This module must not know which settings there are.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from textwrap import wrap

from chatd.daemon.addresses import DEFAULT_LISTEN
from chatd.daemon.check_config import DEFAULT_FILE
from chatd.daemon.listener_table import LISTENER_ROWS
from chatd.daemon.os_process import refuse
from chatd.daemon.setting_row import LISTEN, Reload, Row
from chatd.daemon.settings_table import SETTINGS
from chatd.text.escaping import visible
from chatd.util.command_manual import Example
from chatd.util.usage import listed

SUCCESS = "the file is written"

EXAMPLES = (
    Example("write chatd.toml", "chatd init"),
    Example("write another file", "chatd init /etc/chatd/chatd.toml"),
)

_BEGIN = """\
# The configuration of chatd, in TOML. Every setting is here, as a comment: take the # before it
# away to use it. `chatd check-config` says what is wrong with this file, `chatd serve --config
# FILE` uses it, and `chatd admin reload` has the daemon read it again: that takes the settings that
# have "reload" after them, and the others wait for a restart.
#
# Paths are relative to the folder of this file. A variable of the environment goes before a
# setting here ([limits] connections: CHATD__LIMITS__CONNECTIONS), and an option before both.
"""

_LISTEN = f"""\
# Each address is a [[{LISTEN}]] of its own. Without one of the kind chat, the first one here is
# open. An option such as --listen takes the place of all those of its kind. A reload
# takes its limits but dead_after and buffers, and reads its certificate again.

# [[{LISTEN}]]
# kind = "chat"
# endpoint = "{DEFAULT_LISTEN}"

# [[{LISTEN}]]
# kind = "chat"
# endpoint = "tcp:60062"
# tls = {{ certificate = "cert.pem", key = "key.pem" }}
# limits = {{ connections_per_address = 500 }}

# [[{LISTEN}]]
# kind = "web"
# endpoint = "tcp:60080:interface=127.0.0.1"
"""

_RELOADED = {
    Reload.AT_ONCE: "reload",
    Reload.NEWCOMERS: "reload, for new connections",
    Reload.RESTART: "",
}

_MODE = 0o644
"""Permissions of the file under any umask: the daemon's user has to read what root writes,
and no file that others may write to is taken. It has no secrets."""

_WIDTH = 98
"""Columns of a comment, without the sign of it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd init` to *parser*."""
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        default=DEFAULT_FILE,
        help=f"the file to write, which must not exist yet (default: {DEFAULT_FILE})",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the file. Raises `SystemExit` with one line if that is impossible."""
    path, name = Path(arguments.file), visible(arguments.file)
    try:
        with path.open("x", encoding="utf-8") as file:
            try:
                file.write(template())
                file.flush()
                os.fchmod(file.fileno(), _MODE)
                os.fsync(file.fileno())
            except OSError:
                path.unlink()
                raise
    except FileExistsError:
        refuse(f"{name} is there already, and stays as it is. Give another name.")
    except OSError as error:
        refuse(f"cannot write {name}: {error.strerror}.")
    sys.stdout.write(
        f"{name}: written, with each setting as a comment. `chatd serve --config {name}` uses it.\n"
    )
    return 0


def template() -> str:
    """Return the text of the file."""
    parts = [_BEGIN, _LISTEN, *_comment(f"It takes {listed(_OWN)}."), ""]
    for section in dict.fromkeys(row.section for row in SETTINGS):
        parts.append(f"[{section}]\n")
        parts += (_entry(row) for row in SETTINGS if row.section == section)
    return "\n".join(parts)


_OWN = [row.path for row in LISTENER_ROWS]


def _entry(row: Row) -> str:
    """Return a setting as a comment with its meaning, and the line that sets it."""
    value = row.example if row.default is None else row.default
    shown = value if row.kind.form is not str else json.dumps(value)
    here = row.kind.anchored(str(value), Path("/")) != str(value)
    if row.default is None:
        example = "an example in the file's folder" if here else "an example"
        by_default = f"{example}; by default {row.without}"
    else:
        by_default = "in the file's folder; by default in --rundir" if here else ""
    remark = "; ".join(filter(None, (by_default, _RELOADED[row.reload])))
    line = f"# {row.name} = {f'[{shown}]' if row.repeated else shown}"
    meaning = f"{row.meaning.removesuffix(' (may be repeated)')}."
    return "\n".join([*_comment(meaning), f"{line:<40}  # {remark}" if remark else line, ""])


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, _WIDTH)]
