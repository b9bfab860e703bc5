"""The parser of a command's arguments: wrong ones are one line, and the help is a manual.

The manual has the purpose, the synopsis, the arguments in groups, the exit statuses and examples.
It is plain text for a pipe, and as wide as the terminal, at most `WIDEST`. This module must not
know any command, nor Twisted: `chatd say` loads it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from textwrap import indent
from typing import Any, NoReturn

from chatd.util.command_manual import Example, Manual, Recorder
from chatd.util.usage import WRONG_USAGE, listed, unknown, wrong_usage

WIDEST = 100
"""Columns of the widest manual. Longer lines are hard to read."""

_USAGE = "usage: "
"""The beginning of a usage, as wide as `argparse` indents its other lines beyond the command."""

# Compiled when there is an error. `re` keeps them then.
_OPTION = r"(?<![\w-])--?\w[\w-]*"

_REQUIRED = r"the following arguments are required: (.*)"
_NOT_A_CHOICE = r"(?s)argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)"
_NO_VALUE = r"argument (\S+): expected .*"
_SUPERFLUOUS = r"(?s)argument (\S+): ignored explicit argument (.*)"
_EXCLUDED = r"argument (\S+): not allowed with argument (\S+)"

_TAKES = r"^argument (\S+): takes "


_INTERRUPTED = {130: "Ctrl+C"}

FAILED = "it could not be done; one line on standard error says why"
"""The meaning of a failure, for most commands."""

FAULTY = "there is a fault, or it could not be done; standard error says which"
"""The meaning of a failure, for commands that look for faults."""


class CommandParser(argparse.ArgumentParser):
    """The parser of one command, and of its subcommands.

    ``success`` says when the exit status is 0; "" if it never is. ``nothing`` says when it is 1
    for a command that looks for something, which fails with 2. ``failed`` says what a failure
    means. ``details`` are further sections of the manual, lines under a heading. ``signals`` says
    what other exit statuses mean. Options are never abbreviated: else a text that begins like an
    option would become that option.
    """

    def __init__(
        self,
        prog: str | None = None,
        description: str | None = None,
        *,
        examples: Sequence[Example] = (),
        success: str = "it was done",
        nothing: str = "",
        failed: str = FAILED,
        details: Mapping[str, str] | None = None,
        signals: Mapping[int, str] = _INTERRUPTED,
        **others: Any,
    ) -> None:
        width = min(shutil.get_terminal_size().columns, WIDEST)
        formatter = partial(argparse.HelpFormatter, width=width - 2, max_help_position=26)
        super().__init__(prog, formatter_class=formatter, **(others | {"allow_abbrev": False}))
        self.color = False  # of Python 3.14
        self.examples = examples
        self._purpose = description
        self._success = success
        self._nothing = nothing
        self._failed = failed
        self._details = details or {}
        self._signals = signals
        self._width = width
        self._given: Sequence[str] = ()
        self._commands: Any = None
        self.add_argument("--version", action=_Version, nargs=0, help="print the versions and exit")

    def add_subparsers(self, **arguments: Any) -> Any:
        """Return the action that adds parsers of subcommands, as `argparse` has it."""
        self._commands = super().add_subparsers(**arguments)
        return self._commands

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Return the values of all arguments. Print a line and exit if one is wrong.

        ``only_text`` is True if there is ``--``, after which no argument is an option.
        """
        options: argparse.Namespace
        options, left = self.parse_known_args(arguments)
        options.only_text = "--" in arguments
        if left:
            self._refuse_unknown(left)
            first = left[0]
            if first.startswith("-"):
                self.error(f"there is no option {first} here.")
            self.error(f"{first!r} is one argument too many.")
        return options

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse as `argparse` does, and remember what was given."""
        self._given = args or ()
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong as one line, and exit.

        An option that does not exist comes first: other errors may follow from it.
        """
        if not message.startswith("there is no "):
            self._refuse_unknown(self._given)
        self.exit(WRONG_USAGE, wrong_usage(self.prog, self._in_our_words(message)) + "\n")

    def format_help(self) -> str:
        """Return the manual."""
        usage = self.format_usage()
        arguments = super().format_help().removeprefix(usage).lstrip("\n")
        for heading in "positional arguments", "options":
            shown = heading.removeprefix("positional ").capitalize()
            arguments = re.sub(f"^{heading}:$", f"{shown}:", arguments, flags=re.MULTILINE)
        synopsis = usage.replace("\n" + " " * (len(_USAGE) - 2), "\n").removeprefix(_USAGE)
        purpose = self.prog if self._purpose is None else f"{self.prog} - {self._purpose}"
        parts = [
            self._filled(purpose),
            f"Usage:\n  {synopsis}".rstrip(),
            arguments.rstrip(),
            *(f"{name}:\n{indent(text, '  ')}" for name, text in self._details.items()),
            f"Exit status:\n{self._shown_statuses()}",
        ]
        if self.examples:
            parts.append("Examples:\n" + "\n".join(map(self._example, self.examples)))
        return "\n\n".join(parts) + "\n"

    def manual(self) -> Manual:
        """Return the parts of the manual, for other forms of it than plain text."""
        recorder = Recorder(self.prog)
        shown, self.formatter_class = self.formatter_class, lambda prog: recorder
        try:
            super().format_help()
        finally:
            self.formatter_class = shown
        commands = self._commands.choices.values() if self._commands else ()
        return Manual(
            self.prog,
            self._purpose or "",
            recorder.synopsis,
            tuple(recorder.sections),
            tuple(command.manual() for command in commands),
            self._details,
            self._statuses(),
            tuple(self.examples),
        )

    def _statuses(self) -> dict[int, str]:
        """Return the meanings of the exit statuses."""
        failed = self._failed
        wrong = "the arguments are wrong"
        return {
            **({0: self._success} if self._success else {}),
            1: self._nothing or failed,
            WRONG_USAGE: f"{wrong}, or {failed}" if self._nothing else f"{wrong}; nothing was done",
            **self._signals,
        }

    def _shown_statuses(self) -> str:
        return "\n".join(
            self._filled(text, f"  {status:<5}", " " * 7)
            for status, text in self._statuses().items()
        )

    def _example(self, example: Example) -> str:
        return f"{self._filled(f'{example.purpose}:', '  ', '  ')}\n    {example.command}"

    def _filled(self, text: str, first: str = "", others: str = "  ") -> str:
        """Return a text in lines of the manual's width, with the indents of the lines."""
        from textwrap import fill

        return fill(text, self._width, initial_indent=first, subsequent_indent=others)

    def _refuse_unknown(self, arguments: Sequence[str]) -> None:
        """Print a line and exit if there is an option that does not exist among the arguments."""
        known = self._known_options()
        for argument in arguments:
            if argument == "--":
                return
            option = argument.partition("=")[0]
            if option.startswith("-") and option != "-" and option not in known:
                text = "[TEXT" in self.format_usage()
                advice = (
                    "If it is a text that begins with a dash, put -- before it." if text else ""
                )
                self.error(unknown("option", option, known, advice))

    def _known_options(self) -> set[str]:
        """Return the options of the command and of its subcommands.

        `argparse` has no public list of them; the usage has each of them.
        """
        parsers = [self, *(self._commands.choices.values() if self._commands else ())]
        return {"-h", "--help"}.union(
            *(re.findall(_OPTION, argparse.ArgumentParser.format_usage(each)) for each in parsers)
        )

    def _in_our_words(self, message: str) -> str:
        """Return an error of `argparse` with what would be right."""
        if match := re.fullmatch(_REQUIRED, message):
            if self._commands is None:
                return f"{match[1]} is missing."
            return f"the command is missing: {listed(self._commands.choices)}."
        if match := re.fullmatch(_NOT_A_CHOICE, message):
            name, value, choices = match.groups()
            known = re.findall(r"[^\s',]+", choices)
            if self._commands is not None:
                return unknown("command", value, known, f"It is {listed(known)}.")
            subject = "it" if name in known else name
            return f"{subject} takes {listed(known)}; not {value!r}."
        if match := re.fullmatch(_NO_VALUE, message):
            return f"{match[1]} needs a value."
        if match := re.fullmatch(_SUPERFLUOUS, message):
            return f"{match[1]} takes no value; not {match[2]}."
        if match := re.fullmatch(_EXCLUDED, message):
            return f"{match[2]} and {match[1]} exclude each other: give one of them."
        # A type says what it takes as a clause, or as a sentence about the value.
        return re.sub(_TAKES, r"\1 takes ", message).removeprefix("argument ")


class _Version(argparse.Action):
    """The option ``--version``. Its modules are imported only when it is given."""

    def __call__(self, parser: argparse.ArgumentParser, *arguments: object) -> None:
        """Print one line, and end the program."""
        from chatd.util.versions import versions

        sys.stdout.write(f"{versions()}\n")
        parser.exit()
