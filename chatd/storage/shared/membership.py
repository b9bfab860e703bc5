"""The membership of a node: its terms, its lease, and the terms of others that it ends.

This module must not know what is committed under a term.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from uuid import uuid4

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.storage.claims import Claim
from chatd.storage.contract import StoreError
from chatd.storage.shared.engine import PROTOCOL, Joined, JoinRequest, Link, Node
from chatd.storage.shared.lease import BEAT_SECONDS, Lease
from chatd.storage.shared.links import Links


class Membership:
    """The term of this node. ``needs_term`` is set if it has to begin another one.

    ``held`` returns the claims that a new term takes over, and ``joined`` is called with each one
    that has begun. ``applied`` returns the number of the last batch that this node has published.
    ``renewed`` is called whenever the lease was. ``level`` returns the level of the log. For the
    others, the node reads a ``version`` of the log.
    """

    def __init__(
        self,
        clock: IReactorTime,
        links: Links,
        first: Joined,
        seconds: Callable[[], float],
        version: int = PROTOCOL,
    ) -> None:
        self.term = first.term
        self.needs_term = False
        self.joining = False
        self.lease = Lease(seconds)
        self.held: Callable[[], Collection[Claim]] = tuple
        self.joined: Callable[[Joined], None] = _ignore
        self.applied: Callable[[], int] = int
        self.renewed: Callable[[], None] = _begin_nothing
        self.level: Callable[[], int] = lambda: first.level
        self._version = version
        self._clock = clock
        self._links = links
        self._beat: IDelayedCall | None = None
        self._request: JoinRequest | None = None  # that has no answer
        self._renewing = False

    def begin(self, link: Link) -> None:
        """Renew the lease through a link, now and then in time."""
        self._renewing = False
        self._renew(link)
        if self._version < PROTOCOL and self._links.link is link:
            link.rise(self.term).addErrback(self._links.not_answered, link)

    def end(self) -> None:
        """Take note that the link is lost."""
        self.joining = False
        self.lease.lost_contact()
        if self._beat is not None and self._beat.active():
            self._beat.cancel()
        self._beat = None

    @property
    def is_settled(self) -> bool:
        """True if it has a term, and neither needs nor begins another one."""
        return not (self.needs_term or self.joining or self._request)

    def renew_now(self) -> None:
        """Renew the lease at once, if there is a link."""
        link = self._links.link
        if link is not None:
            self._renew_again(link)

    def join(self) -> None:
        """Begin a new term, unless one is being begun."""
        link = self._links.link
        if link is None or self.joining or self._links.stopped:
            return
        self.joining = True
        sent = self.lease.sent()
        if self._request is None:
            self._request = JoinRequest(uuid4(), self.term, tuple(self.held()))
        link.join(self._request).addCallback(self._joined, link, sent).addErrback(
            self._links.not_answered, link
        )

    async def leave(self) -> None:
        """End the term, because the node stops."""
        link = self._links.link
        if link is not None:
            with suppress(StoreError):  # then the lease ends
                await link.leave(self.term)

    def _renew(self, link: Link) -> None:
        self._beat = self._clock.callLater(BEAT_SECONDS, self._renew, link)
        if self._renewing:
            return  # or renewals would pile up while they wait for a copy of the log
        self._renewing = True
        sent = self.lease.sent()
        link.beat(self.term, self.applied()).addCallback(
            self._renewed, link, sent, self.term
        ).addErrback(self._links.not_answered, link)

    def _renewed(self, nodes: Sequence[Node] | None, link: Link, sent: float, term: int) -> None:
        if link is not self._links.link:
            return
        self._renewing = False
        if term != self.term:
            self._renew_if_late(link)
            return
        if nodes is None:
            self.join()
            return
        gone = self.lease.answered(sent, nodes, term)
        self._renew_if_late(link)
        self.renewed()
        for dead in gone:
            link.reap(term, dead).addErrback(self._links.not_answered, link)
        self._raise_level(link, [node for node in nodes if node.live])

    def _raise_level(self, link: Link, live: Sequence[Node]) -> None:
        """Raise the level of the log if all live nodes can read a higher one.

        One of them is enough to ask for it: the one with the lowest number. Until the batch that
        says so is published, nothing of that level is to be written.
        """
        level = min((node.version for node in live), default=0)
        first = min(live, key=lambda node: node.number, default=None)
        if first is not None and first.term == self.term and level > self.level():
            link.raise_level(self.term, level).addErrback(self._links.not_answered, link)

    def _joined(self, joined: Joined, link: Link, sent: float) -> None:
        if link is not self._links.link:
            return
        self.joining = self.needs_term = False
        self.term = joined.term
        self._request = None
        self.lease.joined(sent)
        self._renew_if_late(link)
        self.renewed()
        self.joined(joined)

    def _renew_if_late(self, link: Link) -> None:
        """Renew again at once after an answer that came so late that the lease ends before."""
        if self.lease.seconds_left < BEAT_SECONDS:
            self._renew_again(link)

    def _renew_again(self, link: Link) -> None:
        if self._beat is not None and self._beat.active():
            self._beat.cancel()
        self._renew(link)


def _ignore(joined: Joined) -> None:
    """Do nothing before the membership is used."""


def _begin_nothing() -> None:
    """Do nothing before the membership is used."""
