"""The requests of `chatd admin`: JSON objects in and out, with English replies.

They come from the operator, on the host. The daemon performs them for clients of its control
socket, and `chatd admin` itself while no daemon runs. `chatd.chat.actions.administration` acts.
This module must not know connections, and no passwords but their hashes.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from chatd import __version__
from chatd.accounts.accounts import NO_UID
from chatd.chat.actions import administration, incoming_hooks
from chatd.chat.actions.authentication import account_called
from chatd.chat.room_deeds import OPERATOR
from chatd.chat.server import ChatServer
from chatd.chat.spending import written_amount
from chatd.errors import Refusal
from chatd.i18n import Language, sentence
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.contract import Conflict, InDoubt, StoreError
from chatd.text.times import local_time
from chatd.text.validation import InvalidLine, InvalidName, validate_name, validate_text
from chatd.util.budget_table import Kind

MOST_CHARACTERS = 4096
"""Most characters of a text that the operator says."""

OF_ONE_NODE = "each daemon on this database counts for itself: this is the use at the one asked."

AdminRequest = dict[str, Any]
AdminReply = dict[str, Any]


class Refused(Exception):
    """A request cannot be performed. The text is the reason, one line for the operator."""


class Administration:
    """Performs requests such as ``{"do": "promote", "name": "ana"}``: see `REQUESTS`.

    ``reload`` has the daemon read its configuration again, and returns the outcome; ``stats``
    returns its figures. ``upgrade`` hands the daemon over to another process, or restarts it if it
    is given True, and returns why not if that fails. All are None without a daemon.
    """

    def __init__(
        self,
        server: ChatServer,
        watch: ClockWatch,
        reload: Callable[[], AdminReply] | None = None,
        stats: Callable[[bool], Awaitable[AdminReply]] | None = None,
        upgrade: Callable[[bool], Awaitable[AdminReply]] | None = None,
    ) -> None:
        self._server = server
        self._watch = watch
        self._read_again = reload
        self._figures = stats
        self._upgraded = upgrade

    async def perform(self, request: object) -> AdminReply:
        """Perform a request.

        Returns ``{"said": ...}``, ``{"accounts": [...]}``, ``{"budgets": [...]}``, ``{"changed":
        [...], "waiting": [...], "faults": [...], "renewed": [...]}`` of a reload, ``{"stats":
        [...]}`` or ``{"exposition": ...}``, ``{"nodes": [...], "log": {...}}``, ``{"process": ...,
        "version": ...}``, or the reason why not: ``{"error": ...}``.

        Changes are on disk when the reply is returned.
        """
        try:
            words: AdminRequest = request if isinstance(request, dict) else {}
            do = words.get("do")
            if not isinstance(do, str) or do not in REQUESTS:
                raise Refused("this chatd does not know how to do that. Are both of one version?")
            return await REQUESTS[do](self, words)
        except Refused as refused:
            return {"error": str(refused)}
        except Refusal as refusal:
            return {"error": _reason(refusal)}
        except (Conflict, InDoubt) as error:
            return {"error": _reason(error.refusal)}
        except StoreError as error:
            return {"error": f"that could not be stored, so nothing was changed: {error}"}

    async def _list(self, request: AdminRequest) -> AdminReply:
        return {
            "accounts": [
                {
                    "name": account.name,
                    "admin": account.admin,
                    "created": account.created,
                    "connections": account.sessions,
                    "failures": account.failures,
                    **({} if account.uid == NO_UID else {"uid": account.uid}),
                    **({"outside": True} if account.is_outside else {}),
                    **({"closed": True} if account.is_closed else {}),
                }
                for account in administration.list_accounts(self._server)
            ]
        }

    async def _add(self, request: AdminRequest) -> AdminReply:
        try:
            name = validate_name(_text(request, "name"))
        except InvalidName:
            raise Refused(
                "that cannot be a name: 1 to 32 letters of one alphabet, digits, _ - or .,"
                " a letter or digit first, and no . last."
            ) from None
        administration.check_new_account(self._server, name)
        admin = request.get("admin", False)
        if not isinstance(admin, bool):
            raise Refused("admin is true or false.")
        await administration.add_account(self._server, name, _hash(request), admin=admin)
        return {"said": f"{name} is registered{', and an administrator' if admin else ''}."}

    async def _promote(self, request: AdminRequest) -> AdminReply:
        name = await administration.set_administrator(self._server, _text(request, "name"), True)
        return {"said": f"{name} is an administrator."}

    async def _demote(self, request: AdminRequest) -> AdminReply:
        name = await administration.set_administrator(self._server, _text(request, "name"), False)
        return {"said": f"{name} is no administrator."}

    async def _password(self, request: AdminRequest) -> AdminReply:
        name = account_called(self._server, _text(request, "name")).name
        await administration.set_password(self._server, name, _hash(request))
        return {"said": f"the password of {name} is changed."}

    async def _remove(self, request: AdminRequest) -> AdminReply:
        removed = await administration.remove_account(self._server, _text(request, "name"))
        if removed.is_closed:
            return {
                "said": f"{removed.name} is closed: the sign-in of the organisation lets nobody in"
                " by that name. To free the name, do it again."
            }
        return {"said": f"{removed.name} is not registered any more."}

    async def _hook(self, request: AdminRequest) -> AdminReply:
        room, name = _text(request, "room"), _text(request, "name")
        return {"said": await incoming_hooks.make_hook_of_operator(self._server, room, name)}

    async def _budgets(self, request: AdminRequest) -> AdminReply:
        kind = request.get("kind")
        if kind is None:
            uses = administration.uses_of_all(self._server)
        elif kind in [each.value for each in Kind]:
            uses = administration.heaviest_owners(self._server, Kind(kind))
        else:
            raise Refused(f"the kinds of budgets are {', '.join(each.value for each in Kind)}.")
        return {
            "budgets": [
                {
                    "budget": str(use.budget),
                    "owner": use.key,
                    "used": written_amount(use.budget.kind, use.used),
                    "most": written_amount(use.budget.kind, use.most) if use.limit else "",
                }
                for use in uses
            ],
            **({"note": OF_ONE_NODE} if self._server.store.shared else {}),
        }

    async def _wall(self, request: AdminRequest) -> AdminReply:
        try:
            text = validate_text(_text(request, "text"), MOST_CHARACTERS)
        except InvalidLine as invalid:
            raise Refused(f"nothing was said: the text is {invalid}.") from None
        if not await administration.announce(self._server, text):
            return {"said": "nothing was said: there is nobody in any room."}
        return {"said": f"said in every room with people in it, by {OPERATOR}."}

    async def _reload(self, request: AdminRequest) -> AdminReply:
        if self._read_again is None:
            raise Refused("no daemon uses this store. One reads its configuration when it starts.")
        return self._read_again()

    async def _stats(self, request: AdminRequest) -> AdminReply:
        if self._figures is None:
            raise Refused("no daemon uses this store, so there are no figures.")
        exposed = request.get("exposed", False)
        if not isinstance(exposed, bool):
            raise Refused("exposed is true or false.")
        return await self._figures(exposed)

    async def _upgrade(self, request: AdminRequest) -> AdminReply:
        if self._upgraded is None:
            raise Refused("no daemon uses this store: the next one that starts is the new version.")
        restarts = request.get("restart", False)
        if not isinstance(restarts, bool):
            raise Refused("restart is true or false.")
        return await self._upgraded(restarts)

    async def _process(self, request: AdminRequest) -> AdminReply:
        return {"process": os.getpid(), "version": __version__}

    async def _nodes(self, request: AdminRequest) -> AdminReply:
        state = self._server.store.log_state()
        if state is None:
            raise Refused("no other node can share this store: it is not in a database.")
        return {
            "nodes": [node._asdict() for node in state.nodes if not node.is_past_command],
            "log": {
                **{name: value for name, value in state._asdict().items() if name != "nodes"},
                "lag": state.lag,
                "is_cut_off": state.is_cut_off,
            },
        }

    async def _clock(self, request: AdminRequest) -> AdminReply:
        now = await administration.confirm_clock(self._server, self._watch)
        return {"said": f"the clock is right: it is {local_time(now)}."}


REQUESTS: dict[str, Callable[[Administration, AdminRequest], Awaitable[AdminReply]]] = {
    "list": Administration._list,
    "add": Administration._add,
    "promote": Administration._promote,
    "demote": Administration._demote,
    "password": Administration._password,
    "remove": Administration._remove,
    "hook": Administration._hook,
    "wall": Administration._wall,
    "clock": Administration._clock,
    "reload": Administration._reload,
    "stats": Administration._stats,
    "budgets": Administration._budgets,
    "nodes": Administration._nodes,
    "upgrade": Administration._upgrade,
    "process": Administration._process,
}
"""The methods by the ``do`` of a request."""


def asks_for_upgrade(request: object) -> bool:
    """Return True for the request that the daemon be upgraded."""
    return isinstance(request, dict) and request.get("do") == "upgrade"


def _reason(refusal: Refusal) -> str:
    """Return the reason for a refusal in the operator's words: the chat's name its commands."""
    if refusal.key == "registered_name":
        return f"{refusal.values['name']} is registered already."
    if refusal.key == "unknown_room":
        return f"there is no room #{refusal.values['room']} with a line in it."
    if refusal.key == "not_registered":
        return "nobody is registered by that name. `chatd admin list` lists who is."
    return sentence(Language.ENGLISH, refusal.key, **refusal.values)


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
