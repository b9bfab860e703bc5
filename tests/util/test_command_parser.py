"""The parser of a command: the line for each wrong call, and the manual."""

from __future__ import annotations

import argparse

import pytest

from chatd.util.command_manual import Argument, Example
from chatd.util.command_parser import CommandParser
from chatd.util.versions import versions


def parser() -> CommandParser:
    """Return a parser of a command with options, a text, and nothing else."""
    twice = Example("sing it twice", "chatd sing --times 2 'a " + "very " * 12 + "long song'")
    made = CommandParser(
        "chatd sing",
        "sing a song " + "again and " * 12 + "again",
        examples=[twice],
        success="it was sung",
    )
    made.add_argument("--times", type=int, help="the number of times that the song is sung, " * 4)
    voice = made.add_mutually_exclusive_group()
    voice.add_argument("--high", action="store_true")
    voice.add_argument("--low", action="store_true")
    made.add_argument("--key", choices=["c", "d", "e"])
    made.add_argument("song", metavar="TEXT", nargs="?")
    return made


def with_commands() -> CommandParser:
    """Return a parser of a command that has subcommands."""
    made = CommandParser("chatd band", "lead a band")
    made.add_argument("--store")
    commands = made.add_subparsers(metavar="DO", required=True)
    commands.add_parser("play", description="play").add_argument("name", metavar="NAME")
    stop = commands.add_parser("stop", description="stop")
    stop.add_argument("--now", action="store_true")
    stop.add_argument("when", choices=["soon"], metavar="soon")
    return made


def line(capsys: pytest.CaptureFixture[str], made: CommandParser, *arguments: str) -> str:
    """Return the line with which a parser refuses some arguments."""
    with pytest.raises(SystemExit) as raised:
        made.parse(arguments)
    assert raised.value.code == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    return err.rstrip("\n")


def help_of(made: CommandParser, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the manual of a parser."""
    with pytest.raises(SystemExit) as raised:
        made.parse(["--help"])
    assert raised.value.code == 0
    return capsys.readouterr().out


class TestAWrongCall:
    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (["--time", "2"], "there is no option --time. Did you mean --times?"),
            (["--time=2"], "there is no option --time. Did you mean --times?"),
            (["--tims", "2", "--key", "x"], "there is no option --tims. Did you mean --times?"),
            (
                ["-x"],
                "there is no option -x. If it is a text that begins with a dash, put -- before it.",
            ),
            (["la", "lo"], "'lo' is one argument too many."),
            (["--times"], "--times needs a value."),
            (["--times", "x"], "--times: invalid int value: 'x'."),
            (["--key", "x\ny"], r"--key takes c, d or e; not 'x\\ny'."),
            (["--high", "--low"], "--high and --low exclude each other: give one of them."),
            (["--high=yes"], "--high takes no value; not 'yes'."),
        ],
    )
    def test_is_one_line_with_what_is_right(
        self, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
    ) -> None:
        told = line(capsys, parser(), *arguments)
        assert told == f"chatd sing: {why} See chatd sing --help."

    def test_is_none_after_two_dashes(self) -> None:
        assert parser().parse(["--", "--time"]).song == "--time"

    @pytest.mark.parametrize(
        ("arguments", "command", "why"),
        [
            ([], "", "the command is missing: play or stop."),
            (["ply"], "", "there is no command ply. Did you mean play?"),
            (["x"], "", "there is no command x. It is play or stop."),
            (["--stor", "x", "play"], "", "there is no option --stor. Did you mean --store?"),
            (["play", "a", "b"], "", "'b' is one argument too many."),
            (["--now", "play", "a"], "", "there is no option --now here."),
            (["play"], " play", "NAME is missing."),
            (["play", "--x"], " play", "there is no option --x."),
            (["stop", "late"], " stop", "it takes soon; not 'late'."),
        ],
    )
    def test_of_a_subcommand(
        self, capsys: pytest.CaptureFixture[str], arguments: list[str], command: str, why: str
    ) -> None:
        name = f"chatd band{command}"
        assert line(capsys, with_commands(), *arguments) == f"{name}: {why} See {name} --help."


class TestTheManual:
    @pytest.mark.parametrize("columns", [40, 72, 100])
    def test_is_as_wide_as_the_terminal(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        columns: int,
    ) -> None:
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = help_of(parser(), capsys).splitlines()
        widest = max(len(line) for line in shown if not line.startswith("    chatd sing"))
        assert columns - 15 < widest <= columns

    def test_is_never_wider_than_people_read(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("COLUMNS", "300")
        wide = help_of(parser(), capsys)
        monkeypatch.setenv("COLUMNS", "100")
        assert wide == help_of(parser(), capsys)

    def test_has_purpose_usage_arguments_statuses_and_examples_in_order(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        manual = help_of(parser(), capsys)
        headings = [line for line in manual.splitlines() if line.endswith(":") and line[0] != " "]
        assert headings == ["Usage:", "Arguments:", "Options:", "Exit status:", "Examples:"]
        assert manual.startswith("chatd sing - sing a song ")
        assert "\n  0    it was sung\n" in manual

    def test_may_have_further_sections(self, capsys: pytest.CaptureFixture[str]) -> None:
        sing = CommandParser("chatd sing", "sing a song", details={"Keys": "C: do\nD: re"})
        assert "\n\nKeys:\n  C: do\n  D: re\n\nExit status:\n" in help_of(sing, capsys)

    def test_leaves_a_command_whole_that_may_be_pasted(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("COLUMNS", "40")
        command = parser().examples[0].command
        assert f"  sing it twice:\n    {command}\n" in help_of(parser(), capsys)

    def test_aligns_a_long_usage_with_its_command(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("COLUMNS", "50")
        usage = help_of(parser(), capsys).partition("Usage:\n")[2].partition("\n\n")[0]
        first, second, *_ = usage.splitlines()
        assert first.startswith("  chatd sing [-h] ")
        assert second.startswith("             [")

    def test_has_no_colours(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "\x1b" not in help_of(parser(), capsys)


def test_the_version_is_that_of_all_parts(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        parser().parse(["--version"])
    assert raised.value.code == 0
    assert capsys.readouterr() == (f"{versions()}\n", "")


class TestManualAsData:
    def test_has_the_arguments_in_their_groups(self) -> None:
        made = CommandParser("chatd sing", "sing", signals={})
        made.add_argument("song", nargs="?", metavar="TEXT", help="100 %% yours")
        made.add_argument("--secret", help=argparse.SUPPRESS)
        made.add_argument_group("Empty")
        made.add_argument_group("Voice").add_argument("-k", "--key", choices="cd", help="a key")
        sections = {each.heading: each.arguments for each in made.manual().sections}
        assert [*sections] == ["positional arguments", "options", "Voice"]
        assert sections["positional arguments"] == [Argument((), "TEXT", (), "100 % yours")]
        assert sections["Voice"] == [Argument(("-k", "--key"), "c|d", ("c", "d"), "a key")]
        assert [each.flags[-1] for each in sections["options"]] == ["--help", "--version"]

    def test_has_the_arguments_on_one_line(self) -> None:
        synopsis = "[-h] [--version] [--times TIMES] [--high | --low] [--key {c,d,e}] [TEXT]"
        assert parser().manual().synopsis == synopsis

    def test_has_the_subcommands(self) -> None:
        made = with_commands().manual()
        play, stop = made.commands
        assert (play.program, play.purpose) == ("chatd band play", "play")
        assert [each.value for each in stop.arguments if not each.flags] == ["soon"]
        assert [each.flags for each in made.arguments][-1] == ("--store",)

    def test_leaves_the_help_as_it_is(self) -> None:
        made = parser()
        before = made.format_help()
        made.manual()
        assert made.format_help() == before
