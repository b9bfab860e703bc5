"""`tests.proofs.crash.check`: correct transcripts pass, and every kind of fault is found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chatd.chat.permissions import Mode
from chatd.event import Deed, Event, Kind
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language, sentence
from chatd.i18n.en import SENTENCES
from tests.proofs.crash.check import Stored, Transcript, as_exported, main
from tests.support.checkout import ROOT

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
WITH_DEEDS = (
    f"#ops 1 {TIME}<ana> a",
    f"#ops 2 {TIME}*** ana muted luis for 1h 30m: enough",
    f"#ops 3 {TIME}*** ana set the room's mode to moderated.",
    f"#ops 4 {TIME}<ana> b",
    f"#ops 5 {TIME}<ana> a",
)
WITH_INBOXES = (
    f"#@ana 1 {TIME}(private) <luis> psst",
    f"#@ana 2 {TIME}(private) <eva> hey",
    f"#@ana 3 {TIME}(private) <luis> hm",
    f"#@luis 1 {TIME}(private) <eva> ho",
    *STORED,
)
VERBS = [key[4:] for key in SENTENCES if key.startswith("did_") and key != "did_you_mean"]
IN_OPS = "*** You are in #ops. Nobody else is here."


def faults(
    *seen: str,
    stored: tuple[str, ...] = STORED,
    unique: bool = False,
    complete: bool = False,
    private: bool = False,
) -> list[str]:
    """Return the faults of a transcript of a client that entered and received some lines."""
    everything = Stored(stored, unique=unique)
    transcript = Transcript("seen", everything, complete=complete, private=private)
    return [*everything.faults, *transcript.faults([WELCOME, *seen])]


def private_faults(*seen: str) -> list[str]:
    """Return the faults of ana's transcript, which is compared with the inboxes, too."""
    return faults("*** You are now Ana.", *seen, stored=WITH_INBOXES, complete=True, private=True)


# Correct transcripts


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


def test_what_was_missed_in_another_room() -> None:
    missed = ("*** 3 lines in #v1.2 since you left:", f"{TIME}<ana> in another room")
    more = "*** 2 more in #v1.2: /missed shows them, /skip marks all as read."
    assert faults("<ana> b", *missed, more, "<ana> a", complete=True) == []


@pytest.mark.parametrize(
    "heading",
    ["*** 2 lines of #lobby, newest first:", "*** 2 líneas de #lobby que te nombran, {}:"],
)
def test_what_was_found_the_newest_first_and_not_all_of_it(heading: str) -> None:
    found = (heading.format("primero las últimas"), f"{TIME}<ana> b", f"{TIME}<ana> a")
    assert faults("<ana> b", *found, "<ana> a", complete=True) == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "key", ["history", "since", "missed", "found", "found_more", "mentions", "private_missed"]
)
@pytest.mark.parametrize("count", [1, 2])
def test_the_heading_of_every_stretch_of_another_room(
    language: Language, key: str, count: int
) -> None:
    heading = sentence(language, key, shown=count, count=count, room="v1.2", time="12:00")
    shown = f"{TIME}<ana> in another room"
    if key == "private_missed":
        shown = f"{TIME}(private) <luis> psst"
    assert private_faults("<ana> b", f"*** {heading}", shown, "<ana> a") == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("seconds", "reason"), [(0, ""), (5400, ""), (60, "too: loud.")])
def test_every_deed_in_every_language_as_it_is_exported(
    language: Language, verb: str, seconds: int, reason: str
) -> None:
    deed = Deed(verb, "v1.2", seconds, reason)
    for target in [mode.value for mode in Mode] if verb in ("mode", "create") else ["v1.2"]:
        text = deed._replace(target=target).text()
        event = Event("ops", 1, 0, 0, "ana", Kind.DEED, text)
        shown, exported = (
            ChatFormat(each).render([event]).decode().rstrip("\n")
            for each in (language, Language.ENGLISH)
        )
        assert as_exported(shown) == exported


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("topic", ["tea", ""])
def test_a_topic_that_is_set_or_taken_away_as_it_is_exported(
    language: Language, topic: str
) -> None:
    event = Event("ops", 1, 0, 0, "ana", Kind.TOPIC, topic)
    shown, exported = (
        ChatFormat(each).render([event]).decode().rstrip("\n")
        for each in (language, Language.ENGLISH)
    )
    assert as_exported(shown) == exported


def test_a_topic_may_be_taken_away_again_and_again() -> None:
    away = [f"#lobby {seq} {TIME}*** ana removed the topic." for seq in (1, 2)]
    assert Stored(away, unique=True).faults == []


def test_deeds_are_lines_of_their_room() -> None:
    said = [line.split(TIME)[1] for line in WITH_DEEDS]
    assert faults(IN_OPS, *said, stored=WITH_DEEDS, complete=True) == []


def test_deeds_in_spanish() -> None:
    deeds = (
        "*** ana ha callado a luis durante 1h 30m: enough",
        "*** ana ha puesto la sala en modo moderado.",
    )
    assert faults(IN_OPS, "<ana> a", *deeds, "<ana> b", stored=WITH_DEEDS, complete=True) == []


def test_a_deed_in_a_room_where_one_is_not() -> None:
    deed = "*** In #ops: ana muted luis for 1h 30m: enough"
    assert faults(deed, stored=WITH_DEEDS) == []


def test_one_and_the_same_deed_twice_is_not_a_line_twice() -> None:
    stored = (*WITH_DEEDS[:3], WITH_DEEDS[2].replace("#ops 3", "#ops 4"))
    assert faults(stored=stored, unique=True) == []


def test_a_deed_of_a_later_chatd_is_known_by_its_time() -> None:
    stored = (f"#ops 1 {TIME}*** ana: knight luis 0",)
    assert faults(IN_OPS, f"{TIME}*** ana: knight luis 0", stored=stored) == []


@pytest.mark.parametrize(
    "answer",
    ["ana disconnected you.", "ana invited you to #tea. /join tea to go there.", "In #ops: ana."],
)
def test_an_answer_that_looks_like_a_deed_is_passed_over(answer: str) -> None:
    assert faults(f"*** {answer}") == []


def test_a_line_that_was_said_twice_is_the_one_before_what_follows() -> None:
    stored = (*WITH_DEEDS, f"#ops 6 {TIME}<ana> c")
    assert faults(IN_OPS, "<ana> a", "<ana> c", stored=stored, complete=True) == []


def test_a_line_behind_a_bell() -> None:
    assert faults("\a<ana> a", "\a* luis waves", complete=True) == []


def test_private_lines_are_passed_over_when_they_are_not_asked_for() -> None:
    assert faults("(private) <luis> never stored", "(private to luis) <ana> nor this") == []


def test_private_lines_that_were_missed_and_live_ones_and_receipts() -> None:
    missed = ("*** 2 private lines since you left:", f"{TIME}(private) <luis> psst")
    more = (f"{TIME}(private) <eva> hey", "(private) <luis> hm")
    receipts = ("(private to Luis) <eva> ho", "(private to ana) <luis> hm")
    assert private_faults(*missed, *more, "<ana> b", *receipts, "<ana> a") == []


# Faults


@pytest.mark.parametrize(
    "seen", ["(private) <luis> never stored", "(private to ana) <luis> never stored"]
)
def test_a_private_line_that_is_not_stored(seen: str) -> None:
    assert private_faults(seen) == [
        "seen shows what is not stored in #@ana: '(private) <luis> never stored'"
    ]


def test_a_private_line_that_is_stored_in_another_inbox() -> None:
    (fault,) = private_faults("(private) <eva> ho")
    assert fault == "seen shows what is not stored in #@ana: '(private) <eva> ho'"


def test_private_lines_in_another_order() -> None:
    fault = "seen shows #@ana 1 after 2: '(private) <luis> psst'"
    assert private_faults("(private) <eva> hey", "(private) <luis> psst") == [fault]
    receipts = ("(private to ana) <eva> hey", "(private to ana) <luis> psst")
    assert private_faults(*receipts) == [fault]


def test_a_private_line_that_was_missed_and_is_shown_live_again() -> None:
    missed = ("*** 1 private line since you left:", f"{TIME}(private) <luis> psst")
    assert private_faults(*missed, "(private) <luis> psst") == [
        "seen shows #@ana 1 a second time: '(private) <luis> psst'"
    ]


def test_a_private_line_that_was_left_out() -> None:
    assert private_faults("(private) <luis> psst", "(private) <luis> hm") == [
        "seen shows #@ana 3 right after 1: '(private) <luis> hm'"
    ]


def test_a_deed_that_is_not_stored() -> None:
    for deed in "*** ana kicked eva.", "*** In #ops: ana kicked eva.":
        assert faults(IN_OPS, deed, stored=WITH_DEEDS) == [
            "seen shows what is not stored in #ops: '*** ana kicked eva.'"
        ]


def test_what_was_found_in_another_order() -> None:
    found = ("*** 2 lines of #lobby, newest first:", f"{TIME}* luis waves", f"{TIME}<ana> b")
    assert faults(*found) == ["seen shows #lobby 4 after 2: '<ana> b'"]


def test_a_line_that_was_missed_and_is_not_stored_in_its_room() -> None:
    (fault,) = faults("*** 1 line in #v1.2 since you left:", f"{TIME}<ana> a")
    assert fault == "seen shows what is not stored in #v1.2: '<ana> a'"


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
        [sys.executable, "-m", "tests.proofs.crash.check", *files],
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
