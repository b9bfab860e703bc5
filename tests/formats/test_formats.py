"""`chatd.formats.base`: the exact lines that each kind of client is sent."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatd.errors import ErrorKind
from chatd.event import REMARKS, Change, Deed, Entry, Event, Kind, Notice
from chatd.formats.bare import BareFormat
from chatd.formats.base import Format
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.remarks import Answers, Count, Question, Remark
from chatd.text.escaping import visible
from chatd.text.times import local_time
from tests.support.deeds import DEEDS
from tests.support.remarks import (
    ACK,
    ANSWER,
    ANSWERS,
    DECISION,
    OF_KINDS,
    QUESTION,
    QUESTIONS,
    REMARK_VALUES,
)
from tests.support.sentences import EN, ES

CHAT = ChatFormat()
CHAT_ES = ChatFormat(Language.SPANISH)
BARE = BareFormat()

MESSAGE = Event("lobby", 1, 1_700_000_000_123, 1, "ana", Kind.MESSAGE, "hola")
ACTION = MESSAGE._replace(kind=Kind.ACTION, text="waves")
NOTICE = MESSAGE._replace(kind=Kind.NOTICE, text="build 7 passed")
TOPIC = MESSAGE._replace(kind=Kind.TOPIC, text="fish")
DEED = MESSAGE._replace(kind=Kind.DEED, text="mute luis 600 too loud")
PRIVATE = MESSAGE._replace(kind=Kind.PRIVATE, text="psst")
NOTICED = (Change.JOINED, Change.LEFT, Change.RENAMED)
"""The changes that notices are about."""

JOINED = Notice("lobby", Change.JOINED, ((1, "ana"),))
LEFT = Notice("lobby", Change.LEFT, ((1, "ana"),))
RENAMED = Notice("lobby", Change.RENAMED, ((1, "ana"),), "eva")

NOTICED = (Change.JOINED, Change.LEFT, Change.RENAMED)
"""The changes that notices are about."""


class MinimalFormat(Format):
    """A format that overrides only the abstract methods."""

    def render(self, entry: Entry) -> bytes:
        raise NotImplementedError

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        raise NotImplementedError


@pytest.fixture
def _zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the time zone of the server to Madrid."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    local_time.cache_clear()
    yield
    monkeypatch.undo()
    time.tzset()
    local_time.cache_clear()


def in_both(key: str, **values: object) -> tuple[str, str]:
    """Return a notice in English and in Spanish."""
    return EN.notice(key, **values), ES.notice(key, **values)


class TestChat:
    @pytest.mark.parametrize(
        ("entry", "english", "spanish"),
        [
            (MESSAGE, "<ana> hola", "<ana> hola"),
            (ACTION, "* ana waves", "* ana waves"),
            (NOTICE, "<ana> build 7 passed", "<ana> build 7 passed"),
            (TOPIC, *in_both("topic_set", name="ana", topic="fish")),
            (
                DEED,
                EN.deed("mute", "ana", "luis", time="10m", reason="too loud"),
                ES.deed("mute", "ana", "luis", time="10m", reason="too loud"),
            ),
            (PRIVATE, "(private) <ana> psst", "(private) <ana> psst"),
            (JOINED, *in_both("joined_one", people="ana")),
            (LEFT, *in_both("left_one", people="ana")),
            (RENAMED, *in_both("renamed", name="ana", new_name="eva")),
        ],
        ids=[
            *("message", "action", "notice", "topic", "deed", "private"),
            *("joined", "left", "renamed"),
        ],
    )
    def test_shows_each_kind_of_entry(self, entry: Entry, english: str, spanish: str) -> None:
        assert CHAT.render([entry]) == f"{english}\n".encode()
        assert CHAT_ES.render([entry]) == f"{spanish}\n".encode()

    @pytest.mark.parametrize(
        ("kind", "value", "english", "spanish"),
        [
            (
                Kind.QUESTION,
                QUESTION,
                "ana asks: Which port does HTTP use? 1: 21, 2: 80, 3: 443. Answer with /a 2; only"
                " ana sees it.",
                "ana pregunta: Which port does HTTP use? 1: 21, 2: 80, 3: 443. Responde con /a 2;"
                " solo lo ve ana.",
            ),
            (
                Kind.QUESTION,
                Question("Done", ("yes",), anonymous=True),
                "ana asks: Done. 1: yes. Answer with /a 1; nobody sees who chose what.",
                "ana pregunta: Done. 1: yes. Responde con /a 1; nadie ve quién eligió qué.",
            ),
            (
                Kind.QUESTION,
                Question("here?"),
                "ana asks: here? Answer with /a, or /a TEXT; only ana sees it.",
                "ana pregunta: here? Responde con /a, o /a TEXTO; solo lo ve ana.",
            ),
            (
                Kind.ANSWER,
                ANSWER,
                "ana closed the question: 21: 3, 80: 17, 443: 1.",
                "ana ha cerrado la pregunta: 21: 3, 80: 17, 443: 1.",
            ),
            (
                Kind.ANSWER,
                Answers("show", 1, (Count("yes", 2, ("eva", "luis")), Count("no", 0))),
                "ana shows the answers: yes: 2 (eva, luis), no: 0.",
                "ana enseña las respuestas: yes: 2 (eva, luis), no: 0.",
            ),
            (
                Kind.ANSWER,
                Answers("close", 1),
                "ana closed the question: nobody answered.",
                "ana ha cerrado la pregunta: no ha respondido nadie.",
            ),
            (
                Kind.ACK,
                ACK,
                "ana has this: FIRING DiskFull (on it)",
                "ana se encarga de esto: FIRING DiskFull (on it)",
            ),
            (
                Kind.ACK,
                ACK._replace(verb="read", words=""),
                "ana has read this: FIRING DiskFull",
                "ana ha leído esto: FIRING DiskFull",
            ),
            (
                Kind.DECISION,
                DECISION,
                "ana marked a decision: <luis> we go back to 1.2",
                "ana ha marcado una decisión: <luis> we go back to 1.2",
            ),
            (
                Kind.DECISION,
                DECISION._replace(words="until Monday"),
                "ana marked a decision: <luis> we go back to 1.2 (until Monday)",
                "ana ha marcado una decisión: <luis> we go back to 1.2 (until Monday)",
            ),
        ],
    )
    def test_tells_remarks(
        self, kind: Kind, value: Question | Answers | Remark, english: str, spanish: str
    ) -> None:
        event = MESSAGE._replace(kind=kind, text=value.text())
        assert CHAT.render([event]) == f"*** {english}\n".encode()
        assert CHAT_ES.render([event]) == f"*** {spanish}\n".encode()

    @pytest.mark.parametrize("kind", REMARKS)
    def test_shows_a_remark_of_a_later_version_as_it_is(self, kind: Kind) -> None:
        text = Remark("later", 1, "ana", "").text()
        event = MESSAGE._replace(kind=kind, text=text)
        assert CHAT.render([event]) == f"*** ana: {text}\n".encode()

    @pytest.mark.parametrize("change", NOTICED)
    @pytest.mark.parametrize("language", Language)
    def test_has_words_for_every_change(self, change: Change, language: Language) -> None:
        assert ChatFormat(language).render([Notice("lobby", change, ((1, "ana"),), "eva")])

    @pytest.mark.parametrize(
        ("count", "english", "spanish"),
        [
            (2, "n1 and n2 left.", "n1 y n2 se han ido."),
            (5, "n1, n2, n3, n4 and n5 left.", "n1, n2, n3, n4 y n5 se han ido."),
            (6, "n1, n2 and 4 more left.", "n1, n2 y 4 más se han ido."),
            (1000, "n1, n2 and 998 more left.", "n1, n2 y 998 más se han ido."),
        ],
    )
    def test_names_few_people_and_counts_the_others(
        self, count: int, english: str, spanish: str
    ) -> None:
        people = tuple((number, f"n{number}") for number in range(1, count + 1))
        notice = Notice("lobby", Change.LEFT, people)
        assert CHAT.render([notice]) == f"*** {english}\n".encode()
        assert CHAT_ES.render([notice]) == f"*** {spanish}\n".encode()

    def test_says_what_was_wrong(self) -> None:
        assert CHAT.error(ErrorKind.INVALID_MESSAGE, "too_long", limit=9) == (
            EN.error(ErrorKind.INVALID_MESSAGE, "too_long", limit=9).encode() + b"\n"
        )
        assert CHAT_ES.error(ErrorKind.INVALID_MESSAGE, "too_long", limit=9) == (
            ES.error(ErrorKind.INVALID_MESSAGE, "too_long", limit=9).encode() + b"\n"
        )

    def test_marks_every_line_of_the_server_s(self) -> None:
        assert CHAT.say("one\ntwo\n\nfour") == b"*** one\n*** two\n*** \n*** four\n"

    def test_shows_a_private_line_to_both(self) -> None:
        assert CHAT.private("ana", "psst") == b"(private) <ana> psst\n"
        assert CHAT.private("ana", "psst", "luis") == b"(private to luis) <ana> psst\n"


def deed(*values: object) -> str:
    """Return the chat line of a deed of ana's."""
    event = MESSAGE._replace(kind=Kind.DEED, text=Deed(*values).text())  # type: ignore[arg-type]
    return CHAT.render([event]).decode().removesuffix("\n")


class TestDeeds:
    @pytest.mark.parametrize("verb", DEEDS)
    def test_there_are_words_for_each_in_every_language(self, verb: str) -> None:
        event = MESSAGE._replace(kind=Kind.DEED, text=Deed(verb, "luis").text())
        for language in Language:
            line = ChatFormat(language).render([event]).decode()
            assert line.startswith("*** ana "), line  # not "*** ana: "

    def test_time_and_reason_are_told_where_there_are_any(self) -> None:
        assert deed("ban", "luis") == EN.deed("ban", "ana", "luis")
        assert deed("ban", "luis", 86400) == EN.deed("ban", "ana", "luis", time="1d")
        why = "spam, and  more"
        assert deed("ban", "luis", 0, why) == EN.deed("ban", "ana", "luis", reason=why)

    def test_of_an_address_the_name_is_told_of_whoever_came_from_it(self) -> None:
        assert deed("ban", "@luis", 60) == EN.deed("ban_address", "ana", "luis", time="1m")
        assert deed("unban", "@luis") == EN.deed("unban_address", "ana", "luis")

    def test_a_mode_is_told_in_the_language_of_who_reads(self) -> None:
        event = MESSAGE._replace(kind=Kind.DEED, text="mode private 0")
        assert ChatFormat(Language.SPANISH).render([event]).decode() == (
            ES.deed("mode", "ana", "privado") + "\n"
        )
        assert deed("mode", "strange") == EN.deed("mode", "ana", "strange")

    def test_a_word_to_all_is_its_reason(self) -> None:
        assert deed("wall", "-", 0, "tea is ready") == EN.deed("wall", "ana", reason="tea is ready")

    @pytest.mark.parametrize(
        "text",
        ["", "kick", "kick luis soon", "paint luis 0", "you_mean luis 0", "kick @luis 0", " " * 9],
    )
    def test_one_that_is_not_known_is_shown_as_it_is(self, text: str) -> None:
        event = MESSAGE._replace(kind=Kind.DEED, text=text)
        assert CHAT.render([event]) == f"*** ana: {text}\n".encode()


class TestTimes:
    @pytest.mark.usefixtures("_zone")
    @pytest.mark.parametrize(
        ("entry", "line"),
        [
            (MESSAGE, "[2023-11-14 23:13:20] <ana> hola"),
            (ACTION, "[2023-11-14 23:13:20] * ana waves"),
            (TOPIC, f"[2023-11-14 23:13:20] {EN.notice('topic_set', name='ana', topic='fish')}"),
            (JOINED, EN.notice("joined_one", people="ana")),
        ],
        ids=["message", "action", "topic", "notice"],
    )
    def test_stand_before_every_event_and_no_notice(self, entry: Entry, line: str) -> None:
        assert CHAT.with_times(True).render([entry]) == f"{line}\n".encode()

    @pytest.mark.usefixtures("_zone")
    def test_are_the_server_s(self) -> None:
        assert local_time(0) == "1970-01-01 01:00:00"
        assert local_time(1_720_000_000) == "2024-07-03 11:46:40"


class TestValues:
    def test_equal_formats_are_one(self) -> None:
        assert ChatFormat() == CHAT
        assert len({CHAT, ChatFormat(), BARE, BareFormat()}) == 2

    def test_a_format_with_something_else_keeps_the_rest(self) -> None:
        wanted = ChatFormat(Language.SPANISH, True, b"\r\n")
        assert CHAT.with_eol(b"\r\n").with_times(True).in_language(Language.SPANISH) == wanted
        assert wanted.with_times(False).with_eol(b"\n").in_language(Language.ENGLISH) == CHAT

    def test_the_line_end_is_that_of_every_line(self) -> None:
        crlf = CHAT.with_eol(b"\r\n")
        assert crlf.render([MESSAGE]) == b"<ana> hola\r\n"
        assert crlf.render([JOINED]) == EN.notice("joined_one", people="ana").encode() + b"\r\n"
        assert crlf.say("one\ntwo") == b"*** one\r\n*** two\r\n"
        assert crlf.private("ana", "psst") == b"(private) <ana> psst\r\n"
        assert crlf.error(ErrorKind.NOBODY, "server_error").endswith(b".\r\n")

    @pytest.mark.parametrize("format", [BARE, MinimalFormat()], ids=["bare", "minimal"])
    def test_what_has_no_choices_is_the_same_whatever_is_chosen(self, format: Format) -> None:
        assert format.with_times(True) is format
        assert format.with_eol(b"\r\n") is format
        assert format.in_language(Language.SPANISH) is format


class TestBare:
    @pytest.mark.parametrize(
        "entry", [MESSAGE, ACTION, NOTICE], ids=["message", "action", "notice"]
    )
    def test_shows_the_text_of_what_is_said(self, entry: Event) -> None:
        assert BARE.render([entry]) == f"{entry.text}\n".encode()

    @pytest.mark.parametrize(
        "entry",
        [
            *(TOPIC, DEED, PRIVATE, JOINED, LEFT, RENAMED),
            *(MESSAGE._replace(kind=kind, text=value.text()) for kind, value, _ in OF_KINDS),
        ],
        ids=[
            *("topic", "deed", "private", "joined", "left", "renamed"),
            *(kind.name.lower() for kind in REMARKS),
        ],
    )
    def test_shows_nothing_else(self, entry: Entry) -> None:
        assert BARE.render([entry]) == b""

    def test_says_what_kind_of_thing_was_wrong(self) -> None:
        assert BARE.error(ErrorKind.INVALID_MESSAGE, "too_long", limit=9) == (
            b"ERR Invalid message\n"
        )

    def test_has_no_way_to_say_more(self) -> None:
        assert BARE.say("hello") == b""
        assert BARE.private("ana", "psst") == b""


class TestHostileText:
    """No text controls a terminal, and none makes a second line."""

    def check(self, data: bytes, eol: bytes = b"\n") -> None:
        assert data.endswith(eol)
        line = data.removesuffix(eol).decode()
        assert visible(line) == line
        assert "\n" not in line
        assert b"\xff" not in data

    def check_of_server(self, line: bytes) -> None:
        # Of a long blank, the space before it is shown, too.
        assert line.startswith((b"*** ", b"***\\s{"))
        self.check(line)

    @given(st.text(), st.text(), st.text(), st.sampled_from(Kind), st.booleans())
    def test_in_an_event(self, author: str, text: str, room: str, kind: Kind, times: bool) -> None:
        event = Event(room, 1, 1_700_000_000_000, 1, author, kind, text)
        for language in Language:
            self.check(ChatFormat(language, times).render([event]))
            self.check(ChatFormat(language, times, b"\r\n").render([event]), b"\r\n")
        if kind in (Kind.MESSAGE, Kind.ACTION, Kind.NOTICE):
            self.check(BARE.render([event]))

    @given(st.text(), st.text(), st.sampled_from(DEEDS), st.text(), st.integers())
    def test_in_a_deed(self, author: str, target: str, verb: str, why: str, time: int) -> None:
        text = Deed(verb, target, time, why).text()
        for language in Language:
            data = ChatFormat(language).render([MESSAGE._replace(kind=Kind.DEED, text=text)])
            assert data.startswith(b"*** ")
            self.check(data)

    @given(st.text(), QUESTIONS | ANSWERS | REMARK_VALUES, st.sampled_from(REMARKS))
    def test_in_a_remark(self, author: str, value: Question | Answers | Remark, kind: Kind) -> None:
        event = MESSAGE._replace(author=author, kind=kind, text=value.text())
        for language in Language:
            self.check_of_server(ChatFormat(language).render([event]))

    @given(st.text(), st.text(), st.sampled_from(NOTICED))
    @example("\t" * 5, "", Change.JOINED)
    def test_in_a_notice(self, name: str, new_name: str, change: Change) -> None:
        data = CHAT.render([Notice("lobby", change, ((1, name),), new_name)])
        for line in data.splitlines(keepends=True):
            self.check_of_server(line)

    @given(st.text(), st.text(), st.text())
    def test_in_a_private_line(self, author: str, text: str, receiver: str) -> None:
        self.check(CHAT.private(author, text))
        self.check(CHAT.private(author, text, receiver))

    @given(st.text(), st.text())
    def test_in_what_an_error_quotes(self, command: str, usage: str) -> None:
        values = {"command": command, "usage": usage, "explanation": usage}
        self.check(CHAT.error(ErrorKind.WRONG_USE, "wrong_use", **values))

    @given(st.text())
    @example("\t" * 5)
    def test_in_what_the_server_says(self, text: str) -> None:
        data = CHAT.say(text)
        lines = data.split(b"\n")[:-1]
        assert len(lines) == text.count("\n") + 1
        for line in lines:
            self.check_of_server(line + b"\n")
