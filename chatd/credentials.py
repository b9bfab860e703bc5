"""What lets a program or a browser be an account without its password: tokens, and the sign-ins of
browsers.

Both are a secret that whoever has it shows. Only its SHA-256 is kept. That is enough, for a secret
is 256 random bits, which nobody guesses, whether a guess costs a microsecond or a second: slow
hashing, and salt, are for what people think of. For the same reason it is found by its hash, and
compared with nothing: how long that takes says nothing of a secret that is not known already.

It knows no session, no connection and no password.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import NamedTuple

from chatd.accounts import Account, Accounts
from chatd.folding import fold
from chatd.records import Put, Table
from chatd.refusals import Refusal
from chatd.store import Store
from chatd.texts import ErrorKind
from chatd.validation import MAX_NAME_LENGTH

TOKEN = "token"
BROWSER = "browser"
"""The kinds: what a program shows, and what a browser does."""

TOKENS = 20
"""How many tokens an account may have."""

BROWSERS = 20
"""How many browsers may be signed in to an account: when there is one more, the oldest is not."""

BROWSER_SECONDS = 30 * 86400
"""How long a browser's sign-in holds. Tokens hold until they are revoked."""

_BYTES = 32
_SECRET = re.compile(rf"chatd_[0-9a-f]{{{2 * _BYTES}}}")
# Hexadecimal: a double click marks all of it, and it needs no quoting anywhere. The word in front
# lets tools find one that was left in a file.


class Credential(NamedTuple):
    """What may be shown for whose password. ``account`` is the account's key, ``kind`` is `TOKEN`
    or `BROWSER`, ``name`` what its owner calls it; ``created`` and ``expires``, 0 for never, are in
    seconds since 1970."""

    account: str
    kind: str
    name: str
    created: int
    expires: int = 0


class Credentials:
    """All credentials of a store, by `key_of` their secrets. ``now`` gives the time in seconds
    since 1970.

    What changes them is given to `chatd.logins.Logins.change_credentials` in the same turn of the
    reactor, which also lets go of the sessions that have what is taken away.
    """

    def __init__(self, store: Store, accounts: Accounts, now: Callable[[], float]) -> None:
        self.table: Table[Credential] = Table(
            store, "credential", Credential, lambda key, credential: (credential.account,)
        )
        self._accounts = accounts
        self._now = now

    def account_of(self, secret: str, kind: str | None = None) -> Account | None:
        """Whose secret that is, whatever was shown as one; None if nobody's (any more), or if it is
        not of this kind."""
        return self.holder_of(key_of(secret), kind) if _SECRET.fullmatch(secret) else None

    def holder_of(self, key: str, kind: str | None = None) -> Account | None:
        """The same, given the key of a secret that was shown before."""
        credential = self.table.get(key)
        if credential is None or self._is_over(credential) or kind not in (None, credential.kind):
            return None
        return self._accounts.table.get(credential.account)

    def of(self, account: str, kind: str) -> dict[str, Credential]:
        """What an account has of that kind, by key: the oldest first."""
        found = [(key, each) for key, each in self._all(account) if not self._is_over(each)]
        found.sort(key=lambda each: each[1].created)
        return {key: each for key, each in found if each.kind == kind}

    def issue(self, account: str, kind: str, name: str) -> tuple[str, list[Put]]:
        """A new secret for an account, given its key, and what makes it hold. It is known here
        never again.

        A token's name is a valid one. Raises `Refusal` if the account has one of that name, or too
        many.
        """
        created = int(self._now())
        there = list(self.of(account, kind))
        if kind == TOKEN:
            if self.token_called(account, name) is not None:
                raise Refusal(ErrorKind.NAME_IN_USE, "token_exists", name=name)
            if len(there) >= TOKENS:
                raise Refusal(ErrorKind.NOT_ALLOWED, "too_many_tokens", limit=TOKENS)
            ended, expires = [], 0
        else:
            ended = there[: max(0, len(there) - BROWSERS + 1)]
            expires = created + BROWSER_SECONDS
        secret = f"chatd_{secrets.token_hex(_BYTES)}"
        new = Credential(account, kind, name, created, expires)
        return secret, [self.table.put(key_of(secret), new), *self._end(account, *ended)]

    def token_called(self, account: str, name: str) -> str | None:
        """The key of an account's token of that name; None if it has none."""
        if len(name) > 4 * MAX_NAME_LENGTH:  # it may take long to fold
            return None
        wanted = fold(name)
        tokens = self.of(account, TOKEN).items()
        return next((key for key, token in tokens if fold(token.name) == wanted), None)

    def revoke(self, key: str) -> list[Put]:
        """What ends a credential, given its key; nothing if there is none."""
        credential = self.table.get(key)
        return [] if credential is None else self._end(credential.account, key)

    def sign_out(self, account: str, but: str | None = None) -> list[Put]:
        """What ends the sign-ins of an account's browsers, all but the one of that key."""
        ended = [key for key in self.of(account, BROWSER) if key != but]
        return self._end(account, *ended)

    def forget(self, account: str) -> list[Put]:
        """What takes away all that an account has."""
        return [self.table.put(key, None) for key, _ in self._all(account)]

    def _end(self, account: str, *keys: str) -> list[Put]:
        """What takes away these, and what is over by itself."""
        over = [key for key, each in self._all(account) if self._is_over(each)]
        return [self.table.put(key, None) for key in dict.fromkeys([*keys, *over])]

    def _all(self, account: str) -> Iterator[tuple[str, Credential]]:
        return ((key, self.table[key]) for key in self.table.group(account))

    def _is_over(self, credential: Credential) -> bool:
        return bool(credential.expires) and credential.expires <= self._now()


def key_of(secret: str) -> str:
    """What a secret is found by: the SHA-256 of it, in hexadecimal."""
    return sha256(secret.encode()).hexdigest()
