"""The sentences that a test expects of the server, rendered from the catalogues.

A test says which sentence it expects, with which values; so rewording one breaks no test. Where a
value is not known, ``...`` takes its place: the sentence ends before it, and is a beginning to
compare with. The literal text is held where people read it: by the transcripts in the documents.
This module must not know who is sent a sentence.
"""

from __future__ import annotations

from string import Formatter

from chatd.commands.dispatch import COMMANDS
from chatd.errors import ErrorKind
from chatd.i18n import Language, sentence
from chatd.i18n.en import SENTENCES

_UNKNOWN = "\0"


class Sentences:
    """The sentences of one language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def sentence(self, key: str, /, **values: object) -> str:
        """Return a sentence alone, as programs receive it."""
        if ... not in values.values():
            return sentence(self._language, key, **values)
        filled = {name: _UNKNOWN for _, name, _, _ in Formatter().parse(SENTENCES[key]) if name}
        filled |= {name: value for name, value in values.items() if value is not ...}
        return sentence(self._language, key, **filled).partition(_UNKNOWN)[0]

    def notice(self, key: str, /, **values: object) -> str:
        """Return a sentence of one line as a terminal shows it."""
        return f"*** {self.sentence(key, **values)}"

    def notices(self, key: str, /, **values: object) -> list[str]:
        """Return the lines of a sentence of several as a terminal shows them."""
        return [f"*** {line}" for line in self.sentence(key, **values).split("\n")]

    def error(self, kind: ErrorKind, key: str, /, **values: object) -> str:
        """Return an error as a terminal shows it."""
        return f"ERR {kind.value}: {self.sentence(key, **values)}"

    def wrong_use(self, command: str) -> str:
        """Return the error of a command, written as ``/join``, that is used in another way."""
        wording = COMMANDS[command.removeprefix("/")].wording(self._language)
        return self.error(
            ErrorKind.WRONG_USE,
            "wrong_use",
            command=command,
            usage=wording.usage,
            explanation=wording.explanation,
        )

    def deed(
        self, verb: str, name: str, target: str = "-", time: str = "", reason: str = ""
    ) -> str:
        """Return the notice of a deed in a room; ``time`` is a duration such as ``1h 30m``."""
        did = self.sentence(f"did_{verb}", name=name, target=target)
        if time:
            did = self.sentence("for_time", did=did, time=time)
        return self.notice("with_reason" if reason else "without_reason", did=did, reason=reason)


EN = Sentences(Language.ENGLISH)
ES = Sentences(Language.SPANISH)
