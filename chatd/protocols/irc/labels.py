"""Labels of commands: the answers to a labelled one have its label (IRCv3 labeled-response).

While a labelled command is carried out, what is put into the stream of its client is an answer to
it. The label of a line that the client said in a room is on that line itself, where the room has
it, if the client is sent its own lines. This module must not know what a command does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial

from chatd.chat.action_queue import Action, Job
from chatd.event import Event
from chatd.formats.irc_labels import (
    LABELLING,
    acknowledgement,
    beginning,
    ending,
    in_batch,
    labelled,
)
from chatd.protocols.irc.message import Message
from chatd.rooms.replay import Source
from chatd.rooms.stream import Live, Owner, Stream
from chatd.text.folding import fold
from chatd.text.messages import size_of
from chatd.util.meter import Meter
from chatd.util.state import State

LABEL_BYTES = 64
"""Most bytes of a label (IRCv3 labeled-response)."""

LABELS_KEPT = 256
"""Most lines of a client whose labels wait until the client is sent them."""


def label_of(message: Message, capabilities: frozenset[str]) -> str:
    """Return the label of a message that the client is to be sent; "" for none."""
    label = message.tags.get("label", "")
    if not (label and label.isprintable() and capabilities >= LABELLING):
        return ""
    return label if size_of(label) <= LABEL_BYTES else ""


class AnswerStream(Stream):
    """The stream of one client, which may label answers. It has the name of the server.

    The first line of an answer waits for the second, because one alone needs no batch. It is sent
    before anything else may be.
    """

    __slots__ = ("_first", "_in_batch", "_label", "_server")

    def __init__(self, meter: Meter, owner: Owner | None = None) -> None:
        super().__init__(meter, owner)
        self._server = ""
        self._label = ""
        self._first = b""
        self._in_batch = False

    def name_server(self, name: str) -> None:
        """Have answers in the name of this server."""
        self._server = name

    def begin_answer(self, label: str) -> None:
        """Label what is put from here on."""
        self._label, self._first, self._in_batch = label, b"", False

    def end_answer(self) -> None:
        """Label nothing more, and acknowledge a command that had no answer."""
        label, first, self._label, self._first = self._label, self._first, "", b""
        if self._in_batch:
            super().put(ending(self._server))
        elif first:
            super().put(labelled(first, label, self._server))
        elif label:
            super().put(acknowledgement(label, self._server))

    def take_label(self) -> str:
        """Return the label of the command that is carried out, which is not labelled any more.

        Return "" if its answer has begun.
        """
        if self._in_batch or self._first:
            return ""
        label, self._label = self._label, ""
        return label

    def put(self, answer: bytes) -> None:
        if self._label and answer:
            if not (self._in_batch or self._first) and answer.count(b"\n") == 1:
                self._first = answer
                return
            self._begin_batch()
            answer = in_batch(answer)
        super().put(answer)

    def put_slices(self, slices: Iterator[bytes]) -> None:
        if self._label:
            self._begin_batch()
            slices = map(in_batch, slices)
        super().put_slices(slices)

    def replay(self, source: Source) -> None:
        self._send_first()
        super().replay(source)

    def follow(self, source: Live) -> None:
        self._send_first()
        super().follow(source)

    def unfollow(self, source: Live) -> None:
        self._send_first()
        super().unfollow(source)

    def finish(self) -> None:
        if self._label:
            self.end_answer()
        super().finish()

    def _send_first(self) -> None:
        if self._first:
            self._begin_batch()

    def _begin_batch(self) -> None:
        if not self._in_batch:
            self._in_batch = True
            first, self._first = self._first, b""
            super().put(beginning(self._label, self._server) + in_batch(first))


def answering(stream: AnswerStream, label: str, action: Action) -> Action:
    """Return an action whose answers are labelled, if there is a label."""
    return partial(_answer, stream, label, action) if label else action


def _answer(stream: AnswerStream, label: str, action: Action) -> Job | None:
    stream.begin_answer(label)
    job = None
    try:
        job = action()
    finally:
        if job is None:
            stream.end_answer()
    return None if job is None else _answer_late(stream, job)


async def _answer_late(stream: AnswerStream, job: Job) -> None:
    try:
        await job
    finally:
        stream.end_answer()


class Said:
    """A line that a client said in a room, and is to be sent there with its ``label``.

    ``seq`` is its place, once that is known; it is greater than ``after``.
    """

    __slots__ = ("after", "label", "seq")

    def __init__(self, label: str, after: int, seq: int | None = None) -> None:
        self.label = label
        self.after = after
        self.seq = seq


class OwnLabels:
    """The labels of lines that a client said in rooms and was not sent yet.

    Lines of one room are published in the order in which they were said. A client may be sent a
    line before its receipt, so the first one without a place is the next that the client is sent.
    """

    __slots__ = ("_rooms",)

    def __init__(self) -> None:
        self._rooms: dict[str, deque[Said]] = {}

    def state(self) -> State:
        """Return the labels that wait, by the keys of rooms, for another process."""
        return {
            room: [[said.label, said.after, said.seq] for said in waiting]
            for room, waiting in self._rooms.items()
        }

    def resume(self, state: State) -> None:
        """Go on from a state."""
        for room, waiting in state.items():
            self._rooms[room] = deque((Said(*each) for each in waiting), maxlen=LABELS_KEPT)

    def said(self, room: str, label: str, after: int) -> Said:
        """Take note of a line that was said in a room, given by its key, which had that head."""
        waiting = self._rooms.setdefault(room, deque(maxlen=LABELS_KEPT))
        said = Said(label, after)
        waiting.append(said)
        return said

    def refused(self, room: str, said: Said) -> None:
        """Forget a line that was not said."""
        waiting = self._rooms.get(room, ())
        if said in waiting:
            self._rooms[room].remove(said)

    def label_of(self, event: Event) -> str:
        """Return the label of a line of the client; "" for none. It is asked for once."""
        key = fold(event.room)
        waiting = self._rooms.get(key, ())
        while waiting:
            first = waiting[0]
            if event.seq <= first.after or (first.seq is not None and first.seq > event.seq):
                return ""
            waiting.popleft()
            if not waiting:
                del self._rooms[key]
            if first.seq is None or first.seq == event.seq:
                return first.label
        return ""
