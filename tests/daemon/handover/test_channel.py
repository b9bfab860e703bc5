"""Messages between a daemon and its successor, over a pair of sockets."""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from chatd.daemon.handover.channel import MOST_BYTES, MOST_DESCRIPTORS, Channel, Ended, Gone
from chatd.util.state import encode

Pair = tuple[Channel, Channel]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = Channel.pair()
    for each in ours, theirs:
        each.deadline = time.monotonic() + 20
    yield ours, theirs
    ours.close()
    theirs.close()


def test_a_message_comes_with_its_members(pair: Pair) -> None:
    ours, theirs = pair
    ours.say("hello", number=1, data=b"\0\xff", nested={"a": [None, "ñ"]})
    ours.say("again")
    says, state, descriptors = theirs.hear()
    assert (says, state, list(descriptors)) == (
        "hello",
        {"number": 1, "data": b"\0\xff", "nested": {"a": [None, "ñ"]}},
        [],
    )
    assert theirs.hear().says == "again"


def test_descriptors_are_the_receivers_and_no_child_inherits_them(pair: Pair) -> None:
    ours, theirs = pair
    reading, writing = os.pipe()
    ours.say("here", [writing] * MOST_DESCRIPTORS)
    os.close(writing)
    taken = theirs.hear().descriptors
    assert len(taken) == MOST_DESCRIPTORS
    assert not any(map(os.get_inheritable, taken))
    os.write(taken[-1], b"x")
    for each in taken:
        os.close(each)
    assert os.read(reading, 9) == b"x"
    assert os.read(reading, 9) == b"", "nobody else has it"
    os.close(reading)


def test_a_large_message_comes_in_pieces(pair: Pair) -> None:
    ours, theirs = pair
    data = os.urandom(1 << 16) * 50
    saying = threading.Thread(target=ours.say, args=("much",), kwargs={"data": data})
    saying.start()
    assert theirs.hear().state == {"data": data}
    saying.join()


def test_the_end_of_the_other_process_is_told(pair: Pair) -> None:
    ours, theirs = pair
    theirs.close()
    with pytest.raises(Gone):
        ours.hear()
    with pytest.raises(Gone):
        ours.say("hello")


def test_one_that_takes_too_long_is_not_waited_for(pair: Pair) -> None:
    ours, _ = pair
    ours.deadline = time.monotonic() + 0.01
    with pytest.raises(Ended, match="takes too long"):
        ours.hear()
    with pytest.raises(Ended, match="takes too long"):
        ours.say("hello")


@pytest.mark.parametrize(
    "sent",
    [
        struct.pack("!II", MOST_BYTES + 1, 0),
        struct.pack("!II", 1, 1) + b"x",
        struct.pack("!II", 3, 0) + b"xyz",
        *(struct.pack("!II", len(each), 0) + each for each in (encode([]), encode({"a": 1}))),
    ],
)
def test_what_is_no_message_is_an_error(pair: Pair, sent: bytes) -> None:
    ours, theirs = pair
    os.write(theirs.fileno(), sent)
    with pytest.raises(Ended, match="cannot be understood"):
        ours.hear()
