"""The table of the commands of IRC: the tables of all subjects together.

This module must not know what a command does.
"""

from __future__ import annotations

from chatd.protocols.irc import registration, rooms, talking
from chatd.protocols.irc.conversation import Table

TABLE: Table = {**registration.TABLE, **rooms.TABLE, **talking.TABLE}
"""All commands by their names, in capitals."""
