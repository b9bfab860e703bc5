"""The messages of a server, and their effect on a conversation: see docs/wire.md.

Pure. This module must not know terminals, the connection, nor what a person types.
"""

from __future__ import annotations

from collections.abc import Callable

from chatd.client import room_list
from chatd.client.chat import Chat, Limits, Me
from chatd.client.missed_lines import MissedLines
from chatd.client.room_messages import RoomMessages
from chatd.client.sentences import Sentence
from chatd.client.shown import Kind, Message, Shown, seconds_in, text_in
from chatd.client.wire import PASSING
from chatd.text.escaping import visible


class Incoming:
    """Takes the messages of a server.

    *greeted* is called at each `hello`, *asked* when a question begins or ends, *refused* at an
    error, with the id of the line that it is about.
    """

    def __init__(
        self,
        chat: Chat,
        greeted: Callable[[Message], None],
        asked: Callable[[bool], None],
        refused: Callable[[int | None], None],
    ) -> None:
        self._chat = chat
        self._greeted = greeted
        self._asked = asked
        self._tell_refused = refused
        self._missed = MissedLines(chat)
        self._taken: dict[str, Callable[[Message], None]] = {
            **RoomMessages(chat, self._missed).taken,
            "hello": self._hello,
            "you": self._you,
            "ack": self._done,
            "done": self._done,
            "refused": self._refused,
            "unsure": self._unsure,
            "private": self._private_line,
            "say": self._say,
            "error": self._error,
            "ask": self._ask,
            "bell": lambda message: chat.view.ring(),
        }

    def take(self, message: Message) -> None:
        """Take a message. Types of a later server are ignored.

        Raises LookupError, TypeError or ValueError for one that is not as it should be.
        """
        answered = self._chat.answer_of(message)
        if answered is not None:
            answered(message)
        if answered is None or message["type"] == "entered":
            take = self._taken.get(message["type"])
            if take is not None:
                take(message)
        self._chat.view.changed()

    def _hello(self, message: Message) -> None:
        chat = self._chat
        chat.lobby = text_in(message, "lobby")
        if self._language(message) or not chat.words.commands:
            chat.ask("commands", self._commands)
        usual = Limits()
        chat.limits = Limits(
            int(message.get("max_length", usual.characters)),
            int(message.get("max_lines", usual.lines)),
            int(message.get("max_bytes", usual.bytes)),
        )
        if not chat.words.rooms:
            room_list.ask(chat)
        self._greeted(message)

    def _commands(self, reply: Message | None) -> None:
        if reply is not None and reply["type"] == "commands":
            usages = {usage.split()[0].removeprefix("/"): usage for usage, _ in reply["commands"]}
            commands = dict(usages)
            for names in reply["names"].values():
                usage = next((usages[name] for name in names if name in usages), "")
                for name in names:
                    commands.setdefault(name, usage)
            self._chat.words.commands = commands

    def _you(self, message: Message) -> None:
        chat = self._chat
        was_account = chat.me.is_account
        chat.me = Me(text_in(message, "name"), message["guest"], message["account"])
        if self._language(message):
            chat.ask("commands", self._commands)
        if chat.is_open and chat.me.is_account and not was_account:
            chat.ask_stays()
            chat.ask_missed()

    def _language(self, message: Message) -> bool:
        """Take the language of the server's sentences. Return True if it is another than before."""
        chat, before = self._chat, self._chat.language
        if "language" in message:
            chat.language = text_in(message, "language")
        return chat.language != before

    def _done(self, message: Message) -> None:
        self._missed.end()
        item = self._chat.outbox.get(message.get("id"))
        if item is not None:
            self._chat.answered(item)

    def _refused(self, message: Message) -> None:
        item = self._chat.outbox.get(message.get("id"))
        if item is not None:
            self._chat.give_back(item)

    def _unsure(self, message: Message) -> None:
        item = self._chat.outbox.get(message.get("id"))
        if item is not None:
            self._chat.outbox.doubt(item)

    def _private_line(self, message: Message) -> None:
        chat = self._chat
        author, text, to = message["author"], visible(message["text"]), message.get("to") or ""
        time = None if message.get("time") is None else seconds_in(message)
        shown = Shown(Kind.PRIVATE, text, author, time=time, own=bool(to), to=to)
        chat.words.hear(to or author)
        self._missed.show(message, chat.rooms.current, shown)

    def _say(self, message: Message) -> None:
        chat, key = self._chat, message.get("key")
        if key == "nothing_missed" and message.get("id") == chat.missed_id:
            return  # the person did not ask
        if key in PASSING:
            return  # it is said once the connection has ended, with what follows from it
        if self._missed.head(message):
            return
        # Before `hello` the session passes through other names.
        if chat.is_open or key != "you_are":
            chat.view.show(chat.origin(message), Shown(Kind.ANSWER, message["text"]))

    def _error(self, message: Message) -> None:
        chat = self._chat
        item = chat.outbox.get(message.get("id"))
        if message.get("key") == "in_doubt" and item is not None and item.is_said:
            return  # it is shown as in doubt, and sent again
        text = f"{message['kind']}: {message['text']}"
        chat.view.show(chat.origin(message), Shown(Kind.ERROR, text))
        self._tell_refused(message.get("id"))
        if message.get("key") == "registered_name" and chat.doubt is not None:
            # The server advises `/login`, whose password would not be sent.
            chat.tell(Kind.OWN, Sentence("login_elsewhere", doubt=chat.doubt))

    def _ask(self, message: Message) -> None:
        self._asked(bool(message["hidden"]))
