"""`chatd completion`: what the shells offer, tried in the shells themselves."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from chatd import cli
from chatd.command_line.completion import script
from chatd.command_line.subcommands import SUMMARIES, all_manuals
from chatd.util.command_manual import Argument, Manual

_TRY_IN_BASH = r"""
while IFS= read -r line; do
    eval "COMP_WORDS=($line)"
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _chatd chatd "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    echo "${COMPREPLY[*]}"
done
"""

_TRY_IN_ZSH = r"""
compdef() { }
_describe() { }
_arguments() { print -r -- "@$funcstack[2]"; print -rl -- "$@" }
"""


def commands() -> Iterator[Manual]:
    """Yield the manuals of all commands and of their subcommands."""
    for manual in all_manuals():
        yield manual
        yield from manual.commands


def options(manual: Manual) -> Iterator[tuple[Argument, str]]:
    for option in manual.options:
        for flag in option.flags:
            yield option, flag


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with files whose names may be completed."""
    monkeypatch.chdir(tmp_path)
    for name in "motd.txt", "my notes":
        Path(name).touch()


def offered_by_bash(*lines: str) -> list[list[str]]:
    """Return what bash offers for the last word of each line."""
    ended = subprocess.run(
        ["bash", "--norc", "-c", script("bash") + _TRY_IN_BASH],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
    return [line.split() for line in ended.stdout.splitlines()]


@cache
def taken_by_zsh() -> dict[str, list[str]]:
    """Return what `_arguments` of zsh is given by each function of the script."""
    calls = "; ".join("_" + each.program.replace(" ", "_").replace("-", "_") for each in commands())
    ended = subprocess.run(
        ["zsh", "-f", "-c", f"{_TRY_IN_ZSH}{script('zsh')}\n_chatd; {calls}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
    blocks = (block.splitlines() for block in ended.stdout.split("@_")[1:])
    return {name: lines for name, *lines in blocks}


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
class TestBash:
    def test_offers_each_option_of_each_command(self) -> None:
        found = offered_by_bash(*(f"{manual.program} -" for manual in commands()))
        for manual, words in zip(commands(), found, strict=True):
            assert words == [flag for _, flag in options(manual)], manual.program

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("chatd ''", " ".join(SUMMARIES)),
            ("chatd se", "serve search"),
            ("chatd serve --con", "--config --connections --connections-per-address"),
            ("chatd serve --language ''", "en es"),
            ("chatd serve --log-format = j", "json"),
            ("chatd serve --log-format =", "text json"),
            ("chatd serve --motd motd", "motd.txt"),
            ("chatd serve --motd 'my n'", "my notes"),
            ("chatd serve --recent ''", ""),
            ("chatd serve --lan ''", ""),
            ("chatd admin pro", "promote"),
            ("chatd admin --store list re", "remove reload"),
            ("chatd admin --store = list re", "remove reload"),
            ("chatd admin remove -", "-h --help --version --yes"),
            ("chatd say --room admin --pr", "--profile"),
            ("chatd say -- -", ""),
            ("chatd backup mo", "motd.txt"),
            ("chatd completion ''", "bash zsh"),
            ("chatd nonsense ''", " ".join(SUMMARIES)),
        ],
    )
    def test_offers_what_may_follow(self, line: str, words: str) -> None:
        assert offered_by_bash(line) == [words.split()]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not here")
class TestZsh:
    def test_takes_each_argument_of_each_command(self) -> None:
        for manual in commands():
            name = manual.program.replace(" ", "_").replace("-", "_")
            specs = taken_by_zsh()[name]
            for option, flag in options(manual):
                attached = "=" if option.value and flag.startswith("--") else ""
                (spec,) = (each for each in specs if f"{flag}{attached}[" in each)
                assert spec.startswith(("*" + flag, f"({' '.join(option.flags)}){flag}"))
                assert ("]:" in spec) == bool(option.value)

    def test_offers_the_values_of_an_argument(self) -> None:
        specs = "\n".join(taken_by_zsh()["chatd_serve"])
        assert ":CODE:(en es)" in specs
        assert ":FILE:_files" in specs
        assert "*:SHELL:(bash zsh)" in taken_by_zsh()["chatd_completion"]

    def test_takes_the_subcommands(self) -> None:
        for name in "chatd", "chatd_admin", "chatd_tls":
            assert "1:command:->command" in taken_by_zsh()[name]


class TestCommand:
    @pytest.mark.parametrize("shell", ["bash", "zsh"])
    def test_prints_the_script(self, shell: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["completion", shell]) == 0
        assert capsys.readouterr().out == script(shell)

    def test_has_the_purposes_of_the_table(self) -> None:
        for name, purpose in SUMMARIES.items():
            assert f"{name}:{purpose}".partition("'")[0] in script("zsh")
