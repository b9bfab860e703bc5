"""A message of several lines that is typed at a terminal: /paste."""

from __future__ import annotations

import pytest
from twisted.internet.error import ConnectionDone, ConnectionLost

from chatd.chat.paste import Paste
from chatd.errors import ErrorKind, Refusal
from chatd.protocols.transport.limits import Limits
from chatd.text.messages import MOST_MESSAGE_BYTES, MOST_MESSAGE_LINES
from tests.support.logs import Expect
from tests.support.sentences import EN, ES
from tests.support.world import PASSWORD, Member, World

FULL = ["é" * 4000, "x" * 4096, "é" * ((MOST_MESSAGE_BYTES - 12_098) // 2)]
"""The lines of a message of as many bytes as one may have."""

BEGUN = EN.notice("paste_begun")


def said(world: World, room: str = "lobby") -> list[tuple[str, int | None]]:
    return [(event.text, event.part_of) for event in world.stored(room)]


def refusal(key: str, **values: object) -> str:
    return EN.error(ErrorKind.INVALID_MESSAGE, key, **values)


@pytest.fixture
def ana(world: World) -> Member:
    return world.person("ana")


class TestLines:
    def test_are_one_message_and_none_is_a_command(self, world: World, ana: Member) -> None:
        reader = world.person("luis")
        ana.seen()
        reader.seen()
        lines = ["  one", "/quit", "", "//x", "/nick eva"]
        assert ana.ask("/paste", *lines, ".") == [BEGUN, *(f"<ana> {line}" for line in lines)]
        assert reader.seen() == [f"<ana> {line}" for line in lines]
        assert said(world) == [(line, 1) for line in lines]
        assert ana.ask("/nick eva")[-1] == EN.notice("you_are", name="eva")

    def test_sent_at_once_are_the_same(self, world: World, ana: Member) -> None:
        blanks = "\n" * 40
        ana.send(f"before\n/paste\none\r\n{blanks}/quit\n.\nafter\n".encode())
        world.settle()
        texts = ["one", *[""] * 40, "/quit"]
        assert said(world) == [("before", None), *((text, 2) for text in texts), ("after", None)]

    def test_in_spanish(self, ana: Member) -> None:
        ana.type("/idioma es")
        assert ana.ask("/pegar", "uno", "dos", ".") == [
            ES.notice("paste_begun"),
            "<ana> uno",
            "<ana> dos",
        ]

    def test_one_alone_is_a_line(self, world: World, ana: Member) -> None:
        ana.type("/paste", "/quit", ".")
        assert said(world) == [("/quit", None)]

    @pytest.mark.parametrize("lines", [["x"] * MOST_MESSAGE_LINES, FULL])
    def test_may_be_as_large_as_the_limits(
        self, world: World, ana: Member, lines: list[str]
    ) -> None:
        ana.type("/paste", *lines, ".")
        assert [text for text, _ in said(world)] == lines

    def test_of_dots_lose_one(self, world: World, ana: Member) -> None:
        ana.type("/paste", "..", "...", ". .", ".x", ".")
        assert [text for text, _ in said(world)] == [".", "..", ". .", ".x"]

    def test_that_are_blank_say_nothing(self, world: World, ana: Member) -> None:
        for lines in [], ["", "  "]:
            assert ana.ask("/paste", *lines, ".") == [BEGUN, EN.notice("paste_is_blank")]
        assert said(world) == []

    def test_typed_before_the_end_of_the_input_are_said(self, world: World, ana: Member) -> None:
        ana.seen()
        ana.send(b"/paste\none\n/quit")
        ana.half_close()
        world.settle()
        assert ana.seen() == [BEGUN, "<ana> one", "<ana> /quit"]
        assert ana.closed

    @pytest.mark.parametrize("reason", [ConnectionDone, ConnectionLost])
    def test_typed_before_the_client_went_are_said(
        self, ana: Member, reason: type[Exception]
    ) -> None:
        world = ana.world
        ana.send(b"/paste\none\ntwo\n")
        ana.hang_up(reason)
        world.settle()
        assert said(world) == [("one", 1), ("two", 1)]

    def test_a_command_with_another_word_begins_none(self, world: World, ana: Member) -> None:
        ana.type("/paste this")
        ana.type("hola")
        assert said(world) == [("hola", None)]

    def test_after_text_there_is_no_paste(self, world: World, ana: Member) -> None:
        ana.type("/text", "/paste", "hola")
        assert [text for text, _ in said(world)] == ["/paste", "hola"]


@pytest.mark.parametrize("line", ["", "x" * 1000])
def test_lines_that_are_too_many_take_no_memory(line: str) -> None:
    paste = Paste(None)
    for _ in range(1000):
        assert paste.take(line)
    assert len(paste._kept) <= MOST_MESSAGE_LINES
    assert sum(map(len, paste._kept)) <= MOST_MESSAGE_BYTES
    with pytest.raises(Refusal) as refused:
        paste.text(4096)
    assert refused.value.values["number"] == 1000


class TestRefusals:
    """Nothing is said, and no line up to the dot is a command."""

    @pytest.mark.parametrize(
        ("lines", "error"),
        [
            (
                ["/quit"] * (MOST_MESSAGE_LINES + 2),
                refusal(
                    "message_has_lines", number=MOST_MESSAGE_LINES + 2, limit=MOST_MESSAGE_LINES
                ),
            ),
            (
                ["é" * 4000] * 3,
                refusal("message_has_bytes", number=24002, limit=MOST_MESSAGE_BYTES),
            ),
            (
                [*FULL[:-1], FULL[-1] + "x"],
                refusal(
                    "message_has_bytes", number=MOST_MESSAGE_BYTES + 1, limit=MOST_MESSAGE_BYTES
                ),
            ),
            (["a", "x" * 4097], refusal("line_too_long", number=2, limit=4096)),
            (["a", "x" * 200_000, "b"], refusal("line_too_long", number=2, limit=4096)),
            (["a", "", b"\xff", b"\xfe", "/quit"], refusal("line_not_utf8", number=3)),
            (["e" + "\u0301" * 31], refusal("line_has_marks", number=1)),
        ],
    )
    def test_of_an_invalid_message(
        self, world: World, ana: Member, lines: list[str | bytes], error: str
    ) -> None:
        assert ana.ask("/paste", *lines, ".")[1:] == [error]
        assert not ana.closed
        assert said(world) == []
        ana.type("hola")
        assert said(world) == [("hola", None)]

    def test_of_one_whose_first_line_is_a_password(self, world: World, ana: Member) -> None:
        world.register("eva")
        error = EN.error(ErrorKind.NOT_SAID, "nearly_a_password")
        assert ana.ask("/paste", f"/login eva {PASSWORD}", "x", ".")[1:] == [error]
        assert ana.session.name == "ana"

    def test_of_one_with_a_line_that_did_not_end_in_time(self) -> None:
        world = World(limits=Limits(line_seconds=60))
        ana = world.person()
        ana.type("/paste", "one")
        ana.send(b"half")
        world.wait(61)
        world.chat.check()
        ana.seen()
        ana.send(b" a line\n.\n")
        world.settle()
        assert ana.seen() == [refusal("line_was_dropped", number=2)]
        assert said(world) == []

    def test_in_no_room(self, world: World, ana: Member) -> None:
        ana.type("/join a b")
        ana.seen()
        error = EN.error(ErrorKind.NO_ROOM, "not_said")
        assert ana.ask("/paste", "/leave", ".")[1:] == [error]
        assert ana.session.room is None

    def test_for_a_room_that_one_was_put_out_of(self, world: World) -> None:
        owner, eva = world.member("olga"), world.person("eva")
        owner.type("/create den open")
        eva.type("/join den", "/paste", "one")
        owner.type("/kick eva")
        world.wait(10)
        error = EN.error(ErrorKind.NOT_SAID, "paste_elsewhere", room="den")
        assert eva.ask(".") == [error]
        assert said(world) == []

    def test_where_one_may_not_speak_is_one(self, world: World) -> None:
        owner, eva = world.member("olga"), world.person("eva")
        owner.type("/create den announce")
        eva.type("/join den")
        (error,) = eva.ask("/paste", "one", "/nick zoe", ".")[1:]
        assert error.startswith("ERR Not allowed:")
        assert eva.session.name == "eva"

    def test_that_cannot_be_saved_is_one(self, expected_errors: Expect) -> None:
        world = World(slow=True)
        ana = world.person()
        ana.type("/paste", "one", "two", ".")
        ana.seen()
        world.fail()
        assert ana.seen() == [EN.error(ErrorKind.NOT_SAVED, "not_saved")]
        expected_errors()
