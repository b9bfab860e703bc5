"""The markup of Slack in texts, undone: entities, links, mentions, and the times of Discord.

https://api.slack.com/reference/surfaces/formatting has it. Mattermost takes the same. Emphasis
stays as it is written: people write stars, too. Pure. This module must not know where a text was.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

from chatd.text.messages import MOST_MESSAGE_BYTES

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "#39": "'"}
_MARKUP = re.compile(r"<([^<>\n]+)>|&(amp|lt|gt|quot|apos|#39);")
_TIME = re.compile(r"t:(\d{1,11})(?::[tTdDfFR])?")
"""A time of Discord in seconds: https://discord.com/developers/docs/reference#message-formatting."""
_LINK = re.compile(r"(?:https?|mailto|tel|ftp|ssh):", re.IGNORECASE)


def plain(text: str) -> str:
    """Return a text with its links as ``label URL``, its mentions by name, and its entities undone.

    A mention is text alone. What is in angle brackets otherwise stays, and so does all that comes
    after more characters than are said of a body.
    """
    if "<" not in text and "&" not in text:
        return text
    return _MARKUP.sub(_undone, text[:MOST_MESSAGE_BYTES]) + text[MOST_MESSAGE_BYTES:]


def with_link(text: str, url: str) -> str:
    """Return a text with the URL that it leads to behind it; once if they are equal."""
    return f"{text} {url}".strip() if text != url else url


def _undone(found: re.Match[str]) -> str:
    inner, entity = found.groups()
    if inner is None:
        return _ENTITIES[entity]
    if (time := _TIME.fullmatch(inner)) is not None:
        return datetime.fromtimestamp(int(time[1]), timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    target, _, label = inner.partition("|")
    label = _without_entities(label)
    if _LINK.match(target):
        url = _without_entities(target)
        shown = url.removeprefix("mailto:").removeprefix("tel:")
        return with_link("" if label == shown else label, shown)
    if target.startswith("!"):
        word = target[1:].partition("^")[0]  # here, channel, date, subteam
        return (label or word) if word in ("date", "subteam") else f"@{(label or word).lstrip('@')}"
    if target.startswith("@") or (target.startswith("#") and target != "#"):
        return target[0] + (label or target[1:]).lstrip("@#")
    return found[0]


def _without_entities(text: str) -> str:
    return _MARKUP.sub(lambda found: _ENTITIES.get(found[2], found[0]), text)
