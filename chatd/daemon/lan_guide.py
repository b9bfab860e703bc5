"""The lines of the log by which people on the local network come in: commands, and a picture.

Operators read them aloud, or paste them into a message, so each command is whole. This module must
not know how addresses are bound.
"""

from __future__ import annotations

from functools import partial
from ipaddress import IPv6Address
from itertools import chain

from chatd.daemon.lan import PORTS, LanDoors
from chatd.daemon.listener_settings import Lan, ListenerKind
from chatd.daemon.settings import Settings
from chatd.i18n import sentence
from chatd.util.extras import how_to_install
from chatd.util.interfaces import Address

_QUIET = 2
"""Empty modules around a QR code. The standard asks for four; cameras read it with two, and it fits
24 lines of a terminal."""

_BLOCKS = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
"""Characters for two modules, the upper and the lower one; true for a dark one. Most terminals are
dark, so the light ones are drawn."""


def guide(doors: LanDoors, settings: Settings, *, on_terminal: bool) -> list[str]:
    """Return the lines. ``on_terminal`` if the log is read on one that can show a picture."""
    say = partial(sentence, settings.language)
    lines = [say("log_lan_public")] if settings.lan is Lan.ALL else []
    if not doors.addresses:
        return [*lines, say("log_lan_nowhere")]
    pair = doors.certificate.pair
    place = _place(doors.addresses[0], PORTS[ListenerKind.CHAT])
    url = f"https://{_place(doors.addresses[0], PORTS[ListenerKind.WEB])}/"
    lines += [
        say("log_lan", addresses=", ".join(map(str, doors.addresses))),
        say("log_lan_chatd", command=f"chatd connect {place} --fingerprint {pair.fingerprint}"),
        say("log_lan_openssl", command=f"openssl s_client -quiet -connect {place}"),
        say("log_lan_browser", url=url),
    ]
    if doors.certificate.is_self_signed:
        lines.append(say("log_lan_warning", digest=pair.digest))
    if on_terminal:
        picture = picture_of(url)
        command = how_to_install("qr")
        lines.append(picture or say("log_lan_no_picture", url=url, command=command))
    return lines


def picture_of(url: str) -> str | None:
    """Return a QR code of a URL as lines of text, the first one empty; None without segno."""
    try:
        import segno
    except ImportError:
        return None
    rows = [list(map(bool, row)) for row in segno.make(url, micro=False).matrix_iter(1, _QUIET)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    lines = ("".join(map(_BLOCKS.__getitem__, zip(*pair, strict=True))) for pair in pairs)
    return "\n".join(chain([""], lines))


def _place(address: Address, port: int) -> str:
    return f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"
