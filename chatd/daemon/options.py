"""The options of ``twistd chat``, as they are given on the command line.

They are those of `chatd.daemon.settings_table`. A wrong one is refused in one line. This module
must not know the values of options.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Sequence
from typing import NoReturn

from twisted.python.usage import Options as TwistedOptions
from twisted.python.usage import UsageError

from chatd.daemon import manual
from chatd.daemon.given import Given, GivenValues, Source
from chatd.daemon.handover.process import is_successor
from chatd.daemon.handover.twistd import pass_over_pid_file
from chatd.daemon.os_process import program, refuse_call
from chatd.daemon.setting_row import Row
from chatd.daemon.settings_table import CONFIG, OPTIONS, ROWS
from chatd.daemon.wrong_options import too_many, why_wrong
from chatd.util.versions import versions


class Options(TwistedOptions):
    """The options, as text: those with a value hold all texts that were given."""

    optFlags = [[row.option, row.letter, row.meaning] for row in OPTIONS if not row.takes_value]

    def __init__(self) -> None:
        super().__init__()
        for row in OPTIONS:
            if row.takes_value:
                self[row.option] = []

    @property
    def given(self) -> GivenValues:
        """The values of settings that were given, by the paths of the settings."""
        return {row.path: self._given(row) for row in ROWS if self[row.option]}

    @property
    def config(self) -> str | None:
        """The path of the configuration file, or None without one."""
        return self[CONFIG.option][-1] if self[CONFIG.option] else None

    def _given(self, row: Row) -> Given:
        texts = tuple(self[row.option]) if row.takes_value else ("true",)
        return Given(f"--{row.option}", texts, Source.COMMAND_LINE)

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Parse the options. Raises `SystemExit` if one is wrong, or asks for help."""
        arguments = sys.argv[1:] if options is None else options
        try:
            super().parseOptions(arguments)
        except UsageError as error:
            refuse_call(why_wrong(str(error), arguments, self.longOpt, self._options_of_twistd()))

    def _options_of_twistd(self) -> Collection[str]:
        """Return the options that come before ``chat``, without dashes; ``=`` may be at the end."""
        twistd = self.parent
        if not isinstance(twistd, TwistedOptions):
            return ()
        return [*twistd.longOpt, *twistd.shortOpt.replace(":", "")]

    def opt_help(self) -> NoReturn:
        """Show this help and exit."""
        sys.stdout.write(manual.text(program()))
        sys.exit(0)

    def opt_version(self) -> NoReturn:
        """Print the versions and exit."""
        sys.stdout.write(f"{versions()}\n")
        sys.exit(0)

    def postOptions(self) -> None:
        """Prepare the options of twistd for a process that is upgraded to."""
        if is_successor(os.environ) and isinstance(self.parent, TwistedOptions):
            pass_over_pid_file(self.parent)

    def parseArgs(self, *words: str) -> None:
        """Raise `SystemExit` if there is a word that is not an option."""
        if words:
            refuse_call(too_many(words[0]))


def _adds(row: Row) -> Callable[[Options, str], None]:
    """Return the method that Twisted calls with each value of an option."""

    def add(self: Options, value: str) -> None:
        # Of an option that is not repeated, the last value counts.
        self[row.option] = [*self[row.option], value] if row.repeated else [value]

    add.__doc__ = row.meaning
    return add


for _row in OPTIONS:
    if _row.takes_value:
        for _name in filter(None, (_row.option.replace("-", "_"), _row.letter)):
            setattr(Options, f"opt_{_name}", _adds(_row))
