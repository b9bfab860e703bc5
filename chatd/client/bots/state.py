"""The state of a bot in a file: the place in the log of its room up to which calls are settled.

A call is settled once its answer is on the disk of the server, or will never be said. The file is
replaced as a whole, and written to the disk, after each call that is settled. It also has the id of
the bot, from which the keys of its answers follow: so an answer that was said, and not noted here
before the machine failed, is not said again. This module must not know the connection.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
from pathlib import Path
from typing import Any

from chatd.client import config_files
from chatd.client.wire import ClientError
from chatd.text.escaping import encode_json
from chatd.text.folding import fold
from chatd.text.json_input import decode_json
from chatd.util.private_files import UnsafePath, open_private

_ID = re.compile("bot-[0-9a-f]{32}")
_BOOKMARK = re.compile("[0-9]{1,15}-[0-9]{1,15}")


class State:
    """The calls of a bot in a room that are settled.

    `bookmark` is that of the last line before the first call that is not, "" for a bot that has
    none yet. `id` is the bot's.
    """

    def __init__(self, path: str, room: str) -> None:
        self.id = f"bot-{secrets.token_hex(16)}"
        self.bookmark = ""
        self._path = path
        self._room = room
        self._seen = ""
        self._settled: set[int] = set()
        self._pending: dict[int, str] = {}
        self._saved = ""
        self._lock = -1

    @classmethod
    def open(cls, path: str, room: str) -> State:
        """Return the state in a file, which no other bot may use meanwhile; a new one without.

        Raises `ClientError`.
        """
        state = cls(path, room)
        with config_files.being_changed(path):
            state._take_lock()
        try:
            lines = config_files.lines_of(path)
            if lines:
                state._read("\n".join(lines))
        except BaseException:
            state.close()
            raise
        return state

    def close(self) -> None:
        """Let another bot use the file."""
        os.close(self._lock)

    def key_of(self, what: str) -> str:
        """Return the idempotency key of something that the bot says: see docs/wire.md."""
        return hashlib.sha256(f"{self.id}:{fold(self._room)}:{what}".encode()).hexdigest()[:40]

    def begin(self, bookmark: str) -> None:
        """Leave out all lines up to a bookmark, and write that down."""
        self._seen = bookmark
        self._settled.clear()
        self._pending.clear()
        self.save()

    def came(self, seq: int, before: str) -> bool:
        """Count a call that comes after the line with a bookmark. Return False if it is settled."""
        if seq in self._settled:
            return False
        self._pending.setdefault(seq, before)
        return True

    def passed(self, bookmark: str) -> None:
        """Count all lines up to a bookmark as seen: those that are no calls are settled."""
        self._seen = bookmark

    def leave(self, seq: int) -> None:
        """Count a line as no call, which it is not the next time either."""
        self._pending.pop(seq, None)

    def settle(self, *seqs: int) -> None:
        """Write down that some calls are settled."""
        for seq in seqs:
            self._pending.pop(seq, None)
            self._settled.add(seq)
        self.save()

    def save(self) -> None:
        """Write the state to the disk, if it has changed. Raises `ClientError`."""
        first = min(self._pending, default=None)
        self.bookmark = self._seen if first is None else self._pending[first]
        reached = int(self.bookmark.partition("-")[0] or 0)
        self._settled = {seq for seq in self._settled if seq > reached}
        written = {
            "id": self.id,
            "room": self._room,
            "bookmark": self.bookmark,
            "settled": sorted(self._settled),
        }
        text = encode_json(written).decode()
        if text == self._saved:
            return
        try:
            config_files.replace(self._path, [text])
        except (OSError, UnsafePath) as error:
            why = getattr(error, "strerror", None) or error
            raise ClientError(f"cannot write {self._path}: {why}.") from None
        self._saved = text

    def _take_lock(self) -> None:
        lock = f"{self._path}.lock"
        try:
            self._lock, _ = open_private(Path(lock), os.O_RDWR | os.O_CREAT)
        except UnsafePath as unsafe:
            raise ClientError(f"cannot use {lock}: {unsafe}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise ClientError(
                f"another bot uses {self._path}. Give this one --state FILE, or another --name."
            ) from None

    def _read(self, text: str) -> None:
        try:
            found = decode_json(text)
        except ValueError:
            found = None
        if not (isinstance(found, dict) and self._is_whole(found)):
            raise ClientError(
                f"{self._path} is no state of a bot. Delete it, or give another --state FILE."
            )
        if fold(found["room"]) != fold(self._room):
            raise ClientError(
                f"{self._path} is the state of a bot in #{found['room']}, not in #{self._room}."
                " Give another --state FILE."
            )
        self.id = found["id"]
        self.bookmark = self._seen = found["bookmark"]
        self._settled = set(found["settled"])
        self._saved = text

    def _is_whole(self, found: dict[str, Any]) -> bool:
        id, room, bookmark, settled = map(found.get, ("id", "room", "bookmark", "settled"))
        return (
            isinstance(id, str)
            and _ID.fullmatch(id) is not None
            and isinstance(room, str)
            and isinstance(bookmark, str)
            and (not bookmark or _BOOKMARK.fullmatch(bookmark) is not None)
            and isinstance(settled, list)
            and all(isinstance(seq, int) for seq in settled)
        )


def default_path(where: str, room: str, name: str) -> str | None:
    """Return the path for the state of a bot of that name; None for a user without a home.

    ``where`` is the address of its server, ``room`` is "" for the lobby.
    """
    base = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(base):  # to be ignored (XDG Base Directory Specification)
        base = os.path.expanduser("~/.local/state")
    digest = hashlib.sha256("\n".join([where, fold(room), fold(name)]).encode()).hexdigest()[:8]
    shown = re.sub(r"[^\w.-]", "_", fold(name))  # it may be the path of a token
    file = "-".join(["bot", fold(room) or "lobby", shown or "guest", digest])
    return os.path.join(base, "chatd", f"{file}.json") if os.path.isabs(base) else None
