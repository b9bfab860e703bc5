"""The table of the commands of IRC: the tables of all subjects together.

This module must not know what a command does.
"""

from __future__ import annotations

from chatd.protocols.irc import (
    accounts,
    capabilities,
    chathistory,
    info,
    listing,
    moderating,
    modes,
    monitor,
    names_list,
    nickserv,
    people,
    read_marker,
    registration,
    rooms,
    sasl,
    talking,
    typing,
    whowas,
)
from chatd.protocols.irc.conversation import Table

TABLE: Table = {
    **accounts.TABLE,
    **capabilities.TABLE,
    **chathistory.TABLE,
    **info.TABLE,
    **listing.TABLE,
    **moderating.TABLE,
    **modes.TABLE,
    **monitor.TABLE,
    **names_list.TABLE,
    **nickserv.TABLE,
    **people.TABLE,
    **read_marker.TABLE,
    **registration.TABLE,
    **rooms.TABLE,
    **sasl.TABLE,
    **talking.TABLE,
    **typing.TABLE,
    **whowas.TABLE,
}
"""All commands by their names, in capitals."""

TABLE.update({name: info.helps_with(TABLE) for name in ("HELP", "HELPOP")})
