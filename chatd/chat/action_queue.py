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
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.chat.replies import Replies
from chatd.errors import ErrorKind, Refusal
from chatd.event import Event
from chatd.util.error_log import ErrorLog

Job = Coroutine[Deferred[Any], Any, None]
"""A coroutine that a session runs: until it ends, the session does nothing else."""

Action = Callable[[], Job | None]
"""A step that a session asks for. It is done when it returns None, or when its job ends."""

Receipt = Callable[[Sequence[int] | Refusal], None]
"""Receives the seqs of what was said once that is on disk, or why it was not said.

Of `ErrorKind.NOT_KNOWN` it is not known if it was."""


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
        self._receipts: list[tuple[str, int, Receipt | None]] | None = None
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

    def said(self, room: str, lines: int, work: int, receipt: Receipt | None) -> None:
        """Count lines that were given to the store for a room, and the work of their texts."""
        self.unpublished += lines
        self.unpublished_work += work
        if self._receipts is not None:
            self._receipts.append((room, lines, receipt))

    def not_said(self, lines: int, why: Refusal, receipt: Receipt | None) -> None:
        """Send an error for each of some lines that may not be said, after earlier receipts."""

        def answer() -> None:
            for _ in range(lines):
                self._replies.error(why.kind, why.key, **why.values)
            if receipt is not None:
                receipt(why)

        self.when_settled(answer)

    def published(self, room: str, seqs: Sequence[int], elsewhere: bool) -> None:
        """Take note that lines were published in a room, with these seqs.

        Without receipts, the session is told so if it is ``elsewhere`` and does not see them.
        """
        self._uncount(len(seqs))
        if self._receipts is not None:
            self._give_receipts(room, seqs, len(seqs))
        elif elsewhere:
            for _ in seqs:
                self._replies.answer("said_in_room", room=room)
        if self._held is not None:
            self._go_on()

    def delivered(self, event: Event, receiver: str, *notes: tuple[str, str]) -> None:
        """Take note that a private line was stored for its receiver, and show it to its author.

        The notes are answered after it: each is the key of a sentence, and the text in it.
        """
        replies = self._replies
        self._uncount(1)
        replies.stream.put(replies.format.private(event.author, event.text, receiver))
        for key, text in notes:
            replies.answer(key, name=receiver, text=text)
        self._give_receipts(event.room, [event.seq], 1)
        self._go_on()

    def refused(self, room: str, lines: int, texts: int, why: Refusal) -> None:
        """Send an error for each of some texts that were not committed in a room, with the reason.

        ``lines`` is the number of their lines.
        """
        self._uncount(lines)
        for _ in range(texts):
            self._replies.error(why.kind, why.key, **why.values)
        self._give_receipts(room, why, lines)
        self._go_on()

    def _uncount(self, lines: int) -> None:
        # Lines that wait in several batches count for their average: a batch is limited as a whole.
        self.unpublished_work -= self.unpublished_work * lines // self.unpublished
        self.unpublished -= lines

    def _give_receipts(self, room: str, result: Sequence[int] | Refusal, lines: int) -> None:
        """Give the receipts of the next ``lines`` lines of a room: their seqs, or why not.

        Drafts of one room are published in the order in which they were said, each whole.
        """
        receipts = self._receipts or []
        sink = self._replies.stream.sink
        given = 0
        sink.hold()  # all of these receipts leave in one piece
        try:
            for waiting in [each for each in receipts if each[0] == room]:
                if given < lines:
                    receipts.remove(waiting)
                    _, count, receipt = waiting
                    given += count
                    if receipt is None:
                        continue
                    if isinstance(result, Refusal):
                        receipt(result)
                    else:
                        receipt(result[given - count : given])
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
