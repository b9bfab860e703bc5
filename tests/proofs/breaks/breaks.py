"""The breaks: one change of the code each, the tests that a learner would run, and the word.

The list is that of November 2026, when breaks were tried by hand and some turned no test red, or
one that pointed elsewhere (issue 14). This module must not know how a break is tried.
"""

from __future__ import annotations

from typing import NamedTuple


class Break(NamedTuple):
    """A change of one module: ``before``, which stands in it once, becomes ``after``.

    ``tests`` are the files that are run; the name or the message of a test that fails must have
    ``word`` in it, regardless of case.
    """

    name: str
    module: str
    before: str
    after: str
    tests: tuple[str, ...]
    word: str


_CHAT = ("tests/protocols/lines/test_chat.py",)
_FRAMING = ("tests/protocols/lines/test_framing.py",)
_VALIDATION = ("tests/text/test_validation.py",)

BREAKS = [
    Break(
        "the rest of a read is forgotten",
        "chatd/protocols/lines/framing.py",
        "        if rest:\n            self._hold(rest)\n",
        "",
        _FRAMING,
        "read_may_end",
    ),
    Break(
        "the CR before LF is kept",
        "chatd/protocols/lines/framing.py",
        'lines = [line.removesuffix(b"\\r") for line in ended]',
        "lines = ended",
        _FRAMING,
        "cr_is_stripped",
    ),
    Break(
        "the last line without an end is dropped",
        "chatd/protocols/lines/framing.py",
        'return self.feed(b"\\n") if self._held else []',
        "return []",
        _FRAMING,
        "line_end",
    ),
    Break(
        "a half-close drops the line that has begun",
        "chatd/protocols/transport/intake.py",
        "            if self._broken:\n                decoder.drop()",
        "            if True:\n                decoder.drop()",
        _CHAT,
        "last_line",
    ),
    Break(
        "bytes are counted for characters",
        "chatd/text/validation.py",
        "    if len(text) > max_length:",
        "    if len(text.encode()) > max_length:",
        _VALIDATION,
        "characters",
    ),
    Break(
        "the length is off by one",
        "chatd/text/validation.py",
        "    if len(text) > max_length:",
        "    if len(text) >= max_length:",
        _VALIDATION,
        "length",
    ),
    Break(
        "only an empty line is blank",
        "chatd/text/validation.py",
        "    if not text or (text[0] in UNSEEN and is_blank(text)):",
        "    if not text:",
        _VALIDATION,
        "blank",
    ),
    Break(
        "ill-formed UTF-8 is replaced",
        "chatd/text/validation.py",
        "        text = raw.decode()\n",
        '        text = raw.decode(errors="replace")\n',
        _VALIDATION,
        "utf8",
    ),
    Break(
        "bare lines have another limit",
        "chatd/protocols/lines/bare.py",
        "BARE_LENGTH = 256",
        "BARE_LENGTH = 255",
        ("tests/protocols/lines/test_bare.py",),
        "256",
    ),
    Break(
        "a line is shown before it is committed",
        "chatd/storage/group_commit.py",
        "        self._waiting.append(entry)\n",
        "        self._waiting.append(entry)\n"
        "        if isinstance(entry, Draft) and self.publication.subscriber is not None:\n"
        "            from chatd.event import Event\n"
        "            events = [\n"
        "                Event(entry.room, 0, entry.kind, entry.author, text, 0, entry.session)\n"
        "                for text in entry.texts\n"
        "            ]\n"
        "            self.publication.subscriber.publish(events)\n",
        ("tests/storage/test_group_commit.py",),
        "commit",
    ),
    Break(
        "a batch is committed in the opposite order",
        "chatd/storage/group_commit.py",
        "        batch, self._waiting = self._waiting, []\n",
        "        batch, self._waiting = self._waiting[::-1], []\n",
        _CHAT,
        "same_order",
    ),
    Break(
        "a client that has gone stays in the client set",
        "chatd/protocols/transport/factory.py",
        "        self.clients.discard(client)\n        self.checks.forget(client.connection)",
        "        self.checks.forget(client.connection)",
        ("tests/protocols/transport/test_factory.py",),
        "gone",
    ),
    Break(
        "a half-closed connection is closed at once",
        "chatd/protocols/transport/managed_connection.py",
        "        self.reader.half_close()\n",
        "        self.abort()\n",
        _CHAT,
        "half-closed",
    ),
    Break(
        "a client that takes no answers is still read",
        "chatd/rooms/stream.py",
        "        return self._answers >= ANSWER_BYTES",
        "        return False",
        _CHAT,
        "takes no answers",
    ),
    Break(
        "what does not fit into the socket is lost",
        "chatd/protocols/transport/plain_sending.py",
        "            self.owe(data[sent:])",
        "            pass",
        ("tests/protocols/transport/test_plain_sending.py",),
        "lost",
    ),
    Break(
        "a member who leaves is still counted",
        "chatd/rooms/people.py",
        "            self.guests -= 1\n",
        "            pass\n",
        ("tests/rooms/test_room.py", *_CHAT),
        "who_is_there",
    ),
    Break(
        "a command does not wait for the lines before it",
        "chatd/chat/action_queue.py",
        "        if self.unpublished:\n            held = self._held",
        "        if False:\n            held = self._held",
        ("tests/chat/test_action_queue.py",),
        "waits_for_the_line",
    ),
    Break(
        "the author is not shown as <name>",
        "chatd/formats/chat.py",
        '            f"<{entry.author}> {entry.text}"\n            if isinstance',
        '            f"{entry.author}: {entry.text}"\n            if isinstance',
        ("tests/formats",),
        "<ana>",
    ),
]
"""The breaks of `python3 -m tests.proofs.breaks`."""
