"""`chatd.protocols.web.http.answers`: what the writer of an HTTP connection takes from."""

from __future__ import annotations

from collections.abc import Iterator

from twisted.internet.defer import Deferred

from chatd.protocols.web.http.answers import Answers
from tests.support.meters import NotingMeter


class TestWhole:
    def test_all_that_was_put_is_taken_in_order(self) -> None:
        answers = Answers(lambda what: None, lambda: None)
        answers.put(b"one,")
        answers.put(b"two")
        assert (answers.take(), answers.take()) == (b"one,two", b"")

    def test_it_is_told_when_all_was_taken(self) -> None:
        told: list[bool] = []
        answers = Answers(lambda what: None, lambda: told.append(True))
        answers.put(b"one")
        answers.take()
        assert not told
        answers.take()
        assert told == [True]

    def test_it_is_drained_once_finished_and_taken(self) -> None:
        answers = Answers(lambda what: None, lambda: None)
        answers.put(b"one")
        answers.finished = True
        assert not answers.drained
        answers.take()
        assert answers.drained


class TestPieces:
    def setup_method(self) -> None:
        self.meter = NotingMeter(holds=True)
        self.answers = Answers(lambda what: None, lambda: None)
        self.left = [b"one", b"two"]
        pieces = self.answers.put_pieces(self.made(), self.meter, self.answers.put)
        Deferred.fromCoroutine(pieces)

    def made(self) -> Iterator[bytes]:
        while self.left:
            yield self.left.pop(0)

    def test_none_is_made_before_its_turn(self) -> None:
        assert (len(self.left), self.answers.take()) == (2, b"")
        self.meter.give_turn()
        assert (len(self.left), self.answers.take()) == (1, b"one")

    def test_none_is_made_before_the_one_before_is_taken(self) -> None:
        self.meter.give_turn()
        assert not self.meter.turns
        self.answers.take()
        self.answers.take()
        self.meter.give_turn()
        assert not self.left

    def test_it_ends_after_the_last_one(self) -> None:
        for _ in range(3):
            assert self.answers.sending
            self.meter.give_turn()
            self.answers.take()
            self.answers.take()
        assert not self.answers.sending
        assert not self.meter.turns

    def test_each_is_charged_for(self) -> None:
        self.meter.give_turn()
        assert len(self.meter.charged) == 1

    def test_none_is_made_once_it_was_stopped(self) -> None:
        self.answers.stop()
        self.meter.give_turn()
        assert (len(self.left), self.answers.sending) == (2, False)
