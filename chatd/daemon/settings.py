"""The settings of the daemon: the values of all that is given, or all faults in it.

This module must not know how values are given, nor open what a value names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from twisted.internet.endpoints import quoteStringArgument

from chatd.daemon import settings_checks as checks
from chatd.daemon.addresses import address_of
from chatd.daemon.given import Fault, Faulty, Given, GivenSettings, GivenValues
from chatd.daemon.listener_settings import (
    WATCHERS,
    Buffers,
    ConnectionLimits,
    Lan,
    ListenerKind,
    ListenerSettings,
    Trust,
)
from chatd.daemon.listener_table import LISTENER_ROWS
from chatd.daemon.log_lines import LogStyle
from chatd.daemon.retention import RetentionPolicy
from chatd.daemon.setting_row import Row
from chatd.daemon.settings_table import BY_PATH, ROWS, SETTINGS
from chatd.daemon.value_kinds import WrongValue, shown
from chatd.i18n import Language
from chatd.protocols.transport.limits import Limits
from chatd.storage.shared.settings import SharedSettings
from chatd.util.budget_table import Budget, Kind, Level
from chatd.util.budget_table import Limits as BudgetLimits
from chatd.util.key_pairs import PairFiles
from chatd.webhooks.urls import Network


class SignInSettings(NamedTuple):
    """The sign-in of an organisation: see `chatd.accounts.sign_in`."""

    socket: str | None
    """The path of the socket of the helper; None without one."""

    timeout: int
    """Seconds that an answer may take."""

    at_once: int
    creates: bool

    local: frozenset[str]
    admins: frozenset[str]
    """Keys of accounts."""


class Settings(NamedTuple):
    """The values of all settings, checked. Paths are text, relative to twistd's ``--rundir``."""

    listeners: tuple[ListenerSettings, ...]
    """The addresses; at least one is for chat lines."""

    lan: Lan
    """Those who are let in over TLS, without an address of their own."""

    web_names: tuple[str, ...]
    """Names by which browsers know this machine, besides its own."""

    irc_name: str | None
    irc_sts_seconds: int | None
    """The name of the server for IRC clients; None for that of this machine."""

    store: str
    """``sqlite:PATH``, ``postgresql://...`` or ``memory:``."""

    shared: SharedSettings
    """The settings of a store that several daemons share."""

    max_store: int
    """The largest size of the store on disk, in bytes; 0 for no limit."""

    max_length: int
    """Characters in one chat line."""

    recent: int
    """Past lines that a newcomer to a room receives."""

    lobby: str | None
    """None for the name that the store has."""

    language: Language
    motd: str | None

    limits: Limits
    """The limits of connections, where a listener has none of its own."""

    buffers: Buffers
    """The buffers of connections, where a listener has none of its own."""

    retention: RetentionPolicy

    hook_networks: tuple[Network, ...]
    """Networks that webhooks may lead to, besides public addresses."""

    budgets: BudgetLimits
    """The limits of budgets that are not the default ones, and that of all connections."""

    plaintext_passwords: bool
    """True if passwords are accepted over connections that others may read."""

    plaintext_hooks: bool
    """True if posts that others may read on the way are taken for every room."""

    token_file: str | None
    """The file with the token for the figures of the daemon."""

    unix_names: bool
    """True if users of this machine are known by their logins at UNIX sockets for chat lines."""

    sign_in: SignInSettings

    log: LogStyle

    audit: str | None
    """The file to which is written who did what; None for none."""

    by_path: Mapping[str, Any]
    """The values of all settings but listeners, by their paths: what a reload compares."""

    @property
    def alike(self) -> Mapping[str, str]:
        """The settings that all daemons on one store have alike, by the names of their options."""
        keep = {"": self.retention.others, **self.retention.rooms}
        return {"lobby": self.lobby or "", "keep": json.dumps(keep, sort_keys=True)}


def settings_of(given: GivenSettings) -> Settings:
    """Return the values of all settings. Raises `Faulty` with all faults."""
    faults: list[Fault] = []
    values = _values(ROWS, given.values, faults)
    listeners = _listeners(given, values, faults)
    settings = Settings(
        listeners=tuple(listener for _, listener in listeners),
        lan=_lan(values),
        web_names=tuple(values["web.names"]),
        irc_name=values["irc.name"],
        irc_sts_seconds=values["irc.sts_seconds"],
        store=values["store.where"],
        shared=SharedSettings(*(values[f"cluster.{field}"] for field in SharedSettings._fields)),
        max_store=values["store.max_size"],
        max_length=values["server.max_length"],
        recent=values["server.recent"],
        lobby=values["server.lobby"],
        language=values["server.language"],
        motd=values["server.motd"],
        limits=Limits(*(values[f"limits.{field}"] for field in Limits._fields)),
        buffers=Buffers(values["limits.send_buffer"], values["limits.receive_buffer"]),
        retention=_retention(values["store.keep"]),
        hook_networks=tuple(chain(*values["webhooks.to"])),
        budgets=_budgets(values, given.values, faults),
        plaintext_passwords=values["passwords.allow_plaintext"],
        plaintext_hooks=values["webhooks.allow_plaintext"],
        token_file=values["metrics.token_file"],
        unix_names=values["users.unix_names"],
        sign_in=SignInSettings(
            values["sign_in.socket"],
            values["sign_in.timeout"],
            values["sign_in.at_once"],
            values["sign_in.create"],
            frozenset(values["sign_in.local"]),
            frozenset(values["sign_in.admins"]),
        ),
        log=LogStyle(values["log.format"], values["log.level"]),
        audit=values["log.audit"],
        by_path={row.path: values[row.path] for row in SETTINGS},
    )
    checks.check_places(listeners, faults)
    checks.check_watchers(listeners, values, faults)
    checks.check_sts(listeners, values, given.values, faults)
    checks.check_max_store(values, given.values, faults)
    checks.check_shared(values, given.values, faults)
    checks.check_unix_names(listeners, values, given.values, faults)
    checks.check_admins(values, given.values, faults)
    if faults:
        raise Faulty(faults)
    return settings


def _values(rows: Iterable[Row], given: GivenValues, faults: list[Fault]) -> dict[str, Any]:
    """Return the value of each row, a list for a repeated one. A faulty one is left out."""
    values: dict[str, Any] = {}
    for row in rows:
        at = given.get(row.path, row.by_default)
        found = []
        for text in at.texts:
            try:
                found.append(row.kind.value_of(text))
            except WrongValue as wrong:
                faults.append(at.fault(str(wrong)))
        if not (found or row.repeated or row.default is None):
            found = [row.kind.value_of(row.default)]
        values[row.path] = found if row.repeated else (found[-1] if found else None)
    return values


def _lan(values: Mapping[str, Any]) -> Lan:
    if values["lan.public"]:
        return Lan.ALL
    return Lan.LOCAL if values["lan.open"] else Lan.NOBODY


def _retention(spans: Iterable[tuple[str | None, int]]) -> RetentionPolicy:
    """Return the policy that all spans make; of two for the same rooms the last one counts."""
    by_room = dict(spans)
    rooms = {room: seconds for room, seconds in by_room.items() if room is not None}
    return RetentionPolicy(by_room.get(None, 0), rooms)


_CONNECTIONS = {
    Budget(Kind.CONNECTIONS, Level.ALL): "limits.connections",
    Budget(Kind.CONNECTIONS, Level.NETWORK): "limits.connections_per_address",
}
"""The budgets that have a setting of their own."""


def _budgets(values: Mapping[str, Any], given: GivenValues, faults: list[Fault]) -> BudgetLimits:
    """Return the limits that all budgets make; of two for the same budget the last one counts.

    The default of a setting is no limit that was given: it may be lowered with that of all.
    """
    limits: dict[Budget, int] = dict(values["limits.budgets"])
    for budget, path in _CONNECTIONS.items():
        most, default = values[path], budget.rule.limits[budget.level]
        if most != default and limits.get(budget, most) != most:
            alone, several = given[path], given["limits.budgets"]
            if alone.source is several.source:
                why = f" and {several.name} {budget} are one limit: give one of them."
                faults.append(alone.fault(why))
            elif alone.source > several.source:
                limits[budget] = most
        if most != default or budget.level is Level.ALL:
            limits.setdefault(budget, most)
    return limits


def _listeners(
    given: GivenSettings, values: Mapping[str, Any], faults: list[Fault]
) -> checks.Listeners:
    """Return the listeners by kind. An option replaces those of the file of its kind."""
    of_file = [(each, _values(LISTENER_ROWS, each, faults)) for each in given.listeners or ()]
    found = []
    for kind in ListenerKind:
        row = BY_PATH[f"listen.{kind.value}"]
        there = [each for each in of_file if each[1]["kind"] is kind]
        if row.path in given.values or (not there and row.default is not None):
            name, texts, source, where = given.values.get(row.path, row.by_default)
            entries = [{"endpoint": Given(name, (text,), source, where)} for text in texts]
            # `_values` has told the faults of these addresses, as those of their option.
            there = [(each, _values(LISTENER_ROWS, each, [])) for each in entries]
        for entry, own in there:
            address = entry.get("endpoint") or entry.get("systemd")
            if own.get("systemd") is not None:
                if "endpoint" in entry:
                    faults.append(entry["systemd"].fault(" and an endpoint: give one of them."))
                own["endpoint"] = f"systemd:name={quoteStringArgument(own['systemd'])}"
            if address is not None and own["endpoint"] is not None:
                listener = _listener(kind, own, values)
                found.append((address, listener))
                wrong = _wrong_tls(own), _wrong_trust(kind, own, entry), _wrong_proxies(own)
                for path, why in filter(None, wrong):
                    faults.append(entry[path].fault(why))
    return found


def _listener(
    kind: ListenerKind, own: Mapping[str, Any], values: Mapping[str, Any]
) -> ListenerSettings:
    """Return a listener: what is its own, and otherwise what holds for all."""

    def limit(name: str) -> int:
        value: int | None = own[f"limits.{name}"]
        return values[f"limits.{name}"] if value is None else value

    certificate, key = own["tls.certificate"], own["tls.key"]
    files = None
    if certificate is not None:
        names = "tls.certificate", "tls.key"
        files = PairFiles(Path(certificate), Path(key or certificate), *names)
    return ListenerSettings(
        kind,
        own["endpoint"],
        files,
        Limits(*map(limit, Limits._fields)),
        # Those of the daemon are counted for all listeners together, but for those who watch it.
        ConnectionLimits(
            own["limits.connections"] or (WATCHERS if kind is ListenerKind.METRICS else 0),
            own["limits.connections_per_address"] or 0,
        ),
        Buffers(limit("send_buffer"), limit("receive_buffer")),
        trust=_trust(own),
        proxies=tuple(chain(*own["proxies"])),
        by_path=own,
    )


def _trust(own: Mapping[str, Any]) -> Trust | None:
    header, user = own["trusted_header"], own["trusted_uid"]
    return None if header is None or user is None else Trust(header, user)


def _wrong_trust(
    kind: ListenerKind, own: Mapping[str, Any], given: GivenValues
) -> tuple[str, str] | None:
    """Return the setting of a trusted proxy that is wrong, and why; None if none is.

    Only at a UNIX socket does the kernel tell who the client is, and one that all users may connect
    to is for no proxy. That of systemd is looked at when it is passed.
    """
    header = own["trusted_header"]
    if header is None and "trusted_uid" in given and "trusted_header" not in given:
        return "trusted_uid", " needs a trusted_header beside it."
    if header is None:
        return None
    if "trusted_uid" not in given:
        why = ' needs a trusted_uid beside it, the user of the proxy: "www-data", say.'
        return "trusted_header", why
    if kind is not ListenerKind.WEB:
        return "trusted_header", ' is for kind = "web", at which browsers come.'
    if not address_of(own["endpoint"]).may_be_closed:
        endpoint = shown(own["endpoint"])
        why = f" needs an endpoint like unix:/run/chatd/web.sock:mode=660; not {endpoint}."
        return "trusted_header", why
    return None


def _wrong_proxies(own: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the setting of the networks of proxies if it is wrong, and why; None if it is not."""
    address = address_of(own["endpoint"])
    if not own["proxies"] or (address.behind_proxy and address.kind != "unix"):
        return None
    endpoint = shown(own["endpoint"])
    return "proxies", f" needs an endpoint like haproxy:tcp:60073; not {endpoint}."


def _wrong_tls(own: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the setting of a listener's certificate that is wrong, and why; None if none is."""
    if own["tls.certificate"] is None:
        return None if own["tls.key"] is None else ("tls.key", " needs a certificate beside it.")
    if address_of(own["endpoint"]).kind == "ssl":
        why = f" needs an endpoint without TLS, such as tcp:60062; not {shown(own['endpoint'])}."
        return "tls.certificate", why
    return None
