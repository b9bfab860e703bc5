"""`chatd.client.terminal_output`: no character moves what comes after it."""

from __future__ import annotations

import io

import pyte
import pytest
from prompt_toolkit.utils import get_cwidth

from chatd.client.terminal_output import TerminalOutput

CELLS = [
    "a",
    "é",
    "漢",
    "\U0001f44d",
    "\u2764",
    "e\u0301",
    "\u0628",
    "\u0e33",
    "\u200b",
    "\U0001f1ea",
]


class Narrow(pyte.Screen):
    """A terminal on which every character is one column wide."""

    def draw(self, data: str) -> None:
        for character in data:
            super().draw("x" if ord(character) > 0x2FF else character)


@pytest.mark.parametrize("screen", [pyte.Screen, Narrow])
@pytest.mark.parametrize("cell", CELLS)
def test_the_next_character_is_where_it_belongs_on_every_terminal(
    screen: type[pyte.Screen], cell: str
) -> None:
    if screen is Narrow and cell == "漢":
        return  # on its width all agree
    stream = io.StringIO()
    output = TerminalOutput(stream)
    output.write_raw("\x1b[H????????\r")
    for each in ("<", cell, ">"):
        output.write(each)
    output.flush()
    shown = screen(20, 2)
    pyte.Stream(shown).feed(stream.getvalue())
    assert shown.buffer[0][1 + get_cwidth(cell)].data == ">"
    between = [shown.buffer[0][x].data for x in range(1, 1 + get_cwidth(cell))]
    assert "?" not in between


def test_controls_in_a_cell_are_not_obeyed() -> None:
    stream = io.StringIO()
    output = TerminalOutput(stream)
    output.write("漢\x1b[2J")
    output.write("\U0001f44d\x1b[2J")
    output.flush()
    assert "\x1b[2J" not in stream.getvalue()
