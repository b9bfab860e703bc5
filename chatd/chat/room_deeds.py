"""Deeds: changes of what is stored about a room, which its log shows; and remarks.

A deed and its change are stored in one transaction. The change applies in memory at once, so that
rights are never wider than what is stored; if the store fails, both are taken back. The hooks whose
accounts lose their right by it end in the same transaction.

This module must not decide who may do a deed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.chat.deed_log import NO_SESSION, log_deed
from chatd.chat.directory import Rooms
from chatd.chat.evictions import Evictions
from chatd.chat.hook_review import HookReview
from chatd.chat.session import Session
from chatd.chat.spending import Spending
from chatd.chat.staying import Staying
from chatd.errors import Refusal
from chatd.event import Deed, Draft, Kind
from chatd.remarks import Value
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Put, change
from chatd.text.escaping import visible

OPERATOR = "chatd"
"""The author of what the operator says: a name that no person has."""


class RoomDeeds:
    """Carries out what the people who run rooms have ordered.

    The deeds of a session that administers by its grant are also in the daemon's log: the store
    does not say that it was an administrator's.
    """

    log = Logger()

    def __init__(
        self,
        store: Store,
        rooms: Rooms,
        hook_review: HookReview,
        evictions: Evictions,
        spending: Spending,
        staying: Staying,
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._hook_review = hook_review
        self._evictions = evictions
        self._spending = spending
        self._staying = staying

    def carry_out(
        self,
        session: Session,
        room: Room,
        deed: Deed | None,
        *puts: Put,
        undo: Callable[[], None] | None = None,
    ) -> Deferred[Sequence[Deed]]:
        """Change what is stored about a room, and log the deed, all or nothing.

        ``undo`` takes back what the caller changed in memory alone. Rights change at once, and
        hooks and stays end whose accounts may not have them there any more. Fires with all deeds
        that were logged, once they are on disk and published. Fails with `StoreError`.

        Raises `Refusal` if the session has used up its budget; then ``undo`` was called.
        """
        try:
            self._spending.charge_stored(session, puts, deed="" if deed is None else deed.text())
        except Refusal:
            if undo is not None:
                undo()
            raise
        deeds = [] if deed is None else [deed]
        with self._store.together():
            if deed is not None:
                self._log(session, room, deed)
            done = change(self._store, *puts)
            deeds += self._hook_review.end_disallowed_in(room, session.name)
            self._staying.end_disallowed(room)

        def take_back(failure: Failure) -> Failure:
            if undo is not None:
                undo()
            # Others may have used a right meanwhile that could not be stored.
            self._evictions.review_room(room)
            self._hook_review.end_disallowed_in(room, session.name)
            return failure

        return done.addErrback(take_back).addCallback(lambda _: deeds)

    def remark(
        self, session: Session, room: Room, kind: Kind, value: Value, *puts: Put
    ) -> Deferred[None]:
        """Log a remark of a kind, and make the changes that belong to it, all or nothing.

        Fires once that is on disk and published. Fails with `StoreError`. Raises `Refusal` if the
        session has used up its budget.
        """
        text = value.text()
        self._spending.charge_stored(session, puts, deed=text)
        with self._store.together():
            room.append(Draft(room.name, NO_SESSION, session.name, kind, [text]))
            return change(self._store, *puts)

    def wall(self, text: str, session: Session | None = None) -> Deferred[None]:
        """Say something in every room that has members. Fires once that is on disk.

        Without a session it is the operator who says it, in the name of the server.
        """
        deed = Deed("wall", reason=text)
        for room in filter(lambda room: room.people, self._rooms.values()):
            if session is None:
                log_deed(OPERATOR, room, deed)
            else:
                self._log(session, room, deed)
        return change(self._store)

    def _log(self, session: Session, room: Room, deed: Deed) -> None:
        log_deed(session.name, room, deed)
        if session.identity.administers:
            # Without its reason: no text of a client is in the log, but names.
            names = visible(f"{session.name} in #{room.name}")
            self.log.info(
                "an administrator by group or by sign_in.admins, {names}: {what}.",
                names=names,
                what=deed.verb,
            )
