"""`chatd.commands.password_guard`: lines that are nearly a command with a password."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.commands.dispatch import COMMANDS, parse
from chatd.commands.password_guard import LETTERS, ODD, STARTS, holds_a_password
from chatd.errors import ErrorKind
from tests.support.sentences import EN
from tests.support.world import World

REGISTERED = {"ana"}
WORDS = sorted(name for name, command in COMMANDS.items() if command.secret)


def is_held(text: str) -> bool:
    """Return the result for a line that is no command, in the protocol's two steps."""
    slow = holds_a_password(text, REGISTERED.__contains__)
    quick = text[:LETTERS] in STARTS or text[0] in ODD or text[0] == "/"
    assert quick or not slow
    return slow


@pytest.mark.parametrize(
    "line",
    [
        "login ana correct",
        "login luis correct",
        "login ana correct horse battery",
        "LOGIN Ana correct",
        "Register correct-horse",
        "password hunter22",
        "acceder ana correcto",
        "clave caballo1",
        "Contraseña caballo1",
        "contrasen\u0303a caballo1",
        "contrasena caballo1",
        "registrar caballo1",
        "  login ana correct",
        "\tregister correct-horse",
        " /login ana correct",
        "\xa0/login ana correct",
        "\ufeff/login ana correct",
        "/ login ana correct",
        "/ /login ana correct",
        "/\\login ana correct",
        "\\login ana correct",
        "\\register correct horse battery staple",
        " // login ana correct",
        "／login ana correct",
        "/login\tana correct",
        "/login\xa0ana correct",
        "/register\u3000correct",
        "/contrasen\u0303a caballo1",
        "\x1b[A/login ana correct",
        "\x1bOA/register correct",
        "\x15/password correct",
        " /register",
        "/register\t",
        " /unregister correct",
    ],
)
def test_a_line_that_is_nearly_a_command_with_a_password(line: str) -> None:
    assert parse(line) is None
    assert is_held(line)


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "login",
        "login page",
        "login ana",
        "login is broken for everybody today",
        "the login ana correct",
        "password",
        "password reset is broken",
        "password: hunter22 was a joke",
        "register for the event on Friday",
        "registered trademark",
        "regístrate aquí",
        "unregister it",
        "contraseña nueva para todos",
        "accede al servidor ya",
        "logintoken ana correct",
        "/usr/bin/login ana correct",
        "/login-page is broken now",
        "/loginana correct",
        " / quit",
        " /quit",
        "//login ana correct",
        "// register correct",
        "///login ana correct",
        "\\o/",
        "   ",
        "/",
        "#login ana correct",
    ],
)
def test_a_line_that_is_not_nearly_one(line: str) -> None:
    assert not is_held(line)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_each_name_of_a_command_that_takes_a_password_is_recognised(
    word: str, change: object
) -> None:
    assert len(word) >= LETTERS
    written = change(word)  # type: ignore[operator]
    assert is_held(f" /{written} ana correct")
    assert is_held(f"/{written}\tana correct")


beginnings = st.text(st.sampled_from(" \t\xa0/\\\u200b"), min_size=1, max_size=5)
spaces = st.sampled_from([" ", "\t", "\xa0", "\u3000", "  "])


@given(beginnings, st.sampled_from(WORDS), spaces, st.text(max_size=20), st.booleans())
def test_a_line_with_misplaced_slashes_before_a_word_is_not_said(
    beginning: str, word: str, space: str, rest: str, upper: bool
) -> None:
    line = f"{beginning}{word.upper() if upper else word}{space}{rest}"
    if line.startswith("//") or not set(beginning) & {"/", "\\"} or parse(line) is not None:
        return
    assert is_held(line)


@given(st.text(min_size=1))
def test_two_slashes_make_any_text_a_text(text: str) -> None:
    if is_held(text):
        assert not is_held("//" + text)


def test_such_a_line_is_not_said_or_stored_and_its_author_receives_an_error() -> None:
    world = World()
    ana, luis = world.person("ana"), world.person("luis")
    ana.seen()
    ana.type(" /login ana correct-horse", "hello")
    assert ana.seen() == [
        EN.error(ErrorKind.NOT_SAID, "nearly_a_password"),
        "<ana> hello",
    ]
    assert luis.seen() == ["<ana> hello"]
    assert [event.text for event in world.store._logs["lobby"].events] == ["hello"]


def test_two_slashes_say_it_anyway() -> None:
    world = World()
    ana = world.person("ana")
    ana.type("//login ana correct")
    assert ana.seen() == ["<ana> /login ana correct"]


def test_after_slash_text_every_line_is_said() -> None:
    world = World()
    ana = world.person("ana")
    ana.type("/text")
    ana.seen()
    ana.type("login ana correct", " /login ana correct")
    assert ana.seen() == ["<ana> login ana correct", "<ana>  /login ana correct"]


def test_on_bare_ports_every_line_is_said() -> None:
    world = World()
    program = world.program()
    program.type("login ana correct")
    assert program.seen() == ["login ana correct"]


def test_a_registered_name_counts_in_any_case() -> None:
    world = World()
    ana = world.person("ana")
    ana.type("/register correct horse")
    ana.seen()
    ana.type("login ANA some words more", "login page is broken today")
    assert [line[:13] for line in ana.seen()] == ["ERR Not said:", "<ana> login p"]
