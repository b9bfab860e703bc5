"""The memory of a client that has gone: all of it is free at once, without Python's collector.

The collector looks at old objects rarely (`chatd.daemon.os_process`), so clients that left cycles
of references would be in memory by the ten thousand.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost

from chatd.accounts.credentials import TOKEN
from chatd.accounts.passwords import THREADS
from tests.support.browser import Browser, frame
from tests.support.event_stream import Reader
from tests.support.http import SiteWorld
from tests.support.memory_client import MemoryClient
from tests.support.world import PASSWORD, World

OURS = ("chatd", "h11", "wsproto")
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Collect what there is, and nothing more until `garbage` does."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def garbage() -> set[str]:
    """Return the types of the objects that only the collector frees, as far as they are a server's.

    It frees none of them, to name them.
    """
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        types = {type(each) for each in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    return {f"{type.__module__}.{type.__qualname__}" for type in types if is_ours(type)}


def is_ours(type: type) -> bool:
    return type.__module__.partition(".")[0] in OURS


def person(world: World) -> MemoryClient:
    one = world.person("ana")
    one.type("hola", "/who", "/history 5", "/join elsewhere", "\xff")
    return one


def member(world: World) -> MemoryClient:
    """Return a person with an account, who was sent lines of rooms and of the inbox."""
    world.register("ana")
    one = world.person()
    one.type(f"/login ana {PASSWORD}", "hola", "/join elsewhere", "hola", "/msg ana hola")
    return one


def one_who_logs_out(world: World) -> MemoryClient:
    one = member(world)
    one.type("/logout")
    return one


def one_who_is_asked(world: World) -> MemoryClient:
    one = world.person("ana")
    one.type("/register")
    return one


def one_with_a_wrong_password(world: World) -> MemoryClient:
    world.register("luisa")
    one = world.person("ana")
    one.type("/login luisa wrong horse", "/login luisa short", "/register short")
    return one


def one_who_may_not(world: World) -> MemoryClient:
    """Return a person who is refused what a mute, a role, and a token do not allow."""
    eva, one = world.member("eva", admin=True), world.person("ana")
    eva.type("/mute ana")
    one.type("hola", "/kick luis")
    grant = world.server.credentials.grant_of(world.secret("eva", scope="read"), TOKEN)
    world.server.logins.log_in(one.session, world.server.accounts.table["eva"], grant)
    one.type("hola", "/kick luis", "/password")
    return one


def program(world: World) -> MemoryClient:
    one = world.program()
    one.type("hola")
    return one


def one_of_another_protocol(world: World) -> MemoryClient:
    one = world.person()
    one.type("GET / HTTP/1.1")
    return one


def tab(world: World) -> MemoryClient:
    one = Browser(world)
    one.send("hello", name="ana", key="a-key-of-this-browser")
    one.send("line", room="lobby", id=1, text="hola", key="a-key-of-this-line")
    one.send("history", room="lobby", limit=5)
    one.send("nothing that there is")
    one.send_bytes(frame(b"ping", 9))
    return one


def tab_that_closes(world: World) -> MemoryClient:
    one = tab(world)
    assert isinstance(one, Browser)
    one.send_bytes(frame(b"", 8))
    return one


def reader(world: World) -> MemoryClient:
    return Reader(world)


CLIENTS = (
    person,
    member,
    one_who_logs_out,
    one_who_is_asked,
    one_with_a_wrong_password,
    one_who_may_not,
    program,
    one_of_another_protocol,
    tab,
    tab_that_closes,
    reader,
)


@pytest.mark.parametrize("reason", [ConnectionDone, ConnectionLost, ConnectionAborted])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_that_goes(
    client: Callable[[World], MemoryClient], reason: type[Exception]
) -> None:
    world = World()
    other = world.person("luis")
    client(world).hang_up(reason)
    assert garbage() == set()
    other.type("hola")


@pytest.mark.parametrize("client", [person, member, program, tab])
def test_a_client_whose_lines_are_on_their_way(client: Callable[[World], MemoryClient]) -> None:
    world = World(slow=True)
    other = world.person("luis")
    client(world).hang_up(ConnectionAborted)
    while world.store.held:
        world.store.release()
        world.settle()
    assert garbage() == set()
    other.type("hola")


@pytest.mark.parametrize("reason", [ConnectionDone, ConnectionLost, ConnectionAborted])
def test_a_client_whose_password_waits_for_its_turn(reason: type[Exception]) -> None:
    world = World()
    world.register("luisa")
    world.hashing.held = True
    other = world.person("luis")
    for client in [world.person() for _ in range(THREADS + 2)]:
        client.type("/login luisa wrong horse")
        client.hang_up(reason)
    del client
    world.hashing.work()
    world.settle()
    assert garbage() == set()
    other.type("hola")


REQUESTS = {
    "one that is answered": b"GET /api/rooms HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "one that is not whole": b"GET /api/rooms HTTP/1.1\r\n",
    "one that is refused": b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "one that is malformed": b"GET /api/rooms HTTP/1.1\r\nHost\r\n\r\n",
    "no request": b"\x16\x03\x01\r\n",
    "a WebSocket": UPGRADE,
    "a stream": b"GET /api/rooms/lobby/stream HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "lines": b"POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Length: 4\r\nIdempotency-Key: a-key-of-these-lines\r\n\r\nhola",
}


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_client_of_http(request_: bytes) -> None:
    web = SiteWorld()
    other = web.world.person("luis")
    client = web.caller()
    client.send(request_)
    client.settle()
    client.hang_up()
    del client
    assert garbage() == set()
    other.type("hola")


def test_a_client_in_the_midst_of_a_long_answer() -> None:
    web = SiteWorld()
    other = web.world.person("luis")
    other.type(*["x" * 4000] * 20)
    client = web.caller()
    client.stall()
    client.send(b"GET /api/rooms/lobby/messages HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.settle()
    client.hang_up()
    del client
    assert garbage() == set()
    other.type("hola")
