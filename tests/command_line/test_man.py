"""`chatd man`: the pages of all commands and of the file, which `man` shows without a warning."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from chatd import cli
from chatd.command_line import man, man_page
from chatd.command_line.subcommands import SUMMARIES, parser_of
from chatd.daemon.listener_table import LISTENER_ROWS
from chatd.daemon.settings_table import SETTINGS, Row

PAGES = man.pages()


@cache
def shown(name: str) -> str:
    """Return a page without the language of pages, with single spaces."""
    text = re.sub(r"^\.(?:SH|SS|TP|PP|br) *|\\f[BIR]|\"", "", PAGES[name], flags=re.MULTILINE)
    marks = {r"\-": "-", r"\ ": " ", r"\(aq": "'", r"\(dq": '"', r"\(ga": "`", r"\e": "\\"}
    for mark, character in marks.items():
        text = text.replace(mark, character)
    return " ".join(text.replace("\\&", "").split())


class TestPages:
    def test_are_those_of_all_subcommands_and_of_the_file(self) -> None:
        commands = {f"chatd-{name}.1" for name in SUMMARIES}
        assert {*PAGES} == {"chatd.1", "chatd.toml.5"} | commands

    @pytest.mark.parametrize("name", PAGES)
    def test_name_themselves_for_apropos(self, name: str) -> None:
        assert f" NAME {name[:-2]} - " in shown(name)

    def test_have_each_command_with_its_purpose(self) -> None:
        for name in SUMMARIES:
            purpose = parser_of(name).manual().purpose
            assert f"chatd {name} {man_page.sentence(purpose)}" in shown("chatd.1")

    @pytest.mark.parametrize("name", SUMMARIES)
    def test_have_each_argument_with_its_meaning(self, name: str) -> None:
        manual = parser_of(name).manual()
        for command in (manual, *manual.commands):
            for argument in command.arguments:
                value = f" {argument.value}" if argument.value else ""
                flags = ", ".join(f"{flag}{value}" for flag in argument.flags) or argument.value
                meaning = man_page.sentence(argument.meaning)
                assert f"{flags} {meaning}" in shown(f"chatd-{name}.1")

    @pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.path)
    def test_have_each_setting(self, row: Row) -> None:
        entry = shown("chatd.toml.5").partition(f" [{row.section}] ")[2].partition(f"{row.name} = ")
        text = entry[2].partition("A reload")[0]
        assert row.meaning.removesuffix(" (may be repeated)") in text
        assert row.variable in text
        assert f"--{row.option}." in text

    @pytest.mark.parametrize("row", LISTENER_ROWS, ids=lambda row: row.path)
    def test_have_each_setting_of_an_address(self, row: Row) -> None:
        assert f" {row.path} = " in shown("chatd.toml.5").partition(" [[listen]] ")[2]


class TestCommand:
    def test_writes_the_pages(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for _ in "again", "and again":
            assert cli.main(["man", str(tmp_path / "man")]) == 0
        files = {path.name: path.read_text() for path in (tmp_path / "man").glob("man[15]/*")}
        assert files == PAGES
        assert f"{len(PAGES)} pages" in capsys.readouterr().out
        assert not [*tmp_path.rglob(".*")]

    def test_says_why_it_cannot(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "file").touch()
        assert cli.main(["man", str(tmp_path / "file")]) == 1
        assert capsys.readouterr().err.count("\n") == 1


class TestMan:
    @pytest.fixture(autouse=True)
    def program(self) -> None:
        if shutil.which("man") is None or shutil.which("groff") is None:
            pytest.skip("man is not here")

    def test_has_no_warning(self, tmp_path: Path) -> None:
        cli.main(["man", str(tmp_path)])
        ended = subprocess.run(
            ["man", "--warnings", "-E", "UTF-8", "-Tutf8", "-l", *tmp_path.glob("man*/*")],
            env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "PAGER": "cat"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        assert ended.stderr == ""
        assert "--connections-per-address NUMBER" in re.sub(".\b", "", ended.stdout)


@pytest.mark.parametrize("text", [".SH in front", "'br", r"a\fBb", "a - b", 'x "y" `z` ~ ^', "año"])
def test_text_is_shown_as_it_is(text: str) -> None:
    written = man_page.plain(text)
    assert written.isascii()
    assert not written.startswith((".", "'"))
    assert "\\f" not in written
