"""The operator's orders from the host, about accounts and the clock: plain values in and out.

The daemon carries them out for clients of its control socket, and `chatd admin` does it itself
while no daemon runs. Both do it with a server, so that all that is kept with an account is dealt
with. This module must not know connections and passwords, only hashes of these.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from chatd.accounts.accounts import Account
from chatd.chat.server import ChatServer
from chatd.errors import Refusal
from chatd.i18n import Language, sentence
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.contract import StoreError
from chatd.text.times import local_time
from chatd.text.validation import InvalidName, validate_name

AdminRequest = dict[str, Any]
AdminReply = dict[str, Any]


class Refused(Exception):
    """It cannot be done; why, in one line for the operator."""


class Administration:
    """Does what ``{"do": "promote", "name": "ana"}`` asks: see `DEEDS`."""

    def __init__(self, server: ChatServer, watch: ClockWatch) -> None:
        self._server = server
        self._watch = watch
        self._accounts = server.accounts

    async def perform(self, request: object) -> AdminReply:
        """Do it. Gives ``{"said": ...}``, ``{"accounts": [...]}``, or why not: ``{"error": ...}``.

        What it says is on disk.
        """
        try:
            words: AdminRequest = request if isinstance(request, dict) else {}
            do = words.get("do")
            if not isinstance(do, str) or do not in DEEDS:
                raise Refused("this chatd does not know how to do that. Are both of one version?")
            return await DEEDS[do](self, words)
        except Refused as refused:
            return {"error": str(refused)}
        except Refusal as refusal:
            why = sentence(Language.ENGLISH, refusal.key, **refusal.values)
            return {"error": why}
        except StoreError as error:
            return {"error": f"that could not be stored, so nothing was changed: {error}"}

    async def _list(self, request: AdminRequest) -> AdminReply:
        accounts = sorted(self._accounts.table.items())
        return {
            "accounts": [
                {
                    "name": account.name,
                    "admin": account.admin,
                    "created": account.created,
                    "connections": self._connections(key),
                }
                for key, account in accounts
            ]
        }

    def _connections(self, key: str) -> int:
        return sum(session.account == key for session in self._server.names.of(key))

    async def _add(self, request: AdminRequest) -> AdminReply:
        try:
            name = validate_name(_text(request, "name"))
        except InvalidName:
            raise Refused(
                "that cannot be a name: 1 to 32 letters of one alphabet, digits, _ - or .,"
                " a letter or digit first, and no . last."
            ) from None
        if self._accounts.called(name) is not None:
            raise Refused(f"{name} is registered already.")
        admin = request.get("admin", False)
        if not isinstance(admin, bool):
            raise Refused("admin is true or false.")
        hash, created = _hash(request), int(self._server.now())
        await self._server.logins.register(Account(name, hash, admin, created))
        return {"said": f"{name} is registered{', and an administrator' if admin else ''}."}

    async def _promote(self, request: AdminRequest) -> AdminReply:
        account = await self._set_admin(request, True)
        return {"said": f"{account.name} is an administrator."}

    async def _demote(self, request: AdminRequest) -> AdminReply:
        account = await self._set_admin(request, False)
        return {"said": f"{account.name} is no administrator."}

    async def _password(self, request: AdminRequest) -> AdminReply:
        account, hash = self._account(request), _hash(request)
        await self._server.logins.change_password(account, hash)
        return {"said": f"the password of {account.name} is changed."}

    async def _remove(self, request: AdminRequest) -> AdminReply:
        account = self._account(request)
        await self._server.logins.unregister(account)
        return {"said": f"{account.name} is not registered any more."}

    async def _clock(self, request: AdminRequest) -> AdminReply:
        await self._watch.confirm()
        return {"said": f"the clock is right: it is {local_time(int(self._server.now()))}."}

    async def _set_admin(self, request: AdminRequest, admin: bool) -> Account:
        account = self._account(request)._replace(admin=admin)
        try:
            await self._accounts.keep(account)
        finally:
            # Also if it could not be kept: its sessions may have used the right meanwhile.
            self._server.review_account(account)
        return account

    def _account(self, request: AdminRequest) -> Account:
        account = self._accounts.called(_text(request, "name"))
        if account is None:
            raise Refused("nobody is registered by that name. `chatd admin list` lists who is.")
        return account


DEEDS: dict[str, Callable[[Administration, AdminRequest], Awaitable[AdminReply]]] = {
    "list": Administration._list,
    "add": Administration._add,
    "promote": Administration._promote,
    "demote": Administration._demote,
    "password": Administration._password,
    "remove": Administration._remove,
    "clock": Administration._clock,
}


def _text(request: AdminRequest, key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str):
        raise Refused(f"the {key} is missing.")
    return value


def _hash(request: AdminRequest) -> str:
    hash = _text(request, "hash")
    if not hash.startswith("$argon2"):
        raise Refused("that is not what is kept of a password.")
    return hash
