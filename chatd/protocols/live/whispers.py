"""The verb of private lines: ``whisper``.

This module must not know how its answers are sent.
"""

from __future__ import annotations

from chatd.chat.actions.speak import whisper_once
from chatd.errors import LINE_FAULTS, ErrorKind, Refusal
from chatd.protocols.live.conversation import Conversation
from chatd.protocols.live.members import Members, WrongMessage, id_of, key_in, text_in
from chatd.text.validation import InvalidLine, LineFault, validate_text


async def whisper(conversation: Conversation, members: Members) -> None:
    """Say a private line to a person."""
    server, session = conversation.server, conversation.session
    to, text = text_in(members, "to"), _line_in(members, conversation.max_length)
    name = await whisper_once(server, session, to, text, key_in(members))
    conversation.tell("whispered", id=id_of(members), to=name)


def _line_in(members: Members, max_length: int) -> str:
    """Return the line of a message. Raises `WrongMessage` and `Refusal`."""
    text = text_in(members, "text")
    if "\n" in text:
        raise Refusal(ErrorKind.INVALID_MESSAGE, "private_line_is_one")
    try:
        return validate_text(text, max_length)
    except InvalidLine as invalid:
        if invalid.reason is LineFault.BLANK:
            raise Refusal(ErrorKind.NOT_SAID, "nothing_to_say") from None
        is_half = invalid.reason is LineFault.NOT_UTF8  # half of a pair of surrogates
        key = "not_text" if is_half else LINE_FAULTS[invalid.reason]
        raise WrongMessage(key, limit=max_length) from None
