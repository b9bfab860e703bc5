"""The manual of a command as data: its arguments, exit statuses and examples.

Manual pages and the completion of shells are made of it. This module must not know any command, nor
a form in which a manual is written.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple


class Example(NamedTuple):
    """A command line that can be pasted into a shell, and what it is for: a noun or a verb."""

    purpose: str
    command: str


class Argument(NamedTuple):
    """An option, or an argument that is known by its place."""

    flags: tuple[str, ...]
    """All spellings of an option. An argument without any is known by its place."""

    value: str
    """The word for its value in the synopsis; "" if it takes none."""

    choices: tuple[str, ...]
    """All values that it takes, if they are few."""

    meaning: str

    @property
    def is_path(self) -> bool:
        """True if its value is the path of a file or of a folder."""
        return self.value in ("FILE", "FOLDER", "PATH")


class Section(NamedTuple):
    """Arguments that belong together, under a heading."""

    heading: str
    arguments: list[Argument]


class Manual(NamedTuple):
    """The manual of one command."""

    program: str
    """The words that call the command, ``chatd say``."""

    purpose: str
    """A verb phrase, without a full stop."""

    synopsis: str
    """The arguments on one line, without the program."""

    sections: tuple[Section, ...]
    commands: tuple[Manual, ...]
    """The manuals of its subcommands. All of them take `purpose` and `sections` alone."""

    details: Mapping[str, str]
    """Further sections: lines under a heading."""

    statuses: Mapping[int, str]
    """The meanings of the exit statuses."""

    examples: tuple[Example, ...]

    @property
    def arguments(self) -> Iterator[Argument]:
        """All arguments but the name of a subcommand."""
        for section in self.sections:
            yield from section.arguments

    @property
    def options(self) -> Iterator[Argument]:
        """The arguments with flags."""
        return (argument for argument in self.arguments if argument.flags)


class Recorder(argparse.HelpFormatter):
    """Keeps what `argparse` has formatted for a help: it has no list of a parser's arguments."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100_000)
        self.synopsis = ""
        self.sections: list[Section] = []
        self._program = prog

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[object],
        prefix: str | None = None,
    ) -> None:
        """Keep the usage as one line."""
        written = argparse.HelpFormatter(self._program, width=100_000)
        written.add_usage(usage, actions, groups, "")  # type: ignore[arg-type]
        line = " ".join(written.format_help().split())
        self.synopsis = line.removeprefix(self._program).lstrip()

    def start_section(self, heading: str | None) -> None:
        """Begin a section."""
        self.sections.append(Section(heading or "", []))

    def end_section(self) -> None:
        """End a section. `argparse` begins one also for a group without arguments."""
        if not self.sections[-1].arguments:
            self.sections.pop()

    def add_argument(self, action: argparse.Action) -> None:
        """Keep an argument, unless the help does not have it, or it is a subcommand's name."""
        if action.help == argparse.SUPPRESS or isinstance(action.choices, dict):
            return
        choices = tuple(map(str, action.choices or ()))
        value = action.metavar or "|".join(choices) or action.dest.upper()
        assert isinstance(value, str)
        meaning = (action.help or "") % vars(action)
        self.sections[-1].arguments.append(
            Argument(
                (*action.option_strings,), value if action.nargs != 0 else "", choices, meaning
            )
        )
