"""Sessions without a connection and without wording, for tests of the actions."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.accounts.credentials import Grant
from chatd.chat.actions.register import register
from chatd.chat.actions.rename import rename
from chatd.chat.session import Rights, Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Entry
from chatd.formats.base import Format
from chatd.i18n import Language
from chatd.rooms.stream import Stream
from chatd.storage.contract import Store
from tests.support.world import PASSWORD, World


class NotingOwner:
    """The owner of a stream: notes the failures that it is told of."""

    def __init__(self) -> None:
        self.failures: list[str] = []

    def was_reset(self) -> bool:
        return False

    def fail(self, what: str) -> None:
        self.failures.append(what)


class KeysOnly(Format):
    """A format that collects the keys of answers and errors, and sends nothing."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def render(self, entries: Sequence[Entry]) -> bytes:
        return b""

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        self.keys.append(key)
        return b""

    def say(self, text: str, key: str = "") -> bytes:
        self.keys.append(key)
        return b""


def alone(
    number: int,
    store: Store,
    clock: Clock,
    format: Format | None = None,
    *,
    name: str = "",
    account: str = "",
    network: str = "",
) -> Session:
    """Return a session of no server, which may do everything; its format is `KeysOnly` if none.

    It has a name of its own, the grant of an account and a network if they are given.
    """
    session = Session(
        number,
        f"guest{number}",
        Stream(),
        format or KeysOnly(),
        clock,
        Language.ENGLISH,
        store.error_log,
        Rights(),
    )
    session.identity.network = network
    if name:
        session.identity.rename(name, guest=False)
    if account:
        session.identity.set_grant(Grant(account, 0))
    return session


def taken(stream: Stream) -> str:
    """Take and return all that is waiting in a stream."""
    return b"".join(iter(stream.take, b"")).decode()


def guest(world: World, name: str = "", *, network: str = "", confidential: bool = True) -> Session:
    """Return a new session; it has a name of its own if one is given."""
    session = world.server.connect(Stream(), KeysOnly())
    session.identity.network = network
    session.identity.confidential = confidential
    if name:
        done(world, rename(world.server, session, name))
    return session


def member(world: World, name: str) -> Session:
    """Return a new session that has just registered that name."""
    session = guest(world, name)
    done(world, register(world.server, session, PASSWORD))
    return session


def program(world: World, name: str) -> Session:
    """Return a new session of a program, with a token of the account of that name."""
    grant = world.server.credentials.grant_of(world.secret(name))
    assert grant is not None
    session = guest(world)
    world.server.logins.act_for(session, world.server.accounts.table[grant.account], grant)
    return session


def keys(session: Session) -> list[str]:
    """Return the keys of the sentences that a session received, and clear them."""
    format = session.replies.format
    assert isinstance(format, KeysOnly)
    found, format.keys = format.keys, []
    return found


def begin(world: World, action: Coroutine[Any, Any, Any]) -> Deferred[Any]:
    """Begin an action that may have to wait. A failure becomes the result."""
    running = Deferred.fromCoroutine(action).addErrback(lambda failure: failure.value)
    world.settle()
    return running


def done(world: World, action: Coroutine[Any, Any, Any]) -> Any:
    """Return the result of an action that need not wait for long. Raises what the action raises."""
    running = begin(world, action)
    if isinstance(running.result, BaseException):
        raise running.result
    return running.result


@contextmanager
def refuses(key: str) -> Iterator[None]:
    """Expect that a `Refusal` with that key is raised."""
    with pytest.raises(Refusal) as refusal:
        yield
    assert refusal.value.key == key


def refused(world: World, action: Coroutine[Any, Any, Any]) -> str:
    """Return the key of the `Refusal` that an action raises."""
    with pytest.raises(Refusal) as refusal:
        done(world, action)
    return refusal.value.key
