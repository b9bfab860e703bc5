"""Incoming hooks for tests: worlds whose servers tools can reach, and new hooks."""

from __future__ import annotations

from typing import Any

from chatd.webhooks.incoming.registry import IncomingHook, IncomingRules
from tests.support.sentences import EN
from tests.support.world import Member, World

ADDRESS = "http://chat.lan:60080"


def let_tools_in(world: World) -> None:
    """Have all servers of a world take posts of tools at an address."""
    for server in world.servers:
        server.incoming.use_rules(IncomingRules(ADDRESS))


def path_of_new(owner: Member, name: str = "alerts") -> str:
    """Have the owner of a room make a hook there, and return the path of its URL."""
    *_, said = owner.ask(f"/hook in {name}")
    before, _, after = EN.notice("hook_made", url="URL").partition("URL")
    assert said.startswith(before), said
    return said.removeprefix(before).removesuffix(after).removeprefix(ADDRESS)


def hook_called(world: World, name: str, room: str = "ops", node: int = -1) -> IncomingHook:
    """Return a hook of a room, as a node has it."""
    server: Any = world.servers[node]
    hook: IncomingHook | None = server.incoming.called(server.rooms[room], name)
    assert hook is not None
    return hook
