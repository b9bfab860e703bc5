"""The settings of a store that several daemons share: rows of the table of settings.

This module must not know where values come from, nor what is done with them.
"""

from __future__ import annotations

from chatd.daemon import value_kinds as kinds
from chatd.daemon.setting_row import Group, Row
from chatd.storage.shared.settings import DEFAULT_GIVE_UP, Durability

SHARED_ROWS = (
    Row(
        "cluster.node",
        "node",
        kinds.NODE,
        None,
        "The name of this daemon among those that share its store",
        Group.CLUSTER,
        without="the name of the machine",
        example="alba",
    ),
    Row(
        "cluster.durability",
        "durability",
        kinds.DURABILITY,
        Durability.REPLICATED.value,
        "Where the database has what it acknowledged: replicated to a second server, which is"
        " checked, managed by a service in its own way, or on one-disk",
        Group.CLUSTER,
    ),
    Row(
        "cluster.give_up",
        "give-up",
        kinds.SECONDS_OF_DOUBT,
        str(DEFAULT_GIVE_UP),
        "Seconds without the database until an author is told that a line may be saved or not",
        Group.CLUSTER,
    ),
    Row(
        "cluster.hints",
        "hints",
        kinds.ON_OFF,
        "on",
        "Listen to what other daemons tell through the database; off where a pool is in between, or"
        " others may connect to it",
        Group.CLUSTER,
    ),
)
"""The settings that are for a store such as postgresql:///chatd alone."""
