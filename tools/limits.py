"""The limits that no option changes: what each limits, and the attacks that made it.

``limits.csv`` has a row for each. It has the name of a constant, as ``module.NAME`` below
``chatd``, whose value is read in the code; the unit, "B" for bytes, "s" for seconds, "" for a
number; what is limited, in English and Spanish; and names of attacks of
``python3 -m tests.proofs.attacks``, separated by spaces. This module must not know a document.
"""

from __future__ import annotations

import csv
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from chatd.i18n import Language

DAY = 86_400

OPTIONS = {
    "lines-per-second": "line-flood many-newline-floods short-line-floods",
    "bytes-per-second": "many-line-floods endless-line",
    "line-seconds": "unended-lines one-byte-segments",
    "connections": "connections-of-a-network connection-storm descriptors",
    "connections-per-address": "crowd-from-one-address connections-of-a-network",
    "max-length": "endless-line marks",
    "max-store": "line-flood inboxes-of-the-absent",
    "dead-after": "silent-browsers",
    "send-buffer": "never-readers slow-readers",
    "receive-buffer": "unended-lines",
}
"""The attacks that made the options that are limits, by the names of the options."""


class Limit(NamedTuple):
    """A limit: a row of the file."""

    name: str
    unit: str
    english: str
    spanish: str
    attacks: str

    @property
    def value(self) -> float:
        """The value in the code. Raises `ValueError` if it is not there."""
        module, _, constant = self.name.rpartition(".")
        try:
            number = getattr(import_module(f"chatd.{module}"), constant)
        except (ImportError, AttributeError):
            number = None
        if not isinstance(number, int | float):
            raise ValueError(f"tools/limits.csv: chatd.{self.name} is no number")
        return number

    @property
    def written(self) -> str:
        """The value with its unit, for all languages."""
        value = self.value
        if self.unit == "B":
            units = (("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1))
            unit, size = next(each for each in units if value % each[1] == 0)
            return f"{value / size:g} {unit}"
        if self.unit == "s" and value < 1:
            return f"{value * 1000:g} ms"
        if self.unit == "s" and value % DAY == 0:
            return f"{value / DAY:g} d"
        return " ".join(filter(None, (f"{value:.10g}", self.unit)))

    def meaning(self, language: Language) -> str:
        """Return the text that says what it limits."""
        return self.spanish if language is Language.SPANISH else self.english


def _read() -> tuple[Limit, ...]:
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == Limit._fields
    return tuple(Limit(*row) for row in rows)


LIMITS = _read()
"""All limits, from the socket on."""
