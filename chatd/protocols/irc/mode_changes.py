"""The changes of modes that a MODE message has, from its parameters (RFC 2812, section 3.2.3).

Pure. This module must not know what a mode means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_WITH_PARAMETER = frozenset("ovqabkeI")
_WITH_PARAMETER_IF_SET = frozenset("l")
_LISTS = frozenset("beI")


class ModeChange(NamedTuple):
    """A mode that is set, or taken back. ``parameter`` is "" for one without any.

    A mode that is a list, and has no parameter, is asked for.
    """

    is_set: bool
    letter: str
    parameter: str = ""

    @property
    def asks(self) -> bool:
        """True if the client asks for a list."""
        return self.letter in _LISTS and not self.parameter


def changes_of(modes: str, parameters: Sequence[str]) -> Iterator[ModeChange]:
    """Yield the changes. Those that lack their parameter are left out, but for lists."""
    left = iter(parameters)
    is_set = True
    for letter in modes:
        if letter in "+-":
            is_set = letter == "+"
            continue
        takes = letter in _WITH_PARAMETER or (is_set and letter in _WITH_PARAMETER_IF_SET)
        parameter = next(left, "") if takes else ""
        if parameter or not takes or letter in _LISTS:
            yield ModeChange(is_set, letter, parameter)
