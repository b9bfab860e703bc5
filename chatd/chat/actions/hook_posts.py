"""Posts of tools to incoming hooks: checked, read, and said in the room of the hook.

What a post says is one message, of the kind that no program answers, in the name of the hook. It
is of no session: the hook has no right but to post. `chatd.webhooks.incoming` reads bodies. This
module must not know HTTP, but for the words that senders know from Slack.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from chatd.chat.deed_log import NO_SESSION
from chatd.chat.idempotency import Keep, Request, keep_nothing
from chatd.chat.key_ages import Said
from chatd.chat.key_owners import key_of_post
from chatd.chat.open_alerts import Posted
from chatd.chat.permissions import Act, Mode, Role, may
from chatd.chat.server import ChatServer
from chatd.errors import UNSURE_SECONDS, ErrorKind, Refusal, short
from chatd.event import Draft, Kind
from chatd.remarks import EXCERPT
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.storage.records import Put, change
from chatd.webhooks.incoming.lines import Reading
from chatd.webhooks.incoming.reader import Fault, read
from chatd.webhooks.incoming.registry import HookUse, IncomingHook

MOST_WAITING = 512
"""Most lines of all hooks that the store has not answered: as many as all sessions may have
(`chatd.chat.line_quotas`)."""

LONGEST_RETRY = 3600
"""Most seconds after which a sender is asked to try again. A budget may take longer to be free."""


class Outcome(enum.Enum):
    """The outcome of a post, by the word that answers it: Slack's, where it has one."""

    SAID = "ok"
    INVALID_PAYLOAD = Fault.INVALID_PAYLOAD.value
    NO_TEXT = Fault.NO_TEXT.value
    NO_SERVICE = "no_service"
    """No hook has the token, or its maker may not have one any more."""

    ARCHIVED = "channel_is_archived"
    """The room is closed."""

    IN_CLEAR = "action_prohibited"
    """Others could read the post on its way, and the room is not one where guests may speak."""

    OTHER_POST = "other_post_with_key"
    """Something else was posted with the key."""

    LATER = "try_later"
    """The lines could not be stored now, or the owner has used up a budget."""


class Post(NamedTuple):
    """A post: the type of its body, "" for none, and its bytes.

    It is ``confidential`` if no third party on the way could read it. With a ``key``, which its
    tool made up, it is said once.
    """

    type: str
    body: bytes
    confidential: bool
    key: str | None = None


class Taken(NamedTuple):
    """The outcome of a post, the number of lines, and the seconds until a retry, 0 for none.

    One that was said before with its key has no lines.
    """

    outcome: Outcome
    lines: int = 0
    retry_after: int = 0


async def take_post(server: ChatServer, token: str, post: Post, max_length: int) -> Taken:
    """Say what a post says in the room of the hook with that token; return once it is on disk.

    ``max_length`` is the most characters of a line. It raises nothing.
    """
    hooks = server.incoming
    hook = hooks.with_token(token)
    if hook is None or not server.hook_review.allows_posts(hook):
        hooks.outcomes[Outcome.NO_SERVICE.value] += 1
        return Taken(Outcome.NO_SERVICE)
    taken = await _take_once(server, hook, post, max_length)
    word, now = taken.outcome.value, int(server.now())
    hooks.outcomes[word] += 1
    if taken.outcome is not Outcome.SAID:
        hooks.count_use(hook, HookUse(refusal=word, refused=now))
    elif taken.lines:
        hooks.count_use(hook, HookUse(1, now))
    return taken


async def _take_once(server: ChatServer, hook: IncomingHook, post: Post, max_length: int) -> Taken:
    """Say what a post says, unless it was said with its key before. Raises nothing."""

    async def take(keep: Keep) -> Taken:
        return await _take(server, server.rooms[hook.room], hook, post, max_length, keep)

    request = Request(Kind.NOTICE, (post.type, sha256(post.body).hexdigest()))
    pay = partial(server.spending.charge_hook, hook.owner)
    try:
        taken = await server.idempotency.once(
            key_of_post(hook, post.key), request, NO_SESSION, pay, take
        )
    except Refusal as refusal:
        if refusal.kind is ErrorKind.WRONG_USE:
            return Taken(Outcome.OTHER_POST)
        seconds = refusal.values.get("count")
        wait = seconds if isinstance(seconds, int) else UNSURE_SECONDS
        return Taken(Outcome.LATER, retry_after=max(1, min(wait, LONGEST_RETRY)))
    except StoreError:
        return Taken(Outcome.LATER, retry_after=UNSURE_SECONDS)
    return Taken(Outcome.SAID) if isinstance(taken, Said) else taken


async def _take(
    server: ChatServer, room: Room, hook: IncomingHook, post: Post, max_length: int, keep: Keep
) -> Taken:
    """Say what a post says. Raises `Refusal` and `StoreError`."""
    mode = server.moderation.roles.mode_of(room)
    if mode is Mode.CLOSED:
        return Taken(Outcome.ARCHIVED)
    is_open = post.confidential or server.incoming.rules.plaintext
    if not (is_open or may(Role.EVERYONE, Act.SPEAK, mode)):
        return Taken(Outcome.IN_CLEAR)
    reading = read(post.type, post.body, max_length)
    if isinstance(reading, Fault):
        return Taken(Outcome(reading.value))
    await _say(server, room, hook, reading, keep)
    return Taken(Outcome.SAID, len(reading.lines))


async def _say(
    server: ChatServer, room: Room, hook: IncomingHook, reading: Reading, keep: Keep
) -> None:
    """Say what a post says, and note its alerts. Raises `Refusal` and `StoreError`."""

    def opened() -> Iterable[Put]:
        excerpts = [short(line, EXCERPT) for line in reading.lines]
        alerts = [Posted(*alert) for alert in reading.alerts]
        return server.open_alerts.post(room, hook.kept.name, excerpts, alerts)

    await say_lines(server, room, hook, reading.lines, opened, keep)


async def say_lines(
    server: ChatServer,
    room: Room,
    hook: IncomingHook,
    texts: Sequence[str],
    puts: Callable[[], Iterable[Put]],
    keep: Keep = keep_nothing,
) -> None:
    """Say lines of a hook as one message, all or none, in one transaction with changes.

    ``puts`` returns those once the lines are appended. Raises `Refusal` and `StoreError`.
    """
    hooks, lines = server.incoming, list(texts)
    if not room.takes_lines:
        raise Refusal(ErrorKind.NOT_SAVED, "store_full")
    if server.store.full or hooks.waiting + len(lines) > MOST_WAITING:
        raise Refusal(ErrorKind.NOT_SAVED, "not_saved")
    server.spending.charge_lines(hook.owner, len(lines), "".join(lines))
    as_one, kept = len(lines) > 1, keep(room)
    hooks.waiting += len(lines)
    try:
        with server.store.together():
            room.append(Draft(room.name, NO_SESSION, hook.kept.name, Kind.NOTICE, lines, as_one))
            done = change(server.store, *puts(), *kept)
        await done
    finally:
        hooks.waiting -= len(lines)
