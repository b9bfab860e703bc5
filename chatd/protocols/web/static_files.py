"""The files of the page, and other answers that are the same for every client.

They are read once, when the daemon starts: no request, and no path in one, reaches the disk. This
module must not know the content of the files.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from chatd.protocols.web.bundle import INDEX, bundled, version_of
from chatd.protocols.web.http.messages import Answer, Request

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
_KEEP = ("Cache-Control", "max-age=31536000, immutable")


class File:
    """A file as it is sent, packed or not.

    A browser asks each time whether there is a newer one, unless it asked for this ``version``.
    """

    def __init__(self, body: bytes, type: str, version: str | None = None) -> None:
        self._body = body
        self._packed = gzip.compress(body, 9, mtime=0)
        self._type = type
        self._version = version
        self._tag = sha256(body).hexdigest()[:32]

    def answer(self, request: Request) -> Answer:
        """Return the file, or an answer that the one the client has is still valid."""
        packed = request.accepts_gzip() and len(self._packed) < len(self._body)
        tag = f'"{self._tag}-gzip"' if packed else f'"{self._tag}"'
        caching = _KEEP if self._version and request.query == self._version else _ALWAYS_ASK
        headers = [("ETag", tag), ("Vary", "Accept-Encoding"), caching]
        known = request.header("if-none-match")
        if known is not None and _is_among(tag, known):
            return Answer(304, headers)
        headers.append(("Content-Type", self._type))
        if packed:
            headers.append(("Content-Encoding", "gzip"))
        return Answer(200, headers, self._packed if packed else self._body)


StaticFiles = Mapping[tuple[str, ...], File]
"""Files by their paths. The path of `INDEX` is empty."""


def page_of(directory: Path | None = None) -> StaticFiles:
    """Return the files of the page in a directory; by default, the package's.

    Raise `BundleError` if its modules cannot be put together.
    """
    found = (directory or files("chatd.protocols.web") / "page").iterdir()
    sources = {file.name: file.read_bytes() for file in found if _ending(file.name) in TYPES}
    version = version_of(sources)
    return {
        () if name == INDEX else (name,): File(body, TYPES[_ending(name)], version)
        for name, body in bundled(sources, version).items()
    }


def json_file(value: object) -> File:
    """Return a value as a file of JSON, indented for readers."""
    return File(json.dumps(value, indent=1).encode() + b"\n", TYPES["json"])


def _ending(name: str) -> str:
    return name.rpartition(".")[2]


def _is_among(tag: str, known: str) -> bool:
    """Return True if a tag is one of those in an ``If-None-Match`` (RFC 9110 section 13.1.2)."""
    tags = (each.strip().removeprefix("W/") for each in known.split(","))
    return any(each in (tag, "*") for each in tags)
