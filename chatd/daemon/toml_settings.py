"""Settings that are given in TOML: in a configuration file, or in variables of the environment.

The form of each value is checked here: its place, and its type. All faults are found in one go.
This module must not know the meaning of a value, nor open a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chatd.daemon.given import Fault, Given, GivenSettings, GivenValues, Source
from chatd.daemon.listener_table import LISTENER_ROWS
from chatd.daemon.setting_row import LISTEN, VARIABLES, Row, variable_of
from chatd.daemon.settings_table import ROWS, SETTINGS
from chatd.daemon.value_kinds import WrongValue, shown
from chatd.text.escaping import visible
from chatd.util import toml
from chatd.util.usage import listed, nearest


def in_file(
    table: Mapping[str, Any], name: str, folder: Path, faults: list[Fault]
) -> GivenSettings:
    """Return what a configuration file gives, and add what is wrong with it to the faults.

    ``name`` is that of the file in messages. Paths in it are relative to ``folder``.
    """
    reader = _Reader(Source.FILE, f"{visible(name)}: ", folder, faults)
    others = {key: value for key, value in table.items() if key != LISTEN}
    values = reader.values(others, SETTINGS, "")
    return GivenSettings(
        values, reader.listeners(table[LISTEN], LISTEN) if LISTEN in table else None
    )


def in_environment(environment: Mapping[str, str], faults: list[Fault]) -> GivenSettings:
    """Return what variables give, and add what is wrong with them to the faults.

    The value of a variable is TOML, or a text without quotes.
    """
    reader = _Reader(Source.ENVIRONMENT, "", None, faults)
    rows = {row.variable: row for row in SETTINGS}
    values: dict[str, Given] = {}
    listeners = None
    for name, text in environment.items():
        row = rows.get(name)
        if row is not None:
            values |= reader.given(row, name, _value(text, row))
        elif name == variable_of(LISTEN):
            listeners = reader.listeners(_parsed(text), name)
        elif name.startswith(VARIABLES):
            known = [*(row.path for row in SETTINGS), LISTEN]
            near = nearest(name.removeprefix(VARIABLES).replace("__", "."), known)
            meant = f"; did you mean {variable_of(near)}?" if near else "."
            faults.append(Fault(f"{visible(name)}: there is no such setting{meant}", reader.source))
    return GivenSettings(values, listeners)


def _parsed(text: str) -> Any:
    try:
        return toml.parse_value(text)
    except toml.InvalidToml:
        return text


def _value(text: str, row: Row) -> Any:
    """Return the value of a variable. One for a text need have no quotes."""
    value = _parsed(text)
    if row.kind.form is str and not isinstance(value, (str, list) if row.repeated else str):
        return text
    return value


class _Reader(NamedTuple):
    """Reads the values of one source."""

    source: Source

    where: str
    """The beginning of messages."""

    folder: Path | None
    """The folder that paths are relative to; None to leave them as they are."""

    faults: list[Fault]

    def values(self, table: Mapping[str, Any], rows: Sequence[Row], place: str) -> GivenValues:
        """Return the values in a table of a file. ``place`` is that of the table, with a dot."""
        by_path = {row.path: row for row in rows}
        found: dict[str, Given] = {}
        for path, value in self._leaves(table, [*by_path], "", place):
            found |= self.given(by_path[path], f"{place}{path}", value)
        return found

    def _leaves(
        self, table: Mapping[str, Any], paths: Sequence[str], section: str, place: str
    ) -> Iterator[tuple[str, Any]]:
        """Generate the path and the value of each setting in a table of a table."""
        for key, value in table.items():
            path = f"{section}{key}"
            quoted = "." in key  # such a key is no path
            below = [each for each in paths if each.startswith(f"{path}.") and not quoted]
            if path in paths and not quoted:
                yield path, value
            elif not below:
                here = dict.fromkeys(
                    each.removeprefix(section).partition(".")[0]
                    for each in paths
                    if each.startswith(section)
                )
                advice = _advice(key, [*here, *([LISTEN] if not (section or place) else [])])
                self._fault(f"{place}{path}", f": there is no such setting; {advice}")
            elif isinstance(value, dict):
                yield from self._leaves(value, paths, f"{path}.", place)
            else:
                names = listed([each.removeprefix(f"{path}.") for each in below])
                self._fault(f"{place}{path}", f" is a section, with {names}; not {shown(value)}.")

    def listeners(self, value: object, name: str) -> tuple[GivenValues, ...]:
        """Return the listeners in an array of tables, which messages call by a name."""
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self._fault(name, _NO_LIST)
            return ()
        found = []
        for number, table in enumerate(value, start=1):
            found.append(self.values(table, LISTENER_ROWS, f"{name}[{number}]."))
            if not table.keys() & {"endpoint", "systemd"}:
                self._fault(f"{name}[{number}].endpoint", f" is missing: it takes {_ENDPOINT}.")
        return tuple(found)

    def given(self, row: Row, name: str, value: object) -> GivenValues:
        """Return the value of a row by its path; nothing if it is of another type."""
        values = value if row.repeated and isinstance(value, list) else [value]
        # A bool is an int in Python, and none here.
        if any(type(each) is not row.kind.form for each in values):
            wrong = str(row.kind.wrong(shown(value)))
            self._fault(
                name, f" takes a list:{wrong.removeprefix(' takes')}" if row.repeated else wrong
            )
            return {}
        if any("\0" in each for each in values if isinstance(each, str)):
            self._fault(name, " takes no character NUL: the system has no such path or name.")
            return {}
        if row.kind.form is not str:
            try:
                row.kind.value_of(_text(value))
            except WrongValue:
                self._fault(name, str(row.kind.wrong(shown(value))))
                return {}
        texts = tuple(self._anchored(row, _text(each)) for each in values)
        return {row.path: Given(name, texts, self.source, self.where)}

    def _anchored(self, row: Row, text: str) -> str:
        """Return a text with paths that no longer depend on the folder, if it is a value."""
        try:
            row.kind.value_of(text)
        except WrongValue:
            return text
        return text if self.folder is None else row.kind.anchored(text, self.folder)

    def _fault(self, name: str, why: str) -> None:
        self.faults.append(Fault(visible(f"{self.where}{name}{why}"), self.source))


_NO_LIST = (
    f" is a list of tables: each begins with [[{LISTEN}]] in a file, and a variable is like"
    ' [{ endpoint = "tcp:60060" }].'
)

_ENDPOINT = next(row.kind.takes for row in LISTENER_ROWS if row.path == "endpoint")


def _text(value: object) -> str:
    """Return a value as an option has it."""
    return value if isinstance(value, str) else shown(value)


def _advice(key: str, here: Sequence[str]) -> str:
    """Return what may be meant by a name that is no setting in a section, or what is there."""
    word = key.replace("-", "_")
    elsewhere = [row for row in ROWS if word in (row.option.replace("-", "_"), row.name)]
    if elsewhere and word not in here:
        path = elsewhere[0].path
        meant = f"[[{LISTEN}]]" if elsewhere[0].section == LISTEN else path
        return f"did you mean {meant}?"
    near = nearest(word, here)
    return f"did you mean {near}?" if near else f"there is {listed(here)}."
