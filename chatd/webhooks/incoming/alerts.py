"""Alerts: what tells one from another, and whether it goes on.

An alert that is over is the one that began with the same identity. That of Alertmanager and Grafana
is a fingerprint, or the labels; in a message made for people, it is the title without the state.
Pure. This module must not know the lines that say an alert.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import NamedTuple

from chatd.webhooks.incoming.values import Json, object_at, text_at

_RESOLVED = ("resolved", "ok", "up", "normal")
_TITLES = (
    # Uptime Kuma to Slack, where the group and the name may be lines before it, and to Gotify
    re.compile(
        r"(?:[^\[\n]{1,200}\n){0,2}\[(?P<name>[^\]\n]{1,200})\]\s*"
        r"\[\W{0,4}(?P<state>down|up)\b[^\]\n]{0,10}\]",
        re.I,
    ),
    # Alertmanager and Grafana
    re.compile(
        r"\W{0,4}\[(?P<state>firing|alerting|resolved|ok)\b[^\]\n]{0,60}\]\s*(?P<name>.+)", re.I
    ),
    re.compile(r"\W{0,4}(?P<state>FIRING|ALERTING|RESOLVED)\b(?::\d+)?:?\s+(?P<name>.+)"),
    # Uptime Kuma to Discord and to Mattermost
    re.compile(
        r"\W{0,4}Your service (?P<name>.{1,200}) (?:went|is) (?P<state>down|up)[.!]\W{0,4}$", re.M
    ),
    re.compile(r"(?P<name>.{1,200}) service went (?P<state>down|up)[.!]$", re.M),
    # Healthchecks
    re.compile(r"“(?P<name>[^”\n]{1,200})” is (?P<state>DOWN|UP)\b"),
)
"""The titles that say the state of an alert, of the senders that have them."""


class Alert(NamedTuple):
    """An alert that a body has.

    ``identity`` is the same for all that is said of one alert, and for nothing else of its hook.
    ``line`` is the index of its first line among those of the body.
    """

    identity: str
    is_resolved: bool
    line: int = 0


def alert_of(object: Json, state: str) -> Alert:
    """Return the alert that an object of ``alerts`` is, given its state if it has none itself."""
    state = text_at(object, "status") or state
    fingerprint = text_at(object, "fingerprint")
    if not fingerprint:
        labels = object_at(object, "labels")
        fingerprint = repr(sorted((name, text_at(labels, name)) for name in labels))
    return Alert(_identity("alert", fingerprint), state.strip().lower() in _RESOLVED)


def alert_in(title: str) -> Alert | None:
    """Return the alert whose state a title says; None if it says none.

    A title is ``[FIRING:1] DiskFull``, say, or, of Uptime Kuma, ``[web] [DOWN] timeout``.
    """
    title = "\n".join(title.strip().split("\n", 3)[:3])
    for pattern in _TITLES:
        if (found := pattern.match(title)) is not None:
            name, state = found["name"].strip(), found["state"].lower()
            return Alert(_identity("title", name), state in _RESOLVED)
    return None


def _identity(kind: str, text: str) -> str:
    """Return a digest, so that all identities are short."""
    return sha256(f"{kind} {text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
