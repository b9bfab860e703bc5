"""The files of the page, and other answers that are the same for every client.

They are read once, when the daemon starts: no request, and no path in one, reaches the disk. This
module must not know the content of the files.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Protocol

from chatd.protocols.web.http.messages import Answer, Request

INDEX = "index.html"

TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "json": "application/json; charset=utf-8",
    "webmanifest": "application/manifest+json",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}
"""The types of files, by the ends of their names; other files are not served."""

_ALWAYS_ASK = ("Cache-Control", "no-cache")


class Entry(Protocol):
    """A file or a directory of a package, as `importlib.resources` has them.

    (Its own name for them is not the same in all versions of Python.)
    """

    @property
    def name(self) -> str: ...

    def is_dir(self) -> bool: ...

    def is_file(self) -> bool: ...

    def iterdir(self) -> Iterator[Entry]: ...

    def read_bytes(self) -> bytes: ...


class File:
    """A file as it is sent, packed or not."""

    def __init__(self, body: bytes, type: str) -> None:
        self._body = body
        self._packed = gzip.compress(body, 9, mtime=0)
        self._type = type
        self._tag = sha256(body).hexdigest()[:32]

    def answer(self, request: Request) -> Answer:
        """Return the file, or an answer that the one the client has is still valid."""
        packed = request.accepts_gzip() and len(self._packed) < len(self._body)
        tag = f'"{self._tag}-gzip"' if packed else f'"{self._tag}"'
        headers = [("ETag", tag), ("Vary", "Accept-Encoding"), _ALWAYS_ASK]
        known = request.header("if-none-match")
        if known is not None and _is_among(tag, known):
            return Answer(304, headers)
        headers.append(("Content-Type", self._type))
        if packed:
            headers.append(("Content-Encoding", "gzip"))
        return Answer(200, headers, self._packed if packed else self._body)


StaticFiles = Mapping[tuple[str, ...], File]
"""Files by their paths. The path of `INDEX` is empty."""


def page_of(directory: Entry | None = None) -> StaticFiles:
    """Return the files of the page, in a directory and those in it; by default, the package's."""
    if directory is None:
        directory = files("chatd.protocols.web") / "page"
    return {
        () if path == (INDEX,) else path: File(file.read_bytes(), TYPES[ending])
        for path, file in _files(directory)
        if (ending := file.name.rpartition(".")[2]) in TYPES
    }


def json_file(value: object) -> File:
    """Return a value as a file of JSON, indented for readers."""
    return File(json.dumps(value, indent=1).encode() + b"\n", TYPES["json"])


def _files(directory: Entry) -> Iterator[tuple[tuple[str, ...], Entry]]:
    for entry in directory.iterdir():
        if entry.is_dir():
            for path, file in _files(entry):
                yield (entry.name, *path), file
        elif entry.is_file():
            yield (entry.name,), entry


def _is_among(tag: str, known: str) -> bool:
    """Return True if a tag is one of those in an ``If-None-Match`` (RFC 9110 section 13.1.2)."""
    tags = (each.strip().removeprefix("W/") for each in known.split(","))
    return any(each in (tag, "*") for each in tags)
