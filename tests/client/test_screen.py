"""`chatd.client.screen`: a conversation in a terminal, with a server that the test speaks for."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator

import pytest

from tests.support.sentences import ES
from tests.support.terminal import (
    CTRL_C,
    CTRL_D,
    CTRL_END,
    CTRL_HOME,
    DOWN,
    ESCAPE,
    PAGE_DOWN,
    PAGE_UP,
    UP,
    Talk,
    event,
)


@pytest.fixture
def talk() -> Iterator[Talk]:
    """Return a conversation that has begun."""
    with Talk() as talk:
        yield talk


def pasted(text: str) -> str:
    """Return what a terminal sends for a text that is pasted."""
    return f"\x1b[200~{text}\x1b[201~"


def shows(talk: Talk, *texts: str) -> None:
    """Wait until all of some texts are on the screen."""
    talk.terminal.until(lambda rows: all(any(text in row for row in rows) for text in texts))


def shows_not(talk: Talk, text: str) -> None:
    """Wait until a text is not on the screen."""
    talk.terminal.until(lambda rows: not any(text in row for row in rows))


def typed(talk: Talk, *rows: str) -> None:
    """Wait until the last rows, which are being typed, are as given."""
    talk.terminal.until_last(*rows)


def status(talk: Talk) -> str:
    """Return the status line, if one row is being typed."""
    return talk.terminal.rows()[-2]


class TestLog:
    """Lines that arrive."""

    def test_they_are_above_what_is_being_typed(self, talk: Talk) -> None:
        talk.terminal.type("héllo 日")
        typed(talk, "> héllo 日")
        talk.hear(1, "luis", "first")
        talk.hear(2, "luis", "second")
        shows(talk, "<luis> first", "<luis> second")
        typed(talk, "> héllo 日")
        talk.terminal.type("!\r")
        assert talk.next("line")["text"] == "héllo 日!"

    def test_ones_own_line_waits_and_is_then_shown_once(self, talk: Talk) -> None:
        talk.terminal.type("hola\r")
        shows(talk, "..... <guest1> hola")
        talk.heed(1)
        shows_not(talk, ".....")
        assert [row[6:] for row in talk.terminal.rows() if "hola" in row] == ["<guest1> hola"]

    def test_a_topic_is_told_in_the_language_of_the_server(self) -> None:
        with Talk(greeting={"language": "es"}) as talk:
            talk.hear(1, "ana", "tests", kind="topic")
            shows(talk, ES.notice("topic_set", name="ana", topic="tests"))
            shows(talk, "#lobby  tests")

    def test_a_message_of_several_lines_is_one_block(self, talk: Talk) -> None:
        lines = [event(1, "ana", "if x:", part_of=1), event(2, "ana", "\ty", part_of=1)]
        talk.send("events", room="lobby", events=lines)
        shows(talk, "if x:")
        shows(talk, f"{'y':>21}")

    def test_a_hostile_server_cannot_drive_the_terminal(self, talk: Talk) -> None:
        talk.send("you", name="\x1b[2J", guest=False, account=False)
        talk.enter("lobby", topic="\x1b[2J\n\x1b]0;t\x07")
        talk.hear(1, "x\x1b[5A", "\x1b[2J\x1b]0;t\x07\x9b5A \u202e end")
        shows(talk, r"<x^[[5A> ^[[2J^[]0;t^G\x9b5A \u202e end", "│ ^[[2J │", "#lobby  ^[[2J")

    def test_it_rings_when_the_server_asks_for_that(self, talk: Talk) -> None:
        before = talk.terminal.bells
        talk.send("bell")
        talk.hear(1, "luis", "hola")
        shows(talk, "hola")
        assert talk.terminal.bells == before + 1

    @pytest.mark.parametrize(("no_color", "is_coloured"), [("1", False), ("", True)])
    def test_there_are_no_colours_when_no_color_is_set(
        self, no_color: str, is_coloured: bool
    ) -> None:
        with Talk(NO_COLOR=no_color) as talk:
            talk.send("error", kind="No", text="no.")
            shows(talk, "ERR No: no.")
            assert (talk.terminal.colours("ERR No") == {"red"}) is is_coloured


class TestScrolling:
    """Going up and down in the log."""

    @pytest.fixture
    def talk(self) -> Iterator[Talk]:
        with Talk(rooms=()) as talk:
            talk.enter("lobby", after=100)
            lines = [event(seq, "luis", f"line {seq}.") for seq in range(101, 161)]
            talk.send("events", room="lobby", events=lines)
            shows(talk, "line 160.")
            yield talk

    def test_new_lines_do_not_move_it_and_are_counted(self, talk: Talk) -> None:
        talk.terminal.type(PAGE_UP)
        shows(talk, "line 140.", "20 lines below")
        talk.hear(161, "luis", "newest")
        shows(talk, "line 140.", "1 new line below")
        talk.terminal.type(PAGE_DOWN + PAGE_DOWN)
        shows(talk, "newest")
        assert "below" not in status(talk)

    def test_older_lines_are_fetched_before_the_top_is_reached(self, talk: Talk) -> None:
        talk.terminal.type(PAGE_UP + PAGE_UP)
        shows(talk, "line 120.", "fetching older lines")
        assert talk.next("history")["before"] == 101

    def test_older_lines_are_fetched_at_the_top(self, talk: Talk) -> None:
        talk.terminal.type(CTRL_HOME)
        asked = talk.next("history")
        assert asked["before"] == 101
        older = [event(seq, "eva", f"older {seq}.") for seq in range(1, 101)]
        reply = {"room": "lobby", "events": older, "after": 0, "upto": 100, "more": False}
        talk.send("history", id=asked["id"], **reply)
        talk.settle()
        talk.terminal.type(PAGE_UP)
        shows(talk, "older 100.", "older 85.")
        talk.terminal.type(CTRL_HOME)
        shows(talk, "older 1.")
        talk.terminal.type(PAGE_UP)
        shows(talk, "no older lines")
        talk.terminal.type(CTRL_END)
        shows(talk, "line 160.")

    def test_a_line_that_is_sent_leads_to_the_end(self, talk: Talk) -> None:
        talk.terminal.type(PAGE_UP)
        shows(talk, "below")
        talk.terminal.type("hola\r")
        shows(talk, "..... <guest1> hola")

    def test_a_search_goes_from_match_to_match_and_back(self, talk: Talk) -> None:
        talk.terminal.type("draft\x12LINE 11")
        shows(talk, "search: LINE 11", "line 119.")
        talk.terminal.type(UP * 9)
        shows(talk, "line 110.")
        talk.terminal.type("9")
        shows(talk, "line 119.")
        talk.terminal.type("x")
        shows(talk, "/search asks the server")
        talk.terminal.type(ESCAPE)
        typed(talk, "> draft")
        shows(talk, "line 160.")

    def test_a_search_can_stay_where_it_is(self, talk: Talk) -> None:
        talk.terminal.type("\x12line 115.")
        shows(talk, "line 115.")
        talk.terminal.type(UP + DOWN + "\r")
        shows(talk, "below")
        typed(talk, ">")


class TestRooms:
    """Several rooms."""

    @pytest.fixture
    def talk(self) -> Iterator[Talk]:
        with Talk(rooms=("lobby", "ops")) as talk:
            shows(talk, "#ops", "Now in #ops.")
            yield talk

    def test_unread_lines_of_others_are_counted_and_mentions_marked(self, talk: Talk) -> None:
        talk.hear(1, "luis", "one")
        shows(talk, "│ 1:#lobby 1")
        talk.hear(2, "luis", "guest1: two")
        shows(talk, "│ 1:#lobby 2@")

    def test_a_room_is_shown_by_its_number_with_a_rule_above_new_lines(self, talk: Talk) -> None:
        talk.hear(1, "luis", "one")
        shows(talk, "1:#lobby 1")
        talk.terminal.type(f"{ESCAPE}1")
        shows(talk, "── new ──", "<luis> one")
        assert "1:#lobby, 2:#ops" in status(talk)
        talk.terminal.type("\x0e")  # Ctrl+N
        shows(talk, "Now in #ops.")
        talk.terminal.type("\x10")  # Ctrl+P
        shows(talk, "<luis> one")
        shows_not(talk, "── new ──")

    def test_each_room_has_a_draft(self, talk: Talk) -> None:
        talk.terminal.type("for ops")
        typed(talk, "> for ops")
        talk.terminal.type(f"{ESCAPE}1")
        typed(talk, ">")
        talk.terminal.type(f"for lobby{ESCAPE}2")
        typed(talk, "> for ops")
        talk.terminal.type("\r")
        line = talk.next("line")
        assert (line["room"], line["text"]) == ("ops", "for ops")

    def test_a_room_that_is_left_is_gone(self, talk: Talk) -> None:
        talk.send("left", room="ops")
        shows(talk, "│ #lobby")
        shows_not(talk, "#ops ")


class TestKeys:
    """The list of the keys."""

    def test_f1_shows_them_and_is_named_until_the_first_key(self, talk: Talk) -> None:
        shows(talk, "F1: keys")
        talk.terminal.type("\x1bOP")  # F1
        shows(talk, "Enter: send", "F1: these keys")
        shows_not(talk, "F1: keys")


class TestTyping:
    """The line that is typed."""

    def test_pasted_lines_are_shown_and_are_one_message(self, talk: Talk) -> None:
        talk.terminal.type(pasted("one\r\n/quit\n\tthree\n"))
        shows(talk, "> one", "  /quit", "      three", "3 lines, one message")
        talk.terminal.type("\r")
        assert talk.next("line")["text"] == "one\n/quit\n\tthree"

    def test_a_pasted_text_cannot_drive_the_terminal(self, talk: Talk) -> None:
        talk.terminal.type(pasted("a\u202e\x1b[2J\x9bb"))
        typed(talk, r"> a\u202e^[[2J\x9bb")
        talk.terminal.type("!\r")
        assert talk.next("line")["text"] == "a\u202e\x1b[2J\x9bb!"

    def test_a_line_can_have_ends_of_lines_and_shows_five_rows(self, talk: Talk) -> None:
        talk.terminal.type(f"{ESCAPE}\r".join("abcdefg"))
        typed(talk, "  c", "  d", "  e", "  f", "  g")

    def test_one_that_is_too_long_is_told_while_it_is_typed_and_stays(self) -> None:
        with Talk(greeting={"max_length": 20}) as talk:
            talk.terminal.type("a" * 18)
            shows(talk, "18 of 20 characters")
            talk.terminal.type("bbbb\r")
            shows(talk, "2 characters too many")
            typed(talk, "> " + "a" * 18 + "bbbb")
            assert talk.terminal.bells == 2  # one at the beginning
            talk.terminal.type("\x7f\x7f\r")
            assert talk.next("line")["text"] == "a" * 18 + "bb"

    def test_arrow_keys_bring_back_what_was_typed(self, talk: Talk) -> None:
        talk.terminal.type("one\rtwo\r")
        assert [talk.heed(1), talk.heed(2)] == ["one", "two"]
        for text in ("two", "one"):
            talk.terminal.type(UP)
            typed(talk, f"> {text}")

    def test_a_refused_line_comes_back_for_editing(self, talk: Talk) -> None:
        talk.terminal.type("hola\r")
        line = talk.next("line")
        talk.send("error", kind="Not saved", text="the disk is full.", id=line["id"])
        talk.send("refused", id=line["id"])
        shows(talk, "ERR Not saved: the disk is full.", "not said: hola")
        typed(talk, "> hola")

    @pytest.mark.parametrize("line", ["/login ana correct horse", "/clave caballo1"])
    def test_a_line_with_a_password_is_not_brought_back(self, talk: Talk, line: str) -> None:
        talk.terminal.type(f"before\r{line}\r")
        assert [talk.next("line")["text"] for _ in range(2)] == ["before", line]
        talk.terminal.type(UP)
        typed(talk, "> before")

    def test_an_answer_is_hidden_and_no_draft_becomes_one(self, talk: Talk) -> None:
        talk.terminal.type("before\rdraft")
        assert talk.heed(1) == "before"
        talk.send("ask", hidden=True)
        talk.settle()
        typed(talk, ">")
        talk.terminal.type(UP + "correct horse")
        typed(talk, "> *************")
        talk.terminal.type("\r")
        assert talk.next("line")["text"] == "correct horse"
        talk.send("ask", hidden=False)
        typed(talk, "> draft")
        talk.terminal.type(CTRL_C + UP)
        typed(talk, "> before")

    def test_tab_completes_commands_and_names(self, talk: Talk) -> None:
        asked = talk.next("commands")
        names = {"topic": ["topic", "tema"], "times": ["times"]}
        talk.send("commands", id=asked["id"], commands=[], names=names)
        talk.send("people", room="lobby", names=["José", "luis"], guests=0, more=0)
        talk.settle()
        talk.terminal.type("/TO\tjo\tlu\t")
        typed(talk, "> /topic José luis")

    def test_tab_shows_all_that_fits(self, talk: Talk) -> None:
        talk.send("people", room="lobby", names=["anton", "antonia"], guests=0, more=0)
        talk.settle()
        talk.terminal.type("hola ant\t")
        shows(talk, "  anton", " antonia ")

    def test_ctrl_c_clears_and_leaves_if_pressed_twice(self, talk: Talk) -> None:
        talk.terminal.type("oops")
        typed(talk, "> oops")
        talk.terminal.type(CTRL_C)
        typed(talk, ">")
        talk.terminal.type(CTRL_C)
        shows(talk, "Ctrl+C again to leave")
        talk.terminal.type("x" + CTRL_C)
        shows_not(talk, "again")
        talk.terminal.type(CTRL_C + CTRL_C)
        assert talk.terminal.status() == 130


class TestConnection:
    """A connection that breaks."""

    def test_what_is_typed_waits_and_is_sent_over_the_next_one(self, talk: Talk) -> None:
        talk.hear(7, "luis", "hola")
        shows(talk, "hola")
        talk.terminal.type("dra")
        talk.peer.close()
        shows(talk, "reconnecting in", "the server closed the connection")
        talk.terminal.type("ft\r")
        shows(talk, "waits <guest1> draft")
        talk.terminal.type("\r")  # connect now
        talk.accept()
        assert talk.hello["rooms"]["lobby"].startswith("7-")
        assert talk.heed(8) == "draft"
        shows_not(talk, "waits <")

    def test_what_could_not_be_sent_is_left_on_the_usual_screen(self, talk: Talk) -> None:
        talk.peer.close()
        shows(talk, "reconnecting in")
        talk.terminal.type("precious\rand a draft" + CTRL_C)
        shows(talk, "waits <guest1> precious")
        talk.terminal.type(CTRL_D)
        assert talk.terminal.status() == 1
        assert talk.terminal.rows()[-2:] == ["not sent:", "precious"]
        assert not talk.terminal.uses_other_screen

    def test_ctrl_d_leaves_once_the_server_has_answered(self, talk: Talk) -> None:
        talk.terminal.type("hola\r" + CTRL_D)
        assert talk.heed(1) == "hola"
        assert talk.terminal.status() == 0
        assert not talk.terminal.uses_other_screen


class TestLanguage:
    """The program's own words."""

    def test_they_are_in_the_language_of_the_server(self) -> None:
        with Talk(rooms=("lobby", "ops"), greeting={"language": "es"}) as talk:
            talk.terminal.type(CTRL_C)
            shows(talk, "Ctrl+C otra vez para salir")
            talk.terminal.type("\x12")  # Ctrl+R
            shows(talk, "buscar:", "Esc: volver")
            talk.terminal.type(ESCAPE)
            shows_not(talk, "buscar:")
            talk.hear(1, "luis", "hola")
            shows(talk, "1:#lobby 1")
            talk.terminal.type("\x0e")  # Ctrl+N
            shows(talk, "── nuevo ─", "<luis> hola")
            talk.peer.close()
            shows(talk, "reconexión en", "Intro: ahora", "ha cerrado la conexión. Lo que escribas")
            talk.terminal.type("precious\r")
            shows(talk, "espera <guest1> precious")
            talk.terminal.type(CTRL_D)
            assert talk.terminal.status() == 1
            assert talk.terminal.rows()[-2:] == ["no se ha enviado:", "precious"]

    def test_they_change_with_it(self, talk: Talk) -> None:
        talk.terminal.type(CTRL_C)
        shows(talk, "Ctrl+C again to leave")
        talk.send("you", name="guest1", guest=True, account=False, language="es")
        shows(talk, "Ctrl+C otra vez para salir")

    def test_before_it_is_known_they_are_in_that_of_the_environment(self) -> None:
        with Talk(LC_ALL="", LANG="es_ES.UTF-8") as talk:
            talk.terminal.type(CTRL_C)
            shows(talk, "Ctrl+C otra vez para salir")


class TestSizes:
    """Terminals of all sizes."""

    @pytest.mark.parametrize("rows", [1, 2, 3, 7])
    def test_a_terminal_of_few_rows_shows_what_is_typed(self, rows: int) -> None:
        with Talk(rows=rows) as talk:
            talk.hear(1, "luis", "hola")
            talk.terminal.type("text")
            typed(talk, "> text")
            if rows > 2:
                shows(talk, "hola", "│ #lobby")

    def test_one_of_20_columns_tells_the_state_of_the_connection_whole(self) -> None:
        with Talk(columns=20) as talk:
            shows(talk, "#lobby │ F1: keys")
            talk.peer.close()
            shows(talk, "reconnecting in ")
            assert re.fullmatch(r"reconnecting in \d s", status(talk))

    def test_a_terminal_of_two_columns_goes_on(self) -> None:
        with Talk(columns=2, rows=3) as talk:
            talk.terminal.type("hola\r")
            assert talk.next("line")["text"] == "hola"

    def test_sizes_that_change_while_lines_arrive_leave_no_trace(self, talk: Talk) -> None:
        family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
        talk.terminal.type("draft")
        for seq in range(1, 41):
            talk.hear(seq, "luis", f"{seq} 漢字 {family} \u2764\ufe0f é " + "word " * (seq % 7))
            columns, rows = (20, 10) if seq % 2 else (80 - seq, 24)
            talk.terminal.resize(columns, rows)
        talk.terminal.resize(20, 10)
        talk.hear(41, "eva", "the end")
        shows(talk, "<eva> the end", "> draft")
        after = talk.terminal.rows()
        assert after[-2].strip() == "guest1 │ #lobby"
        assert after[-1].strip() == "> draft"
        talk.terminal.type("\x0c")  # Ctrl+L draws all again
        talk.terminal.type("!")
        typed(talk, "> draft!")
        assert talk.terminal.rows()[:-1] == after[:-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(
    talk: Talk, number: signal.Signals
) -> None:
    talk.terminal.process.send_signal(number)
    assert talk.terminal.status() == 128 + number
    assert not talk.terminal.uses_other_screen
