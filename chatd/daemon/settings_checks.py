"""Checks of settings against each other: what one of them makes of another.

Each check adds the faults that it finds to a list. This module must not know how values are given,
nor open what a value names.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chatd.daemon.addresses import address_of
from chatd.daemon.given import Fault, Given, GivenValues, Source
from chatd.daemon.listener_settings import ListenerKind, ListenerSettings
from chatd.daemon.settings_table import BY_PATH
from chatd.daemon.shared_rows import SHARED_ROWS
from chatd.daemon.value_kinds import shown
from chatd.storage.paths import FORMS, MEMORY, is_shared

Listeners = Sequence[tuple[Given, ListenerSettings]]
"""Each listener, with its address as it was given."""

Values = Mapping[str, Any]
"""The values of settings, by their paths."""


def check_places(listeners: Listeners, faults: list[Fault]) -> None:
    """Find listeners for the same address."""
    places: dict[tuple[str, ...], str] = {}
    for given, listener in listeners:
        place = address_of(listener.endpoint).place
        if place in places:
            why = f" {shown(listener.endpoint)}: {places[place]} has that address. Give it once."
            faults.append(given.fault(why))
        if place is not None:
            places[place] = given.name


def check_watchers(listeners: Listeners, values: Values, faults: list[Fault]) -> None:
    """Find addresses at which other machines could read the figures without a token."""
    for given, listener in listeners:
        if listener.kind is not ListenerKind.METRICS:
            continue
        is_closed = address_of(listener.endpoint).is_of_this_machine
        if values["metrics.token_file"] is None and not is_closed:
            token = "token_file in [metrics]"
            if given.source is Source.COMMAND_LINE:
                token = "--metrics-token-file FILE"
            why = (
                f" {shown(listener.endpoint)} can be reached from other machines: give a token with"
                f" {token}, or an address like tcp:9460:interface=127.0.0.1."
            )
            faults.append(given.fault(why))


def check_sts(
    listeners: Listeners, values: Values, given: GivenValues, faults: list[Fault]
) -> None:
    """Find that IRC clients would be sent to an address with TLS which is not there."""
    if values["irc.sts_seconds"] is None or tls_port(each for _, each in listeners):
        return
    seconds = given["irc.sts_seconds"]
    add = '[[listen]] with kind = "irc" and an endpoint like ssl:6697:privateKey=FILE'
    if seconds.source is Source.COMMAND_LINE:
        add = "--irc ssl:6697:privateKey=FILE"
    faults.append(seconds.fault(f" needs an address with TLS for IRC clients: add {add}, say."))


def tls_port(listeners: Iterable[ListenerSettings]) -> int:
    """Return the port of the first address with TLS for IRC clients, 0 if there is none."""
    for each in listeners:
        address = address_of(each.endpoint)
        if each.kind is ListenerKind.IRC and (each.tls is not None or address.kind == "ssl"):
            return int(address.values.get("port", 0))
    return 0


def check_max_store(values: Values, given: GivenValues, faults: list[Fault]) -> None:
    """Find a largest size of a store in no file, unless another source said that it is there."""
    row, where = BY_PATH["store.max_size"], given.get("store.where")
    store = values["store.where"]
    size = given.get(row.path, row.by_default)
    is_file = store != MEMORY and not is_shared(store)
    if is_file or where is None or where.source > size.source:
        return
    if values["store.max_size"] and size.texts != row.by_default.texts:
        why = f" is for a store in a file; with {where.name} {store} leave it out."
        faults.append(size.fault(why))


def check_unix_names(
    listeners: Listeners, values: Values, given: GivenValues, faults: list[Fault]
) -> None:
    """Find names of users that have no effect at any endpoint for chat lines."""
    if not values["users.unix_names"]:
        return
    names = given["users.unix_names"]
    if sys.platform != "linux":
        faults.append(
            names.fault(" needs Linux, which tells who connects to a UNIX socket: leave it out.")
        )
    elif not any(
        each.kind is ListenerKind.CHAT and address_of(each.endpoint).may_be_unix_socket
        for _, each in listeners
    ):
        add = '[[listen]] with endpoint = "unix:/run/chatd/chat.sock"'
        if names.source is Source.COMMAND_LINE:
            add = "--listen unix:/run/chatd/chat.sock"
        faults.append(names.fault(f" needs a UNIX socket: add {add}, say."))


def check_admins(values: Values, given: GivenValues, faults: list[Fault]) -> None:
    """Find administrators by the word of a proxy whom no proxy can name."""
    both = sorted({*values["sign_in.admins"]} & {*values["sign_in.local"]})
    for account in both:
        local = given["sign_in.local"].name
        why = f" {account!r}: {local} has that account, too, so no proxy can name it. Choose one."
        faults.append(given["sign_in.admins"].fault(why))


def check_shared(values: Values, given: GivenValues, faults: list[Fault]) -> None:
    """Find settings of shared stores with another store, unless another source said which it is."""
    where = given.get("store.where")
    if where is not None and is_shared(where.texts[-1]):  # also if it has a fault
        return
    for row in SHARED_ROWS:
        each = given.get(row.path, row.by_default)
        default = None if row.default is None else row.kind.value_of(row.default)
        is_other = values[row.path] != default
        if is_other and (where is None or where.source <= each.source):
            why = f" is for a store that daemons share, {FORMS[1]}; leave it out."
            faults.append(each.fault(why))
