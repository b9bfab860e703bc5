"""The order of what one session says and asks: actions wait until its lines are stored.

A session may say many lines without waiting for the disk. A command that comes after them must not
take effect before them, so the queue counts the lines that are not published yet
(``unpublished``) and holds one action back until there are none. While an action is held or runs
as a coroutine, the queue is ``occupied`` and nothing more is read from the client, so there is
nothing else to order. A client that asks for receipts is told for each thing that it said which
places in the log its lines got, or that they were refused.

It must not know names, other sessions or connections.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.chat.replies import Replies
from chatd.errors import ErrorKind, Refusal
from chatd.event import Event
from chatd.formats.base import Format
from chatd.util.error_log import ErrorLog

Job = Coroutine[Deferred[Any], Any, None]
"""A coroutine that a session runs: until it ends, the session does nothing else."""

Action = Callable[[], Job | None]
"""A step that a session asks for. It is done when it returns None, or when its job ends."""

Receipt = Callable[[Sequence[int] | Refusal], None]
"""Receives the seqs of what was said once that is on disk, or why it was not said.

Of `ErrorKind.NOT_KNOWN` it is not known if it was. The session itself is not told of a refusal."""


class _Said(NamedTuple):
    """A draft that waits for commit: it is known by its lines, which are the same object.

    ``answering`` is the format of what is answered to the request that it is of.
    """

    room: str
    lines: Sequence[str]
    receipt: Receipt | None
    answering: Format


class ActionQueue:
    """Runs the actions of one session in order, each after all lines that were said before it.

    ``unpublished`` is the number of lines that wait for commit, and ``unpublished_work`` the work
    of their texts (`chatd.text.work`). ``occupied`` is True while an action waits or runs.
    ``changed`` is called when more may be taken from the session again: see `when_changed`.
    """

    __slots__ = (
        "_error_log",
        "_held",
        "_receipts",
        "_replies",
        "_running",
        "changed",
        "occupied",
        "unpublished",
        "unpublished_work",
    )

    def __init__(self, replies: Replies, error_log: ErrorLog) -> None:
        self.unpublished = self.unpublished_work = 0
        self.occupied = False  # an attribute, not a property: it is read for each turn of a client
        self.changed: Callable[[], None] = _ignore_change
        self._replies = replies
        self._error_log = error_log
        self._held: Action | None = None
        self._receipts: list[_Said] | None = None
        self._running = False

    def when_changed(self, callback: Callable[[], None] | None) -> None:
        """Call this from now on when the session may be ready again; None calls nothing.

        It may be ready when an action has ended, when lines are published, and when its stream is
        not full any more.
        """
        self.changed = callback or _ignore_change
        self._replies.stream.when_relieved(self.changed)

    def forget(self) -> None:
        """Run no action that waits, and give no receipt any more: the session has ended."""
        self._held = self._receipts = None

    def wants_receipts(self) -> None:
        """Report from now on the outcome of each thing that is said."""
        self._receipts = []

    @property
    def ready(self) -> bool:
        """True if more may be taken from the session. How much: `LineQuotas.allowance`."""
        stream = self._replies.stream
        return not (self.occupied or stream.full or stream.finished)

    @property
    def settled(self) -> bool:
        """True if all that was said and asked so far is done."""
        return not (self.unpublished or self.occupied)

    def when_settled(self, action: Action) -> None:
        """Run an action once all lines that were said so far are published.

        Nothing else is done until then, nor until the coroutine has ended that the action may
        return.
        """
        if self.unpublished:
            held = self._held
            self._held = action if held is None else partial(_one_by_one, held, action)
            self.occupied = True
        else:
            self._run(action)

    # The outcome of lines

    def said(self, room: str, lines: Sequence[str], work: int, receipt: Receipt | None) -> None:
        """Count the lines of a draft for a room, and the work of their texts."""
        self.unpublished += len(lines)
        self.unpublished_work += work
        if self._receipts is not None:
            self._receipts.append(_Said(room, lines, receipt, self._replies.answering))

    def not_said(self, lines: int, why: Refusal, receipt: Receipt | None) -> None:
        """Tell that some lines may not be said, after earlier receipts: by the receipt, if any."""
        answering = self._replies.answering
        self.when_settled(partial(self._tell_not_said, lines, why, receipt, answering))

    def published(self, room: str, seqs: Sequence[int], elsewhere: bool) -> None:
        """Take note that lines were published in a room, with these seqs.

        Without receipts, the session is told so if it is ``elsewhere`` and does not see them.
        """
        self._uncount(len(seqs))
        if self._receipts is not None:
            self._give_receipts(room, seqs, len(seqs))
        elif elsewhere:
            self.show_said(room, len(seqs))
        if self._held is not None:
            self._go_on()

    def show_said(self, room: str, lines: int) -> None:
        """Tell a session without receipts of its lines in a room that it does not see."""
        if self._receipts is None:
            for _ in range(lines):
                self._replies.answer("said_in_room", room=room)

    def delivered(self, event: Event, receiver: str, *notes: tuple[str, str]) -> None:
        """Take note that a private line was stored for its receiver, and show it to its author.

        The notes are answered after it: each is the key of a sentence, and the text in it.
        """
        replies = self._replies
        self._uncount(1)
        replies.stream.put(replies.format.delivered(event, receiver))
        for key, text in notes:
            replies.answer(key, name=receiver, text=text)
        self._give_receipts(event.room, [event.seq], 1)
        self._go_on()

    def refused(self, lines: Sequence[str], as_one: bool, why: Refusal) -> None:
        """Tell that the lines of a draft were not committed, and why: by their receipt, if any."""
        self._uncount(len(lines))
        said = next((each for each in self._receipts or () if each.lines is lines), None)
        if said is not None and self._receipts is not None:
            self._receipts.remove(said)
        receipt, answering = (None, self._replies.answering) if said is None else said[2:]
        self._tell_not_said(1 if as_one else len(lines), why, receipt, answering)
        self._go_on()

    def _tell_not_said(
        self, texts: int, why: Refusal, receipt: Receipt | None, answering: Format
    ) -> None:
        if receipt is not None:
            receipt(why)
            return
        for _ in range(texts):
            self._replies.stream.put(answering.error(why.kind, why.key, **why.values))

    def _uncount(self, lines: int) -> None:
        # Lines that wait in several batches count for their average: a batch is limited as a whole.
        self.unpublished_work -= self.unpublished_work * lines // self.unpublished
        self.unpublished -= lines

    def _give_receipts(self, room: str, seqs: Sequence[int], lines: int) -> None:
        """Give the receipts of the next ``lines`` lines of a room: their seqs.

        Drafts of one room are published in the order in which they were said, each whole.
        """
        receipts = self._receipts or []
        sink = self._replies.stream.sink
        given = 0
        sink.hold()  # all of these receipts leave in one piece
        try:
            for said in [each for each in receipts if each.room == room]:
                if given < lines:
                    receipts.remove(said)
                    before, given = given, given + len(said.lines)
                    if said.receipt is not None:
                        said.receipt(seqs[before:given])
        finally:
            sink.release()

    # Running an action

    def _go_on(self) -> None:
        if self._held is not None and not self.unpublished:
            action, self._held = self._held, None
            self.occupied = self._running
            if not self._replies.stream.finished:
                self._run(action)

    def _run(self, action: Action) -> None:
        try:
            job = action()
        except Exception:
            self._fail(Failure())
        else:
            if job is not None:
                self._running = self.occupied = True
                Deferred.fromCoroutine(job).addErrback(self._fail).addCallback(self._end)

    def _end(self, _: None) -> None:
        self._running = False
        self.occupied = self._held is not None
        self.changed()

    def _fail(self, failure: Failure) -> None:
        self._error_log.tell("what a session asked for failed", failure, words=False)
        try:
            self._replies.error(ErrorKind.SERVER_ERROR, "server_error")
        except Exception:
            self._replies.stream.failed("a session could not be told of an error")


def _ignore_change() -> None:
    """Do nothing: no connection waits for the session."""


def _one_by_one(first: Action, second: Action) -> Job | None:
    job = first()
    return second() if job is None else _and_then(job, second)


async def _and_then(first: Job, second: Action) -> None:
    await first
    job = second()
    if job is not None:
        await job
