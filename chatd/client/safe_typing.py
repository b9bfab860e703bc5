"""The text being typed as it is shown: escaped as all text is, because it may have been pasted.

This module must not know the layout of the screen, nor what becomes of a text.
"""

from __future__ import annotations

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput

from chatd.text.escaping import visible

_TAB = "    "


class SafeTyping(Processor):
    """Shows each character that a terminal might obey in its escaped form, and TAB as spaces."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Return the line in its visible form, and where each of its characters is in that."""
        shown: StyleAndTextTuples = []
        places = [0]
        """The place of each character in what is shown, and of the end."""
        for style, text, *_ in transformation_input.fragments:
            for character in text:
                form = _TAB if character == "\t" else visible(character)
                shown.append((style, form))
                places.append(places[-1] + len(form))

        def to_display(place: int) -> int:
            return places[min(place, len(places) - 1)]

        def to_source(place: int) -> int:
            return max(at for at, begins in enumerate(places) if begins <= max(0, place))

        return Transformation(shown, to_display, to_source)
