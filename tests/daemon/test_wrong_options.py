"""Options that the daemon does not have, and those that were meant."""

from __future__ import annotations

import pytest

from chatd.daemon.addresses import DEFAULT_LISTEN
from chatd.daemon.wrong_options import too_many, why_wrong

KNOWN = ["listen=", "motd=", "store=", "line-seconds=", "lines-per-second=", "quiet"]
OF_TWISTD = ["pidfile=", "rundir=", "nodaemon", "n"]


def unknown(*arguments: str) -> str:
    """Return what is wrong with the first of some arguments, which is not an option."""
    option = arguments[0].partition("=")[0]
    return why_wrong(f"option {option} not recognized", arguments, KNOWN, OF_TWISTD)


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["--port", "7"], "--listen tcp:7"),
        (["--port=7"], "--listen tcp:7"),
        (["--port"], "--listen tcp:PORT"),
        (["--port", "--motd"], "--listen tcp:PORT"),
        (["--port", "7; rm"], "--listen tcp:PORT"),
        (["--prot", "7"], "--listen tcp:7"),
        (["--host", "10.0.0.1"], "--listen tcp:60060:interface=10.0.0.1"),
        (["--tls"], "--listen ssl:60062:privateKey=key.pem:certKey=cert.pem"),
        (["--database", "a.sqlite"], "--store sqlite:a.sqlite"),
        (["--background"], "twistd --pidfile= chat"),
        (["--storr", "x"], "--store"),
    ],
)
def test_an_unknown_option_is_told_the_one_that_was_meant(arguments: list[str], meant: str) -> None:
    option = arguments[0].partition("=")[0]
    assert unknown(*arguments) == f"there is no option {option}. Did you mean {meant}?"


@pytest.mark.parametrize(
    ("option", "before"),
    [
        ("--pidfile", "-n --pidfile=FILE"),
        ("-n", "-n --pidfile="),
        ("--rundir", "-n --pidfile= --rundir ..."),
    ],
)
def test_an_option_of_twistd_comes_before_chat(option: str, before: str) -> None:
    assert unknown(option).endswith(f" It is one of twistd: twistd {before} chat.")


def test_nothing_is_guessed_of_an_option_that_is_like_none() -> None:
    assert unknown("--xyzzy") == "there is no option --xyzzy."


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("option --listen requires argument", f"--listen needs a value such as {DEFAULT_LISTEN}."),
        ("option -s requires argument", "-s needs a value such as sqlite:chatd.sqlite."),
        ("option --motd requires argument", "--motd needs a value."),
        ("option --quiet must not have an argument", "--quiet takes no value."),
        (
            "option --line not a unique prefix",
            "--line may be any of --line-seconds, --lines-per-second. Write one of them.",
        ),
        ("something else", "something else"),
    ],
)
def test_another_error_of_the_options_says_what_is_right(message: str, why: str) -> None:
    assert why_wrong(message, [], KNOWN, OF_TWISTD) == why


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("60063", "--listen tcp:60063"),
        ("tcp:60063", "--listen tcp:60063"),
        ("haproxy:tcp:7", "--listen haproxy:tcp:7"),
        ("sqlite:a", "--store sqlite:a"),
    ],
)
def test_a_word_is_told_its_option(word: str, meant: str) -> None:
    assert too_many(word).endswith(f"Did you mean {meant}?")


def test_another_word_is_one_too_many() -> None:
    assert too_many("a\nb") == r"there are options only, such as --listen; not 'a\nb'."
