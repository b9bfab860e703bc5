"""The command for webhooks: the lines of a room are sent to a URL, and tools post in the room.

`chatd.chat.actions.hooks` and `incoming_hooks` decide who may have one. Adding one takes the
password of the account, which this module asks for. What can be done with hooks is a row of `_DO`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chatd.chat.actions import hooks, incoming_hooks
from chatd.chat.actions.authentication import PasswordProof
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.arguments import room_to_run
from chatd.commands.base import KEEPING_COST, Command, Job, Wording, WrongUse
from chatd.commands.deeds import tell_done
from chatd.commands.password_prompt import present_password_question, with_present_password
from chatd.i18n import Moment
from chatd.rooms.room import Room
from chatd.webhooks.registry import Hook
from chatd.webhooks.targets import NotDelivered
from chatd.webhooks.urls import Destination


def _hook(server: ChatServer, session: Session, argument: str) -> Job | None:
    words = argument.lower().split(None, 2)[:2]  # a #ROOM may be the first
    found = [do for word in words if (do := _WORDS.get(word)) is not None]
    if not any(do.asks for do in found):
        return _do(server, session, argument)
    with present_password_question(session):
        return _do(server, session, argument)


def _do(server: ChatServer, session: Session, argument: str) -> Job | None:
    room, rest = room_to_run(server, session, argument, Act.HOOK)
    word, _, rest = rest.partition(" ")
    do, rest = _WORDS.get(word.lower()), rest.strip()
    if do is None or do.takes != bool(rest):
        raise WrongUse
    return do.run(server, session, room, rest)


def _add(server: ChatServer, session: Session, room: Room, argument: str) -> Job | None:
    url, _, word = argument.rpartition(" ")
    answers = word.lower() in _ANSWERS and bool(url)
    to = hooks.hook_destination(server, url.rstrip() if answers else argument)
    hooks.check_confidential(server, session)
    return with_present_password(
        server, session, lambda proof: _add_proven(server, session, proof, room, to, answers)
    )


async def _add_proven(
    server: ChatServer,
    session: Session,
    proof: PasswordProof,
    room: Room,
    to: Destination,
    answers: bool,
) -> None:
    # While the password was asked for, the room may have been forgotten and made anew.
    try:
        added = await hooks.add_hook(server, session, proof, room.name, to, answers=answers)
    except hooks.NotWanted as refusal:
        if hooks.may_see_reasons(server, session):
            session.answer("hook_reason", why=_reason(session, refusal.why))
        raise
    tell_done(session, added.done)
    session.answer(
        "hook_added",
        number=added.number,
        room=added.done.room.name,
        url=to.url,
        secret=added.secret,
    )


def _make(server: ChatServer, session: Session, room: Room, name: str) -> Job | None:
    name = incoming_hooks.hook_name(name)
    incoming_hooks.check_address(server)
    hooks.check_confidential(server, session)
    return with_present_password(
        server, session, lambda proof: _make_proven(server, session, proof, room, name)
    )


async def _make_proven(
    server: ChatServer, session: Session, proof: PasswordProof, room: Room, name: str
) -> None:
    made = await incoming_hooks.make_hook(server, session, proof, room.name, name)
    tell_done(session, made.done)
    session.answer("hook_made", url=made.url)


async def _remove(server: ChatServer, session: Session, room: Room, which: str) -> None:
    module = hooks if which.isdecimal() else incoming_hooks
    tell_done(session, await module.remove_hook(server, session, room, which))


def _list(server: ChatServer, session: Session, room: Room, _: str) -> None:
    found = hooks.list_hooks(server, session, room)
    incoming = incoming_hooks.list_hooks(server, session, room)
    incoming = [each for each in incoming if each.hook.kept.start]  # others are in the first list
    count = len(found) + len(incoming)
    if not count:
        session.answer("no_hooks", room=room.name)
        return
    lines = [session.sentence("hooks", count=count, room=room.name)]
    reasons = hooks.may_see_reasons(server, session)
    lines += [_listed(session, room, hook, reasons=reasons) for hook in found]
    lines += [_listed_incoming(session, each) for each in incoming]
    session.tell("\n".join(lines))


def _listed(session: Session, room: Room, hook: Hook, *, reasons: bool) -> str:
    waiting = max(0, room.head - hook.seq)
    listed = session.sentence(
        "hook_waits" if waiting else "hook_is_idle",
        number=hook.number,
        to=hook.to.origin,
        by=hook.by,
        time=Moment(hook.added),
        count=waiting,
    )
    if hook.name:
        listed = session.sentence("hook_answers", hook=listed, name=hook.name)
    if not hook.proven:
        listed = session.sentence("hook_is_unproven", hook=listed)
    if hook.error is None:
        return listed
    why = _reason(session, hook.error) if reasons else session.sentence("hook_failed")
    return session.sentence("hook_fails", hook=listed, count=hook.failures, why=why)


def _reason(session: Session, error: NotDelivered) -> str:
    return session.sentence(f"hook_{error.why.value}", status=error.status)


def _listed_incoming(session: Session, listed: incoming_hooks.Listed) -> str:
    kept, use = listed.hook.kept, listed.use
    text = session.sentence(
        "hook_posts" if use.posts else "hook_never_posted",
        name=kept.name,
        by=kept.by,
        time=Moment(kept.added),
        count=use.posts,
        last=Moment(use.last),
    )
    text = session.sentence("hook_begins", hook=text, start=kept.start)
    if not use.refusal:
        return text
    values = {"hook": text, "refusal": use.refusal, "time": Moment(use.refused)}
    return session.sentence("hook_refused", **values)


class _Do(NamedTuple):
    """A thing to do with hooks, by its words in each language.

    It ``takes`` an argument, or none, and ``asks`` for the present password.
    """

    words: tuple[str, ...]
    run: Callable[[ChatServer, Session, Room, str], Job | None]
    takes: bool = True
    asks: bool = False


_DO = (
    _Do(("add", "añadir", "anadir", "agregar"), _add, asks=True),
    _Do(("in", "entrante", "entrada"), _make, asks=True),
    _Do(("list", "lista", "listar"), _list, takes=False),
    _Do(("remove", "quitar", "borrar"), _remove),
)

_ANSWERS = ("answers", "contesta", "responde")
"""The word after a URL whose answers are said in the room, in each language."""

_WORDS = {word: do for do in _DO for word in do.words}

TABLE = (
    Command(
        _hook,
        Wording(
            "/hook add URL [answers]|in NAME|list|remove N|NAME",
            "send lines out, let posts in",
            "add: each line is a signed POST; answers: what URL answers is said.\n"
            "in: a URL for Alertmanager and others (docs/alerts.md). For operators.\n"
            "Example: /hook in alerts",
            aliases=("webhook",),
        ),
        Wording(
            "/webhook añadir URL [contesta]|entrante NOMBRE|lista|quitar N|NOMBRE",
            "enviar líneas; dejar publicar",
            "añadir: cada línea es un POST firmado; contesta: se dice lo que responde.\n"
            "entrante: URL para Alertmanager y otros (docs/alertas.md). Operadores.\n"
            "Ejemplo: /webhook entrante alertas",
            aliases=("gancho",),
        ),
        cost=KEEPING_COST,
        asks=True,
    ),
)
