"""The sign-in of an organisation: the accounts that it concerns, and its helper's questions.

A helper is a program of the operator's that knows the passwords of an organisation. A question is
one line of JSON, and so is its answer, in the form of Ergo's authentication scripts. An answer that
is not a success is a no, unless its ``error`` is `UNKNOWN_ACCOUNT`: then the account is none of the
helper's. Any other error says that the helper could not find out.

This module must not know sessions, nor how a helper is reached.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable
from typing import NamedTuple, Protocol

from chatd.accounts.accounts import NO_UID, Account
from chatd.text.json_input import decode_json
from chatd.util.fair_queue import Asker

UNKNOWN_ACCOUNT = "unknown"
"""The ``error`` of an answer about an account that is none of the helper's."""


class HelperFailed(Exception):
    """A helper gave no answer. The text says why, and has no word of the helper or of a person."""


class Verdict(enum.Enum):
    """The answer of a helper about a passphrase."""

    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN = "unknown"


class Question(NamedTuple):
    """A passphrase that a person typed for an account. ``ip`` is "" for a user of the machine."""

    account_name: str
    passphrase: str
    ip: str = ""

    @property
    def line(self) -> bytes:
        """The question as it is sent."""
        words = {
            "accountName": self.account_name,
            "passphrase": self.passphrase,
            "certfp": "",
            "ip": self.ip,
        }
        return json.dumps(words).encode() + b"\n"


class Answer(NamedTuple):
    """The answer of a helper; ``account_name`` is the name of the account, if it says that."""

    verdict: Verdict
    account_name: str = ""


class Helper(Protocol):
    """A helper that checks passphrases: a `chatd.accounts.sign_in_helper.SignInHelper`."""

    async def ask(self, asker: Asker, question: Question, has_gone: Callable[[], bool]) -> Answer:
        """Return the answer. Raises `HelperFailed`, and `Refusal` if too many wait."""


class SignIn(NamedTuple):
    """The sign-in of an organisation.

    Without a ``helper``, passwords are checked here alone. If it ``creates``, those who the
    organisation knows have accounts when they come first. ``local`` are the keys of accounts of
    which the helper is not asked. A session for which a proxy vouches administers if the key of its
    account is in ``admins``.
    """

    helper: Helper | None = None
    creates: bool = False
    local: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()

    def is_local(self, account: Account) -> bool:
        """Return True if an organisation has no say about an account.

        The account of a user of the machine is always local: it belongs to a uid.
        """
        return account.uid != NO_UID or account.key in self.local

    def helper_for(self, account: Account) -> Helper | None:
        """Return the helper that is asked for an account; None if there is none, or it is local."""
        return None if self.is_local(account) else self.helper


NO_SIGN_IN = SignIn()
"""No sign-in of an organisation."""


def answer_of(line: bytes) -> Answer:
    """Return the answer that a line is. Raises `HelperFailed` if it is none."""
    try:
        words = decode_json(line)
    except ValueError:
        raise HelperFailed("answers with a line that is no JSON, or has a member twice") from None
    if not isinstance(words, dict) or not isinstance(words.get("success"), bool):
        raise HelperFailed('answers without {"success": true} or false')
    name, error = (words.get(key) or "" for key in ("accountName", "error"))
    if not isinstance(name, str) or not isinstance(error, str):
        raise HelperFailed("answers with an accountName or an error that is no text")
    if words["success"]:
        return Answer(Verdict.RIGHT, name)
    if error and error != UNKNOWN_ACCOUNT:
        # Its words are not told: they may quote the passphrase.
        raise HelperFailed("says that it cannot check passwords now: its own log may say why")
    return Answer(Verdict.UNKNOWN if error else Verdict.WRONG)
