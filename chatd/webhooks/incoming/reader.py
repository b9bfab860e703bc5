"""The reader: the lines in a body that a tool posts to a webhook of Slack's, Discord's and others'.

Theory of operation. A body is JSON, a form, or text. A form with ``payload`` has JSON in it, and
one with other members that are known is read as an object with them; all else that is called a
form is text, as `curl -d` sends it. An object has ``alerts``, or it is a message: a title, a text
and what else an attachment has; blocks, which replace the text; attachments and embeds. If nothing
of that says anything, what is meant for clients that cannot show it does.

Nothing that is given to `read` makes it fail, or takes more time than its length: numbers stay
texts, so none is too large, and no recursion is deeper than a constant. Pure. This module must not
know the hook, the room or HTTP.
"""

from __future__ import annotations

import enum
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from itertools import chain
from json import JSONDecoder
from urllib.parse import parse_qsl

from chatd.webhooks.incoming.alerts import alert_in, alert_of
from chatd.webhooks.incoming.layout import TEXTS, attachment, block, fallbacks
from chatd.webhooks.incoming.lines import Part, Reading, reading_of
from chatd.webhooks.incoming.values import Json, object_at, objects_at, text_at

_FORM = "application/x-www-form-urlencoded"
_JSON = re.compile(r"(?:application|text)/(?:[\w.-]+\+)?json")
_ALIKE = ("summary", "description", "message")
"""The annotations of an alert that say what it is, in their order."""

OBJECTS = 500
"""Most objects of JSON in a body. Each takes some 15 us. A group of alerts that fills a body has
some 400."""

LABELS = 50
"""Most labels of an alert that are said."""


class Fault(enum.Enum):
    """The reason why nothing is said, in the word that senders know from Slack."""

    INVALID_PAYLOAD = "invalid_payload"
    """The body cannot be read: it is no text, no JSON, no object, or has too many objects."""

    NO_TEXT = "no_text"
    """The body has nothing to say."""


def read(content_type: str, body: bytes, max_length: int) -> Reading | Fault:
    """Return what a body says, or why it says nothing. It never raises.

    ``content_type`` is the header, "" for none; ``max_length`` the most characters of a line.
    """
    if b"\0" in body:
        return Fault.INVALID_PAYLOAD  # no text: UTF-16, or a file
    text = body.removeprefix(BOM_UTF8).decode("utf-8", "replace")
    parts = _parts_of(content_type.partition(";")[0].strip().lower(), text)
    if isinstance(parts, Fault):
        return parts
    reading = reading_of(parts, max_length)
    return reading if reading.lines else Fault.NO_TEXT


def _parts_of(type: str, text: str) -> Iterable[Part] | Fault:
    if type == _FORM:
        return _form(text)
    if _JSON.fullmatch(type):
        return _json(text)
    if type == "":
        return _json(text) if text.lstrip().startswith("{") else _form(text)
    if type.startswith("text/"):
        return _plain(text)
    return Fault.INVALID_PAYLOAD


def _plain(text: str) -> Iterable[Part]:
    return [Part(text, alert_in(text))]


def _form(text: str) -> Iterable[Part] | Fault:
    if text.lstrip().startswith("{"):
        return _json(text)  # curl -d '{"text": "..."}' calls it a form
    members: dict[str, object] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=OBJECTS)
    except ValueError:  # it has more, so it is text
        pairs = []
    for name, value in pairs:
        members.setdefault(name, value)
    payload = members.get("payload")
    if isinstance(payload, str):
        return _json(payload)
    if members.keys() & {*TEXTS, "title"}:
        return _message(members)
    return _plain(text)


def _decode(text: str) -> object:
    """Return the value of a body of JSON. Raises `ValueError` and `RecursionError`."""
    objects = 0

    def count(object: dict[str, object]) -> dict[str, object]:
        nonlocal objects
        objects += 1
        if objects > OBJECTS:
            raise ValueError("too many objects")
        return object

    decoder = JSONDecoder(
        strict=False,  # some senders put line ends into their texts as they are
        object_hook=count,
        parse_int=str,
        parse_float=str,
        parse_constant=str,
    )
    return decoder.decode(text)


def _json(text: str) -> Iterable[Part] | Fault:
    try:
        value = _decode(text)
    except (ValueError, RecursionError):
        return Fault.INVALID_PAYLOAD
    if not isinstance(value, dict):
        return Fault.INVALID_PAYLOAD
    alerts = objects_at(value, "alerts")
    return _alerts(value, alerts) if alerts else _message(value)


def _message(message: Json) -> Iterable[Part]:
    """Return the parts of a message."""
    blocks = [part for each in objects_at(message, "blocks") for part in block(each)]
    has_blocks = any(part.text.strip() for part in blocks)
    without = {name: value for name, value in message.items() if name != "blocks"}
    own = list(attachment(without, is_whole=not has_blocks))
    inner = chain(objects_at(message, "attachments"), objects_at(message, "embeds"))
    parts = [*own, *blocks, *chain.from_iterable(map(attachment, inner))]
    return parts if any(part.text.strip() for part in parts) else list(fallbacks(message))


def _alerts(message: Json, alerts: Iterable[Json]) -> Iterator[Part]:
    """Yield the parts of the alerts that Alertmanager or Grafana sends to any webhook."""
    state = text_at(message, "status")
    for each in alerts:
        alert = alert_of(each, state)
        labels, notes = object_at(each, "labels"), object_at(each, "annotations")
        word = (text_at(each, "status") or state).upper()
        names = sorted(name for name in labels if name != "alertname")[:LABELS]
        rest = " ".join(f"{name}={text_at(labels, name)}" for name in names)
        yield Part(f"[{word}] {text_at(labels, 'alertname')} {rest}".strip(), alert)
        for text in dict.fromkeys(text_at(notes, name) for name in _ALIKE):
            yield Part(text, alert)
        yield Part(text_at(each, "generatorURL"), alert)
    left_out = text_at(message, "truncatedAlerts")
    if left_out.strip("0"):
        yield Part(f"... {left_out} more alerts")
