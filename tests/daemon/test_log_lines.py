"""Lines of the log: two formats, levels, and what Twisted logs about itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from twisted.logger import LogEvent, Logger, LogLevel
from twisted.python import log as legacy
from twisted.python.failure import Failure

from chatd.daemon.log_lines import LEVELS, LogFormat, LogLines, LogStyle
from tests.support.logs import Expect, events

JSON = LogFormat.JSON


def event_of(format: str = "it is {what}.", level: str = "info", **fields: Any) -> LogEvent:
    """Return an event as a logger of chatd makes it."""
    made: list[LogEvent] = []
    logger = Logger("chatd.test", observer=made.append)
    logger.emit(LogLevel.lookupByName(level), format, **fields)
    (event,) = made
    return {**event, "log_time": 1_700_000_000.0625}


def failure() -> Failure:
    """Return a failure with a traceback."""
    try:
        raise RuntimeError("no\nway")
    except RuntimeError:
        return Failure()


def in_json(event: LogEvent, level: str = "debug") -> dict[str, Any]:
    """Return the object of the one line of an event."""
    line = LogLines(LogStyle(JSON, level)).render(event)
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert line[:-1].isprintable()
    assert line.isascii()
    parsed: dict[str, Any] = json.loads(line)
    return parsed


class TestJson:
    def test_a_line_has_the_time_the_level_the_logger_and_the_message(self) -> None:
        assert in_json(event_of(what="fine")) == {
            "time": "2023-11-14T22:13:20.062Z",
            "level": "info",
            "logger": "chatd.test",
            "message": "it is fine.",
            "what": "fine",
        }

    def test_fields_are_those_that_are_scalars(self) -> None:
        event = event_of(what="x", n=3, half=0.5, ok=True, none=None, a=[1], inf=float("inf"))
        assert {"n": 3, "half": 0.5, "ok": True}.items() <= in_json(event).items()
        assert not {"none", "a", "inf"} & in_json(event).keys()

    def test_a_field_that_is_the_whole_message_is_not_repeated(self) -> None:
        assert "what" not in in_json(event_of("{what}", what="listening."))

    def test_no_field_takes_the_place_of_what_each_line_has(self) -> None:
        own = {"time": "never", "logger": "other", "message": "another"}
        line = in_json(event_of("it is {message}.", **own, why="no", system="a"))
        assert line["time"] == "2023-11-14T22:13:20.062Z"
        assert (line["logger"], line["message"]) == ("chatd.test", "it is another.")
        assert (line["why"], line["system"]) == ("no", "a")

    def test_an_event_without_a_logger_and_a_level_has_a_line(self) -> None:
        bare = {"log_time": 0.0, "log_format": "it is."}
        line = in_json(bare)
        assert (line["level"], line["logger"], line["message"]) == ("info", "-", "it is.")

    @pytest.mark.parametrize("text", ["ñ", "\x7f", "\x1b[2J", "\u202e", "\ud800", "a\nb", '"\\'])
    def test_all_characters_are_ascii_and_come_back(self, text: str) -> None:
        assert in_json(event_of("{what}", what=text))["message"] == text

    def test_a_traceback_is_one_text(self) -> None:
        event = event_of(what="bad", level="critical", log_failure=failure())
        line = in_json(event)
        assert line["level"] == "critical"
        assert line["traceback"].startswith("Traceback (most recent call last)")
        assert "RuntimeError: no\nway" in line["traceback"]

    def test_an_error_whose_text_fails_is_logged_all_the_same(self) -> None:
        class Bad(Exception):
            def __str__(self) -> str:
                raise ValueError

        event = event_of("{what}", what=Bad(), log_failure=Failure(Bad()))
        assert in_json(event)["message"]

    def test_what_twisted_logs_in_its_old_form_has_no_other_fields(self) -> None:
        with events() as seen:
            legacy.msg("a port is", "open", n=1)
        assert in_json(seen[0]) == {
            "time": in_json(seen[0])["time"],
            "level": "debug",
            "logger": "log_legacy",
            "message": "a port is open",
            "n": 1,
        }

    def test_an_error_that_is_logged_in_the_old_form(self, expected_errors: Expect) -> None:
        legacy.err(failure(), "why")
        (event,) = expected_errors()
        line = in_json(event)
        assert (line["level"], line["message"]) == ("critical", "why")
        assert "RuntimeError: no" in line["traceback"]


class TestLevels:
    @pytest.mark.parametrize("least", LEVELS)
    def test_what_is_below_the_level_is_left_out(self, least: str) -> None:
        lines = LogLines(LogStyle(level=least))
        shown = [level for level in LEVELS if lines.render(event_of(what="x", level=level))]
        assert shown == list(LEVELS[LEVELS.index(least) :])

    def test_an_unexpected_error_is_always_shown(self) -> None:
        lines = LogLines(LogStyle(level="error"))
        assert lines.render(event_of(what="x", level="critical"))

    @pytest.mark.parametrize("level", ["info", "warn"])
    def test_lines_of_twisted_are_for_debugging_unless_they_warn(self, level: str) -> None:
        event = {**event_of(what="x", level=level), "log_namespace": "twisted.internet.base"}
        assert bool(LogLines(LogStyle()).render(event)) == (level == "warn")

    def test_a_line_that_a_library_prints_is_shown(self) -> None:
        event = {**event_of(what="x"), "log_namespace": "stdout"}
        assert LogLines(LogStyle()).render(event)

    def test_a_style_can_change(self) -> None:
        lines = LogLines(LogStyle(level="error"))
        lines.change(LogStyle(JSON, "info"))
        assert lines.render(event_of(what="x")).startswith("{")


class TestText:
    def test_a_line_is_that_of_twisted(self) -> None:
        line = LogLines(LogStyle()).render(event_of(what="fine"))
        assert line.endswith("[chatd.test#info] it is fine.\n")

    def test_an_event_without_words_is_no_line(self) -> None:
        event = {**event_of(""), "log_format": None}
        assert LogLines(LogStyle()).render(event) == ""


class TestJournal:
    @pytest.mark.parametrize(
        ("level", "priority"),
        [("debug", 7), ("info", 6), ("warn", 4), ("error", 3), ("critical", 2)],
    )
    def test_a_line_begins_with_its_priority(self, level: str, priority: int) -> None:
        lines = LogLines(LogStyle(JSON, "debug"), for_journal=True)
        assert lines.render(event_of(what="x", level=level)).startswith(f'<{priority}>{{"time"')

    def test_so_does_each_line_of_a_traceback(self) -> None:
        event = event_of(what="bad", level="critical", log_failure=failure())
        lines = LogLines(LogStyle(), for_journal=True).render(event).splitlines()
        assert len(lines) > 2
        assert all(line.startswith("<2>") for line in lines)
