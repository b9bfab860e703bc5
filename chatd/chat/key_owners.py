"""The owners of idempotency keys: a key is unique in the space of its owner.

It must not know what is asked for with a key.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from chatd.chat.session import Session
from chatd.text.folding import fold
from chatd.text.validation import MAX_NAME_LENGTH
from chatd.webhooks.incoming.registry import IncomingHook

_OF_OPERATOR = "hooks of the operator"


class KeyOwner(NamedTuple):
    """The owner of a key.

    The key is unique in ``space``, and counts in the ``share`` of the table.
    """

    space: str
    share: str


class ClientKey(NamedTuple):
    """A key that a client made up, and its owner."""

    owner: KeyOwner
    text: str

    @property
    def stored(self) -> str:
        """The key of its record."""
        return f"{self.owner.space}/{digest_of(self.text)}"


def account_owner(account: str) -> KeyOwner:
    """Return the owner of the keys of an account, given its key."""
    return KeyOwner(account, account)


def browser_owner(client_id: str, network: str) -> KeyOwner:
    """Return the owner of the keys of a browser with an `Identity.client_id`."""
    return KeyOwner(client_id, f"browsers {network}")


def guest_owner(name: str, network: str) -> KeyOwner:
    """Return the owner of the keys of a guest in a network.

    The name is "" for a guest without one. Guests there with other names, and guests elsewhere with
    this name, are other owners.
    """
    return KeyOwner(f"guest {network} {fold(name)}", f"guests {network}")


def session_owner(number: int, network: str) -> KeyOwner:
    """Return the owner of the keys of a session of which nothing else is known.

    The keys end with the session.
    """
    return KeyOwner(f"session {number}", f"guests {network}")


def key_of_session(session: Session, text: str) -> ClientKey | None:
    """Return a key of a session that goes on; None for "".

    It is the browser's, if the session is known to be one's, because the user may have signed in or
    out since the key was first sent.
    """
    if not text:
        return None
    if session.identity.client_id:
        owner = browser_owner(session.identity.client_id, session.network)
    elif session.account is not None:
        owner = account_owner(session.account)
    else:
        owner = session_owner(session.number, session.network)
    return ClientKey(owner, text)


def key_of_request(session: Session, text: str | None, name: str = "") -> ClientKey | None:
    """Return a key of a session that asks for a name and lasts for one request; None for None."""
    if text is None:
        return None
    if session.account is not None:
        return ClientKey(account_owner(session.account), text)
    # A longer text is no name.
    return ClientKey(guest_owner(name[: 4 * MAX_NAME_LENGTH], session.network), text)


def key_of_post(hook: IncomingHook, text: str | None) -> ClientKey | None:
    """Return a key of a tool that posts to a hook; None for None.

    It counts in the share of the hook's account.
    """
    if text is None:
        return None
    return ClientKey(KeyOwner(f"hook {hook.kept.token}", hook.kept.account or _OF_OPERATOR), text)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text: nothing that is stored shows a text or a key."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
