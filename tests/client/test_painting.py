"""`chatd.client.painting`: the things of a conversation as lines of a log."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from chatd.client.painting import colour, continued, line_of, topic, waiting
from chatd.client.scrollback import Line
from chatd.client.shown import Kind, Shown
from tests.proofs.terminal.documented import is_unsafe
from tests.support.hostile import HOSTILE
from tests.support.sentences import EN, ES

NOW = datetime(2026, 11, 30, 12, 34, 56, tzinfo=timezone.utc)
BEFORE = datetime(2026, 11, 28, 9, 5, tzinfo=timezone.utc).timestamp()


def plain(shown: Shown) -> str:
    return line_of(shown, NOW).paragraph.text


def styles(line: Line, text: str) -> str:
    """Return the style of a text in a line."""
    head, body = line.paragraph
    (style,) = [style for style, each in (*head, *body) if each == text]
    return style


class TestText:
    """Text without styles."""

    @pytest.mark.parametrize(
        ("shown", "text"),
        [
            (Shown(Kind.MESSAGE, "hola", "ana", 7, BEFORE), "09:05 <ana> hola"),
            (Shown(Kind.MESSAGE, "hola", "ana"), "12:34 <ana> hola"),
            (Shown(Kind.ACTION, "waves", "ana"), "12:34 * ana waves"),
            (Shown(Kind.NOTICE, "build 7 passed", "ci"), "12:34 <ci> build 7 passed"),
            (
                Shown(Kind.TOPIC, "tests", "ana"),
                f"12:34 {EN.notice('topic_set', name='ana', topic='tests')}",
            ),
            (
                Shown(Kind.TOPIC, "", "ana"),
                f"12:34 {EN.notice('topic_cleared', name='ana')}",
            ),
            (Shown(Kind.DEED, "a deed"), "12:34 *** a deed"),
            (Shown(Kind.NEWS, "a notice"), "12:34 *** a notice"),
            (Shown(Kind.ANSWER, "one\ntwo"), "*** one\ntwo"),
            (Shown(Kind.ERROR, "No room: why"), "12:34 ERR No room: why"),
            (Shown(Kind.OWN, "not sent"), "12:34 chatd: not sent"),
            (Shown(Kind.UNSAID, "my\ntext"), "12:34 not said: my\ntext"),
            (Shown(Kind.PRIVATE, "psst", "ana"), "12:34 (private) <ana> psst"),
            (Shown(Kind.PRIVATE, "psst", "me", to="ana"), "12:34 (private to ana) <me> psst"),
            (
                Shown(Kind.MESSAGE, "hola", "ana", 7, BEFORE, source="ops"),
                "2026-11-28 09:05 #ops <ana> hola",
            ),
        ],
    )
    def test_each_kind_has_its_beginning(self, shown: Shown, text: str) -> None:
        assert plain(shown) == text

    def test_a_topic_is_told_in_the_language_of_the_server(self) -> None:
        line = line_of(Shown(Kind.TOPIC, "tests", "ana"), NOW, "es")
        assert line.paragraph.text == f"12:34 {ES.notice('topic_set', name='ana', topic='tests')}"

    @pytest.mark.parametrize(
        ("shown", "text"),
        [
            (Shown(Kind.UNSAID, "text"), "12:34 no se ha dicho: text"),
            (Shown(Kind.PRIVATE, "psst", "ana"), "12:34 (privado) <ana> psst"),
            (Shown(Kind.PRIVATE, "psst", "me", to="ana"), "12:34 (privado para ana) <me> psst"),
        ],
    )
    def test_its_own_words_are_in_that_language_too(self, shown: Shown, text: str) -> None:
        assert line_of(shown, NOW, "es").paragraph.text == text
        assert waiting("one", "ana", False, "es").text == "espera <ana> one"

    def test_a_line_is_of_its_day_and_a_found_one_of_today(self) -> None:
        old = Shown(Kind.MESSAGE, "hola", "ana", 7, BEFORE)
        assert line_of(old, NOW).day == date(2026, 11, 28)
        found = Shown(Kind.MESSAGE, "hola", "ana", 7, BEFORE, source="ops")
        assert line_of(found, NOW).day == NOW.date()

    def test_further_lines_of_a_message_are_added(self) -> None:
        line = line_of(Shown(Kind.MESSAGE, "one", "ana", 7, part_of=7), NOW)
        line = continued(line, Shown(Kind.MESSAGE, "two", "ana", 8, part_of=7))
        assert line.paragraph.text == "12:34 <ana> one\ntwo"

    def test_hidden_hosts_of_links_are_shown(self) -> None:
        link = "https://bank.example@evil.example/x"
        assert plain(Shown(Kind.MESSAGE, link, "ana")).endswith(f"{link} [evil.example]")
        assert topic(link) == f"{link} [evil.example]"

    def test_what_waits_says_if_it_is_sent(self) -> None:
        assert waiting("one\ntwo", "ana", is_sent=False).text == "waits <ana> one\ntwo"
        assert waiting("one", "ana", is_sent=True).text == "..... <ana> one"

    def test_a_line_that_is_in_doubt_says_so(self) -> None:
        shown = waiting("one", "ana", is_sent=False, is_in_doubt=True)
        assert shown.text == "unsure, sent again <ana> one"

    @pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
    @pytest.mark.parametrize("kind", Kind)
    def test_nothing_of_it_can_control_a_terminal(self, kind: Kind, hostile: str) -> None:
        shown = Shown(kind, hostile, hostile, to=hostile, source=hostile)
        texts = plain(shown), waiting(hostile, hostile, is_sent=True).text, topic(hostile)
        assert not [text for text in texts if any(map(is_unsafe, text.replace("\n", "")))]


class TestStyles:
    def test_a_name_has_one_colour_in_all_its_spellings(self) -> None:
        assert colour("José") == colour("JOSÉ")
        assert len({colour(f"guest{number}") for number in range(50)}) > 5

    def test_mentions_and_ones_own_lines_stand_out(self) -> None:
        mention = line_of(Shown(Kind.MESSAGE, "hola", "ana", mention=True), NOW)
        assert styles(mention, "ana") == f"{colour('ana')} class:mention"
        own = line_of(Shown(Kind.MESSAGE, "hola", "ana", own=True), NOW)
        assert styles(own, "ana") == f"{colour('ana')} class:me"

    def test_errors_and_notices_have_their_styles(self) -> None:
        assert styles(line_of(Shown(Kind.ERROR, "No: no."), NOW), "ERR No: no.") == "class:error"
        assert styles(line_of(Shown(Kind.NEWS, "x."), NOW), "*** x.") == "class:news"
