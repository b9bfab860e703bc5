"""TOML: a text is a table or a value, or one line that says why not."""

from __future__ import annotations

import sys

import pytest

from chatd.util import toml
from chatd.util.extras import how_to_install


def test_a_text_is_a_table() -> None:
    assert toml.parse('[a]\nb = ["c", 1, true]\n') == {"a": {"b": ["c", 1, True]}}


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a = ",
        "[a",
        "a = 1\na = 2",
        pytest.param("a = " + "[" * 10_000, id="depth"),
        pytest.param("a = " + "1" * 5_000, id="digits"),
    ],
)
def test_a_text_that_is_none_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(toml.InvalidToml, match=r"^it is no TOML: .*\.$"):
        toml.parse(text)


def test_a_header_that_is_there_twice_is_told_with_what_to_do() -> None:
    with pytest.raises(toml.InvalidToml) as invalid:
        toml.parse("[lan]\nopen = true\n[lan]\n")
    assert str(invalid.value) == (
        "it is no TOML: cannot declare ('lan',) twice (at line 3, column 5)."
        " Write all settings of a section under one header."
    )


def test_the_line_of_a_fault_is_told() -> None:
    with pytest.raises(toml.InvalidToml, match="at line 3, column 5"):
        toml.parse("a = 1\n\nb = x\n")


@pytest.mark.parametrize(("text", "value"), [("5", 5), ('"a"', "a"), ("[1, 2]", [1, 2])])
def test_a_value_is_that_of_a_key(text: str, value: object) -> None:
    assert toml.parse_value(text) == value


@pytest.mark.parametrize("text", ["", "a", "5\nb = 6", "1 2"])
def test_a_text_that_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(toml.InvalidToml):
        toml.parse_value(text)


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "tomllib", "tomli":
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(toml.NoLibrary) as missing:
        toml.parse("")
    assert str(missing.value) == (
        f"TOML needs tomli, which is not installed: {how_to_install('config')}."
    )
