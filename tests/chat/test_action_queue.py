"""The queue of what one session says and asks: the order of actions, and receipts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.chat.action_queue import ActionQueue, Receipt
from chatd.chat.replies import Replies
from chatd.errors import ErrorKind, Refusal
from chatd.event import Event, Kind
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.rooms.stream import ANSWER_BYTES, Stream
from chatd.util.error_log import ErrorLog
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.sessions import NotingOwner, taken

SECRET = "correct horse"
REFUSAL = Refusal(ErrorKind.NOT_ALLOWED, "room_announces", room="lobby", name="ana")
NOT_SAVED = Refusal(ErrorKind.NOT_SAVED, "not_saved")


class QueueHarness:
    """A queue, and all that it did: actions, answers and receipts in order."""

    def __init__(self) -> None:
        self.stream = Stream()
        self.replies = Replies(self.stream, ChatFormat(), Language.ENGLISH)
        self.queue = ActionQueue(self.replies, ErrorLog(Clock()))
        self.done: list[object] = []
        self.queue.when_changed(lambda: self.done.append("changed"))

    def say(
        self, *, lines: int = 1, room: str = "lobby", receipt: Receipt | None = None
    ) -> Sequence[str]:
        """Count lines that were given to the store, and return them."""
        said = ["hola"] * lines
        self.queue.said(room, said, 0, receipt)
        return said

    def publish(self, *seqs: int, room: str = "lobby", elsewhere: bool = False) -> None:
        self.queue.published(room, seqs, elsewhere)

    def ask(self, name: str) -> None:
        """Ask for an action that is done at once."""
        self.queue.when_settled(lambda: self.done.append(name))

    def ask_at_length(self, name: str) -> Deferred[None]:
        """Ask for an action that ends when the result fires."""
        result: Deferred[None] = Deferred()

        async def act() -> None:
            self.done.append(f"{name} began")
            await result
            self.done.append(f"{name} ended")

        self.queue.when_settled(act)
        return result

    def receipt(self, name: str) -> Receipt:
        def receive(result: Sequence[int] | Refusal) -> None:
            self.done.append((name, result.key if isinstance(result, Refusal) else list(result)))

        return receive

    def sent(self) -> list[str]:
        return taken(self.stream).splitlines()


class NotingSink:
    """A sink that notes when it is held and released."""

    acknowledged = True
    ready_socket = None

    def __init__(self, notes: list[object]) -> None:
        self._notes = notes

    def pump(self) -> None:
        """Do nothing."""

    def hold(self) -> None:
        self._notes.append("held")

    def release(self) -> None:
        self._notes.append("released")

    def push(self, data: bytes) -> bool:
        return False

    def owe(self, rest: bytes) -> None:
        """Do nothing."""


@pytest.fixture
def harness() -> QueueHarness:
    return QueueHarness()


class TestActions:
    """An action is done once all lines before it are published."""

    def test_with_nothing_before_it_an_action_is_done_at_once(self, harness: QueueHarness) -> None:
        harness.ask("/who")
        assert harness.done == ["/who"]
        assert harness.queue.settled

    def test_an_action_waits_for_the_line_before_it(self, harness: QueueHarness) -> None:
        harness.say()
        harness.ask("/who")
        assert harness.done == []
        assert harness.queue.occupied
        assert not harness.queue.settled
        harness.publish(1)
        assert harness.done == ["/who"]
        assert harness.queue.settled

    def test_an_action_waits_for_all_lines_before_it(self, harness: QueueHarness) -> None:
        harness.say()
        last = harness.say()
        harness.ask("/who")
        harness.publish(1)
        assert harness.done == []
        harness.queue.refused(last, False, NOT_SAVED)
        assert harness.done == ["/who"]

    def test_a_private_line_is_waited_for_too(self, harness: QueueHarness) -> None:
        harness.say(room="@eva")
        harness.ask("/who")
        assert harness.done == []
        harness.queue.delivered(Event("@eva", 1, 0, 1, "ana", Kind.PRIVATE, "hola"), "eva")
        assert harness.done == ["/who"]

    def test_the_queue_is_occupied_until_a_coroutine_has_ended(self, harness: QueueHarness) -> None:
        result = harness.ask_at_length("/login")
        assert harness.queue.occupied
        assert not harness.queue.settled
        result.callback(None)
        assert harness.done == ["/login began", "/login ended", "changed"]
        assert not harness.queue.occupied

    def test_two_actions_that_wait_are_done_one_after_the_other(
        self, harness: QueueHarness
    ) -> None:
        harness.say()
        first, second = harness.ask_at_length("first"), harness.ask_at_length("second")
        harness.publish(1)
        assert harness.done == ["first began"]
        first.callback(None)
        assert harness.done == ["first began", "first ended", "second began"]
        assert harness.queue.occupied
        second.callback(None)
        assert harness.queue.settled

    def test_a_short_action_is_done_after_a_long_one_that_waits(
        self, harness: QueueHarness
    ) -> None:
        harness.say()
        result = harness.ask_at_length("first")
        harness.ask("second")
        harness.publish(1)
        result.callback(None)
        assert harness.done == ["first began", "first ended", "second", "changed"]

    def test_two_short_actions_are_done_in_order(self, harness: QueueHarness) -> None:
        harness.say()
        harness.ask("first")
        harness.ask("second")
        harness.publish(1)
        assert harness.done == ["first", "second"]

    def test_an_action_that_waited_for_lines_of_a_running_one_leaves_that_running(
        self, harness: QueueHarness
    ) -> None:
        result = harness.ask_at_length("first")
        harness.say()
        harness.ask("second")
        harness.publish(1)
        assert harness.done == ["first began", "second"]
        assert harness.queue.occupied
        result.callback(None)
        assert not harness.queue.occupied

    def test_after_a_coroutine_an_action_that_waited_leaves_the_queue_free(
        self, harness: QueueHarness
    ) -> None:
        harness.ask_at_length("first").callback(None)
        harness.say()
        harness.ask("second")
        harness.publish(1)
        assert not harness.queue.occupied

    def test_an_action_that_waits_is_dropped_with_the_stream(self, harness: QueueHarness) -> None:
        harness.say()
        harness.ask("/who")
        harness.stream.finish()
        harness.publish(1)
        assert harness.done == []
        assert not harness.queue.occupied


class TestFailures:
    def test_an_action_that_fails_is_answered_and_logged(
        self, harness: QueueHarness, expected_errors: Expect
    ) -> None:
        def fail() -> None:
            raise ZeroDivisionError(SECRET)

        harness.queue.when_settled(fail)
        assert [line.split(":")[0] for line in harness.sent()] == ["ERR Server error"]
        assert not harness.queue.occupied
        (logged,) = expected_errors(ZeroDivisionError)
        assert SECRET not in logged["log_failure"].getTraceback()

    def test_a_coroutine_that_fails_is_answered_and_ends(
        self, harness: QueueHarness, expected_errors: Expect
    ) -> None:
        harness.ask_at_length("/login").errback(ZeroDivisionError())
        assert [line.split(":")[0] for line in harness.sent()] == ["ERR Server error"]
        assert harness.done == ["/login began", "changed"]
        assert not harness.queue.occupied
        expected_errors(ZeroDivisionError)

    def test_the_client_is_let_go_if_the_error_cannot_be_sent(
        self,
        harness: QueueHarness,
        monkeypatch: pytest.MonkeyPatch,
        expected_errors: Expect,
    ) -> None:
        def fail(*_: object, **values: object) -> None:
            raise ZeroDivisionError

        harness.stream.owner = owner = NotingOwner()
        monkeypatch.setattr(Replies, "error", fail)
        harness.queue.when_settled(fail)
        assert owner.failures == ["a session could not be told of an error"]
        expected_errors(ZeroDivisionError)


class TestReady:
    """More is taken from the session unless it is occupied, or does not take its answers."""

    def test_lines_that_wait_for_commit_do_not_make_it_busy(self, harness: QueueHarness) -> None:
        harness.say()
        assert harness.queue.ready

    def test_an_action_that_waits_does(self, harness: QueueHarness) -> None:
        harness.say()
        harness.ask("/who")
        assert not harness.queue.ready

    def test_so_do_answers_that_are_not_taken_until_they_are(self, harness: QueueHarness) -> None:
        harness.stream.put(b"x" * (ANSWER_BYTES - 1) + b"\n")
        assert not harness.queue.ready
        harness.sent()
        assert harness.queue.ready
        assert harness.done == ["changed"]

    def test_nothing_is_taken_after_the_stream_has_finished(self, harness: QueueHarness) -> None:
        harness.stream.finish()
        assert not harness.queue.ready

    def test_without_a_callback_a_change_is_ignored(self, harness: QueueHarness) -> None:
        harness.queue.when_changed(None)
        harness.ask_at_length("/login").callback(None)
        assert harness.done == ["/login began", "/login ended"]


class TestLines:
    """The client is sent what became of its lines."""

    def test_lines_are_counted_until_they_are_published(self, harness: QueueHarness) -> None:
        harness.say()
        harness.say(lines=2)
        assert harness.queue.unpublished == 3
        harness.publish(1)
        assert harness.queue.unpublished == 2

    def test_all_is_settled_once_no_line_waits(self, harness: QueueHarness) -> None:
        harness.say()
        assert not harness.queue.settled
        harness.publish(1)
        assert harness.queue.settled

    def test_a_line_that_the_client_sees_is_not_answered(self, harness: QueueHarness) -> None:
        harness.say()
        harness.publish(1)
        assert harness.sent() == []

    def test_each_line_that_was_said_elsewhere_is_answered(self, harness: QueueHarness) -> None:
        harness.say(lines=2, room="ops")
        harness.publish(1, 2, room="ops", elsewhere=True)
        assert harness.sent() == [EN.notice("said_in_room", room="ops")] * 2

    def test_each_line_that_was_not_committed_is_answered_with_an_error(
        self, harness: QueueHarness
    ) -> None:
        harness.queue.refused(harness.say(lines=2), False, NOT_SAVED)
        assert [line.split(":")[0] for line in harness.sent()] == ["ERR Not saved"] * 2
        assert harness.queue.unpublished == 0

    def test_each_line_that_may_not_be_said_is_answered_with_an_error(
        self, harness: QueueHarness
    ) -> None:
        harness.queue.not_said(2, REFUSAL, None)
        assert [line.split(":")[0] for line in harness.sent()] == ["ERR Not allowed"] * 2

    def test_that_error_comes_after_the_receipts_of_earlier_lines(
        self, harness: QueueHarness
    ) -> None:
        harness.say(room="ops")
        harness.queue.not_said(1, REFUSAL, None)
        assert harness.sent() == []
        harness.publish(1, room="ops", elsewhere=True)
        assert [line.split(":")[0] for line in harness.sent()] == [
            EN.notice("said_in_room", room="ops"),
            "ERR Not allowed",
        ]

    def test_a_private_line_is_shown_to_its_author_with_notes_after_it(
        self, harness: QueueHarness
    ) -> None:
        harness.say(room="@eva")
        event = Event("@eva", 1, 0, 1, "ana", Kind.PRIVATE, "hola")
        harness.queue.delivered(event, "Eva", ("is_away", "at lunch"), ("waits_for", "Eva"))
        seen = harness.sent()
        assert seen[0] == "(private to Eva) <ana> hola"
        assert "at lunch" in seen[1]
        assert seen[2] == EN.notice("waits_for", name="Eva")
        assert harness.queue.unpublished == 0


class TestReceipts:
    """A client that wants receipts gets one for each thing that it said."""

    @pytest.fixture(autouse=True)
    def wanted(self, harness: QueueHarness) -> None:
        harness.queue.wants_receipts()

    def test_a_receipt_has_the_seqs_of_its_lines(self, harness: QueueHarness) -> None:
        harness.say(lines=2, receipt=harness.receipt("a"))
        harness.say(receipt=harness.receipt("b"))
        harness.publish(4, 5, 6)
        assert harness.done == [("a", [4, 5]), ("b", [6])]

    def test_all_receipts_of_a_batch_leave_in_one_piece(self, harness: QueueHarness) -> None:
        sink = NotingSink(harness.done)
        harness.stream.connect(sink)
        for name in "a", "b":
            harness.say(receipt=harness.receipt(name))
        harness.publish(4, 5)
        assert harness.done == ["held", ("a", [4]), ("b", [5]), "released"]

    def test_a_receipt_waits_for_its_own_lines(self, harness: QueueHarness) -> None:
        harness.say(receipt=harness.receipt("a"))
        harness.say(receipt=harness.receipt("b"))
        harness.publish(1)
        assert harness.done == [("a", [1])]
        harness.publish(2)
        assert harness.done == [("a", [1]), ("b", [2])]

    def test_one_of_two_private_lines_has_its_receipt_alone(self, harness: QueueHarness) -> None:
        for name in "a", "b":
            harness.say(room="@eva", receipt=harness.receipt(name))
        harness.queue.delivered(Event("@eva", 3, 0, 1, "ana", Kind.PRIVATE, "hola"), "eva")
        assert harness.done == [("a", [3])]

    def test_lines_of_another_room_have_their_own(self, harness: QueueHarness) -> None:
        harness.say(receipt=harness.receipt("a"))
        harness.say(room="ops", receipt=harness.receipt("b"))
        harness.publish(7, room="ops", elsewhere=True)
        assert harness.done == [("b", [7])]
        harness.publish(1)
        assert harness.done == [("b", [7]), ("a", [1])]

    def test_a_receipt_takes_the_place_of_the_answer(self, harness: QueueHarness) -> None:
        harness.say(room="ops", receipt=harness.receipt("a"))
        harness.publish(7, room="ops", elsewhere=True)
        assert harness.sent() == []

    def test_lines_without_a_receipt_are_passed_over(self, harness: QueueHarness) -> None:
        harness.say()
        harness.say(receipt=harness.receipt("b"))
        harness.publish(1, 2)
        assert harness.done == [("b", [2])]

    def test_a_line_that_was_not_committed_has_a_receipt_without_seqs(
        self, harness: QueueHarness
    ) -> None:
        harness.queue.refused(harness.say(receipt=harness.receipt("a")), False, NOT_SAVED)
        assert harness.done == [("a", "not_saved")]

    def test_a_receipt_takes_the_place_of_an_error(self, harness: QueueHarness) -> None:
        harness.queue.refused(harness.say(lines=2, receipt=harness.receipt("a")), False, NOT_SAVED)
        harness.queue.not_said(2, REFUSAL, harness.receipt("b"))
        assert harness.done == [("a", "not_saved"), ("b", REFUSAL.key)]
        assert harness.sent() == []

    def test_a_line_that_is_refused_leaves_the_receipt_of_one_before_it(
        self, harness: QueueHarness
    ) -> None:
        harness.say(receipt=harness.receipt("a"))
        second = harness.say(receipt=harness.receipt("b"))
        harness.queue.refused(second, False, NOT_SAVED)
        harness.publish(1)
        assert harness.done == [("b", "not_saved"), ("a", [1])]

    def test_a_line_that_may_not_be_said_has_one_after_the_earlier_ones(
        self, harness: QueueHarness
    ) -> None:
        harness.say(receipt=harness.receipt("a"))
        harness.queue.not_said(1, REFUSAL, harness.receipt("b"))
        assert harness.done == []
        harness.publish(1)
        assert harness.done == [("a", [1]), ("b", REFUSAL.key)]

    def test_a_private_line_has_one(self, harness: QueueHarness) -> None:
        harness.say(room="@eva", receipt=harness.receipt("a"))
        harness.queue.delivered(Event("@eva", 3, 0, 1, "ana", Kind.PRIVATE, "hola"), "eva")
        assert harness.done == [("a", [3])]
