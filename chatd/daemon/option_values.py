"""The values of the daemon's options, from their texts. A wrong one is refused in one line.

The line names the option and the values that it takes. This module must not open files or addresses
that an option names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chatd.daemon.addresses import WrongAddress, address_of
from chatd.daemon.os_process import refuse_call
from chatd.daemon.retention import RetentionPolicy
from chatd.i18n import Language
from chatd.protocols.transport.limits import Limits
from chatd.storage.paths import MEMORY, wrong_store
from chatd.storage.size_limit import LEAST_SIZE
from chatd.text.folding import fold
from chatd.text.sizes import bytes_of, written_size
from chatd.text.times import seconds_of
from chatd.text.validation import InvalidName, is_host_name, validate_room_name
from chatd.util.budget_table import BUDGETS, Budget, Kind, Level
from chatd.util.budget_table import Limits as BudgetLimits
from chatd.webhooks.urls import Network, networks_of

DEFAULT_MAX_STORE = "100G"
"""Beyond what an office of 200 says in decades: 40,000 lines a day, of 55 characters and 0.14 KB on
disk with the index (measured), are 2 GB a year. It bounds what many networks together store."""

LARGEST_NUMBER = 999_999_999

LONGEST_DEAD_AFTER = 90_000
"""Seconds. Linux takes at most 32,767 seconds for a time of keepalive; a third of ``--dead-after``
is set."""


Options = Mapping[str, Any]
"""The options of `chatd.daemon.options.Options`, as text."""


def number(options: Options, name: str, least: int, most: int = LARGEST_NUMBER) -> int:
    value = options[name]
    if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= most:
        range_ = f"{least} or more" if most == LARGEST_NUMBER else f"{least} to {most}"
        refuse_call(f"--{name} takes a whole number, {range_}; not {value!r}.")
    return int(value)


_LARGEST = {"dead_after": LONGEST_DEAD_AFTER}


def limits(options: Options) -> Limits:
    return Limits(
        *(
            number(options, field.replace("_", "-"), 0, _LARGEST.get(field, LARGEST_NUMBER))
            for field in Limits._fields
        )
    )


_CONNECTIONS = {
    Budget(Kind.CONNECTIONS, Level.ALL): "connections",
    Budget(Kind.CONNECTIONS, Level.NETWORK): "connections-per-address",
}
"""The budgets that have an option of their own."""


def budgets(options: Options) -> BudgetLimits:
    """Return the limits that all of --budget make; of two for the same budget the last one counts.

    The default of an option is no limit that was given: it may be lowered with that of all.
    """
    given: dict[Budget, int] = {}
    for value in options["budget"]:
        name, _, limit = value.partition("=")
        budget = BUDGETS.get(name)
        if budget is None:
            refuse_call(_no_budget(name, value))
        given[budget] = _limit(budget, limit)
    for budget, option in _CONNECTIONS.items():
        most, default = number(options, option, 0), budget.rule.limits[budget.level]
        if most != default and given.get(budget, most) != most:
            refuse_call(f"--{option} and --budget {budget} are one limit: give one of them.")
        if most != default or budget.level is Level.ALL:
            given.setdefault(budget, most)
    return given


def _no_budget(name: str, value: str) -> str:
    """Return the reason for which a value of --budget names no budget."""
    kind = name.partition(".")[0]
    levels = [each.level.value for each in BUDGETS.values() if each.kind.value == kind]
    if levels:
        return f"--budget {kind}.LEVEL takes the levels {', '.join(levels)}; not {value!r}."
    kinds = ", ".join(each.value for each in Kind)
    return (
        f"--budget takes KIND.LEVEL=VALUE such as bytes.account=1G; the kinds are {kinds};"
        f" not {value!r}."
    )


def _limit(budget: Budget, value: str) -> int:
    in_bytes = budget.rule.in_bytes
    try:
        limit = bytes_of(value)
    except ValueError:
        limit = None
    if limit is None or not (in_bytes or value.isdecimal()):
        takes = "a size like 256M or 1G" if in_bytes else "a whole number"
        refuse_call(f"--budget {budget} takes {takes}, 0 for no limit; not {value!r}.")
    return limit


def max_store(value: str, store: str) -> int:
    try:
        size = bytes_of(value)
    except ValueError:
        size = -1
    if size and size < LEAST_SIZE:
        least = written_size(LEAST_SIZE)
        refuse_call(
            f"--max-store takes a size like 20G, {least} at least (0: no limit); not {value!r}."
        )
    if size and store == MEMORY and value != DEFAULT_MAX_STORE:
        refuse_call(f"--max-store is for a store in a file; with --store {MEMORY} leave it out.")
    return size


def language(value: str) -> Language:
    try:
        return Language(value)
    except ValueError:
        refuse_call(f"--language takes en or es; not {value!r}.")


def lobby(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return validate_room_name(value)
    except InvalidName:
        refuse_call(
            "--lobby takes a room's name: 1 to 32 letters of one alphabet, digits, _, - or .;"
            f" not {value!r}."
        )


def web_names(values: list[str]) -> list[str]:
    for name in values:
        if not is_host_name(name):
            refuse_call(f"--web-name takes a name such as chat.example.com; not {name!r}.")
    return values


def retention(values: list[str]) -> RetentionPolicy:
    """Return the policy that all of --keep make; of two for the same rooms the last one counts."""
    policy = RetentionPolicy()
    for value in values:
        room, is_room, span = value.rpartition("=")
        try:
            seconds = 0 if span == "0" else seconds_of(span)
            if is_room:
                policy = policy._replace(
                    rooms={**policy.rooms, fold(validate_room_name(room)): seconds}
                )
            else:
                policy = policy._replace(others=seconds)
            if not seconds and span != "0":
                raise ValueError
        except ValueError:
            refuse_call(
                "--keep takes a time span like 90d or 12h (0: for ever), or one for a room, like"
                f" ops=30d; not {value!r}."
            )
    return policy


def networks(values: list[str]) -> tuple[Network, ...]:
    """Return the networks that all of --hooks-to name."""
    networks: list[Network] = []
    for value in values:
        try:
            networks += networks_of(value)
        except ValueError:
            refuse_call(
                f"--hooks-to takes a network like 10.0.0.0/8, an address, or any; not {value!r}."
            )
    return tuple(networks)


def addresses(options: Options) -> None:
    """Refuse a description that is not of an address, and one of two for the same address."""
    places: dict[tuple[str, ...], str] = {}
    for option in "listen", "bare", "web":
        for description in options[option]:
            try:
                place = address_of(description).place
            except WrongAddress as wrong:
                refuse_call(f"--{option} {description!r}: {wrong}")
            if place in places:
                refuse_call(
                    f"--{option} {description!r}: {places[place]} has that address. Give it once."
                )
            if place is not None:
                places[place] = f"--{option}"


def store(value: str) -> str:
    """Return a value of --store."""
    if wrong := wrong_store(value):
        refuse_call(f"--store {wrong}")
    return value
