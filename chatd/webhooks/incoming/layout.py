"""The texts of messages that are laid out: attachments and blocks of Slack, and embeds of Discord.

https://api.slack.com/reference/block-kit/blocks,
https://developers.mattermost.com/integrate/reference/message-attachments and
https://discord.com/developers/docs/resources/message#embed-object have the forms. Of what they do
not have, the text is taken. Pure. This module must not know the body around a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatd.webhooks.incoming.alerts import alert_in
from chatd.webhooks.incoming.lines import Part
from chatd.webhooks.incoming.markup import plain, with_link
from chatd.webhooks.incoming.values import Json, as_text, object_at, objects_at, text_at

TEXTS = ("text", "content", "message", "body", "description", "msg")
"""The members that may have the text of a message: that of Slack, Discord, Gotify, others, an
embed, and Uptime Kuma. The first one that has any counts."""

DEPTH = 8
"""Most levels of rich text that are read. Slack has three."""

_LABEL = re.compile(r"\A\s*\*([^*\n]{1,100}?):?\*:?\s*\n\s*")

_NAMED = ("user_id", "usergroup_id", "channel_id", "range")
"""The members of elements of rich text that mention something."""


def attachment(message: Json, *, is_whole: bool = True) -> Iterator[Part]:
    """Yield the parts of an attachment, an embed, or a whole body, which may imply an attachment.

    A body whose blocks say all (not ``is_whole``) has no text beside them.
    """
    yield from _texts(text_at(message, "pretext"))
    author = message.get("author")
    name = text_at(message, "author_name") or text_at(object_at(message, "author"), "name")
    if not name and isinstance(author, str):
        name = author
    yield from _texts(name)
    title = plain(text_at(message, "title"))
    said = alert_in(title)
    if title:
        yield Part(with_link(title, text_at(message, "title_link", "url")), said)
    text = plain(text_at(message, *TEXTS)) if is_whole else ""
    if text:
        yield Part(text, said or alert_in(text))
    for field in objects_at(message, "fields"):
        yield from _texts(_field(field))
    for each in objects_at(message, "blocks"):
        yield from block(each)
    for each in objects_at(message, "actions"):
        yield from _texts(_action(each))
    for image in (message.get("image_url"), message.get("image")):
        yield from _texts(image if isinstance(image, str) else text_at(_object(image), "url"))
    footer = message.get("footer")
    yield from _texts(as_text(footer))


def block(block: Json) -> Iterator[Part]:
    """Yield the parts of a block of any type, also one that is not known."""
    type = text_at(block, "type")
    if type.startswith("rich_text"):
        yield Part(_rich(block, DEPTH))
        return
    text = plain(text_at(block, "text", "title", "label"))
    if text:
        yield Part(with_link(text, text_at(block, "title_url", "url")), alert_in(text))
    for field in objects_at(block, "fields"):
        yield from _texts(_field(field))
    elements = objects_at(block, "elements")
    if type == "context":
        yield Part(" ".join(filter(None, map(_in_context, elements))))
    else:
        for element in elements:
            yield from _texts(_action(element) or plain(text_at(element, "text")))
    accessory = object_at(block, "accessory")
    yield from _texts(_action(accessory) or text_at(accessory, "alt_text"))
    if image := text_at(block, "image_url") or text_at(object_at(block, "slack_file"), "url"):
        yield Part(with_link(text_at(block, "alt_text"), image))
    rows = block.get("rows")
    for row in rows if isinstance(rows, list) else ():
        cells = row if isinstance(row, list) else ()
        yield Part(" | ".join(_rich(cell, DEPTH) for cell in cells if isinstance(cell, dict)))


def fallbacks(message: Json) -> Iterator[Part]:
    """Yield the texts that stand for what cannot be shown: used when there is nothing else."""
    for each in (message, *objects_at(message, "attachments")):
        fallback = plain(text_at(each, "fallback"))
        if fallback:
            yield Part(fallback, alert_in(fallback))


def _texts(text: str) -> Iterator[Part]:
    """Yield a text, with its markup undone, if it is one."""
    if text:
        yield Part(plain(text))


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _field(field: Json) -> str:
    """Return a field as ``NAME: VALUE``: of an attachment, an embed, or a section of blocks."""
    name, value = text_at(field, "title", "name"), text_at(field, "value")
    if name or value:
        return f"{name.strip().rstrip(':')}: {value}" if name and value else name or value
    return _LABEL.sub(r"\1: ", as_text(field.get("text")))


def _action(element: Json) -> str:
    """Return a button with its URL; "" if it has none, because no button is shown."""
    url = text_at(element, "url")
    text = text_at(element, "text", "name", "alt_text")
    return (f"{text}: {url}" if text else url) if url else ""


def _in_context(element: Json) -> str:
    return plain(text_at(element, "text", "alt_text"))


def _rich(element: Json, depth: int) -> str:
    """Return the text of an element of rich text, with the elements in it."""
    type = text_at(element, "type")
    inner = objects_at(element, "elements")
    if inner and depth:
        texts = [_rich(each, depth - 1) for each in inner]
        if type == "rich_text_list":
            return "".join(f"- {text.strip()}\n" for text in texts)
        return "".join(texts) + ("\n" if type.startswith("rich_text_") else "")
    if url := text_at(element, "url"):
        return with_link(text_at(element, "text"), url)
    if type == "emoji":
        return f":{text_at(element, 'name')}:"
    if name := text_at(element, *_NAMED):
        return f"{'#' if 'channel_id' in element else '@'}{name}"
    return text_at(element, "text", "fallback", "value")
