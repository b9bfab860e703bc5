"""Tests of `chatd.util.error_log`: each error is logged, and no error fills the disk."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NoReturn

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.logger import (
    LogEvent,
    LogLevel,
    eventAsText,
    formatEvent,
    formatEventAsClassicLogText,
    globalLogPublisher,
)
from twisted.trial.unittest import SynchronousTestCase

import chatd
from chatd.util.error_log import FIRST_SILENCE, KINDS, LONGEST_SILENCE, ErrorLog, RecurringWarning
from tests.support.checkout import nodes_of, syntax_tree


class OurFault(Exception):
    """An unexpected error."""


def fail(said: str) -> NoReturn:
    raise OurFault(said)


class CallTests(SynchronousTestCase):
    def test_everything_is_logged_by_a_constant_format(self) -> None:
        """Twisted looks up, and calls, names in a format: no format may be a text of a client."""
        levels = {level.name for level in LogLevel.iterconstants()} | {"failure"}
        calls = 0
        for path in Path(chatd.__file__).parent.rglob("*.py"):
            for node in nodes_of(syntax_tree(path)):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                logger = ast.unparse(node.func.value)
                if node.func.attr in levels and logger.endswith(("log", "logger")):
                    calls += 1
                    where = f"{path}:{node.lineno}"
                    constant = isinstance(node.args[0], ast.Constant)
                    self.assertTrue(constant or ast.unparse(node.args[0]) == "self._format", where)
        self.assertGreater(calls, 5)


class LogTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.events: list[LogEvent] = []
        globalLogPublisher.addObserver(self.events.append)
        self.addCleanup(globalLogPublisher.removeObserver, self.events.append)
        self.addCleanup(self.flushLoggedErrors)

    def logged(self) -> list[str]:
        """Return the messages since the last call, without tracebacks."""
        events, self.events[:] = list(self.events), []
        return [formatEvent(event) for event in events]


class RecurringWarningTests(LogTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.warning = RecurringWarning(self.clock, "no disk: {why}")

    def test_it_is_logged_at_once_and_after_pauses_that_double(self) -> None:
        times = []
        began = self.clock.seconds()
        while self.clock.seconds() - began < 4 * LONGEST_SILENCE:
            self.warning.tell("full")
            times += [self.clock.seconds() - began for _ in self.logged()]
            self.clock.advance(0.5)
        self.assertEqual(times[:5], [0, 1, 3, 7, 15])
        self.assertEqual(times[-1] - times[-2], LONGEST_SILENCE)

    def test_a_condition_that_comes_and_goes_is_logged_after_the_shortest_pause(self) -> None:
        for _ in range(40):
            self.warning.tell("full")
            self.warning.end()
            self.clock.advance(FIRST_SILENCE / 4)
        self.assertEqual(self.logged(), ["no disk: full"] * 10)

    def test_its_end_is_reported_once_and_only_if_it_was_logged(self) -> None:
        self.assertFalse(self.warning.end())
        self.warning.tell("full")
        self.assertTrue(self.warning.end())
        self.assertFalse(self.warning.end())


class ErrorLogTests(LogTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.error_log = ErrorLog(self.clock)

    def tell(self, what: str = "it failed", said: str = "oh") -> None:
        try:
            fail(said)
        except OurFault:
            self.error_log.tell(what)

    def text(self) -> str:
        """Return the last message with its traceback, as in a log file."""
        return formatEventAsClassicLogText(self.events[-1]) or ""

    def test_the_first_comes_with_its_traceback(self) -> None:
        self.tell()
        self.assertEqual(len(self.events), 1)
        text = eventAsText(self.events[0], includeTimestamp=False, includeSystem=False)
        lines = text.splitlines()
        self.assertEqual(lines[:2], ["it failed", "Traceback (most recent call last):"])
        self.assertIn("in fail", text)
        self.assertEqual(lines[-1], "OurFault: oh")

    def test_later_ones_are_counted_and_logged_after_pauses_that_double(self) -> None:
        for _ in range(40):
            self.tell()
            self.clock.advance(0.25)
        self.assertEqual(
            self.logged(),
            [
                "it failed",
                "it failed (4 times since this was told last)",
                "it failed (8 times since this was told last)",
                "it failed (16 times since this was told last)",
            ],
        )

    def test_another_kind_is_logged_at_once(self) -> None:
        self.tell()
        self.tell("something else failed")
        try:
            raise OurFault("elsewhere")
        except OurFault:
            self.error_log.tell("it failed")
        self.assertEqual(self.logged(), ["it failed", "something else failed", "it failed"])

    def test_another_message_is_no_other_kind(self) -> None:
        self.tell(said="one")
        self.tell(said="two")
        self.assertEqual(self.logged(), ["it failed"])

    def test_the_number_of_kinds_is_bounded(self) -> None:
        for number in range(KINDS + 100):
            self.tell(f"{number} failed")
        self.assertEqual(len(self.logged()), KINDS + 1)

    def test_a_client_that_can_cause_errors_in_a_loop_fills_no_disk(self) -> None:
        size = 0
        for _ in range(6000):  # for a minute
            self.tell(said="\x1b" * 4000)
            while self.events:
                size += len(formatEventAsClassicLogText(self.events.pop()) or "")
            self.clock.advance(0.01)
        self.assertLess(size, 64 * 1024)

    def test_the_length_of_a_traceback_is_bounded(self) -> None:
        def recurse() -> None:
            recurse()

        def there_and_back(depth: int) -> None:
            back_and_there(depth)

        def back_and_there(depth: int) -> None:
            there_and_back(depth) if depth else fail("x" * 100_000)

        for function in recurse, lambda: there_and_back(0):
            try:
                function()
            except Exception:
                self.error_log.tell("it failed")
            self.assertLess(len(self.text()), 8000)

    @given(st.text())
    def test_a_message_is_one_line_of_printable_ascii(self, text: str) -> None:
        self.clock.advance(2 * LONGEST_SILENCE)
        self.tell(said=text)
        *_, last, end = self.text().split("\n")
        self.assertEqual(end, "")
        self.assertTrue(last.startswith("\tOurFault: "), last)
        self.assertRegex(last[1:], r"\A[ -~]*\Z")
