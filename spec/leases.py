"""Leases: a node has stopped to call itself current before others end it. Two small models.

A node sends renewals, each of which changes its *beat* in the engine. It counts its time from the
*sending* of the last one that was answered, and stops to call itself current after 7 s. Others
count theirs from when they first saw the present beat, and end the node after 10 s by a call that
compares the beat once more. No two clocks are compared.

What is safe does not depend on leases: the fence sees to that (`spec.log`). This module must not
know what a node that has ended may not do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

STOP, LIMIT = 7, 10
"""Seconds after which a node stops to call itself current, and after which others end it."""

PERIOD = 3
"""Seconds between the renewals of a node that has contact."""

RIGHT = 100
"""The hundredths of a second by which a right clock goes on in a second."""

MOST_BEATS = 3
"""Renewals that are carried out in a world: two of them may follow each other, and one is late."""


class LeaseRules(NamedTuple):
    """The rules of leases. Each field is a mistake if it is not as by default."""

    from_sending: bool = True
    """The holder counts from the sending of a renewal, not from its answer."""

    compare: bool = True
    """The call that ends a node compares the beat once more."""

    sealed: bool = True
    """A renewal is a synchronous commit, so an old primary renews nothing."""


class Lease(NamedTuple):
    """The lease of one node. Ages are in hundredths of a second by the clock of their owner.

    ``holder`` is the age of the last renewal that was answered, ``sent`` that of the one under way,
    ``seen`` the beat that the observer saw, and ``observer`` how long ago it saw it first.
    ``away`` is True once the holder is left with an old primary.
    """

    holder: int = 0
    sent: int | None = None
    carried_out: bool = False
    beat: int = 0
    seen: int = 0
    observer: int = 0
    ended: bool = False
    away: bool = False


class LeaseModel:
    """A holder and an observer, whose clocks go on by so many hundredths in each second."""

    def __init__(self, rules: LeaseRules, holder: int, observer: int) -> None:
        self._rules = rules
        self._holder = holder
        self._observer = observer

    def first(self) -> Lease:
        """Return the state just after a renewal."""
        return Lease()

    def steps(self, state: Lease) -> Iterator[tuple[str, tuple[object, ...], Lease]]:
        """Return what may happen next."""
        if state.ended:
            return
        yield "a second passes", (), self._pass(state)
        if state.sent is None:
            yield "a renewal is sent", (), state._replace(sent=0, carried_out=False)
        else:
            yield from self._renew(state, state.sent)
        if not state.away:
            yield "a failover: the node stays with the old primary", (), state._replace(away=True)
        if state.seen != state.beat:
            yield "the observer reads", (), state._replace(seen=state.beat, observer=0)
        if state.observer >= LIMIT * RIGHT and (
            state.seen == state.beat or not self._rules.compare
        ):
            yield "the node is ended", (), state._replace(ended=True)

    def _pass(self, state: Lease) -> Lease:
        """Let a second pass. All ages from a limit on are one."""
        sent = None if state.sent is None else min(STOP * RIGHT, state.sent + self._holder)
        return state._replace(
            holder=min(STOP * RIGHT, state.holder + self._holder),
            sent=sent,
            observer=min(LIMIT * RIGHT, state.observer + self._observer),
        )

    def _renew(self, state: Lease, sent: int) -> Iterator[tuple[str, tuple[object, ...], Lease]]:
        if state.carried_out:
            age = sent if self._rules.from_sending else 0
            yield "the renewal is answered", (), state._replace(sent=None, holder=age)
        elif not state.away and state.beat < MOST_BEATS:
            new = state._replace(carried_out=True, beat=state.beat + 1)
            yield "the renewal is carried out", (), new
        elif state.away and not self._rules.sealed:
            new = state._replace(carried_out=True)
            yield "the old primary carries the renewal out", (), new
        yield "the answer is lost", (), state._replace(sent=None)

    def fault(self, state: Lease) -> str:
        """Return what is wrong if a node was ended that calls itself current."""
        if state.ended and state.holder < STOP * RIGHT:
            return f"ended {state.holder / RIGHT:g} s after its renewal, and calls itself current"
        return ""

    def fault_at_the_end(self, state: Lease) -> str:
        """Return nothing: after the end of a node there is nothing to wait for."""
        return ""


class Outage(NamedTuple):
    """A node in good health, while the engine is away for some time.

    ``holder`` are the seconds with contact since it renewed, ``observer`` those that the observer
    counts since the beat changed last, and ``left`` those of the outage; None if it is to come.
    """

    holder: int = 0
    observer: int = 0
    left: int | None = None
    ended: bool = False


class OutageModel:
    """A node that renews in time whenever the engine is there, and one that observes it."""

    def __init__(self, seconds: int, *, count_contact: bool) -> None:
        """``count_contact`` is True if an observer counts no time in which it had no contact."""
        self._seconds = seconds
        self._count_contact = count_contact

    def first(self) -> Outage:
        """Return the state just after a renewal."""
        return Outage()

    def steps(self, state: Outage) -> Iterator[tuple[str, tuple[object, ...], Outage]]:
        """Return what may happen next."""
        if state.ended:
            return
        if state.left is None:
            yield "the engine is away", (), state._replace(left=self._seconds)
        if state.left:
            observer = state.observer + (not self._count_contact)
            new = state._replace(left=state.left - 1, observer=min(LIMIT, observer))
            yield "a second passes without the engine", (), new
            return
        if state.holder < PERIOD:
            observer = min(LIMIT, state.observer + 1)
            new = state._replace(holder=state.holder + 1, observer=observer)
            yield "a second passes", (), new
        yield "the node renews", (), state._replace(holder=0, observer=0)
        if state.observer >= LIMIT:
            yield "the node is ended", (), state._replace(ended=True)

    def fault(self, state: Outage) -> str:
        """Return what is wrong if the node was ended: it was never late."""
        return "a node in good health is ended" if state.ended else ""

    def fault_at_the_end(self, state: Outage) -> str:
        """Return nothing: time goes on."""
        return ""
