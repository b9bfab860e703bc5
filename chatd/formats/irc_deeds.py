"""Deeds as lines of IRC: changes of modes, invitations.

A deed that clients keep as a state is the line that changes it, with its author as the source. The
one that puts a person out is none: the presence of that person says so. This module must not know
who may do a deed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chatd.event import Deed, Event
from chatd.formats.irc_lines import irc_line
from chatd.formats.irc_roles import mode_letter

_OF_ROLES = {"op": "+o", "unop": "-ov", "voice": "+v", "unvoice": "-v"}
"""The changes of the modes of a person. An operator may have had a voice before."""

_OF_BANS = {"ban": "+b", "unban": "-b"}

_OPENED = "-" + "".join(sorted({mode_letter("private"), mode_letter("moderated")}))

_NOT_SHOWN = ("kick", "uninvite")
"""Deeds of which others need not know, or know otherwise."""


def ban_mask(name: str) -> str:
    """Return the mask of a ban of a name."""
    return f"{name}!*@*"


def deed_lines(
    event: Event, mask_of: Callable[[str], str], capabilities: frozenset[str]
) -> list[str] | None:
    """Return the lines of a deed, without their ends; None if only words can tell it.

    ``mask_of`` returns the mask of a person.
    """
    deed = _deed_of(event)
    if deed is None:
        return None
    source, channel = mask_of(event.author), f"#{event.room}"
    if deed.verb in _NOT_SHOWN:
        return []
    if deed.verb == "invite":
        if "invite-notify" in capabilities:
            return [irc_line("INVITE", deed.target, channel, source=source)]
        return []
    modes = list(_modes(deed))
    return [irc_line("MODE", channel, *modes, source=source)] if modes else None


def is_told(event: Event) -> bool:
    """Return True if words tell more of a deed than its lines: why, or what no mode has."""
    deed = _deed_of(event)
    if deed is None:
        return True
    if deed.verb == "mode":
        return deed.target == "announce"
    return deed.verb == "close" or (deed.verb in _OF_BANS and bool(deed.reason))


def _deed_of(event: Event) -> Deed | None:
    try:
        return Deed.of(event.text)
    except ValueError:  # stored by a later chatd
        return None


def _modes(deed: Deed) -> Iterator[str]:
    """Yield the parameters of a MODE about a room; none if no mode says what the deed does."""
    verb, target, _, _ = deed
    if verb in _OF_ROLES:
        change = _OF_ROLES[verb]
        yield change
        yield from [target] * len(change[1:])
    elif verb in _OF_BANS and not target.startswith("@"):
        yield _OF_BANS[verb]
        yield ban_mask(target)
    elif verb == "close":
        yield f"+{mode_letter('closed')}"
    elif verb in ("mode", "create"):
        letter = mode_letter(target)
        if letter:
            yield f"+{letter}"
        elif verb == "mode":
            yield _OPENED
