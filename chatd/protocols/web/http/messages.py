"""Requests and answers of HTTP as plain values, with paths, parameters, cookies and JSON. Pure.

This module must not know connections or sessions, nor how bytes become a request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from itertools import chain
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from chatd.errors import CUT_OFF, UNSURE_SECONDS, ErrorKind, Refusal, short
from chatd.event import Bookmark, bookmark_of
from chatd.formats.json import each_once, object_in_pieces
from chatd.i18n import Language, sentence_over_http
from chatd.protocols.web.http.same_origin import Host, host_of
from chatd.text.escaping import encode_json, encode_line
from chatd.text.json_input import decode_json

HEADERS = 100
"""Most header fields of a request. Browsers send some twenty."""

HEADER_BYTES = 16 * 1024
"""Most bytes of all of them, as in other servers."""

TARGET_BYTES = 4096
"""Most bytes of the path and the query together."""

LANGUAGES = 30
"""Most languages of a request that are looked at. Browsers send a few."""

BODY_BYTES = 64 * 1024
"""Most bytes of a body."""

R = TypeVar("R")

STATUS = {
    ErrorKind.INVALID_MESSAGE: 422,
    ErrorKind.INVALID_NAME: 422,
    ErrorKind.NAME_IN_USE: 409,
    **dict.fromkeys((ErrorKind.NO_ROOM, ErrorKind.NOBODY, ErrorKind.NO_LINE), 404),
    ErrorKind.INBOX_FULL: 503,
    ErrorKind.NOT_REGISTERED: 404,
    ErrorKind.WRONG_PASSWORD: 401,
    ErrorKind.TOO_MANY_TRIES: 429,
    ErrorKind.USED_UP: 429,
    ErrorKind.NOT_ENCRYPTED: 403,
    ErrorKind.NOT_SAID: 422,
    ErrorKind.NO_ACCOUNTS: 501,
    ErrorKind.NOT_CHECKED: 503,
    ErrorKind.NOT_ALLOWED: 403,
    ErrorKind.UNKNOWN_COMMAND: 404,
    ErrorKind.WRONG_USE: 422,
    ErrorKind.NOT_SAVED: 503,
    ErrorKind.NOT_KNOWN: 503,
    ErrorKind.NOT_READABLE: 503,
    ErrorKind.FULL: 503,
    ErrorKind.WRONG_PROTOCOL: 400,
    ErrorKind.BAD_REQUEST: 400,
    ErrorKind.SERVER_ERROR: 500,
}
"""The status of an answer that is an error, unless the error has another one."""

NO_STORE = ("Cache-Control", "no-store")

# Headers that may be sent once: two readers of a request that has two could use different ones.
_SINGLE = frozenset(
    (
        *("host", "origin", "authorization", "content-type", "content-length", "content-encoding"),
        *("transfer-encoding", "idempotency-key", "last-event-id", "expect"),
        "chatd-proof",
        *("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"),
        *("sec-websocket-key", "sec-websocket-version"),
    )
)

_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ABSOLUTE = re.compile(r"https?://([^/?#]*)([/?][^#]*)?", re.IGNORECASE)
_RANGE = re.compile(r"\s*([A-Za-z*][A-Za-z0-9*-]*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")


class Problem(Refusal):
    """A request that is answered with an error.

    ``status`` and ``headers`` are those of the answer; without a status, it is that of the kind.
    ``line`` is the number of the line that was wrong.
    """

    def __init__(
        self,
        kind: ErrorKind,
        key: str,
        *,
        status: int = 0,
        headers: Sequence[tuple[str, str]] = (),
        line: int = 0,
        **values: object,
    ) -> None:
        super().__init__(kind, key, **values)
        self.status = status or STATUS[kind]
        self.headers = headers
        self.line = line


def bad_request(key: str = "bad_request", status: int = 400, **values: object) -> Problem:
    """Return the problem of a malformed request."""
    return Problem(ErrorKind.BAD_REQUEST, key, status=status, headers=(), line=0, **values)


def _not_an_object(members: Sequence[str]) -> Problem:
    return Problem(ErrorKind.WRONG_USE, "not_json", members=", ".join(members))


@dataclass(frozen=True)
class Request:
    """A request.

    ``path`` is its segments, decoded: none for ``/``; None for ``*``, the server as a whole.
    ``host`` is the host that was asked; None if none was named. ``headers`` are by name in lower
    case, as they came; ``body`` is whole.
    """

    method: str
    path: tuple[str, ...] | None
    query: str = ""
    host: Host | None = None
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the value of a header: of several, a list of all; None if there is none."""
        values = self.headers.get(name)
        return None if values is None else ", ".join(values)

    def parameter(self, name: str) -> str | None:
        """Return a parameter of the query; None if there is none.

        Raise `Problem` if it is there twice, or is no text.
        """
        found = [value for key, value in _parameters(self.query) if key == name]
        if len(found) > 1:
            raise Problem(ErrorKind.WRONG_USE, "parameter_twice", name=name)
        return found[0] if found else None

    def check_parameters(self, known: Collection[str]) -> None:
        """Raise `Problem` if the query has a parameter that is not known.

        A misspelt one that was passed over would do something else than was meant.
        """
        for name, _ in _parameters(self.query):
            if name not in known:
                key = "unknown_parameter" if known else "no_parameters"
                listed = ", ".join(known)
                raise Problem(ErrorKind.WRONG_USE, key, name=short(name), known=listed)

    def number(self, name: str, least: int, most: int) -> int | None:
        """Return a parameter that is a whole number in a range. Raise `Problem` if it is not."""
        text = self.parameter(name)
        if text is None:
            return None
        if not re.fullmatch("[0-9]{1,15}", text, re.ASCII) or not least <= int(text) <= most:
            raise Problem(ErrorKind.WRONG_USE, "not_a_number", name=name, least=least, most=most)
        return int(text)

    def bookmark(self, name: str) -> Bookmark | None:
        """Return a parameter that is a bookmark, or a seq. Raise `Problem` if it is neither."""
        text = self.parameter(name)
        return None if text is None else bookmark_in(name, text)

    def cookies(self, name: str) -> list[str]:
        """Return the values of all cookies of exactly that name, and ignore all others."""
        pairs = (
            pair.strip(" \t").partition("=")
            for header in self.headers.get("cookie", ())
            for pair in header.split(";")
        )
        return [value for key, found, value in pairs if found and key == name]

    @property
    def content_type(self) -> str:
        """The type of the body, in lower case, without parameters."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def json(self, *members: str) -> dict[str, Any]:
        """Return the object that the body is. Raise `Problem` if it lacks one of the members."""
        value = self.json_object(*members)
        if not all(member in value for member in members):
            raise _not_an_object(members)
        return value

    def json_object(self, *members: str) -> dict[str, Any]:
        """Return the object that the body is. Raise `Problem`, which names members, if it is none.

        It may lack them.
        """
        try:
            value = decode_json(self.body)
        except ValueError:
            raise bad_request("not_json", members=", ".join(members)) from None
        if not isinstance(value, dict):
            raise _not_an_object(members)
        return value

    @property
    def is_shown(self) -> bool:
        """True if a browser shows the answer to a person: it is no request of a program."""
        return "text/html" in (self.header("accept") or "") and (self.path or ("",))[0] != "api"

    def language(self, default: Language) -> Language:
        """Return the language of the answer: of those there are, the one the client prefers."""
        return self._preferred or default

    @cached_property
    def _preferred(self) -> Language | None:
        best, weight = None, 0.0
        for range_ in (self.header("accept-language") or "").split(",", LANGUAGES)[:LANGUAGES]:
            match = _RANGE.fullmatch(range_)
            if match is None:
                continue
            try:
                language = Language(match[1].lower().partition("-")[0])
            except ValueError:
                continue
            quality = 1.0 if match[2] is None else float(match[2])
            if quality > weight:
                best, weight = language, quality
        return best

    def accepts_gzip(self) -> bool:
        """Return True if the body of the answer may be packed."""
        for coding in (self.header("accept-encoding") or "").split(","):
            name, _, quality = coding.replace(" ", "").lower().partition(";")
            if name in ("gzip", "*"):
                return not re.fullmatch(r"q=0(\.0*)?", quality)
        return False


@dataclass(frozen=True)
class Answer:
    """An answer.

    ``headers`` are those beside the ones that every answer has. ``closes`` is True for the last
    answer of a connection. With ``pieces``, the body is those, each made as it is sent, and no
    length is given.
    """

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    closes: bool = False
    pieces: Iterator[bytes] | None = None

    @property
    def reason(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase


def json_answer(
    status: int, value: object, headers: Iterable[tuple[str, str]] = (), *, closes: bool = False
) -> Answer:
    """Return an answer in JSON, which no cache stores."""
    type_ = ("Content-Type", "application/json; charset=utf-8")
    # With a line end, for a terminal.
    return Answer(status, (type_, NO_STORE, *headers), encode_json(value) + b"\n", closes)


def json_list_answer(
    members: Mapping[str, object],
    name: str,
    slices: Sequence[Sequence[R]],
    rows: Callable[[Sequence[R]], Sequence[object]],
) -> Answer:
    """Return an answer in JSON: some members, and a list under ``name``.

    ``rows`` returns the rows of the list for a slice. If there are several slices, the answer is
    made in pieces.
    """
    parts = map(rows, each_once(slices))
    if len(slices) > 1:
        pieces = chain(object_in_pieces(members, name, parts), [b"\n"])
        return replace(json_answer(200, None), body=b"", pieces=pieces)
    return json_answer(200, {**members, name: list(chain.from_iterable(parts))})


def error_answer(
    refusal: Refusal, language: Language, *, closes: bool = False, is_shown: bool = False
) -> Answer:
    """Return the answer that says why a request was refused.

    It is an object, or the sentence alone if ``is_shown`` to a person as it is.
    """
    if isinstance(refusal, Problem):
        status, headers, line = refusal.status, list(refusal.headers), refusal.line
    else:
        status, headers, line = STATUS[refusal.kind], [], 0
    if status == 401:
        headers.append(("WWW-Authenticate", 'Bearer realm="chatd"'))
    if status == 429 and isinstance(seconds := refusal.values.get("count"), int):
        headers.append(("Retry-After", str(seconds)))
    if refusal.kind is ErrorKind.NOT_KNOWN or refusal.key in CUT_OFF:
        headers.append(("Retry-After", str(UNSURE_SECONDS)))
    text = sentence_over_http(language, refusal.key, **refusal.values)
    if is_shown:
        headers += [("Content-Type", "text/plain; charset=utf-8"), NO_STORE]
        return Answer(status, headers, encode_line(text[:1].upper() + text[1:], b"\n"), closes)
    error = {"kind": refusal.kind.value, "key": refusal.key, "text": text}
    where = {"line": line} if line else {}
    return json_answer(status, {"error": {**error, **where}}, headers, closes=closes)


def request_of(
    method: bytes, target: bytes, headers: Iterable[tuple[bytes, bytes]], body: bytes = b""
) -> Request:
    """Return a request, of its parts as they came, with names of headers in lower case.

    Raise `Problem`.
    """
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    count = sum(map(len, found.values()))
    if count > HEADERS:
        raise bad_request("too_many_headers", 431, limit=HEADERS)
    if count > len(found) and (
        several := [name for name in found.keys() & _SINGLE if len(found[name]) > 1]
    ):
        raise bad_request("header_twice", name=min(several))
    if "transfer-encoding" in found and "content-length" in found:
        raise bad_request()  # another reader may use the other one as its length
    if len(target) > TARGET_BYTES:
        raise target_too_long()
    text, asked = target.decode("latin-1"), found.get("host", [None])[0]
    absolute = _ABSOLUTE.fullmatch(text)
    if absolute is not None:
        asked, text = absolute[1], absolute[2] or "/"
        text = f"/{text}" if text.startswith("?") else text
    path, _, query = text.partition("?")
    host = None
    if asked is not None:
        host = host_of(asked)
        if host is None:
            raise bad_request()
    if text == "*" and method == b"OPTIONS":
        segments = None
    elif path.startswith("/") and "#" not in text:
        segments = _segments(path)
    else:
        raise bad_request()
    return Request(method.decode("latin-1"), segments, query, host, found, body)


def target_too_long() -> Problem:
    """Return the problem of a path and a query that are too long."""
    return bad_request("target_too_long", 414, limit=TARGET_BYTES)


def _segments(path: str) -> tuple[str, ...]:
    """Return the decoded parts of a path.

    One that others may read as another path is refused (RFC 3986 section 3.3).
    """
    segments = tuple(_decoded(part, plus=False) for part in path[1:].split("/"))
    if any(part in (".", "..") or "/" in part or "\0" in part for part in segments):
        raise bad_request()
    return () if segments == ("",) else segments


def _parameters(query: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in query.split("&") if part)
    return [(_decoded(key, plus=True), _decoded(value, plus=True)) for key, _, value in pairs]


def _decoded(text: str, *, plus: bool) -> str:
    """Return a part of a target with its percents decoded, strictly. Raise `Problem`."""
    if plus:
        text = text.replace("+", " ")
    if "%" not in text and text.isascii():
        return text
    if _PERCENT.search(text):
        raise bad_request()
    try:
        # Bytes that came as they are count as percents do.
        return unquote_to_bytes(text.encode("latin-1")).decode()
    except UnicodeDecodeError:
        raise bad_request() from None


def bookmark_in(name: str, text: str) -> Bookmark:
    """Return the bookmark that a header or a parameter is. Raise `Problem`."""
    try:
        return bookmark_of(text)
    except ValueError:
        raise Problem(ErrorKind.WRONG_USE, "not_a_bookmark", name=name) from None
