"""`chatd.rooms.stream`: all data of one client, in one order."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.rooms.inbox import INBOX_BYTES, Inbox
from chatd.rooms.stream import ANSWER_BYTES, Stream
from chatd.util.meter import BYTES_A_LINE, SHORT_ANSWER
from tests.support.meters import NotingMeter


class Replay:
    """A source that ends, and gives its pieces one by one; an empty one is not available yet."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)

    def take(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    @property
    def done(self) -> bool:
        return not self._pieces


class Room:
    """A live source that gives what was said, line by line."""

    done = False

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.steps_out = 0

    def take(self) -> bytes:
        return self.said.pop(0) if self.said else b""

    def detach(self) -> Replay | None:
        said, self.said = self.said, []
        return Replay(*said) if said else None

    def step_out(self) -> None:
        self.steps_out += 1


class Calls:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


class Woken:
    """The reader of a source: counts how often it is woken."""

    def __init__(self) -> None:
        self.wakes = 0

    def wake(self) -> None:
        self.wakes += 1

    ready_socket = None

    def push(self, data: bytes) -> bool:
        raise AssertionError(data)

    def owe(self, rest: bytes) -> None:
        raise AssertionError(rest)


class Unfailing:
    """The owner of a stream in which nothing may fail."""

    def was_reset(self) -> bool:
        return False

    def fail(self, what: str) -> None:
        raise AssertionError(what)


def everything(stream: Stream) -> bytes:
    return b"".join(iter(stream.take, b""))


def following(*rooms: Room) -> Stream:
    stream = Stream()
    for room in rooms:
        stream.follow(room)
    return stream


class TestCharging:
    @pytest.mark.parametrize(("size", "charged"), [(SHORT_ANSWER, 0), (5 * BYTES_A_LINE, 5)])
    def test_a_long_answer_is_charged_for(self, size: int, charged: int) -> None:
        meter = NotingMeter()
        Stream(meter).put(b"x" * size)
        assert sum(meter.charged) == charged

    def test_one_that_is_dropped_is_not(self) -> None:
        meter = NotingMeter()
        stream = Stream(meter)
        stream.finish()
        stream.put(b"x" * BYTES_A_LINE)
        assert not meter.charged


class TestOrder:
    def test_a_new_stream_has_nothing(self) -> None:
        stream = Stream()
        assert stream.take() == b""
        assert not stream.full
        assert not stream.drained

    def test_answers_come_in_order_and_in_one_piece(self) -> None:
        stream = Stream()
        stream.put(b"a\n")
        stream.put(b"b\n")
        assert stream.take() == b"a\nb\n"

    def test_an_answer_comes_behind_what_was_said_before_it(self) -> None:
        room = Room()
        stream = following(room)
        room.said += [b"before\n"]
        stream.put(b"answer\n")
        room.said += [b"after\n"]
        assert everything(stream) == b"before\nanswer\nafter\n"

    def test_a_replay_stands_between_what_was_put_in_before_and_after_it(self) -> None:
        room = Room()
        stream = following(room)
        room.said += [b"before\n"]
        stream.put(b"history:\n")
        stream.replay(Replay(b"1\n", b"2\n"))
        stream.put(b"answer\n")
        room.said += [b"after\n"]
        assert everything(stream) == b"before\nhistory:\n1\n2\nanswer\nafter\n"

    def test_all_waits_for_a_replay_that_is_not_at_hand(self) -> None:
        room = Room()
        stream = following(room)
        stream.replay(Replay(b"1\n", b"", b"2\n"))
        stream.put(b"answer\n")
        room.said += [b"after\n"]
        assert [stream.take() for _ in range(5)] == [b"1\n", b"", b"2\n", b"answer\n", b"after\n"]

    def test_an_answer_in_slices_is_whole_among_all_else(self) -> None:
        room = Room()
        stream = following(room)
        room.said += [b"before\n"]
        stream.put_slices(iter([b"one,", b"two"]))
        room.said += [b"after\n"]
        stream.put(b"answer\n")
        assert everything(stream) == b"before\none,twoafter\nanswer\n"

    def test_a_replay_of_nothing_is_passed_over(self) -> None:
        stream = Stream()
        stream.replay(Replay())
        stream.put(b"answer\n")
        assert stream.take() == b"answer\n"

    def test_several_live_sources_take_turns(self) -> None:
        one, two = Room(), Room()
        stream = following(one, two)
        one.said += [b"1a\n", b"1b\n", b"1c\n"]
        two.said += [b"2a\n", b"2b\n"]
        assert everything(stream) == b"1a\n2a\n1b\n2b\n1c\n"

    def test_a_live_source_with_nothing_is_passed_over(self) -> None:
        silent, busy = Room(), Room()
        stream = following(silent, busy)
        busy.said += [b"line\n"]
        assert stream.take() == b"line\n"

    def test_an_answer_comes_behind_what_every_live_source_had(self) -> None:
        one, two = Room(), Room()
        stream = following(one, two)
        one.said += [b"1\n"]
        two.said += [b"2\n"]
        stream.put(b"answer\n")
        one.said += [b"after\n"]
        assert everything(stream) == b"1\n2\nanswer\nafter\n"

    def test_of_what_is_unfollowed_comes_only_what_it_had(self) -> None:
        room = Room()
        stream = following(room)
        room.said += [b"before\n"]
        stream.unfollow(room)
        room.said += [b"after\n"]
        assert everything(stream) == b"before\n"

    def test_one_that_has_ended_follows_nothing(self) -> None:
        stream, room = Stream(), Room()
        stream.finish()
        stream.follow(room)
        room.said += [b"after\n"]
        assert everything(stream) == b""

    def test_private_lines_stand_before_the_answer_that_came_after_them(self) -> None:
        stream = Stream()
        inbox = Inbox(stream)
        stream.follow(inbox)
        inbox.put(b"psst\n")
        stream.put(b"answer\n")
        inbox.put(b"and\n")
        assert everything(stream) == b"psst\nanswer\nand\n"

    @given(st.lists(st.sampled_from(["one", "two", "answer", "replay", "take", "inbox"])))
    def test_whatever_happened_before_an_answer_is_taken_before_it(self, steps: list[str]) -> None:
        """Each source keeps its own order, too, and nothing is lost or doubled."""
        stream = Stream()
        rooms = {"one": Room(), "two": Room()}
        inbox = Inbox(Woken())
        for room in rooms.values():
            stream.follow(room)
        stream.follow(inbox)
        taken = b""
        for number, step in enumerate(steps):
            line = f"{number}\n".encode()
            if step in rooms:
                rooms[step].said.append(line)
            elif step == "answer":
                stream.put(line)
            elif step == "replay":
                stream.replay(Replay(line, b""))
            elif step == "inbox":
                inbox.put(line)
            else:
                taken += stream.take()
        stream.finish()
        while not stream.drained:
            taken += stream.take()
        order = [int(line) for line in taken.splitlines()]
        assert sorted(order) == [number for number, step in enumerate(steps) if step != "take"]
        for source in "one", "two", "inbox":
            own = [number for number in order if steps[number] == source]
            assert own == sorted(own)
        for place, number in enumerate(order):
            if steps[number] in ("answer", "replay"):
                assert all(earlier < number for earlier in order[:place])
                assert all(later > number for later in order[place + 1 :])


class Peer:
    """A socket with a descriptor."""

    def fileno(self) -> int:
        return 7


class Sink:
    """A sink that counts how often it is pumped, and records what is pushed to it."""

    acknowledged = True
    ready_socket: Peer | None = None

    def __init__(self, pump: Callable[[], object] = lambda: None) -> None:
        self.pumps = self.holds = 0
        self.pushed: list[bytes] = []
        self._pump = pump

    def pump(self) -> None:
        self.pumps += 1
        self._pump()

    def hold(self) -> None:
        self.holds += 1

    def release(self) -> None:
        self.holds -= 1

    def push(self, data: bytes) -> bool:
        self.pushed.append(data)
        return True

    def owe(self, rest: bytes) -> None:
        self.pushed.append(rest)


class TestPushing:
    def test_what_a_live_source_has_just_got_is_sent_past_it(self) -> None:
        stream = Stream(owner=Unfailing())
        stream.connect(sink := Sink())
        assert stream.push(b"a\n")
        assert sink.pushed == [b"a\n"]

    def test_with_something_queued_nothing_is_sent_past_it(self) -> None:
        stream = Stream(owner=Unfailing())
        stream.connect(sink := Sink())
        stream.replay(Replay(b"", b"1\n"))
        assert not stream.push(b"a\n")
        assert sink.pushed == []

    def test_with_nobody_to_take_it_nothing_is_sent(self) -> None:
        assert not Stream().push(b"a\n")

    def test_its_socket_is_ready_while_nothing_is_queued(self) -> None:
        stream = Stream(owner=Unfailing())
        assert stream.ready_socket is None
        stream.connect(sink := Sink())
        sink.ready_socket = peer = Peer()
        assert stream.ready_socket is peer
        stream.put(b"a\n")
        assert stream.ready_socket is None
        stream.take()
        assert stream.ready_socket is peer
        stream.finish()
        assert stream.ready_socket is None

    def test_whatever_comes_in_the_way_sets_live_sources_apart(self) -> None:
        for come in (
            lambda stream: stream.blocked(),
            lambda stream: stream.shut(),
            lambda stream: stream.abandon(),
        ):
            one, other = Room(), Room()
            come(following(one, other))
            assert one.steps_out >= 1
            assert other.steps_out >= 1

    def test_a_rest_is_owed_to_the_sink(self) -> None:
        stream = Stream(owner=Unfailing())
        stream.connect(sink := Sink())
        stream.owe(b"st\n")
        assert sink.pushed == [b"st\n"]

    def test_one_is_owed_to_nobody_that_has_gone(self) -> None:
        stream = Stream(owner=Unfailing())
        stream.connect(Sink())
        stream.shut()
        stream.owe(b"st\n")
        assert stream.ready_socket is None


class TestWake:
    def test_is_called_for_all_that_is_put_in(self) -> None:
        stream = Stream(owner=Unfailing())
        stream.connect(sink := Sink())
        stream.put(b"answer\n")
        stream.replay(Replay())
        stream.follow(Room())
        stream.finish()
        assert sink.pumps == 4

    def test_sees_what_was_put_in(self) -> None:
        taken: list[bytes] = []
        stream = Stream(owner=Unfailing())
        stream.connect(Sink(lambda: taken.append(stream.take())))
        stream.put(b"answer\n")
        assert taken == [b"answer\n"]


class TestFull:
    def test_is_full_when_too_many_answers_were_not_taken(self) -> None:
        stream = Stream()
        stream.put(b"x" * (ANSWER_BYTES - 1))
        assert not stream.full
        stream.put(b"\n")
        assert stream.full

    def test_what_was_taken_counts_until_there_is_room_for_the_next(self) -> None:
        stream = Stream()
        stream.put(b"x" * ANSWER_BYTES)
        stream.take()
        assert stream.full
        stream.take()
        assert not stream.full

    def test_what_others_say_does_not_count(self) -> None:
        room = Room()
        stream = following(room)
        room.said += [b"x" * ANSWER_BYTES]
        stream.put(b"answer\n")
        stream.replay(Replay(b"x" * ANSWER_BYTES))
        assert not stream.full

    def test_private_lines_that_an_answer_stands_behind_count(self) -> None:
        stream = Stream()
        inbox = Inbox(stream)
        stream.follow(inbox)
        inbox.put(b"x" * INBOX_BYTES)
        assert not stream.full
        stream.put(b"answer\n")
        assert stream.full

    def test_relieved_is_called_once_when_it_is_full_no_more(self) -> None:
        stream = Stream()
        relieved = Calls()
        stream.when_relieved(relieved)
        stream.put(b"x" * ANSWER_BYTES)
        assert relieved.count == 0
        everything(stream)
        assert relieved.count == 1
        stream.put(b"x")
        everything(stream)
        assert relieved.count == 1

    def test_is_not_relieved_while_it_is_still_full(self) -> None:
        stream = Stream()
        relieved = Calls()
        stream.when_relieved(relieved)
        stream.put(b"a\n")
        stream.replay(Replay(b"1\n"))
        stream.put(b"x" * ANSWER_BYTES)
        assert (stream.take(), relieved.count) == (b"a\n", 0)
        assert (stream.take(), relieved.count) == (b"1\n", 0)
        everything(stream)
        assert relieved.count == 1

    def test_what_is_put_in_on_relief_comes_behind_what_was_taken(self) -> None:
        stream = Stream()
        stream.when_relieved(lambda: stream.put(b"next\n"))
        stream.put(b"x" * ANSWER_BYTES)
        assert stream.take() == b"x" * ANSWER_BYTES
        assert stream.take() == b"next\n"

    def test_an_empty_answer_is_none(self) -> None:
        stream = Stream()
        stream.put(b"")
        stream.finish()
        assert stream.drained


class TestFinish:
    def test_is_drained_once_all_was_taken(self) -> None:
        room = Room()
        stream = following(room)
        room.said += [b"last\n"]
        stream.put(b"goodbye\n")
        stream.finish()
        assert stream.finished
        assert not stream.drained
        assert everything(stream) == b"last\ngoodbye\n"
        assert stream.drained

    def test_what_a_live_source_had_is_still_sent(self) -> None:
        room = Room()
        stream = following(room)
        room.said += [b"last\n"]
        stream.finish()
        room.said += [b"too late\n"]
        assert everything(stream) == b"last\n"

    def test_nothing_is_put_in_behind_the_end(self) -> None:
        stream = Stream()
        stream.finish()
        stream.put(b"answer\n")
        stream.replay(Replay(b"1\n"))
        assert stream.drained
        assert stream.take() == b""

    def test_it_ends_only_once(self) -> None:
        stream = Stream(owner=Unfailing())
        stream.connect(sink := Sink())
        stream.finish()
        stream.finish()
        assert sink.pumps == 1


class TestShut:
    def test_what_there_is_is_dropped(self) -> None:
        stream = Stream()
        stream.put(b"x" * ANSWER_BYTES)
        stream.shut()
        assert not stream.full
        assert stream.take() == b""

    def test_what_was_taken_counts_no_more(self) -> None:
        stream = Stream()
        stream.put(b"x" * ANSWER_BYTES)
        stream.take()
        stream.shut()
        assert stream.take() == b""
        assert not stream.full

    def test_what_is_put_in_is_dropped(self) -> None:
        stream = Stream()
        stream.shut()
        stream.put(b"answer\n")
        stream.replay(Replay(b"1\n"))
        assert stream.take() == b""

    def test_nothing_is_sent_any_more(self) -> None:
        stream = Stream(owner=Unfailing())
        stream.connect(sink := Sink())
        stream.shut()
        stream.wake()
        assert not stream.push(b"a\n")
        assert (sink.pumps, sink.pushed) == (0, [])

    def test_what_a_live_source_had_does_not_keep_it_from_being_drained(self) -> None:
        room = Room()
        stream = following(room)
        room.said += [b"last\n"]
        stream.shut()
        stream.finish()
        assert stream.drained


class TestAbandon:
    def test_it_is_finished_with_nothing_to_send(self) -> None:
        room = Room()
        stream = following(room)
        stream.put(b"answer\n")
        room.said += [b"line\n"]
        stream.abandon()
        assert stream.drained
        assert stream.take() == b""

    def test_it_holds_on_to_nobody(self) -> None:
        room, sink, relieved, owner = Room(), Sink(), Calls(), Unfailing()
        stream = Stream(owner=owner)
        stream.follow(room)
        stream.connect(sink)
        stream.when_relieved(relieved)
        stream.abandon()
        held = [*gc.get_referents(stream), *stream._live]
        assert not [one for one in (room, sink, relieved, owner) if one in held]


class TestInbox:
    def test_gives_its_lines_in_one_piece_and_wakes_for_each(self) -> None:
        reader = Woken()
        inbox = Inbox(reader)
        assert inbox.put(b"a\n")
        assert inbox.put(b"b\n")
        assert reader.wakes == 2
        assert [inbox.take(), inbox.take()] == [b"a\nb\n", b""]

    def test_takes_so_much_and_no_more(self) -> None:
        reader = Woken()
        inbox = Inbox(reader)
        assert inbox.put(b"x" * INBOX_BYTES)
        assert not inbox.put(b"y")
        assert reader.wakes == 1
        assert inbox.take() == b"x" * INBOX_BYTES

    def test_has_room_again_when_its_lines_were_taken(self) -> None:
        inbox = Inbox(Woken())
        inbox.put(b"x" * INBOX_BYTES)
        inbox.take()
        assert inbox.put(b"y" * INBOX_BYTES)

    def test_is_never_done(self) -> None:
        assert not Inbox(Woken()).done

    def test_detaches_nothing_when_nothing_waits(self) -> None:
        assert Inbox(Woken()).detach() is None


class TestAcknowledged:
    def test_is_what_whoever_takes_says(self) -> None:
        stream = Stream()
        assert stream.sink.acknowledged
        stream.connect(sink := Sink())
        assert stream.sink.acknowledged
        sink.acknowledged = False
        assert not stream.sink.acknowledged

    @pytest.mark.parametrize("acknowledged", [True, False])
    def test_is_remembered_of_whoever_is_gone(self, acknowledged: bool) -> None:
        stream = Stream(owner=Unfailing())
        stream.connect(sink := Sink())
        sink.acknowledged = acknowledged
        stream.shut()
        sink.acknowledged = not acknowledged
        stream.shut()
        assert stream.sink.acknowledged is acknowledged


def test_what_is_not_followed_any_more_may_be_let_go_again() -> None:
    room = Room()
    stream = following(room)
    stream.unfollow(room)
    stream.unfollow(room)
    room.said += [b"late\n"]
    assert stream.take() == b""


class TestOwesPast:
    def test_is_whether_a_stretch_is_not_all_taken(self) -> None:
        stream = Stream()
        stream.put(b"answer\n")
        assert not stream.owes_past
        stream.replay(Replay(b"1\n"))
        assert stream.owes_past
        everything(stream)
        assert not stream.owes_past

    def test_is_not_an_answer_in_slices(self) -> None:
        stream = Stream(NotingMeter(holds=True))
        stream.put_slices(iter([b"1"]))
        assert not stream.owes_past


class TestSlices:
    def test_none_is_read_of_the_client_until_all_are_taken(self) -> None:
        meter = NotingMeter(holds=True)
        stream = Stream(meter)
        stream.when_relieved(relieved := Calls())
        stream.put_slices(iter([b"one", b"two"]))
        for wanted in b"one", b"two":
            assert stream.take() == b""
            meter.give_turn()
            assert stream.full
            assert stream.take() == wanted
        assert stream.take() == b""
        assert not relieved.count
        meter.give_turn()
        assert stream.take() == b""
        assert (stream.full, relieved.count) == (False, 1)

    def test_of_a_client_that_has_gone_none_is_kept(self) -> None:
        stream = Stream(NotingMeter(holds=True))
        stream.put_slices(iter([b"one"]))
        stream.shut()
        assert not stream.full
        stream.put_slices(iter([b"one"]))
        assert not stream.full

    def test_come_before_the_end(self) -> None:
        stream = Stream()
        stream.put_slices(iter([b"one"]))
        stream.finish()
        stream.put_slices(iter([b"two"]))
        assert not stream.drained
        assert everything(stream) == b"one"
        assert stream.drained


class TestSources:
    def test_are_what_is_queued_but_answers_and_then_what_is_live(self) -> None:
        stream = Stream(owner=Unfailing())
        live, replay = Room(), Replay(b"1\n")
        stream.follow(live)
        stream.put(b"an answer\n")
        stream.replay(replay)
        assert stream.sources == (replay, live)

    def test_of_an_inbox_and_of_an_answer_in_slices_no_event_is_owed(self) -> None:
        stream = Stream(owner=Unfailing())
        inbox = Inbox.of(stream)
        inbox.put(b"<ana> hola\n")
        stream.put_slices(iter([b"a"]))
        assert len(stream.sources) == 2
        assert not any(source.owes("lobby", 1) for source in stream.sources)
