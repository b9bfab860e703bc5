"""Tokens, sign-ins of browsers, and grants: the rights of a session to an account.

A session or a request that proved its account has a `Grant`. One method, `Credentials.account_of`,
decides if a grant is still valid, each time it is used: a grant that was valid once lets a session
say, read or do nothing. A protocol with other means of authentication makes grants, too.

Tokens and sign-ins are secrets of 256 random bits; only the SHA-256 of one is stored. Slow hashing
and salt are for secrets that people choose. A secret is looked up by its hash and compared with
nothing, so the time that this takes reveals nothing about an unknown secret.

The secret of a sign-in has two halves, joined by a dot: a cookie, and a proof of 256 more bits. A
browser sends a cookie to every port of a host, and takes it from every port. The proof is stored
for the scripts of one origin, which includes the port. Either half alone is worth nothing. The
sign-in is looked up by its cookie, and has the hash of both halves.

This module must not know sessions, connections or passwords.
"""

from __future__ import annotations

import enum
import re
import secrets
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from operator import itemgetter
from typing import Any, NamedTuple

from chatd.accounts.accounts import Account, Accounts
from chatd.errors import ErrorKind, Refusal
from chatd.storage.contract import Store
from chatd.storage.records import Put, Table, WatchedGroups
from chatd.text.folding import fold
from chatd.text.validation import MAX_NAME_LENGTH

PASSWORD = "password"
USER = "user"
TOKEN = "token"
BROWSER = "browser"
PROXY = "proxy"
"""The kinds of grants. Programs send a `TOKEN`, browsers the secret of a `BROWSER` sign-in: these
two are stored. A `USER` of the machine is known by the kernel; for a person behind a `PROXY` that
proxy vouches."""

TOKENS = 20
"""Most tokens of an account."""

BROWSERS = 20
"""Most browsers that are signed in to an account: one more signs out the oldest."""

BROWSER_SECONDS = 30 * 86400
"""Lifetime of a browser's sign-in, in seconds. Tokens are valid until they are revoked."""

FRESH_SECONDS = 300
"""Seconds after a password was typed for which it need not be typed again before a change of
passwords, tokens or hooks."""

NO_EPOCH = -1
"""The epoch of a grant that has ended: no account has it."""

_BYTES = 32
_HALF = rf"[0-9a-f]{{{2 * _BYTES}}}"
_SECRET = re.compile(rf"chatd_{_HALF}(\.{_HALF})?")
# Hexadecimal: a double click marks all of it, and it needs no quoting anywhere. The word in front
# lets tools find one that was left in a file.


class Scope(enum.IntEnum):
    """The operations that a grant allows. Each scope includes those before it.

    `NOTHING`: log in, log out, or quit. `READ`: read all that the account may read. `WRITE`: also
    say something, enter rooms that do not exist yet, and mark lines as read. `FULL`: all that the
    account may do.
    """

    NOTHING = 0
    READ = 1
    WRITE = 2
    FULL = 3


TOKEN_SCOPES = {"read": Scope.READ, "write": Scope.WRITE}
"""The scopes that a token may have, by the words that are stored for them."""


class Credential(NamedTuple):
    """A token or a browser's sign-in.

    ``account`` is the account's key, ``kind`` is `TOKEN` or `BROWSER`, ``name`` its label for the
    owner; ``created`` and ``expires``, 0 for never, are in seconds since 1970. ``scope`` is a
    token's. It is valid in one ``epoch`` of the account. ``proof`` is the hash of both halves of a
    sign-in; "" for those of versions without proofs, which are worth nothing.
    """

    account: str
    kind: str
    name: str
    created: int
    expires: int = 0
    scope: str = "write"
    epoch: int = 0
    proof: str = ""


class Grant(NamedTuple):
    """The right of a session or a request to act as the ``account`` of that key.

    ``credential`` is the key of the token or sign-in that was sent, "" for a password, a user of
    the machine and the word of a proxy, which are valid in one ``epoch`` of the account. ``typed``
    is the time at which the password was typed in this session, in seconds of the session's clock;
    None if it was not. A session that ``administers`` is an administrator's, also if the account is
    not.
    """

    account: str
    epoch: int
    kind: str = PASSWORD
    scope: Scope = Scope.FULL
    credential: str = ""
    typed: float | None = None
    administers: bool = False


def grant_from(state: Mapping[str, Any]) -> Grant:
    """Return the grant of these members, of which a later version may know more."""
    known = {name: value for name, value in state.items() if name in Grant._fields}
    return Grant(**{**known, "scope": Scope(state["scope"])})


def scope_of(credential: Credential) -> Scope:
    """Return the scope of a credential.

    A sign-in has all, a token the one that it was made for, or the least if a later version made it
    for something else.
    """
    if credential.kind == BROWSER:
        return Scope.FULL
    return TOKEN_SCOPES.get(credential.scope, Scope.READ)


def by_password(account: Account, now: float) -> Grant:
    """Return the grant of a session in which the account's password was typed at that time."""
    return Grant(account.key, account.epoch, typed=now)


def by_user(account: Account, *, administers: bool) -> Grant:
    """Return the grant of the user of the machine who an account belongs to."""
    return Grant(account.key, account.epoch, USER, administers=administers)


def by_proxy(account: Account, *, administers: bool) -> Grant:
    """Return the grant of a person for whom a trusted proxy vouches."""
    return Grant(account.key, account.epoch, PROXY, administers=administers)


class _Index(WatchedGroups[Credential]):
    """Groups credentials by account, and lists when they expire, in order.

    It notes the accounts of those that are changed or removed.
    """

    def __init__(self) -> None:
        super().__init__(lambda key, each: (each.account,), lambda key, each: each.account)
        self.ends: list[tuple[int, str]] = []  # with the account

    def enter(self, key: str, value: Credential) -> None:
        """See `chatd.storage.records.Index`."""
        super().enter(key, value)
        if value.expires:
            insort(self.ends, (value.expires, value.account))

    def leave(self, key: str, value: Credential) -> None:
        """See `chatd.storage.records.Index`."""
        super().leave(key, value)
        if value.expires:
            del self.ends[bisect_left(self.ends, (value.expires, value.account))]

    def expired(self, after: float, upto: float) -> set[str]:
        """Return the accounts of credentials that expire ``after < time <= upto``."""
        begin, end = (bisect_right(self.ends, time, key=itemgetter(0)) for time in (after, upto))
        return {account for _, account in self.ends[begin:end]}


class Credentials:
    """All credentials of a store, by `key_of` their secrets.

    ``now`` gives the time in seconds since 1970.

    Changes are passed to `chatd.chat.registrations.Registrations.change_credentials` in the same
    turn of the reactor, which also signs out the sessions whose grants are not valid any more.
    """

    def __init__(self, store: Store, accounts: Accounts, now: Callable[[], float]) -> None:
        self._by_account = _Index()
        self.table: Table[Credential] = Table(
            store, "credential", Credential, self._by_account, rights=True
        )
        self._accounts = accounts
        self._now = now
        self._asked = now()  # the time of the last `may_have_ended`

    def account_of(self, grant: Grant) -> Account | None:
        """Return the account that a grant is for, as it is now; None if the grant is not valid.

        Only this method decides that.
        """
        account = self._accounts.table.get(grant.account)
        if account is None:
            return None
        epoch = grant.epoch
        if grant.credential:
            credential = self.table.get(grant.credential)
            if credential is None or self._has_expired(credential):
                return None
            epoch = credential.epoch
        return account if epoch == account.epoch else None

    def may_have_ended(self) -> set[str]:
        """Return the accounts of which grants may have ended since the last call, by their keys.

        Grants end with a change of an account or a credential, and in time.
        """
        before, self._asked = self._asked, self._now()
        ended = self._by_account.expired(before, self._asked)
        return ended | self._accounts.changed() | self._by_account.changed()

    def is_valid(self, grant: Grant) -> bool:
        """Return True if a grant is valid."""
        return self.account_of(grant) is not None

    def grant_of(self, secret: str, kind: str | None = None) -> Grant | None:
        """Return the grant for a secret, of any form.

        None if it is not valid, or not of this kind.
        """
        match = _SECRET.fullmatch(secret)
        grant = None if match is None else self.grant_by(key_of(secret), kind)
        if grant is None or match is None:
            return None
        proof = _hash(secret) if match[1] else ""
        is_whole = bool(proof) == (grant.kind == BROWSER)
        return grant if is_whole and proof == self.table[grant.credential].proof else None

    def sign_in_of(self, cookies: Iterable[str], proof: str) -> Grant | None:
        """Return the grant of the one of these cookies that a proof belongs to; None for none.

        Another port of the host may have set more cookies of that name.
        """
        grants = (self.grant_of(f"{cookie}.{proof}", BROWSER) for cookie in cookies)
        return next((grant for grant in grants if grant is not None), None)

    def half_of(self, cookies: Iterable[str]) -> Grant | None:
        """Return the grant of the sign-in that one of these cookies belongs to, without its proof.

        It tells when the sign-in ends; no session may act by it.
        """
        keys = (key_of(cookie) for cookie in cookies if _SECRET.fullmatch(cookie))
        grants = (self.grant_by(key, BROWSER) for key in keys)
        return next((grant for grant in grants if grant is not None), None)

    def is_unproved(self, cookie: str) -> bool:
        """Return True for a valid sign-in of a version whose sign-ins had no proof."""
        grant = self.half_of([cookie])
        return grant is not None and not self.table[grant.credential].proof

    def grant_by(self, key: str, kind: str | None = None) -> Grant | None:
        """As `grant_of`, given the key of a secret."""
        credential = self.table.get(key)
        if credential is None or kind not in (None, credential.kind):
            return None
        scope = scope_of(credential)
        grant = Grant(credential.account, credential.epoch, credential.kind, scope, key)
        return None if self.account_of(grant) is None else grant

    def of(self, account: str, kind: str) -> dict[str, Credential]:
        """Return the credentials of an account of that kind, by key, the oldest first."""
        found = [(key, each) for key, each in self._all(account) if not self._has_expired(each)]
        found.sort(key=lambda each: each[1].created)
        return {key: each for key, each in found if each.kind == kind}

    def check_token(self, account: str, name: str) -> None:
        """Raise `Refusal` if an account cannot have one more token, of that name."""
        if self.token_called(account, name) is not None:
            raise Refusal(ErrorKind.NAME_IN_USE, "token_exists", name=name)
        if len(self.of(account, TOKEN)) >= TOKENS:
            raise Refusal(ErrorKind.NOT_ALLOWED, "too_many_tokens", limit=TOKENS)

    def issue(
        self, account: Account, kind: str, name: str, scope: str = "write"
    ) -> tuple[str, list[Put]]:
        """Return a new secret for an account, and the changes that make it valid.

        Only the hash of the secret is stored. That of a sign-in is ``COOKIE.PROOF``.

        A token's name is a valid one. Raises `Refusal` if the account has one of that name, or too
        many.
        """
        created, expires = int(self._now()), 0
        ended: list[str] = []
        if kind == TOKEN:
            self.check_token(account.key, name)
        else:
            there = list(self.of(account.key, kind))
            ended = there[: max(0, len(there) - BROWSERS + 1)]
            expires = created + BROWSER_SECONDS
        secret = f"chatd_{secrets.token_hex(_BYTES)}"
        proof = ""
        if kind == BROWSER:
            secret += f".{secrets.token_hex(_BYTES)}"
            proof = _hash(secret)
        new = Credential(account.key, kind, name, created, expires, scope, account.epoch, proof)
        return secret, [self.table.put(key_of(secret), new), *self._end(account.key, *ended)]

    def token_called(self, account: str, name: str) -> str | None:
        """Return the key of an account's token of that name; None if it has none."""
        if len(name) > 4 * MAX_NAME_LENGTH:  # no name is that long
            return None
        wanted = fold(name)
        tokens = self.of(account, TOKEN).items()
        return next((key for key, token in tokens if fold(token.name) == wanted), None)

    def revoke(self, key: str) -> list[Put]:
        """Return the changes that end a credential, given its key; none if there is none."""
        credential = self.table.get(key)
        return [] if credential is None else self._end(credential.account, key)

    def sign_out(self, account: str, but: str = "") -> list[Put]:
        """Return the changes that end the sign-ins of an account's browsers, except one.

        The sign-in of that key stays.
        """
        ended = [key for key in self.of(account, BROWSER) if key != but]
        return self._end(account, *ended)

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that delete all credentials of an account."""
        return [self.table.put(key, None) for key, _ in self._all(account)]

    def carry_over(self, account: Account, keys: Collection[str]) -> list[Put]:
        """Return the changes that keep some credentials valid in a new epoch of their account.

        All others are deleted.
        """
        return [
            self.table.put(key, each._replace(epoch=account.epoch) if key in keys else None)
            for key, each in self._all(account.key)
        ]

    def _end(self, account: str, *keys: str) -> list[Put]:
        """Return the changes that delete these credentials, and those that have expired."""
        expired = [key for key, each in self._all(account) if self._has_expired(each)]
        return [self.table.put(key, None) for key in dict.fromkeys([*keys, *expired])]

    def _all(self, account: str) -> Iterator[tuple[str, Credential]]:
        return ((key, self.table[key]) for key in self._by_account[account])

    def _has_expired(self, credential: Credential) -> bool:
        return bool(credential.expires) and credential.expires <= self._now()


def key_of(secret: str) -> str:
    """Return the key of a secret: the SHA-256 of a token, or of the cookie of a sign-in."""
    return _hash(secret.partition(".")[0])


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
