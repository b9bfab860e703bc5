"""`chatd.protocols.web.api.route`: paths with names in them."""

from __future__ import annotations

from chatd.protocols.web.api.operation import Operation
from chatd.protocols.web.api.request_session import Call
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.http.messages import Answer

OPERATION = Operation("x", "rooms", "X", returns=())


async def nothing(call: Call) -> Answer:
    return Answer(204)


def test_a_path_without_names_is_itself_alone() -> None:
    route = Route("GET", "/api/rooms", nothing, OPERATION)
    assert route.match(("api", "rooms")) == {}
    assert route.match(("api", "Rooms")) is None
    assert route.match(("api", "rooms", "")) is None
    assert route.match(()) is None


def test_a_name_is_any_part() -> None:
    route = Route("GET", "/api/rooms/{room}/messages", nothing, OPERATION)
    assert route.match(("api", "rooms", "ópera 1", "messages")) == {"room": "ópera 1"}
    assert route.match(("api", "rooms", "", "messages")) == {"room": ""}
    assert route.match(("api", "rooms", "ops", "topic")) is None
