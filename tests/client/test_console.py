"""`chatd.client.console`: a conversation in a terminal, with a server that the test speaks for."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sentences import EN, ES
from tests.support.stand_in import FakeServer
from tests.support.terminal import CTRL_C, CTRL_D, UP, Talk, Terminal


@pytest.fixture
def talk() -> Iterator[Talk]:
    """Return a conversation that has begun."""
    with Talk() as talk:
        yield talk


def test_what_arrives_stands_above_what_is_being_typed(talk: Talk) -> None:
    talk.terminal.type("héllo 日")
    talk.terminal.until_last("> héllo 日")
    talk.peer.send("<luis> first", "<luis> second")
    talk.terminal.until_last("<luis> first", "<luis> second", "> héllo 日")
    talk.terminal.type("!\r")
    assert talk.peer.read() == "héllo 日!\n".encode()


def test_a_long_line_being_typed_is_drawn_whole_again(talk: Talk) -> None:
    words = "0123456789" * 10
    talk.terminal.type(words)
    talk.terminal.until_last("> " + words[:78], words[78:])
    talk.peer.send("<luis> hola")
    talk.terminal.until_last("<luis> hola", "> " + words[:78], words[78:])


def test_ones_own_line_is_seen_once(talk: Talk) -> None:
    talk.terminal.type("hola\r")
    assert talk.peer.read() == b"hola\n"
    talk.terminal.until_last(">")
    talk.peer.send("<guest1> hola")
    talk.terminal.until_last("<guest1> hola", ">")
    assert [row for row in talk.terminal.rows() if "hola" in row] == ["<guest1> hola"]


def pasted(text: str) -> str:
    """Return what a terminal sends for a text that is pasted, and Enter."""
    return f"\x1b[200~{text}\x1b[201~\r"


def test_several_pasted_lines_are_one_message_and_no_command(talk: Talk) -> None:
    talk.terminal.type(pasted("one\n/quit\n\n.\n..\nfour\n"))
    sent = [talk.peer.read() for _ in range(8)]
    assert sent == [b"/paste\n", b"one\n", b"/quit\n", b"\n", b"..\n", b"...\n", b"four\n", b".\n"]
    talk.peer.send(EN.notice("paste_begun"), "<guest1> one", "<guest1> four")
    talk.terminal.until_last("<guest1> one", "<guest1> four", ">")
    assert not [row for row in talk.terminal.rows()[1:] if row.startswith("***")]


def test_pasted_lines_are_lines_where_none_is_a_command(talk: Talk) -> None:
    text_only = EN.notice("text_only")
    talk.peer.send(text_only)
    talk.terminal.until_last(text_only, ">")
    talk.terminal.type(pasted("one\n.\ntwo"))
    assert [talk.peer.read() for _ in range(3)] == [b"one\n", b".\n", b"two\n"]


def test_a_pasted_line_with_its_end_is_as_it_was_typed(talk: Talk) -> None:
    talk.terminal.type(pasted("/who\n"))
    assert talk.peer.read() == b"/who\n"


def test_a_pasted_password_answers_and_what_follows_it_is_no_command(talk: Talk) -> None:
    question = EN.notice("password_prompt")
    talk.peer.send(question)
    talk.terminal.until(lambda rows: rows[-1] == ">" and rows[-2][-9:] in question)
    talk.terminal.type(pasted("correct horse\n/quit\ntwo"))
    sent = [talk.peer.read() for _ in range(5)]
    assert sent == [b"correct horse\n", b"/paste\n", b"/quit\n", b"two\n", b".\n"]


def test_a_message_that_begins_with_a_password_is_not_sent(talk: Talk) -> None:
    talk.terminal.type(pasted("/login ana\ncorrect horse"))
    until_told(talk, "not sent: the first of several lines has a password.")
    talk.terminal.type("hola\r")
    assert talk.peer.read() == b"hola\n"


def test_arrow_keys_bring_back_what_was_typed(talk: Talk) -> None:
    talk.terminal.type("one\rtwo\r")
    assert [talk.peer.read(), talk.peer.read()] == [b"one\n", b"two\n"]
    talk.peer.send("<guest1> one", "<guest1> two")
    talk.terminal.until_last("<guest1> two", ">")
    for line in ("two", "one"):
        talk.terminal.type(UP)
        talk.terminal.until_last(f"> {line}")


QUESTIONS = (
    EN.notice("password_prompt"),
    ES.notice("password_prompt"),
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_password_that_the_server_asks_for_is_neither_shown_nor_kept(
    talk: Talk, question: str
) -> None:
    talk.terminal.type("before\r")
    assert talk.peer.read() == b"before\n"
    talk.peer.send(question)
    talk.terminal.until(lambda rows: rows[-1] == ">" and rows[-2][-9:] in question)
    talk.terminal.type("correct horse")
    talk.terminal.until_last("> *************")
    assert not [row for row in talk.terminal.rows() if "horse" in row]
    talk.terminal.type("\rseen again")
    assert talk.peer.read() == b"correct horse\n"
    talk.terminal.until_last("> seen again")
    talk.terminal.type(CTRL_C)
    talk.peer.send("<luis> hola")
    talk.terminal.until_last("<luis> hola", ">")
    talk.terminal.type(UP)
    talk.terminal.until_last("> before")


@pytest.mark.parametrize(
    "line", ["/login ana correct horse", " /LOGIN ana correct", "/clave caballo1", "\\register x"]
)
def test_a_line_with_a_password_is_not_kept(talk: Talk, line: str) -> None:
    talk.terminal.type("before\r")
    talk.terminal.type(f"{line}\r")
    assert [talk.peer.read(), talk.peer.read()] == [b"before\n", f"{line}\n".encode()]
    talk.peer.send("<luis> hola")
    talk.terminal.until_last("<luis> hola", ">")
    talk.terminal.type(UP)
    talk.terminal.until_last("> before")


@pytest.fixture
def unknown() -> Iterator[Talk]:
    """Return a conversation with a server that is not known."""
    with Talk(over_tcp=True, columns=300) as talk:
        yield talk


def told(talk: Talk) -> list[str]:
    """Return the rows on the screen that are the client's own."""
    return [row for row in talk.terminal.rows() if row.startswith("chatd: ")]


def until_told(talk: Talk, text: str) -> None:
    talk.terminal.until(lambda rows: rows[-1] == ">" and any(text in row for row in told(talk)))


@pytest.mark.parametrize("line", ["/login ana correct", "/clave caballo1", "\\register caballo1"])
def test_no_password_is_sent_to_an_unknown_server(unknown: Talk, line: str) -> None:
    unknown.terminal.type(f"{line}\r")
    until_told(unknown, "--unix PATH")
    assert "--fingerprint sha256:" in told(unknown)[0]
    unknown.terminal.type("hola\r")
    assert unknown.peer.read() == b"hola\n"


def test_the_line_after_a_command_without_its_password_is_not_sent_to_an_unknown_server(
    unknown: Talk,
) -> None:
    unknown.terminal.type("/login ana\rcorrect horse\rhola\r")
    assert [unknown.peer.read(), unknown.peer.read()] == [b"\n", b"hola\n"]
    assert not [row for row in unknown.terminal.rows() if "horse" in row]


def test_an_unknown_server_that_asks_for_a_password_gets_an_empty_line(unknown: Talk) -> None:
    unknown.peer.send(EN.notice("password_prompt"))
    until_told(unknown, "What you type next is not sent")
    unknown.terminal.type("correct horse\rhola\r")
    assert [unknown.peer.read(), unknown.peer.read()] == [b"\n", b"hola\n"]


def test_tab_completes_a_command(talk: Talk) -> None:
    talk.terminal.type("/TOP\tweather\r")
    assert talk.peer.read() == b"/topic weather\n"


def test_tab_goes_through_what_fits(talk: Talk) -> None:
    talk.terminal.type("/t\t")
    talk.terminal.until(lambda rows: any(row.strip() == "/times" for row in rows))
    talk.terminal.type("\t\tx\r")
    assert talk.peer.read() in (b"/tema x\n", b"/topic x\n", b"/times x\n", b"/text x\n")


def test_tab_after_a_slash_lists_commands_by_their_own_names(talk: Talk) -> None:
    talk.terminal.type("/\t")
    talk.terminal.until(lambda rows: any(row.strip() == "/join" for row in rows))
    assert not any(row.strip() == "/sala" for row in talk.terminal.rows())


def test_tab_completes_a_name_that_was_seen(talk: Talk) -> None:
    talk.peer.send(EN.notice("joined_one", people="José"))
    talk.terminal.until_last(EN.notice("joined_one", people="José"), ">")
    talk.terminal.type("/msg jo\tho la LU\t")
    talk.terminal.until_last("> /msg José ho la luis")


@pytest.mark.parametrize("columns", [80, 20])
def test_no_row_of_a_line_begins_as_another_line(columns: int) -> None:
    with Talk(columns=columns) as talk:
        for pad in " ", "漢":
            count = (columns - len("<eve> ok")) // (2 if pad == "漢" else 1)
            talk.peer.send(f"<eve> ok{pad * count}<vic> yes\n*** next")
        talk.terminal.until(lambda rows: sum(row.startswith("*** next") for row in rows) == 2)
        rows = talk.terminal.rows()
        assert sum("<vic> yes" in row for row in rows) == 2
        assert not [row for row in rows if row.startswith("<vic>")]


def test_names_have_colours_and_errors_are_red(talk: Talk) -> None:
    talk.peer.send("<luis> hola", "[2026-11-22 12:00:00] * luis waves", "ERR No: no. Do.")
    talk.terminal.until_last("[2026-11-22 12:00:00] * luis waves", "ERR No: no. Do.", ">")
    assert talk.terminal.colours("ERR No: no. Do.") == {"red"}
    assert talk.terminal.colours("luis> hola"[:4]) == talk.terminal.colours("luis")
    assert talk.terminal.colours("> hola") == {"default"}


@pytest.mark.parametrize(("no_color", "is_coloured"), [("1", False), ("", True)])
def test_there_are_no_colours_when_no_color_is_set_and_not_empty(
    no_color: str, is_coloured: bool
) -> None:
    with Talk(NO_COLOR=no_color) as talk:
        talk.peer.send("ERR No: no. Do.")
        talk.terminal.until_last("ERR No: no. Do.", ">")
        assert (talk.terminal.colours("ERR No") == {"red"}) is is_coloured


def test_a_line_that_rings_rings_and_is_shown_without_that(talk: Talk) -> None:
    talk.peer.send(b"<luis> one", b"\x07<luis> ana\x07?", "<luis> two")
    talk.terminal.until_last("<luis> one", "<luis> ana^G?", "<luis> two", ">")
    talk.peer.send("<luis> three")
    talk.terminal.until_last("<luis> three", ">")
    assert talk.terminal.bells == 1


def test_a_hostile_server_cannot_drive_the_terminal(talk: Talk) -> None:
    talk.peer.send(b"<x> \x1b[2J\x1b]0;t\x07\xc2\x9b5A \xe2\x80\xae \xff end", "<y> next")
    talk.terminal.until_last("<y> next", ">")
    assert talk.terminal.rows()[-3] == r"<x> ^[[2J^[]0;t^G\x9b5A \u202e \xff end"


def test_a_last_line_without_its_end_is_shown(talk: Talk) -> None:
    talk.peer.connection.sendall(EN.notice("stopping").encode())
    talk.peer.close()
    assert talk.terminal.status() == 1
    assert talk.terminal.rows()[-2:] == [
        EN.notice("stopping"),
        "chatd: the server closed the connection.",
    ]


def test_a_port_that_uses_tls_closes_without_a_greeting() -> None:
    with FakeServer(lambda peer: None) as server:
        terminal = Terminal("127.0.0.1", str(server.port), columns=200)
        assert terminal.status() == 1
    assert terminal.rows() == [
        "chatd: the server closed the connection without a greeting. If that port uses TLS,"
        " add --tls or --fingerprint sha256:..."
    ]
    terminal.close()


def test_what_was_being_typed_when_the_server_went_stays_on_the_screen(talk: Talk) -> None:
    talk.terminal.type("precious")
    talk.terminal.until_last("> precious")
    talk.peer.reset()
    assert talk.terminal.status() == 1
    assert talk.terminal.rows()[-2:] == [
        "> precious",
        "chatd: the server closed the connection. What you were typing was not sent.",
    ]


@pytest.mark.parametrize("leave", ["/quit", "/QUIT", "/salir"])
def test_quit_leaves_cleanly(talk: Talk, leave: str) -> None:
    talk.terminal.type(f"{leave}\r")
    assert talk.peer.read() == f"{leave}\n".encode()
    talk.peer.send(EN.notice("goodbye"))
    talk.peer.close()
    assert talk.terminal.status() == 0
    assert talk.terminal.rows()[-1] == EN.notice("goodbye")


def test_ctrl_d_leaves_once_the_server_has_answered_all(talk: Talk) -> None:
    talk.terminal.type("hola\r" + CTRL_D)
    assert [talk.peer.read(), talk.peer.read()] == [b"hola\n", b""]
    talk.peer.send("<guest1> hola")
    talk.peer.close()
    assert talk.terminal.status() == 0
    assert talk.terminal.rows()[-1] == "<guest1> hola"


def test_ctrl_c_clears_the_line_and_leaves_when_it_is_empty(talk: Talk) -> None:
    talk.terminal.type("oops")
    talk.terminal.until_last("> oops")
    talk.terminal.type(CTRL_C)
    talk.terminal.until_last(">")
    talk.terminal.type(CTRL_C)
    assert talk.terminal.status() == 130
    assert talk.peer.read() == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(
    talk: Talk, number: signal.Signals
) -> None:
    talk.terminal.process.send_signal(number)
    assert talk.terminal.status() == 128 + number


def test_lines_go_to_standard_output_without_colours_when_it_is_no_terminal(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as stdout:
        talk = Talk(stdout=stdout.fileno())
    try:
        talk.terminal.until_last(">")
        talk.peer.send("<luis> hola", "ERR No: no. Do.")
        talk.terminal.type("/quit\r")
        assert talk.peer.read() == b"/quit\n"
        talk.peer.close()
        assert talk.terminal.status() == 0
        assert log.read_text() == "<luis> hola\nERR No: no. Do.\n"
    finally:
        talk.__exit__()


def test_a_closed_standard_output_ends_it_quietly() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    talk = Talk(stdout=write_end)
    os.close(write_end)
    try:
        talk.terminal.until_last(">")
        talk.peer.send("<luis> hola")
        assert talk.terminal.status() == 1
        assert "chatd:" not in "".join(talk.terminal.rows())
    finally:
        talk.__exit__()
