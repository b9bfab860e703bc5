"""TOML: the text of a file, or one value, as Python's values.

The library is part of Python from 3.11 on; before, it is tomli, of the extra ``config``. This
module must not know what a file is for.
"""

from __future__ import annotations

import sys
from typing import Any

from chatd.util.extras import how_to_install

_TWICE = "cannot declare"
"""The beginning of the library's reason if a header is there twice."""


class InvalidToml(ValueError):
    """A text is no TOML. The text of this is the reason, a sentence with the line and column."""


class NoLibrary(Exception):
    """The library for TOML is not installed. The text is a sentence, with what to install."""


def parse(text: str) -> dict[str, Any]:
    """Return the table that a text is. Raises `InvalidToml` and `NoLibrary`."""
    try:
        if sys.version_info >= (3, 11):
            import tomllib
        else:
            import tomli as tomllib
    except ModuleNotFoundError:
        raise NoLibrary(
            f"TOML needs tomli, which is not installed: {how_to_install('config')}."
        ) from None
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except ValueError as error:  # also a number of more digits than Python takes
        why = f"{str(error)[:1].lower()}{str(error)[1:]}."
        if why.startswith(_TWICE):
            why += " Write all settings of a section under one header."
        raise InvalidToml(f"it is no TOML: {why}") from None
    except RecursionError:
        raise InvalidToml("it is no TOML: its values are nested too deep.") from None
    return table


def parse_value(text: str) -> Any:
    """Return the value that a text is. Raises `InvalidToml` and `NoLibrary`."""
    table = parse(f"value = {text}")
    if len(table) != 1:
        raise InvalidToml("it is more than one value.")
    return table["value"]
