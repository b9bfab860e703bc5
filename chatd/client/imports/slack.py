"""The export of a Slack workspace: a folder or a zip of JSON files.

``users.json`` and ``channels.json`` list the people and the public channels; each channel has a
folder with a file a day. Replies in threads come among the other lines, in the order of time. Files
are told by their names. Private channels and direct messages are left out.

This module must not know a name or a room of chatd.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile

from chatd.client.imports.said import Bad, ImportRefused, Item, Said
from chatd.event import Kind
from chatd.util.whole_files import content_of

_TS = re.compile(r"(\d{1,11})(?:\.(\d{1,9}))?", re.ASCII)

_SPOKEN = frozenset(
    ("", "bot_message", "file_share", "me_message", "thread_broadcast", "file_comment")
)
"""Subtypes of messages that a person or a bot said, as the member ``subtype`` has them."""

_TOPICS = frozenset(("channel_topic", "group_topic"))

_USERS = "users.json", "org_users.json"
"""Lists of people: those of a workspace, and those of an organisation with several."""

_CHANNELS = "channels.json"

_LINK = re.compile(r"<([^<>]*)>")

MOST_BYTES = 1 << 28
"""Most bytes of a file of an export, unpacked: the users of a large organisation are half of it."""

_DAMAGES = (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error)
"""Errors of `zipfile` for a file that is damaged, encrypted, or packed in a way that is unknown."""

Messages = Sequence[tuple[str, dict[str, Any]]]
"""Messages of a channel, each with its place."""


class _Unreadable(Exception):
    """A file of an export cannot be read. The text is the reason."""


_Files = tuple[list[str], Callable[[str], bytes]]
"""The names of the files of an export, and what reads one. It raises `_Unreadable`."""


def _in_a_folder(path: Path) -> _Files:
    def read(name: str) -> bytes:
        try:
            return content_of(path / name, MOST_BYTES)
        except OSError as error:
            raise _Unreadable(error.strerror) from None

    return [each.relative_to(path).as_posix() for each in path.rglob("*.json")], read


def _in_a_zip(path: Path) -> _Files:
    """Return the files of a zip. Raises `ImportRefused` if it is none, and `OSError`."""
    none = ImportRefused("it is neither the folder nor the zip of a Slack export.")
    if path.is_fifo():  # which would be waited for
        raise none
    try:
        archive = ZipFile(path)
    except _DAMAGES:
        raise none from None

    def read(name: str) -> bytes:
        # The size that a zip gives for a file may be false, so no more than this is unpacked.
        try:
            with archive.open(name) as file:
                content = file.read(MOST_BYTES + 1)
        except _DAMAGES:
            raise _Unreadable("it is damaged or encrypted") from None
        if len(content) > MOST_BYTES:
            raise _Unreadable(f"it has more than {MOST_BYTES} bytes")
        return content

    return archive.namelist(), read


class Export:
    """An export, in a folder or in a zip. Raises `OSError` and `ImportRefused` if it is none."""

    def __init__(self, path: Path) -> None:
        names, self._read = _in_a_folder(path) if path.is_dir() else _in_a_zip(path)
        lists = [name for name in names if PurePosixPath(name).name == _CHANNELS]
        if not lists:
            raise ImportRefused(f"it has no {_CHANNELS}, as the export of a Slack workspace has.")
        # The one that is least deep: a zip may have all in a folder.
        self._root = min(lists, key=len).removesuffix(_CHANNELS)
        self._days: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            if name.endswith(".json") and name.startswith(self._root):
                folder, _, day = name.removeprefix(self._root).rpartition("/")
                self._days[folder].append(day)

    def read(self) -> Iterator[Item]:
        """Yield what was said in each public channel, in the order of time."""
        lists = [name for name in _USERS if name in self._days[""]]
        users = {
            str(user.get("id")): _name_of(user) for each in lists for user in self._needed(each)
        }
        channels = {str(each.get("id")): str(each.get("name")) for each in self._needed(_CHANNELS)}
        for channel in channels.values():
            messages: list[tuple[str, dict[str, Any]]] = []
            for day in self._days.get(channel, ()):
                name = f"{channel}/{day}"
                try:
                    found = self._list(name)
                except _Unreadable as unreadable:
                    yield Bad(name, str(unreadable))
                    continue
                messages += [
                    (f"{name}, message {number}", each) for number, each in enumerate(found, 1)
                ]
            yield from _said_in(channel, messages, users, channels)

    def _needed(self, name: str) -> list[dict[str, Any]]:
        """Return the objects in a list of the whole export. Raises `ImportRefused`."""
        try:
            return self._list(name)
        except _Unreadable as unreadable:
            raise ImportRefused(f"{name}: {unreadable}.") from None

    def _list(self, name: str) -> list[dict[str, Any]]:
        """Return the objects in a file. Raises `_Unreadable`."""
        content = self._read(self._root + name)
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            raise _Unreadable("it is not JSON") from None
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise _Unreadable("it is not a list of objects")
        return value


def _name_of(user: Mapping[str, Any]) -> str:
    """Return the name under which people saw a user."""
    profile = user.get("profile")
    shown = profile.get("display_name") if isinstance(profile, dict) else ""
    return str(shown or user.get("name") or user.get("id"))


def _said_in(
    channel: str, messages: Messages, users: Mapping[str, str], channels: Mapping[str, str]
) -> Iterator[Item]:
    items: list[tuple[tuple[int, int], Said]] = []
    for place, message in messages:
        subtype = str(message.get("subtype") or "")
        if subtype not in _SPOKEN | _TOPICS:
            yield None
            continue
        time = _TS.fullmatch(str(message.get("ts")))
        if time is None:
            yield Bad(place, "its ts is no time")
            continue
        whole = int(time[1]), int((time[2] or "").ljust(9, "0"))
        person, author = _author_of(message, users)
        if subtype in _TOPICS:
            kind, text = Kind.TOPIC, str(message.get("topic") or "")
        else:
            kind = Kind.ACTION if subtype == "me_message" else Kind.MESSAGE
            text = _text_of(message)
        text = _plain(text, users, channels)
        stamp = whole[0] * 1000 + whole[1] // 1_000_000
        items.append((whole, Said(place, channel, stamp, author, kind, text, person)))
    items.sort(key=lambda each: each[0])
    yield from (said for _, said in items)


def _author_of(message: Mapping[str, Any], users: Mapping[str, str]) -> tuple[str, str]:
    """Return what tells the author apart, and the author's name."""
    user = message.get("user")
    if user:
        return str(user), users.get(str(user), str(user))
    name = str(message.get("username") or message.get("bot_id") or "bot")
    return f"bot {name}", name


def _text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a message, of its attachments if it has none, and the names of files."""
    parts = [str(message.get("text") or "")]
    if not parts[0]:
        parts += [
            str(each.get("fallback") or each.get("text") or "")
            for each in _objects(message.get("attachments"))
        ]
    parts += [
        f"[{each.get('title') or each.get('name') or 'file'}]"
        for each in _objects(message.get("files"))
    ]
    return "\n".join(filter(None, parts))


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _plain(text: str, users: Mapping[str, str], channels: Mapping[str, str]) -> str:
    """Return a text of Slack as it was shown, with the addresses of links.

    See https://docs.slack.dev/messaging/formatting-message-text.
    """

    def shown(found: re.Match[str]) -> str:
        target, bar, label = found[1].partition("|")
        if target.startswith("@"):
            return "@" + (label or users.get(target[1:], target[1:])).removeprefix("@")
        if target.startswith("#"):
            return "#" + (label or channels.get(target[1:], target[1:])).removeprefix("#")
        if target.startswith("!"):
            return label or "@" + target[1:].partition("^")[0]
        target = target.removeprefix("mailto:")
        return f"{label} ({target})" if bar and label and label != target else target

    return unescape(_LINK.sub(shown, text))
