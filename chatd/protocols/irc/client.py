"""The state of a client of IRC: how far it is registered, and its capabilities.

Plain values. This module must not know what follows from them.
"""

from __future__ import annotations

from chatd.accounts.credentials import Grant
from chatd.protocols.irc.batches import Batch
from chatd.protocols.irc.labels import OwnLabels
from chatd.protocols.irc.sent_lines import SentLines
from chatd.util.state import State


class Client:
    """One client.

    ``nickname`` is the one that it wishes to have, "" until it has sent a valid one; it ``wished``
    for one last, which it may not have. ``username`` and ``realname`` are as it sent them, for it
    alone to be told again. ``password`` is that of PASS, until it is used, and ``grant`` what the
    client has proved until it is registered. ``sasl`` are the parts of a login that is under way,
    None without one. While it is ``negotiating`` capabilities, in a ``version`` of that
    negotiation, it is not registered. ``batch`` is the message of several lines that it
    is sending, if any, ``own_labels`` are those of lines that it said, and ``written`` has the
    accounts to which it wrote, with the times of the last lines; ``sent`` is what it said to
    guests. ``markers`` are the times up to which it has read targets, of which no account has a
    mark.
    """

    __slots__ = (
        "batch",
        "capabilities",
        "grant",
        "markers",
        "negotiating",
        "nickname",
        "own_labels",
        "password",
        "realname",
        "registered",
        "sasl",
        "sent",
        "username",
        "version",
        "wished",
        "written",
    )

    def __init__(self) -> None:
        self.nickname = ""
        self.wished = ""
        self.username = ""
        self.realname = ""
        self.password = ""
        self.grant: Grant | None = None
        self.sasl: list[str] | None = None
        self.negotiating = False
        self.registered = False
        self.version = 0
        self.capabilities: frozenset[str] = frozenset()
        self.own_labels = OwnLabels()
        self.batch: Batch | None = None
        self.written: dict[str, int] = {}
        self.sent = SentLines()
        self.markers: dict[str, int] = {}

    def state(self) -> State:
        """Return what another process needs to go on with a client that is registered."""
        return {
            "wished": self.wished,
            "username": self.username,
            "realname": self.realname,
            "sasl": self.sasl,
            "version": self.version,
            "capabilities": sorted(self.capabilities),
            "labels": self.own_labels.state(),
            "batch": None if self.batch is None else self.batch.state(),
            "written": self.written,
            "sent": self.sent.state(),
            "markers": self.markers,
        }

    def resume(self, state: State) -> None:
        """Go on from a state: the client is registered."""
        self.registered = True
        self.wished, self.sasl, self.version = state["wished"], state["sasl"], state["version"]
        self.username, self.realname = state["username"], state["realname"]
        self.capabilities = frozenset(state["capabilities"])
        self.own_labels.resume(state["labels"])
        self.batch = None if state["batch"] is None else Batch.resume(state["batch"])
        self.written, self.markers = state["written"], state["markers"]
        self.sent.resume(state["sent"])
