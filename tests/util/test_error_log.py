"""What the log is told of what goes wrong: enough, and never more than that."""

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


class OurFault(Exception):
    """An error that should not be."""


def fail(said: str) -> NoReturn:
    raise OurFault(said)


class CallTests(SynchronousTestCase):
    def test_everything_is_logged_by_a_constant_format(self) -> None:
        """Twisted looks up, and calls, what a format asks for: so it is never others' text."""
        levels = {level.name for level in LogLevel.iterconstants()} | {"failure"}
        calls = 0
        for path in Path(chatd.__file__).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                logger = ast.unparse(node.func.value)
                if node.func.attr in levels and logger.endswith(("log", "logger")):
                    calls += 1
                    where = f"{path}:{node.lineno}"
                    constant = isinstance(node.args[0], ast.Constant)
                    self.assertTrue(constant or ast.unparse(node.args[0]) == "self._format", where)
        self.assertGreater(calls, 5)


class ComplaintsTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.events: list[LogEvent] = []
        globalLogPublisher.addObserver(self.events.append)
        self.addCleanup(globalLogPublisher.removeObserver, self.events.append)
        self.addCleanup(self.flushLoggedErrors)

    def told(self) -> list[str]:
        """What was told since this was asked last, without tracebacks."""
        events, self.events[:] = list(self.events), []
        return [formatEvent(event) for event in events]


class TroubleTests(ComplaintsTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.trouble = RecurringWarning(self.clock, "no disk: {why}")

    def test_it_is_told_at_once_and_after_pauses_that_double(self) -> None:
        times = []
        began = self.clock.seconds()
        while self.clock.seconds() - began < 4 * LONGEST_SILENCE:
            self.trouble.tell("full")
            times += [self.clock.seconds() - began for _ in self.told()]
            self.clock.advance(0.5)
        self.assertEqual(times[:5], [0, 1, 3, 7, 15])
        self.assertEqual(times[-1] - times[-2], LONGEST_SILENCE)

    def test_what_comes_and_goes_is_told_after_the_shortest_pause(self) -> None:
        for _ in range(40):
            self.trouble.tell("full")
            self.trouble.end()
            self.clock.advance(FIRST_SILENCE / 4)
        self.assertEqual(self.told(), ["no disk: full"] * 10)

    def test_its_end_is_known_once_and_only_if_it_was_told(self) -> None:
        self.assertFalse(self.trouble.end())
        self.trouble.tell("full")
        self.assertTrue(self.trouble.end())
        self.assertFalse(self.trouble.end())


class FaultsTests(ComplaintsTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.faults = ErrorLog(self.clock)

    def tell(self, what: str = "it failed", said: str = "oh") -> None:
        try:
            fail(said)
        except OurFault:
            self.faults.tell(what)

    def text(self) -> str:
        """All of what was told last, as a log file has it."""
        return formatEventAsClassicLogText(self.events[-1]) or ""

    def test_the_first_comes_with_its_traceback(self) -> None:
        self.tell()
        self.assertEqual(len(self.events), 1)
        text = eventAsText(self.events[0], includeTimestamp=False, includeSystem=False)
        lines = text.splitlines()
        self.assertEqual(lines[:2], ["it failed", "Traceback (most recent call last):"])
        self.assertIn("in fail", text)
        self.assertEqual(lines[-1], "OurFault: oh")

    def test_later_ones_are_counted_and_told_after_pauses_that_double(self) -> None:
        for _ in range(40):
            self.tell()
            self.clock.advance(0.25)
        self.assertEqual(
            self.told(),
            [
                "it failed",
                "it failed (4 times since this was told last)",
                "it failed (8 times since this was told last)",
                "it failed (16 times since this was told last)",
            ],
        )

    def test_another_kind_is_told_at_once(self) -> None:
        self.tell()
        self.tell("something else failed")
        try:
            raise OurFault("elsewhere")
        except OurFault:
            self.faults.tell("it failed")
        self.assertEqual(self.told(), ["it failed", "something else failed", "it failed"])

    def test_what_the_error_says_makes_no_other_kind(self) -> None:
        self.tell(said="one")
        self.tell(said="two")
        self.assertEqual(self.told(), ["it failed"])

    def test_there_is_an_end_of_kinds(self) -> None:
        for number in range(KINDS + 100):
            self.tell(f"{number} failed")
        self.assertEqual(len(self.told()), KINDS + 1)

    def test_a_client_that_can_cause_errors_in_a_loop_fills_no_disk(self) -> None:
        size = 0
        for _ in range(6000):  # for a minute
            self.tell(said="\x1b" * 4000)
            while self.events:
                size += len(formatEventAsClassicLogText(self.events.pop()) or "")
            self.clock.advance(0.01)
        self.assertLess(size, 64 * 1024)

    def test_a_traceback_has_an_end(self) -> None:
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
                self.faults.tell("it failed")
            self.assertLess(len(self.text()), 8000)

    @given(st.text())
    def test_what_others_wrote_stays_on_one_line_of_printable_ascii(self, text: str) -> None:
        self.clock.advance(2 * LONGEST_SILENCE)
        self.tell(said=text)
        *_, last, end = self.text().split("\n")
        self.assertEqual(end, "")
        self.assertTrue(last.startswith("\tOurFault: "), last)
        self.assertRegex(last[1:], r"\A[ -~]*\Z")
