"""The work that a text makes for those who show or search it, after a quick look at it.

Nearly all texts are shown as they are, and folded quickly. Escaping makes others ten times as long,
and others take ten times as long to be folded, which mentions and searches need. Work is counted in
characters of ordinary text.

Pure. This module must not know who is charged for work, nor how much is allowed.
"""

from __future__ import annotations

from chatd.text.escaping import MOST_GROWTH, most_visible
from chatd.text.folding import SLOWEST, folding_work

MOST_WORK = max(MOST_GROWTH, SLOWEST)
"""Most work that one character makes."""

_CONTROLS = bytes([*range(0x20), 0x7F])


def work_of(text: str) -> int:
    """Return the work of a text. It is at least that of its parts."""
    if text.isascii():
        # Most lines. Taking bytes out takes a quarter of the time of `str.isprintable`.
        encoded = text.encode()
        if len(encoded.translate(None, _CONTROLS)) == len(encoded):
            return len(text)
    return max(most_visible(text), folding_work(text))
