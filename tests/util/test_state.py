"""Tests of the encoding of states."""

from __future__ import annotations

import enum
import os
import pickle
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.util.state import decode, encode

SIMPLE: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Level(enum.IntEnum):
    HIGH = 3


class Pair(NamedTuple):
    one: int
    other: Level


class TestAState:
    @given(state=SIMPLE)
    def test_is_what_it_was(self, state: object) -> None:
        assert decode(encode(state)) == state

    def test_of_derived_types_has_simple_ones(self) -> None:
        value = decode(encode({"level": Level.HIGH, "pair": Pair(1, Level.HIGH)}))
        assert value == {"level": 3, "pair": (1, 3)}
        assert {type(value["level"]), type(value["pair"])} == {int, tuple}

    def test_keeps_bytes_that_grow(self) -> None:
        assert decode(encode(bytearray(b"held"))) == b"held"

    @pytest.mark.parametrize("value", [object(), print, Level])
    def test_has_nothing_else(self, value: object) -> None:
        with pytest.raises(TypeError, match="a state has no"):
            encode({"value": [value]})


class Harmful:
    def __reduce__(self) -> Any:
        return os.system, ("true",)


class TestDecoding:
    @pytest.mark.parametrize("harm", [Harmful(), print, Level.HIGH])
    def test_makes_no_object_of_a_class(self, harm: object) -> None:
        with pytest.raises(ValueError, match="this is no state: it has "):
            decode(pickle.dumps(harm))

    @pytest.mark.parametrize("data", [b"", b"{}", b"\x80\x04", b"\x80\x04.", encode("ana")[:-3]])
    def test_refuses_what_is_none(self, data: bytes) -> None:
        with pytest.raises(ValueError, match="this is no state"):
            decode(data)
