"""An IRC client of a `World`, which sends lines and sees lines."""

from __future__ import annotations

from base64 import b64encode

from twisted.internet.interfaces import IAddress, IReactorTime

from chatd.accounts.credentials import Grant
from chatd.chat.server import ChatServer
from chatd.protocols.irc.handler import IrcHandler
from chatd.protocols.irc.sasl import PART
from chatd.protocols.irc.websocket import IrcWebSocketHandler
from chatd.protocols.transport.client_protocol import ClientProtocol
from chatd.protocols.transport.factory import ChatFactory
from tests.support.browser import Frame, frame, frames_of
from tests.support.memory_client import MemoryClient
from tests.support.world import HANDED_OVER, HERE, PASSWORD, Node, World, log_in


class IrcClient(MemoryClient):
    """A client of the IRC port, which has sent nothing yet."""

    @property
    def handler(self) -> IrcHandler:
        """The handler of the connection."""
        handler = self.protocol.connection.handler
        assert isinstance(handler, IrcHandler)
        return handler

    def send(self, *lines: str | bytes) -> None:
        """Send lines, and run all that is due."""
        if HANDED_OVER:
            self.world.hand_over_if_possible()
        for line in lines:
            data = line.encode() if isinstance(line, str) else line
            self.protocol.dataReceived(data + b"\r\n")
        self.world.settle()

    def seen(self) -> list[str]:
        """Return the lines received since the last time, without their ends."""
        self.world.settle()
        lines = self.bytes_seen().decode().split("\r\n")
        assert lines.pop() == ""
        return lines

    def ask(self, *lines: str | bytes) -> list[str]:
        """Send lines, and return the lines that are received for them."""
        self.seen()
        self.send(*lines)
        return self.seen()


class WebIrcClient(IrcClient):
    """A client of a WebSocket, after the handshake, which has sent nothing yet."""

    def __init__(
        self,
        world: World,
        address: IAddress = HERE,
        *,
        dead_after: int = 0,
        grant: Grant | None = None,
    ) -> None:
        self._dead_after, self._grant = dead_after, grant
        factory = self.door(world.next_node())
        self.others: list[Frame] = []
        """The frames so far that were no lines."""
        super().__init__(world, factory, factory.buildProtocol(address), address)

    def door(self, node: Node) -> ChatFactory:
        def protocol(server: ChatServer, clock: IReactorTime, length: int) -> ClientProtocol:
            handler = IrcWebSocketHandler(node.door, server, clock, length, grant=self._grant)
            return ClientProtocol(clock, handler)

        limits = node.irc.limits._replace(dead_after=self._dead_after)
        return ChatFactory(node.server, node.clock, protocol, limits=limits)

    @classmethod
    def after_handshake(cls, client: MemoryClient) -> WebIrcClient:
        """Return a client that has sent a handshake, and has seen the answer."""
        made = cls.__new__(cls)
        made.world, made.factory, made.others = client.world, client.factory, []
        made.protocol, made.transport = client.protocol, client.transport
        return made

    def send(self, *lines: str | bytes) -> None:
        if HANDED_OVER:
            self.world.hand_over_if_possible()
        for line in lines:
            self.send_bytes(frame(line.encode() if isinstance(line, str) else line))

    def send_bytes(self, data: bytes) -> None:
        """Send bytes that are whole frames, and run all that is due."""
        self.protocol.dataReceived(data)
        self.world.settle()

    def seen(self) -> list[str]:
        self.world.settle()
        lines = []
        for each in frames_of(self.bytes_seen()):
            if each.opcode == 1:
                assert each.last, "a line is in one frame"
                lines.append(each.payload.decode())
            else:
                self.others.append(each)
        return lines

    def close_code(self) -> int:
        """Return the code with which the server has closed."""
        self.seen()
        (payload,) = [each.payload for each in self.others if each.opcode == 8]
        return int.from_bytes(payload[:2], "big")


def irc_client(world: World, address: IAddress = HERE) -> IrcClient:
    """Return a client that has connected, to the next node."""
    factory = world.next_node().irc
    return IrcClient(world, factory, factory.buildProtocol(address), address)


def irc_person(
    world: World,
    name: str,
    *rooms: str,
    capabilities: str = "",
    account: bool = False,
    address: IAddress = HERE,
    client: IrcClient | None = None,
) -> IrcClient:
    """Return a client that has registered and is in some rooms, whose welcome it has seen.

    It may be a ``client`` that has connected. With an ``account``, it is logged in to the account
    of its name, which is registered if there is none.
    """
    client = client or irc_client(world, address)
    if account:
        if world.server.accounts.called(name) is None:
            world.register(name)
        log_in(client.server, client.handler.session, name)
    if capabilities:
        client.handler.use_capabilities(frozenset(capabilities.split()))
    client.send(f"NICK {name}", "USER u 0 * :Real Name")
    for room in rooms:
        client.send(f"JOIN #{room}")
    client.seen()
    return client


def plain(name: str, password: str = PASSWORD, identity: str = "") -> list[str]:
    """Return the lines by which a client proves an account with SASL's mechanism PLAIN."""
    answer = b64encode(f"{identity}\0{name}\0{password}".encode()).decode()
    parts = [answer[start : start + PART] for start in range(0, len(answer), PART)]
    if len(parts[-1]) == PART:
        parts.append("+")
    return [f"AUTHENTICATE {part}" for part in parts]


def codes(lines: list[str]) -> list[str]:
    """Return the commands and numerics of some lines, which have a source and no tags."""
    return [line.split(" ")[1] for line in lines]
