"""The terminal as an output of prompt_toolkit, on which each character is where it is meant to be.

Terminals do not agree on the width of emoji, of marks and of many other characters, and programs
guess. Where a guess is wrong, all that follows in the row would be displaced, and parts of old rows
would stay. So after each of these the cursor is put where the next character belongs. This
module must not know what is drawn.
"""

from __future__ import annotations

import os
import re
from typing import TextIO

from prompt_toolkit.data_structures import Size
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.utils import get_cwidth

_SAVE, _RESTORE = "\x1b7", "\x1b8"  # DECSC and DECRC, which all terminals know

_UNSURE = re.compile(
    "[^\0-\u02ff\u2500-\u257f\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff\uac00-\ud7a3]"
)
"""A character on whose width terminals may disagree: none of Latin, lines, kana, Han, Hangul."""


class TerminalOutput(Vt100_Output):
    """Output to the terminal at *stream*, which is never asked for the position of its cursor."""

    def __init__(self, stream: TextIO) -> None:
        def size() -> Size:
            columns, rows = os.get_terminal_size(stream.fileno())
            return Size(rows=rows or 24, columns=columns or 80)

        super().__init__(
            stream,
            size,
            term=os.environ.get("TERM"),
            default_color_depth=ColorDepth.from_env(),
            enable_cpr=False,
        )

    def write(self, data: str) -> None:
        """Write what is in one cell, or ASCII, and leave the cursor behind it."""
        if _UNSURE.search(data) is None:
            super().write(data)
            return
        width = get_cwidth(data)
        for shown in (" " * width, data):  # or an old character might stay beside a narrow one
            self.write_raw(_SAVE)
            super().write(shown)
            self.write_raw(_RESTORE)
        self.cursor_forward(width)
