"""`chatd.client.safe_typing`: a text that was pasted is not obeyed by the terminal either."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.layout import BufferControl
from prompt_toolkit.layout.processors import Transformation, TransformationInput

from chatd.client.safe_typing import SafeTyping
from tests.proofs.terminal.documented import is_unsafe
from tests.support.hostile import HOSTILE


def transformed(text: str) -> Transformation:
    given = TransformationInput(
        BufferControl(Buffer()), Document(text), 0, lambda place: place, [("", text)], 80, 24
    )
    return SafeTyping().apply_transformation(given)


def shown(text: str) -> str:
    return "".join(fragment[1] for fragment in transformed(text).fragments)


class TestSafeTyping:
    @pytest.mark.parametrize(
        ("text", "form"),
        [("hola", "hola"), ("\tx", "    x"), ("a\x1b[2J", "a^[[2J"), ("a\u202eb", r"a\u202eb")],
    )
    def test_what_could_control_a_terminal_is_escaped(self, text: str, form: str) -> None:
        assert shown(text) == form

    @pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
    def test_nothing_hostile_is_left(self, hostile: str) -> None:
        assert not any(map(is_unsafe, shown(hostile.replace("\n", ""))))

    @given(st.text(st.sampled_from("ab\t\x1b\u202e漢"), max_size=12))
    def test_the_cursor_is_at_its_character(self, text: str) -> None:
        form = transformed(text)
        for place in range(len(text) + 1):
            assert shown(text)[: form.source_to_display(place)] == shown(text[:place])
            assert form.display_to_source(form.source_to_display(place)) == place
