"""The one encoder: text that somebody chose, made safe for anybody's terminal.

Whatever a person typed (lines, names, topics, what an error quotes, what the log repeats) passes
through here on its way out, on every path, because a check on the way in can be forgotten for one
of them. What a terminal would obey is shown instead of removed: removing it could join two halves
into something new.

This module must not know who wrote the text, who reads it, or what a line looks like around it.
"""

from collections.abc import Sequence


def _show(code: int) -> str:
    if code < 0x80:
        return "^" + chr(code ^ 0x40)
    if code < 0x100:
        return f"\\x{code:02x}"
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"


_UNSAFE = (
    *(code for code in range(0x20) if chr(code) != "\t"),  # C0: ESC, CR, BEL
    *range(0x7F, 0xA0),  # DEL, and C1: some terminals take U+009B for CSI (RFC 5198 section 2)
    *(0x2028, 0x2029),  # line and paragraph separators
    *(0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),  # CVE-2021-42574
    *range(0x206A, 0x2070),  # deprecated formats
    *range(0xFFF9, 0xFFFC),  # interlinear annotation
    0xE0001,  # language tag
    *range(0xD800, 0xE000),  # lone surrogates, which UTF-8 cannot carry
    *range(0xFDD0, 0xFDF0),  # noncharacters, and the two at the end of each plane (Unicode 23.7)
    *(plane | end for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)),
)

_SHOWN = {code: _show(code) for code in _UNSAFE}


def visible(text: str) -> str:
    r"""Return *text* with all that a terminal might obey shown in plain characters.

    TAB stays. C0 and DEL are shown in caret notation (``^[``, ``^?``), C1 as ``\x9b``, line
    separators, bidi controls, noncharacters and lone surrogates as ``\u202e`` or ``\U000e0001``.
    Takes any string and never raises.
    """
    # Nothing unsafe is printable, so ordinary text in any language leaves here.
    if text.isprintable():
        return text
    return text.translate(_SHOWN)


def encode_line(text: str, eol: bytes) -> bytes:
    """Return *text* as one line for the wire: see `encode_lines`."""
    return encode_lines([text], eol)


def encode_lines(texts: Sequence[str], eol: bytes) -> bytes:
    """Return *texts* as lines for the wire: made visible, in UTF-8, with *eol* behind each.

    Takes any strings and never raises. A newline inside a text is shown as ``^J``, so the result
    is as many lines as there are texts; and it never holds 0xFF, which telnet would take for a
    command.
    """
    if not "".join(texts).isprintable():  # one look, for a whole batch
        texts = [visible(text) for text in texts]
    end = eol.decode()
    return (end.join(texts) + end).encode() if texts else b""
