"""The incident in docs/alerts.md is what people see today: an alert, acks, decisions, a page."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest

from chatd.client.marked import FORMATS, marked_in
from chatd.event import Event, Kind
from chatd.i18n import Language
from chatd.storage.contract import RoomRecord
from tests.support.documents import marked, read
from tests.support.hooks import let_tools_in, path_of_new
from tests.support.http import SiteWorld
from tests.support.sentences import EN, ES
from tests.support.world import Member

DOCUMENTS = {
    Language.ENGLISH: ("docs/alerts.md", "alerts", EN),
    Language.SPANISH: ("docs/alertas.md", "alertas", ES),
}

_ALERT = re.compile(r"\[(FIRING|RESOLVED)\] (\w+) instance=(\w+)")
_TIME = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d")
_RECEIVED = ("*** ", "<", "[")


def untimed(text: str) -> str:
    """Return a text with all of its dates and times alike."""
    return _TIME.sub("time", text)


class MemoryLog:
    """The log of a room, for `chatd export`."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events

    def page(self, room: str, after: int, upto: int) -> list[Event]:
        return [event for event in self._events if after < event.seq <= upto]

    def remarks(self, room: str, kind: Kind, upto: int, limit: int) -> list[Event]:
        found = [event for event in self._events if event.kind is kind and event.seq <= upto]
        return found[::-1][:limit]


class Walk:
    """An incident: ana's lines are typed, and others say and post what she saw."""

    def __init__(self, language: Language) -> None:
        _, self.hook, self.sentences = DOCUMENTS[language]
        self.web = SiteWorld(language=language)
        self.world = self.web.world
        let_tools_in(self.world)
        self.ana: Member = self.world.member("ana")
        self.ana.ask("/language en", "/join ops")
        self.path = path_of_new(self.ana, self.hook)
        self.luis = self.world.person("luis")
        for person in self.ana, self.luis:
            person.ask(f"/language {language.value}", "/join ops")
        self.world.introduce("ops")
        self.ana.seen()

    def play(self, transcript: str) -> None:
        """Play a transcript, and compare each line that ana receives."""
        lines = transcript.splitlines()
        unseen: list[str] = []
        for at, line in enumerate(lines):
            if not line.startswith(_RECEIVED):
                assert not unseen, f"not in the transcript: {unseen}"
                self.world.clock.advance(60)
                unseen = self.ana.ask(line)
                continue
            if not unseen:
                self.happens(line, lines[at + 1] if at + 1 < len(lines) else "")
                unseen = self.ana.seen()
            assert unseen, f"nobody sent: {line}"
            assert untimed(unseen.pop(0)) == untimed(line)
        assert not unseen, f"not in the transcript: {unseen}"

    def happens(self, line: str, following: str) -> None:
        """Have the tool, or luis, cause a line."""
        head = f"<{self.hook}> "
        if line.startswith(head):
            self.post(line.removeprefix(head), following.removeprefix(head))
        elif line.startswith("<luis> "):
            self.luis.type(line.removeprefix("<luis> "))
        else:
            words = re.fullmatch(r".* \((.*)\)", line)
            assert words is not None, f"nobody does: {line}"
            name = "asumir" if self.sentences is ES else "ack"
            self.luis.type(f"/{name} {words[1]}")

    def post(self, title: str, summary: str) -> None:
        """Post an alert as Alertmanager does."""
        found = _ALERT.fullmatch(title)
        assert found is not None, f"no alert: {title}"
        status = {"FIRING": "firing", "RESOLVED": "resolved"}[found[1]]
        labels = {"alertname": found[2], "instance": found[3]}
        alert = {"status": status, "labels": labels, "annotations": {"summary": summary}}
        body = {"version": "4", "status": status, "alerts": [alert]}
        data = json.dumps(body).encode()
        got = self.web.ask("POST", self.path, data, content_type="application/json")
        assert got.status == 200

    def page(self) -> str:
        """Return the first page of the post-mortem."""
        events = self.world.stored("ops")
        log = MemoryLog(events)
        found = marked_in(log, RoomRecord("ops", len(events)), 0)  # type: ignore[arg-type]
        return b"".join(FORMATS["markdown"](found, Language.ENGLISH)).decode()


@pytest.mark.parametrize("language", Language)
def test_the_incident_is_as_the_document_says(language: Language) -> None:
    document, _, _ = DOCUMENTS[language]
    walk = Walk(language)
    walk.play(marked(read(document), f"transcript incident {language.value}"))
    page = marked(read(document), f"page incident {language.value}")
    assert untimed(walk.page()) == untimed(page)


def test_a_line_that_was_not_sent_is_found() -> None:
    transcript = marked(read("docs/alerts.md"), "transcript incident en")
    for wrong in (
        transcript.replace("1 alert that", "2 alerts that"),
        transcript.replace(EN.notice("no_alerts", room="ops") + "\n", ""),
        transcript.replace("(before 1.4)", "(before 1.5)"),
    ):
        assert wrong != transcript
        with pytest.raises(AssertionError):
            Walk(Language.ENGLISH).play(wrong)
