"""A text that is searched for in texts that are shown, without case and accents, as `/search` does.

A folded text may have more or fewer characters than the shown one, so the places that are found are
those of the shown characters. Pure. This module must not know what is shown, nor where.
"""

from __future__ import annotations

from chatd.text.folding import fold_for_search, parts_to_fold


class Sought:
    """A text that is searched for. A blank of it must be found, too."""

    def __init__(self, text: str) -> None:
        self._folded = fold_for_search(text)

    def __bool__(self) -> bool:
        """Return True if anything is left of the text to search for."""
        return bool(self._folded)

    def is_in(self, text: str) -> bool:
        """Return True if *text* has it."""
        return self._folded in fold_for_search(text)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the places of *text* that have it: the start and the end of each, in order."""
        if not self.is_in(text):
            return []
        folded, places = _folded_with_places(text)
        spans = []
        start = folded.find(self._folded)
        while start >= 0:
            end = start + len(self._folded)
            spans.append((places[start][0], places[end - 1][1]))
            start = folded.find(self._folded, end)
        return spans


def _folded_with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a folded text, and for each character of it the span in *text* that it stands for."""
    folded: list[str] = []
    places: list[tuple[int, int]] = []
    start = 0
    for part in parts_to_fold(text):
        end = start + len(part)
        folded.append(fold_for_search(part))
        places += [(start, end)] * len(folded[-1])
        start = end
    return "".join(folded), places
