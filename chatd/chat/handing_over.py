"""The sessions and rooms of a server as another process goes on with them, and that going on.

Theory of operation. A process that is upgraded stands still and gives the state of its server:
`state_of_server`, and of each session `state_of`. Another one, which has opened the same store,
takes them: `resume_server`, then each session (`resume`), and when all of them are members of their
rooms again, `put_in_order`, and `follow` for each. At last, when they may be sent to, `begin`.
No member is shown that a session comes: for all others, it never left.

What is in the store is in no state; nor is what a session can do without: who has just left.

This module must not know connections, nor how a state gets from one process to the other.
"""

from __future__ import annotations

from functools import partial
from typing import TypeVar

from twisted.internet.interfaces import IReactorTime

from chatd.chat.held_claims import HeldClaims
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.event import Origin, is_inbox, owner_of
from chatd.formats.base import Format
from chatd.rooms.room import Room
from chatd.rooms.stream import Stream
from chatd.storage.claims import claim_from, state_of_claim
from chatd.text.folding import fold
from chatd.util.state import State

T = TypeVar("T")


def release_all(server: ChatServer, clock: IReactorTime) -> None:
    """Have everything appended, shown or stored that waits for more of its kind."""
    server.rooms.release_notices()
    server.rooms.release_changes(clock)
    server.unread.keep_all()
    server.incoming.keep()


def give_back(server: ChatServer) -> None:
    """Give back what sessions took ahead of their budgets: the next lines are counted anew."""
    for session in server.sessions:
        server.spending.end(session)


def state_of_server(server: ChatServer) -> State:
    """Return what another process needs to go on with a server, beside its sessions."""
    return {
        "numbers": server.numbers.state(),
        "rooms": _unsaid(server),
        "budgets": server.budgets.state(),
        "moderation": server.moderation.state(),
        "staying": server.staying.state(),
        "departed": server.sessions.state(),
        "respondents": server.questions.people.start,
        "push_codes": server.alerts.codes.state(),
        "watches": server.watches.state(),
        "beside": {name: part.state() for name, part in server.beside.items()},
        "orders": {room.key: room.here.order() for room in server.rooms.peopled},
    }


def resume_server(server: ChatServer, state: State) -> None:
    """Go on with a server that was made on the same store and has no session yet."""
    server.numbers.resume(state["numbers"])
    _resume_unsaid(server, state["rooms"])
    server.budgets.resume(state["budgets"])
    server.moderation.resume(state["moderation"])
    server.staying.resume(state["staying"])
    server.sessions.resume(state["departed"])
    server.questions.people.resume(state["respondents"])
    server.alerts.codes.resume(state["push_codes"])
    server.watches.resume(state["watches"])
    for name, part in server.beside.items():
        if name in state["beside"]:
            part.resume(state["beside"][name])


def put_in_order(server: ChatServer, state: State) -> None:
    """Put the members of all rooms in their order, once all sessions go on."""
    for key, order in state["orders"].items():
        if key in server.rooms:
            server.rooms[key].here.put_in_order(order)


def state_of(server: ChatServer, session: Session) -> State:
    """Return what another process needs to go on with a session."""
    return {
        "number": session.number,
        "text_only": session.text_only,
        "identity": session.identity.state(),
        "bound": server.sign_outs.state(session),
        "name": _name_of(server, session),
        "prompt": session.prompt.state(),
        "subscriptions": session.subscriptions.state(),
        "joined": session.joined.state(),
    }


def resume(
    server: ChatServer, state: State, stream: Stream, format: Format, *, private: bool
) -> Session:
    """Return a session that goes on from a state, in its rooms and without output.

    ``format`` is that of its client before it has set anything; see `ChatServer.connect`.
    """
    session = server.connect(stream, format, private=private, number=state["number"])
    if state["text_only"]:
        session.read_as_text()
    session.identity.resume(state["identity"])
    server.sign_outs.resume(session, state.get("bound"))
    if state["name"]["taken"]:
        _take_name(server, session, state["name"]["claim"])
    told = state["subscriptions"]
    account = told["account"]
    tracker = None if account is None else server.unread.resume(session, account)
    session.subscriptions.resume(told, tracker)
    room_of = partial(_room_of, server)
    session.prompt.resume(state["prompt"], room_of)
    session.joined.resume(session, state["joined"], room_of)
    return session


def follow(server: ChatServer, session: Session, state: State) -> None:
    """Have a session follow its rooms from where it was, and queue what it is owed."""
    cursors = {each["room"]: each["cursor"] or {} for each in state["joined"]["rooms"]}
    log_of = partial(_log_of, server)
    session.subscriptions.resume_following(
        state["subscriptions"], log_of, session.may_read, cursors
    )


def begin(server: ChatServer) -> None:
    """Sign out sessions whose grants ended while no process could do so."""
    server.sign_outs.let_go(server.sessions)


def _unsaid(server: ChatServer) -> list[State]:
    """Return the rooms that are in no log yet: another process knows all others."""
    rooms = [room for room in server.rooms.values() if not room.head]
    return [
        {"name": room.name, "made": list(room.made), "claim": _claimed(server.rooms.claims, room)}
        for room in rooms
    ]


def _resume_unsaid(server: ChatServer, rooms: list[State]) -> None:
    for each in rooms:
        room = _room_of(server, each["name"])
        if room is None:
            room = server.rooms.add(each["name"], Origin(*each["made"]))
        if each["claim"] is not None:
            server.rooms.claims.resume(room, claim_from(each["claim"]))


def _name_of(server: ChatServer, session: Session) -> State:
    """Return whether a session has taken its name, and by which claim."""
    taken = session in server.names.of(session.name)
    return {"taken": taken, "claim": _claimed(server.names.claims, session)}


def _take_name(server: ChatServer, session: Session, claim: State | None) -> None:
    server.names.take(session, session.name)
    if claim is not None:
        server.names.claims.resume(session, claim_from(claim))


def _claimed(claims: HeldClaims[T], owner: T) -> State | None:
    claim = claims.of(owner)
    return None if claim is None else state_of_claim(claim)


def _room_of(server: ChatServer, name: str) -> Room | None:
    return server.rooms.get(fold(name))


def _log_of(server: ChatServer, name: str) -> Room | None:
    if is_inbox(name):
        return server.unread.inboxes.of(owner_of(name))
    return _room_of(server, name)
