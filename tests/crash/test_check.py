"""The checker: what is as it should be passes, and every kind of fault is found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.check import Stored, Transcript, main

ROOT = Path(__file__).parent.parent.parent
TIME = "[2026-11-22 12:01:07] "
WELCOME = "*** Welcome to chatd. You are guest7 in #lobby. Here: ana, luis and 2 guests."
STORED = (
    f"#lobby 1 {TIME}<ana> a",
    f"#lobby 2 {TIME}* luis waves",
    f"#lobby 3 {TIME}*** ana set the topic: tea",
    f"#lobby 4 {TIME}<ana> b",
    f"#lobby 5 {TIME}<ana> a",
    f"#v1.2 1 {TIME}<ana> in another room",
)


def faults(
    *seen: str, stored: tuple[str, ...] = STORED, unique: bool = False, complete: bool = False
) -> list[str]:
    """What is wrong with a transcript, in which one who has entered was shown these lines."""
    everything = Stored(stored, unique=unique)
    transcript = Transcript("seen", everything, complete=complete)
    return [*everything.faults, *transcript.faults([WELCOME, *seen])]


# What is as it should be


def test_everything_in_order() -> None:
    said = [line.split(TIME)[1] for line in STORED[:5]]
    assert (
        faults(*said, "*** You are in #v1.2. Nobody else is here.", "<ana> in another room") == []
    )


def test_past_lines_and_then_live_ones() -> None:
    assert faults(f"{TIME}<ana> a", f"{TIME}* luis waves", "*** ana set the topic: tea") == []


def test_a_line_that_was_said_twice_and_shown_twice() -> None:
    assert faults("<ana> a", "<ana> b", "<ana> a") == []


def test_history_in_the_midst_of_live_lines() -> None:
    history = ("*** 2 of 4 lines of #lobby:", f"{TIME}<ana> a", f"{TIME}* luis waves")
    assert faults("<ana> b", *history, "<ana> a", complete=True) == []


def test_times_before_live_lines_after_history() -> None:
    history = ("*** 1 of 4 lines of #lobby, since 12:00:", f"{TIME}<ana> a")
    assert faults("<ana> b", *history, f"{TIME}<ana> a", complete=True) == []


def test_a_room_that_was_left_and_entered_again_shows_its_past_again() -> None:
    again = ("*** You are in #v1.2, a new room; nobody else is here.", "*** You are in #lobby. x")
    assert faults("<ana> a", *again, f"{TIME}<ana> a") == []


def test_spanish() -> None:
    lines = (
        "*** Te damos la bienvenida a chatd. Eres guest7 en #v1.2. No hay nadie más aquí.",
        "<ana> in another room",
        "*** Estás en #lobby. Aquí: ana.",
        "* luis waves",
        "*** ana ha puesto el tema: tea",
        "*** 1 de 4 líneas de #lobby:",
        f"{TIME}<ana> a",
        "<ana> b",
    )
    assert faults(*lines, complete=True) == []


def test_what_is_no_line_of_a_room_is_passed_over() -> None:
    passing = ("*** luis left.", "ERR Nobody: luis is not here.", "(private) <luis> psst")
    assert faults("<ana> b", *passing, "<ana> a", complete=True) == []


def test_what_was_missed_in_each_room() -> None:
    missed = (
        "*** 1 private line while you were away:",
        f"{TIME}(private) <luis> psst",
        "*** 1 line in #v1.2 since you left:",
        f"{TIME}<ana> in another room",
        "*** 2 líneas en #lobby desde que te fuiste:",
        f"{TIME}<ana> a",
        f"{TIME}* luis waves",
        "*** 3 more in #lobby: /missed shows them, /skip marks all as seen.",
    )
    assert faults("<ana> b", *missed, "<ana> a", complete=True) == []


@pytest.mark.parametrize(
    "heading",
    [
        "*** 3 lines of #lobby, newest first:",
        "*** The last 3 lines of #lobby, newest first; there may be more:",
        "*** 3 líneas de #lobby que te nombran, primero las últimas:",
        "*** 1 line of #lobby:",
    ],
)
def test_what_was_found_backwards(heading: str) -> None:
    found = (heading, f"{TIME}<ana> b", f"{TIME}*** ana set the topic: tea", f"{TIME}<ana> a")
    assert faults("<ana> b", *found, "<ana> a", complete=True) == []


PRIVATE = (*STORED, f"#@luis 1 {TIME}(private) <ana> psst")


def test_a_receipt_of_a_private_line_that_is_stored() -> None:
    assert faults("(private to luis) <ana> psst", stored=PRIVATE) == []


def test_a_private_line_to_somebody_whose_lines_are_not_kept_is_passed_over() -> None:
    assert faults("(private to guest7) <ana> hola", stored=PRIVATE) == []


def test_a_receipt_of_a_private_line_that_is_not_stored() -> None:
    assert faults("(private to luis) <ana> hola", stored=PRIVATE) == [
        "seen has a receipt of what is not stored in @luis: '(private) <ana> hola'"
    ]


def test_a_line_that_rings() -> None:
    assert faults("\x07<ana> a", "* luis waves", complete=True) == []


# What is not


@pytest.mark.parametrize(
    "heading", ["*** 1 line in #v1.2 since you left:", "*** 1 line of #v1.2 that names you:"]
)
def test_what_was_missed_or_found_and_is_not_stored(heading: str) -> None:
    assert faults(heading, f"{TIME}<ana> a") == [
        "seen shows what is not stored in #v1.2: '<ana> a'"
    ]


@pytest.mark.parametrize(
    "seen", ["<ana> never stored", "<luis> a", "* ana a", "*** ana set the topic: coffee"]
)
def test_a_line_that_is_not_stored(seen: str) -> None:
    assert faults(seen) == [f"seen shows what is not stored in #lobby: '{seen}'"]


def test_a_past_line_that_is_not_stored() -> None:
    assert faults(f"{TIME}<ana> c") == ["seen shows what is not stored in #lobby: '<ana> c'"]


def test_a_line_of_history_that_is_not_stored() -> None:
    (fault,) = faults("*** 1 of 4 lines of #lobby:", f"{TIME}<ana> c")
    assert fault == "seen shows what is not stored in #lobby: '<ana> c'"


def test_a_line_that_is_stored_in_another_room() -> None:
    (fault,) = faults("<ana> in another room")
    assert fault == "seen shows what is not stored in #lobby: '<ana> in another room'"


def test_a_line_that_was_shown_twice() -> None:
    assert faults("<ana> b", "<ana> b") == ["seen shows #lobby 4 a second time: '<ana> b'"]


def test_a_line_that_was_shown_as_a_past_one_and_again_as_a_live_one() -> None:
    assert faults(f"{TIME}<ana> b", "<ana> b") == ["seen shows #lobby 4 a second time: '<ana> b'"]


def test_lines_in_another_order() -> None:
    assert faults("<ana> b", "* luis waves") == ["seen shows #lobby 2 after 4: '* luis waves'"]


def test_history_in_another_order() -> None:
    history = ("*** 2 of 4 lines of #lobby:", f"{TIME}<ana> b", f"{TIME}* luis waves")
    assert faults(*history) == ["seen shows #lobby 2 after 4: '* luis waves'"]


def test_a_line_that_was_left_out() -> None:
    assert faults("* luis waves", "<ana> b", complete=True) == [
        "seen shows #lobby 4 right after 2: '<ana> b'"
    ]
    assert faults("* luis waves", "<ana> b") == []


def test_a_line_before_any_room() -> None:
    transcript = Transcript("seen", Stored(STORED))
    assert list(transcript.faults(["<ana> a"])) == [
        "seen shows a line before it says in which room: '<ana> a'"
    ]


def test_a_gap_in_what_is_stored() -> None:
    assert faults(stored=STORED[:2] + STORED[3:]) == ["#lobby has a gap: 4 follows 2"]


def test_a_log_that_does_not_begin_with_1() -> None:
    assert faults(stored=STORED[1:]) == ["#lobby has a gap: 2 follows 0"]


def test_a_number_that_is_stored_twice() -> None:
    (fault,) = faults(stored=(*STORED, f"#lobby 5 {TIME}<eva> x"))
    assert fault == "#lobby 5 is stored twice, or out of order: '<eva> x'"


def test_a_line_that_is_stored_twice() -> None:
    assert faults(unique=True) == ["#lobby 1 and #lobby 5 are one line, stored twice: '<ana> a'"]


def test_a_line_that_is_stored_in_two_rooms() -> None:
    (fault,) = faults(stored=(f"#a 1 {TIME}<ana> x", f"#b 1 {TIME}<ana> x"), unique=True)
    assert fault == "#a 1 and #b 1 are one line, stored twice: '<ana> x'"


def test_a_file_that_is_no_export() -> None:
    assert faults(stored=("<ana> a",)) == ["line 1 of what is stored is not from chatd export"]


# The command


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "stored.txt").write_text("\n".join(STORED) + "\n")
    (tmp_path / "seen-1.txt").write_text(f"{WELCOME}\n<ana> a\n* luis wa")
    (tmp_path / "seen-2.txt").write_bytes(f"{WELCOME}\r\n<ana> b\r\n".encode())
    return [str(tmp_path / name) for name in ("stored.txt", "seen-1.txt", "seen-2.txt")]


def test_the_command_says_what_it_looked_at(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(files) == 0
    assert capsys.readouterr().out == (
        "6 lines stored in 2 rooms; 2 shown in 2 transcripts; 0 faults.\n"
    )


def test_the_command_ends_with_status_1_and_a_line_for_each_fault(files: list[str]) -> None:
    with open(files[1], "a") as seen:
        seen.write("ves\n<eva> lost\n<ana> a\n<ana> a\n")
    run = subprocess.run(
        [sys.executable, "-m", "tests.crash.check", *files],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout.splitlines() == [
        f"{files[1]} shows what is not stored in #lobby: '<eva> lost'",
        f"{files[1]} shows #lobby 5 a second time: '<ana> a'",
        "6 lines stored in 2 rooms; 6 shown in 2 transcripts; 2 faults.",
    ]
