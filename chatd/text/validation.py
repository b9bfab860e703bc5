"""Rules for lines, names and names of rooms, and for first lines that are not a chat client's.

Pure rules on bytes and text. This module must not know sockets, sessions, which names are in use,
or the wording of an error. It does not escape text: `chatd.text.escaping` does.
"""

import codecs
import enum
import re
import unicodedata
from functools import cache, lru_cache
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

from chatd.text.blanks import UNSEEN, is_blank
from chatd.text.confusables import is_of_one_script, skeleton
from chatd.text.folding import fold, has_long_run, normalize

MAX_NAME_LENGTH = 32
"""Most code points of a name, in NFC."""

MAX_MARKS = 2
"""Most combining marks on one letter of a name: Thai and Vietnamese need two."""

TERMINAL_LINE_BYTES = 4095
"""Most bytes of a line, its end aside, that a terminal of Linux hands on unless each key is read by
itself (`N_TTY_BUF_SIZE` in drivers/tty/n_tty.c); it drops the rest."""

IPV6_PREFIXES = (64, 56, 48)
"""Lengths in bits of the IPv6 networks that may have one owner, from the smallest network."""

# Select Graphic Rendition, the colours of build output (ECMA-48 8.3.117). Nothing looser: any other
# sequence that starts with ESC, or remains after one inside it was removed, is escaped.
_SGR = re.compile(r"\x1b\[[0-9;:]*m")

RESERVED = (
    # Names of the server, and words that its lines begin with.
    *("chatd", "server", "servidor", "private", "system", "sistema", "root"),
    # Titles of operators and moderators.
    *("admin", "administrator", "administrador", "administradora"),
    *("operator", "operador", "operadora", "moderator", "moderador", "moderadora"),
    # The services of IRC networks, to which clients send passwords by themselves.
    *("nickserv", "chanserv", "hostserv", "memoserv", "operserv", "saslserv", "histserv"),
    *("botserv", "authserv", "userserv"),
)
"""Names that cannot be taken, in small letters of ASCII."""

GUEST_WORDS = ("guest", "invitado")
"""The words that begin a guest's name, which a number ends, in each language. Nor can these be
taken, in a store of any language."""

_MARKS = str.maketrans("", "", "._-")
_GUEST = re.compile(rf"(?:{'|'.join(GUEST_WORDS)})\d+")  # any script's decimal digits

# RFC 9112 section 3; a token is RFC 9110 section 5.6.2.
_TCHAR = rb"[!#$%&'*+\-.^_`|~0-9a-z]"
_VERSION = rb" http/\d\.\d"
_HTTP_REQUEST = re.compile(_TCHAR + rb"+ \S+" + _VERSION, re.IGNORECASE)
_HTTP_REQUEST_ENDS = re.compile(_TCHAR + rb".*" + _VERSION, re.IGNORECASE | re.DOTALL)


_IRC_GREETINGS = (b"CAP ", b"PASS ", b"NICK ", b"USER ")


class LineFault(enum.Enum):
    """The reason for which a line is invalid."""

    BLANK = "blank"
    TOO_LONG = "too long"
    NOT_UTF8 = "not UTF-8"
    CUT = "cut by a terminal"
    MARKS = "too many marks in a row"


class InvalidLine(ValueError):
    """An invalid line, which is not sent on. ``reason`` is the reason."""

    def __init__(self, reason: LineFault) -> None:
        super().__init__(reason.value)
        self.reason = reason


class NameFault(enum.Enum):
    """The reason for which a text is not a valid name."""

    FORM = "has not the form of a name"
    SCRIPTS = "mixes scripts"
    RESERVED = "is the server's"
    ADDRESS = "reads as an address"
    DOT = "ends in a dot"


class InvalidName(ValueError):
    """A text that is not a valid name. ``reason`` is the reason."""

    def __init__(self, reason: NameFault) -> None:
        super().__init__(reason.value)
        self.reason = reason


KEPT_OF_LONG = 256
"""Bytes that are checked of a first line that was too long to be buffered."""

_UTF8 = codecs.getincrementaldecoder("utf-8")

_SURROGATE = re.compile("[\ud800-\udfff]")


def validate_line(raw: bytes, max_length: int) -> str:
    """Return the text of a valid line, without its colours, but with the spaces around it.

    *raw* is without its line end; *max_length* is in characters (code points), counted without
    colours. The text may contain control characters: they are escaped later, and not refused.

    Raises `InvalidLine` if the line is not strict UTF-8 (RFC 3629), see `fault_of_bytes`; blank
    (`chatd.text.blanks.is_blank`), too long, or has more than `chatd.text.folding.MAX_RUN`
    combining marks in a row; with the first of these reasons that applies.
    """
    # No separate path for ASCII: each of these steps is one quick look at ASCII.
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise InvalidLine(fault_of_bytes(raw)) from None
    return _line_of(text, max_length)


def fault_of_bytes(raw: bytes) -> LineFault:
    """Return why a line is no text: it was cut by a terminal, or else it is not UTF-8.

    A line of `TERMINAL_LINE_BYTES` that ends within a character was cut: a terminal drops the rest.
    """
    if len(raw) == TERMINAL_LINE_BYTES:
        try:
            _UTF8().decode(raw)
        except UnicodeDecodeError:
            return LineFault.NOT_UTF8
        return LineFault.CUT
    return LineFault.NOT_UTF8


def validate_text(text: str, max_length: int) -> str:
    """Return a line that is text already if it is valid, as `validate_line` does.

    Half of a surrogate pair, which UTF-8 cannot represent, counts as not UTF-8.
    """
    if _SURROGATE.search(text):
        raise InvalidLine(LineFault.NOT_UTF8)
    return _line_of(text, max_length)


def _line_of(text: str, max_length: int) -> str:
    if "\x1b" in text:
        text = _SGR.sub("", text)
    # Most lines begin with a character that is seen. That look costs no call.
    if not text or (text[0] in UNSEEN and is_blank(text)):
        raise InvalidLine(LineFault.BLANK)
    if len(text) > max_length:
        raise InvalidLine(LineFault.TOO_LONG)
    if has_long_run(text):  # each comparison of such a text costs much
        raise InvalidLine(LineFault.MARKS)
    return text


def is_utf8(line: bytes, *, whole: bool = True) -> bool:
    """Return True if a line is strict UTF-8; if not *whole*, if its beginning is.

    See `is_http_request`.
    """
    try:
        # The first bytes of a long line may end in the middle of a character.
        _UTF8().decode(line if whole else line[:KEPT_OF_LONG], final=whole)
    except UnicodeDecodeError:
        return False
    return True


def validate_name(text: str) -> str:
    """Return *text* as a name, in NFC.

    A name is 1 to `MAX_NAME_LENGTH` code points: letters and decimal digits of one script (see
    `chatd.text.confusables.is_of_one_script`), ``_``, ``-`` and ``.``, starting with a letter or
    digit. A letter may have `MAX_MARKS` combining marks. Characters that show nothing are refused.
    Raises `InvalidName` for anything else.
    """
    # NFC makes at most four code points into one.
    if len(text) > 4 * MAX_NAME_LENGTH:
        raise InvalidName(NameFault.FORM)
    name = normalize("NFC", text)
    # With characters that show nothing, two names could look the same.
    if not 1 <= len(name) <= MAX_NAME_LENGTH or not UNSEEN.isdisjoint(name):
        raise InvalidName(NameFault.FORM)
    marks_left = 0
    for place, character in enumerate(name):
        category = unicodedata.category(character)
        if category.startswith("L"):
            marks_left = MAX_MARKS
        elif category in ("Mn", "Mc") and marks_left:
            marks_left -= 1
        elif category == "Nd" or (place and character in "_-."):
            marks_left = 0
        else:
            raise InvalidName(NameFault.FORM)
    if not is_of_one_script(name):
        raise InvalidName(NameFault.SCRIPTS)
    return name


def validate_room_name(text: str) -> str:
    """Return the name of a room, written ``#ops`` or ``ops``, as `validate_name` does."""
    return validate_name(text.removeprefix("#"))


@lru_cache(maxsize=256)  # a name that is taken is asked for ten times
def looks(name: str) -> frozenset[str]:
    """Return the skeletons of a name, as it is written and in small letters.

    Two names of which one can be taken for the other have a skeleton in common; so have two that
    are equal after `fold`. Takes any string.
    """
    return frozenset((skeleton(name), skeleton(fold(name))))


def check_new_name(name: str) -> None:
    """Raise `InvalidName` if a valid name is not allowed as a new one.

    An account may have such a name from an earlier version of chatd, and keeps it.
    """
    if is_reserved(name):
        raise InvalidName(NameFault.RESERVED)
    if is_address(name):
        raise InvalidName(NameFault.ADDRESS)
    check_end(name)


def check_end(name: str) -> None:
    """Raise `InvalidName` if a new name, also a room's, ends in a dot: a sentence does, too."""
    if name.endswith("."):
        raise InvalidName(NameFault.DOT)


@lru_cache(maxsize=256)
def is_reserved(name: str) -> bool:
    """Return True if a name is one of `RESERVED`, or a guest's, or looks like one.

    Case is ignored, and so are ``.``, ``_`` and ``-``.
    """
    if _GUEST.fullmatch(fold(name).translate(_MARKS)):
        return True
    return any(_like_reserved().fullmatch(look.translate(_MARKS)) for look in looks(name))


def _skeletons_of(name: str) -> str:
    """Return a pattern for the skeletons of a name in small letters and in any other case."""
    return "".join(
        f"(?:{re.escape(skeleton(letter))}|{re.escape(skeleton(letter.upper()))})"
        for letter in name
    )


@cache
def _like_reserved() -> re.Pattern[str]:
    """Return a pattern of skeletons, compiled when a new name comes: clients do without it."""
    return re.compile(
        # In a skeleton, 1 is l and 0 is O.
        "|".join(
            (
                *map(_skeletons_of, RESERVED),
                *(_skeletons_of(word) + "[lO2-9]+" for word in GUEST_WORDS),
            )
        )
    )


def is_address(name: str) -> bool:
    """Return True if a name reads as an IPv4 address.

    Also if it has fewer or more parts than four, as ``10.1``, is in hexadecimal (`inet_aton(3)`
    takes both), or has letters that look like digits. (No name has a colon, as IPv6 addresses
    have.)
    """
    if "." not in name or not any(map(str.isdecimal, name)):
        return False
    return any(map(_ADDRESS.fullmatch, (fold(name), *looks(name))))


_ADDRESS = re.compile(r"(?:[\dlO]+|0x[\da-f]*)(?:\.(?:[\dlO]+|0x[\da-f]*))+")


_HOST_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*", re.IGNORECASE | re.ASCII)


def is_host_name(text: str) -> bool:
    """Return True if a text has the form of a host name as browsers send it.

    Letters beyond ASCII are Punycode there.
    """
    return _HOST_NAME.fullmatch(text) is not None


def is_ipv4(text: str) -> bool:
    """Return True if a text is an IPv4 address: four decimals, without leading zeros."""
    try:
        inet_pton(AF_INET, text)  # takes a tenth of the time of `ip_address`
    except (OSError, ValueError):
        return False
    return True


@lru_cache(maxsize=1024)
def networks_of_host(host: str) -> tuple[str, ...]:
    """Return the networks of an IP address that may have one owner, from the smallest one.

    An IPv4 address alone, or the /64, the /56 and the /48 of an IPv6 address: a host may have all
    addresses of a /64 (RFC 8981), a home a /56 and a site a /48 (RFC 6177). An IPv4 address that is
    mapped to IPv6 is IPv4. Raises `ValueError` if *host* is no IP address.

    The last ones are cached: an IPv6 address takes 3 us, and a cached one 0.1. (`ip_network` takes
    60, which was a fifth of all work in an attack from many networks.)
    """
    if is_ipv4(host):
        return (host,)
    try:
        packed = inet_pton(AF_INET6, host.partition("%")[0])
    except (OSError, ValueError):
        raise ValueError(f"{host!r} does not appear to be an IP address") from None
    if packed.startswith(_IPV4_MAPPED):
        return (inet_ntop(AF_INET, packed[len(_IPV4_MAPPED) :]),)
    return tuple(
        f"{inet_ntop(AF_INET6, packed[: bits // 8].ljust(len(packed), bytes(1)))}/{bits}"
        for bits in IPV6_PREFIXES
    )


_IPV4_MAPPED = bytes(10) + b"\xff\xff"
"""The beginning of an IPv4 address that is mapped to IPv6 (RFC 4291)."""


def network_of_host(host: str) -> str:
    """Return the network that counts as one address: an IPv4 address, or a /64 of IPv6.

    It is the first of `networks_of_host`, which raises the same.
    """
    return networks_of_host(host)[0]


def is_http_request(line: bytes, *, whole: bool = True) -> bool:
    """Return True if a connection's first line is an HTTP request: method, target, version.

    A method is any token, in any case: a web page may choose its own. If *whole* is false, the line
    was too long to be buffered and *line* is its beginning and its end, without the middle (method
    and target may each be longer than the part that was buffered); then the version at its end
    decides.
    """
    pattern = _HTTP_REQUEST if whole else _HTTP_REQUEST_ENDS
    return pattern.fullmatch(line) is not None


def is_tls_hello(line: bytes) -> bool:
    """Return True if a connection's first line, or its beginning, is that of a TLS handshake.

    RFC 8446 section 5.1: a handshake record of any version. A web page can cause one.
    """
    return line.startswith(b"\x16\x03")


def is_irc_greeting(line: bytes) -> bool:
    """Return True if a connection's first line, or its beginning, is that of an IRC client.

    RFC 2812 section 3.1, and IRCv3 capability negotiation. Clients send these in capitals.
    """
    return line.startswith(_IRC_GREETINGS)
