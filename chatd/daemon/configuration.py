"""The configuration: the settings that a file, the environment and the command line make together.

It can be read again. This module must not know which settings there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chatd.daemon import toml_settings
from chatd.daemon.given import Fault, Faulty, GivenSettings, GivenValues, Source
from chatd.daemon.os_process import refuse, refuse_call
from chatd.daemon.settings import Settings, settings_of
from chatd.text.escaping import visible
from chatd.util import toml
from chatd.util.private_files import UnusableFile, text_of
from chatd.util.privileges import Identity, current


class Configuration:
    """The sources of the settings of one daemon.

    ``given`` is the command line, ``environment`` the variables, ``file`` the configuration file,
    an absolute path or None, and ``name`` that of the file in messages. The file is read with the
    rights of ``user``, by default those of the process.
    """

    def __init__(
        self,
        given: GivenValues,
        environment: Mapping[str, str],
        file: Path | None = None,
        name: str = "",
        user: Identity | None = None,
    ) -> None:
        self._given = given
        self._environment = dict(environment)
        self.file = file
        self.name = name
        self._user = user or current()

    def read(self) -> Settings:
        """Return the settings as they are now. Raises `Faulty` with all faults."""
        faults: list[Fault] = []
        try:
            file = self._of_file(faults)
            environment = toml_settings.in_environment(self._environment, faults)
        except toml.NoLibrary as missing:
            raise Faulty([Fault(str(missing), Source.FILE)]) from None
        listeners = environment.listeners
        given = GivenSettings(
            {**file.values, **environment.values, **self._given},
            file.listeners if listeners is None else listeners,
        )
        try:
            settings = settings_of(given)
        except Faulty as faulty:
            raise Faulty([*faults, *faulty.faults]) from None
        if faults:
            raise Faulty(faults)
        return settings

    def read_or_refuse(self) -> Settings:
        """Return the settings. Raises `SystemExit` with what is wrong.

        A fault of the command line alone is a wrong call, of which the first fault is told. Other
        faults are told all at once, in a line each.
        """
        try:
            return self.read()
        except Faulty as faulty:
            for fault in faulty.faults:
                if fault.source is Source.COMMAND_LINE:
                    refuse_call(fault.line)
            refuse(*(fault.line for fault in faulty.faults))

    def _of_file(self, faults: list[Fault]) -> GivenSettings:
        if self.file is None:
            return GivenSettings()
        name = visible(self.name)
        try:
            with self._user.acting():
                text = text_of(self.file)
            table = toml.parse(text)
        except toml.InvalidToml as invalid:
            raise Faulty([Fault(visible(f"{name}: {invalid}"), Source.FILE)]) from None
        except UnusableFile as unusable:
            raise Faulty([Fault(visible(str(unusable)), Source.FILE)]) from None
        return toml_settings.in_file(table, name, self.file.parent, faults)
