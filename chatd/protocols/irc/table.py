"""The table of the commands of IRC: the tables of all subjects together.

This module must not know what a command does.
"""

from __future__ import annotations

from chatd.protocols.irc import info, people, registration, rooms, talking
from chatd.protocols.irc.conversation import Table

TABLE: Table = {
    **info.TABLE,
    **people.TABLE,
    **registration.TABLE,
    **rooms.TABLE,
    **talking.TABLE,
}
"""All commands by their names, in capitals."""

TABLE.update({name: info.helps_with(TABLE) for name in ("HELP", "HELPOP")})
