"""Telnet taken out of a stream of bytes, and every request in it refused (RFC 854).

A client that has shown that it speaks telnet is asked for one thing: not to show typed text
(RFC 857) while that is a password.

Bytes in; data and replies out. This module must not know lines, text or sockets. The line end of
telnet, CR NUL, is left to the framer.
"""

from __future__ import annotations

from chatd.util.state import State

IAC = 0xFF
DONT, DO, WONT, WILL = 0xFE, 0xFD, 0xFC, 0xFB
SB, SE = 0xFA, 0xF0

MAX_SUBNEGOTIATION = 512
"""Most bytes of a subnegotiation after IAC SB, with IAC SE."""

# The lowest code in use: RFC 1184's EOF, SUSP and ABORT, and RFC 885's EOR, lie below RFC 854's.
_FIRST_COMMAND = 0xEC

# RFC 860: sent to learn that what came before was handled, and answered every time. A telnet
# client asks on each Ctrl+C and prints nothing until the answer comes.
_TIMING_MARK = 6

# RFC 857: the side that sends WILL echoes typed text; then the other side does not echo it.
_ECHO = 1

_VERBS = frozenset((WILL, WONT, DO, DONT))
_REFUSALS = {WILL: DONT, DO: WONT}

# Of all clients that were refused nothing: each has a set of its own otherwise, of 200 bytes.
_NONE: frozenset[tuple[int, int]] = frozenset()

_DATA = 0
_COMMAND = 1  # after IAC
_OPTION = 2  # after IAC and one of WILL, WONT, DO, DONT
_SUBNEGOTIATION = 3  # after IAC SB
_SUBNEGOTIATION_COMMAND = 4  # after IAC in there


class TelnetFilter:
    """The filter of one connection.

    The places at which its bytes are cut into reads make no difference. Commands other than
    requests are dropped without an answer. (AYT too: RFC 854 obliges only a system that gives this
    function to local users.) An IAC before a byte that is no command is no telnet: it stays, and
    its line is not UTF-8.
    """

    __slots__ = (
        "_negotiates",
        "_refused",
        "_state",
        "_subnegotiation_left",
        "_unanswered",
        "_verb",
        "hides",
    )

    def __init__(self) -> None:
        self._state = _DATA
        self._verb = 0
        self._subnegotiation_left = 0
        self._refused = _NONE
        self._negotiates = False
        self.hides = False
        """True while the client is asked to show no typed text."""
        self._unanswered = 0  # number of times that WILL ECHO was sent without a DO since

    def state(self) -> State:
        """Return what another process needs to go on in the middle of a command."""
        return {
            "state": self._state,
            "verb": self._verb,
            "left": self._subnegotiation_left,
            "refused": sorted(self._refused),
            "negotiates": self._negotiates,
            "hides": self.hides,
            "unanswered": self._unanswered,
        }

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self._state, self._verb = state["state"], state["verb"]
        self._subnegotiation_left = state["left"]
        self._refused = frozenset((verb, option) for verb, option in state["refused"]) or _NONE
        self._negotiates, self.hides = state["negotiates"], state["hides"]
        self._unanswered = state["unanswered"]

    def hide(self, hidden: bool) -> bytes:
        """Return the bytes by which typed text is ``hidden``, or shown again.

        They are empty for a client that has not sent a telnet request: it may not understand them.
        """
        if hidden == self.hides or not self._negotiates:
            return b""
        self.hides = hidden
        self._unanswered += hidden
        return bytes((IAC, WILL if hidden else WONT, _ECHO))

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Take bytes that were read; return them without telnet, and the reply to send.

        Any bytes are valid. Each request is refused once in the life of a connection (a timing mark
        every time), so no peer can be caught in a loop; WONT and DONT are never answered, for the
        same reason (RFC 854). Over the life of a connection, replies are never longer than what was
        fed.
        """
        if self._state == _DATA and IAC not in data:
            return data, b""
        kept, reply = bytearray(), bytearray()
        for byte in data:
            if self._state == _DATA:
                if byte == IAC:
                    self._state = _COMMAND
                else:
                    kept.append(byte)
            elif self._state == _COMMAND:
                if byte in _VERBS:
                    self._verb = byte
                    self._state = _OPTION
                elif byte == SB:
                    self._subnegotiation_left = MAX_SUBNEGOTIATION
                    self._state = _SUBNEGOTIATION
                else:
                    self._state = _DATA
                    if byte < _FIRST_COMMAND:
                        kept += bytes((IAC, byte))
                    elif byte == IAC:
                        kept.append(byte)
            elif self._state == _OPTION:
                self._state = _DATA
                reply += self._answer(byte)
            else:
                self._skip(byte)
        return bytes(kept), bytes(reply)

    def _answer(self, option: int) -> bytes:
        request = (self._verb, option)
        self._negotiates = self._negotiates or self._verb in _REFUSALS
        if request == (DO, _ECHO) and self._unanswered:
            self._unanswered -= 1  # the answer, and no request; DONT needs no answer
            return b""
        if self._verb not in _REFUSALS or request in self._refused:
            return b""
        if option != _TIMING_MARK:
            self._refused |= {request}
        return bytes((IAC, _REFUSALS[self._verb], option))

    def _skip(self, byte: int) -> None:
        """Pass over one byte of a subnegotiation."""
        self._subnegotiation_left -= 1
        after_iac = self._state == _SUBNEGOTIATION_COMMAND
        if (after_iac and byte == SE) or not self._subnegotiation_left:
            self._state = _DATA
        elif byte == IAC and not after_iac:
            self._state = _SUBNEGOTIATION_COMMAND
        else:
            # IAC IAC is a byte of the subnegotiation, and other commands have no place in it.
            self._state = _SUBNEGOTIATION
