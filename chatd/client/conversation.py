"""A conversation with a server that outlives its connections: what is typed, and what comes of it.

A connection gives it the messages of the server and a function that sends; a screen (`View`) is
told what to show, and gives it what was typed. Nothing that was typed is lost: a line stays in the
outbox until the server has answered it, and is sent again over the next connection. The server
knows each line by its idempotency key, and this program each place in a log by its bookmark, so no
line is said or shown twice.

Pure. This module must not know terminals, sockets or the time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from chatd.client import older_lines
from chatd.client.chat import Chat, Me, Send, View
from chatd.client.incoming import Incoming
from chatd.client.rooms import Room
from chatd.client.sentences import ENGLISH, Sentence
from chatd.client.shown import Kind, Message, text_in
from chatd.client.typed_lines import TypedLines
from chatd.client.wire import ClientError
from chatd.text.folding import fold


class Login(NamedTuple):
    """A registered name and its password, which are held in memory to come back with."""

    name: str
    password: str


def random_key() -> str:
    """Return 128 random bits as 32 hexadecimal digits."""
    return secrets.token_hex(16)


class Conversation:
    """A conversation. Its state is `chat`.

    *name* is the name that a guest would like, *rooms* are the rooms to enter: the lobby without
    any. With *login* the person has an account from the start, or not at all. *language* is that of
    the person until the server has greeted. *found* is the address of a server that the person did
    not name, who is told of it.
    """

    def __init__(
        self,
        view: View,
        *,
        name: str = "",
        rooms: Sequence[str] = (),
        login: Login | None = None,
        language: str = ENGLISH,
        found: str | None = None,
        new_key: Callable[[], str] = random_key,
    ) -> None:
        self.chat = Chat(view, new_key, language)
        self._typed = TypedLines(self.chat)
        self._incoming = Incoming(self.chat, self._greeted, self._typed.asked, self._typed.refused)
        self._client_key = new_key()
        self._name = name
        self._first_rooms = tuple(rooms)
        self._login = login
        self._login_id: int | None = None
        self._found = found
        self._before: Me | None = None
        """The person as of the last connection; None before the second one."""

    @property
    def hides_typing(self) -> bool:
        """True while the next line is, or may be meant as, the answer to a question."""
        return self.chat.is_asked or self._typed.question_is_gone

    @property
    def unsent(self) -> list[str]:
        """The texts that were typed and are not answered."""
        return [item.text for item in self.chat.outbox]

    def connected(self, send: Send, doubt: Sentence | None) -> None:
        """Say hello over a new connection, whose messages *send* sends.

        *doubt* says why its server is not known; None if it is.
        """
        self.chat.doubt = doubt
        self._typed.connected(doubt)
        self.chat.use(send)
        send(self._hello())

    def take(self, message: Message) -> None:
        """Take a message of the server.

        Raises `ClientError` if the login is refused; LookupError, TypeError or ValueError for a
        message that is not as it should be.
        """
        id = message.get("id")
        if self._login_id is not None and id == self._login_id:
            if message["type"] == "error":
                raise ClientError(f"not logged in. {message['kind']}: {message['text']}")
            if message["type"] == "done":
                self._login_id = None
                self._open()
        self._incoming.take(message)

    def lost(self) -> None:
        """Take note that the connection is gone. What was typed waits for the next one."""
        chat = self.chat
        if chat.is_open:
            self._before = chat.me
            if not chat.me.is_guest:
                self._name = "" if chat.me.is_account else chat.me.name
        self._typed.lost()
        self._login_id = None
        chat.is_open = False
        chat.entering.clear()
        chat.use(None)
        for room in chat.rooms:
            room.is_present = room.people.is_known = False
        for item in chat.outbox.broke():
            chat.tell(Kind.OWN, Sentence("outcome_unknown", text=item.text), item.room)
        chat.view.changed()

    def submit(self, text: str) -> bool:
        """Take a typed line, or a pasted text of several lines, which is one message.

        Return True if a key may bring it back: it holds no password.
        """
        return self._typed.submit(text)

    def retry(self) -> None:
        """Send again the text of which the server did not know whether it was stored."""
        self.chat.outbox.retry()
        self.chat.flush_all()
        self.chat.view.changed()

    def choose(self, room: Room) -> None:
        """Show a room."""
        self.chat.choose(room)

    def fetch_older(self, room: Room) -> bool:
        """Fetch lines from before those of a window. Return False if there are none to fetch."""
        return older_lines.fetch(self.chat, room)

    def _hello(self) -> dict[str, Any]:
        chat = self.chat
        hello: dict[str, Any] = {"type": "hello", "key": self._client_key}
        if chat.language:
            hello["language"] = chat.language
        if self._login is not None:
            return {**hello, "rooms": {}}
        if self._name:
            hello["name"] = self._name
        if bookmarks := self._bookmarks():
            chat.entering.update(map(fold, bookmarks))
            hello["rooms"] = bookmarks
        return hello

    def _bookmarks(self) -> dict[str, str | None]:
        """Return the rooms to be in, with the places up to which their lines are here."""
        rooms = self.chat.rooms
        if not len(rooms):  # none was entered yet
            return dict.fromkeys(self._first_rooms)
        return {room.name: room.bookmark for room in rooms if room.is_kept}

    def _greeted(self, hello: Message) -> None:
        chat = self.chat
        if self._found is not None:
            chat.tell(Kind.OWN, Sentence("server_found", where=self._found))
            self._found = None
        chat.me = Me(text_in(hello, "name"), hello["guest"], hello["account"])
        if self._login is None:
            if not chat.entering:
                self._await_lobby()
            self._open()
            return
        self._login_id = chat.new_id(None)
        text = f"/login {self._login.name} {self._login.password}"
        chat.send("line", id=self._login_id, room=None, text=text)

    def _await_lobby(self) -> None:
        """Wait for the lobby, which is entered at once if no room was named, or not at all."""
        chat = self.chat
        lobby = fold(chat.lobby)

        def decided(_: Message | None) -> None:
            chat.entering.discard(lobby)
            chat.flush(None)

        chat.entering.add(lobby)
        chat.ask("ping", decided)

    def _open(self) -> None:
        """Send what waits, now that the server knows the person."""
        chat, before = self.chat, self._before
        chat.is_open = True
        if before is not None:
            chat.tell(Kind.OWN, Sentence("connected_again"))
        if before is not None and not before.is_guest and fold(before.name) != fold(chat.me.name):
            key = "logged_out" if before.is_account else "renamed"
            chat.tell(Kind.OWN, Sentence(key, name=chat.me.name, before=before.name))
            # It was typed to be said under that name. It may have been said if it was sent before.
            # It is not offered: a person who types `/login NAME` and a password would add to it.
            for item in [item for item in chat.outbox if not item.sent_as]:
                chat.show_unsaid(item)
        if self._login is not None:
            bookmarks = self._bookmarks() or {chat.lobby: None}
            for name in bookmarks:
                chat.enter(name)
        if chat.me.is_account:
            chat.ask_stays()
            chat.ask_missed()
        chat.flush_all()
