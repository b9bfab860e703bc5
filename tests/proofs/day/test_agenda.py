"""The clock of a day makes calls as Twisted's own fake clock does, but each at its own time."""

from __future__ import annotations

from tests.proofs.day.agenda import Agenda


class TestAgenda:
    def setup_method(self) -> None:
        self.clock = Agenda()
        self.made: list[tuple[str, float]] = []

    def note(self, name: str) -> None:
        self.made.append((name, self.clock.seconds()))

    def test_calls_are_made_at_their_times_and_in_their_order(self) -> None:
        for name, delay in [("late", 7.0), ("first", 3.0), ("second", 3.0)]:
            self.clock.callLater(delay, self.note, name)
        self.clock.advance(10)
        assert self.made == [("first", 3.0), ("second", 3.0), ("late", 7.0)]
        assert self.clock.seconds() == 10

    def test_a_call_that_is_not_due_waits(self) -> None:
        self.clock.callLater(5, self.note, "later")
        self.clock.advance(4)
        assert self.made == []
        self.clock.advance(1)
        assert self.made == [("later", 5.0)]

    def test_what_a_call_schedules_is_made_in_the_same_advance(self) -> None:
        self.clock.callLater(1, self.clock.callLater, 1, self.note, "next")
        self.clock.advance(2)
        assert self.made == [("next", 2.0)]

    def test_a_cancelled_call_is_not_made(self) -> None:
        self.clock.callLater(1, self.note, "never").cancel()
        self.clock.advance(2)
        assert self.made == []

    def test_a_call_may_be_put_off_and_brought_forward(self) -> None:
        late, soon = (self.clock.callLater(5, self.note, name) for name in ("late", "soon"))
        late.reset(8)
        soon.reset(2)
        self.clock.advance(10)
        assert self.made == [("soon", 2.0), ("late", 8.0)]
