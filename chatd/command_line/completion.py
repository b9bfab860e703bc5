"""`chatd completion`: the completion of all commands, as a script for a shell.

It is made of the parsers, so it offers what they take. This module must not know any command.
"""

from __future__ import annotations

import argparse
import sys

from chatd.command_line import bash, zsh
from chatd.command_line.subcommands import SUMMARIES, all_manuals, main_parser
from chatd.util.command_manual import Example

SUCCESS = "the script is printed"

EXAMPLES = (
    Example("complete in this bash", 'eval "$(chatd completion bash)"'),
    Example(
        "complete in each bash from now on",
        "chatd completion bash > ~/.local/share/bash-completion/completions/chatd",
    ),
    Example(
        "complete in each zsh, from a folder of fpath", "chatd completion zsh > ~/.zfunc/_chatd"
    ),
)

_SCRIPTS = {"bash": bash.script, "zsh": zsh.script}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd completion` to *parser*."""
    parser.add_argument("shell", choices=(*_SCRIPTS,), metavar="SHELL", help="bash or zsh")


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    sys.stdout.write(script(arguments.shell))
    return 0


def script(shell: str) -> str:
    """Return the script for a shell: ``bash`` or ``zsh``."""
    purposes = {f"chatd {name}": purpose for name, purpose in SUMMARIES.items()}
    commands = [each._replace(purpose=purposes[each.program]) for each in all_manuals()]
    return _SCRIPTS[shell](main_parser().manual()._replace(commands=(*commands,)))
