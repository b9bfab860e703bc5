"""Every code point through the one encoder, and every pair of bytes through both ports."""

from __future__ import annotations

import pytest

from chatd.text.escaping import encode_line, visible
from tests.proofs.terminal.documented import (
    every_code_point,
    every_pair_of_bytes,
    undocumented,
    unsafe_code_points,
)
from tests.support.world import Member, World


def test_every_code_point_alone_is_sent_as_documented(unmeasured: None) -> None:
    assert len(every_code_point()) == 1_114_112
    shown = {c: line for c in every_code_point() if (line := encode_line(c, b"\n")) != as_is(c)}
    assert shown.keys() == unsafe_code_points()
    assert all(line.isascii() and line[:-1].decode().isprintable() for line in shown.values())


def as_is(text: str) -> bytes:
    return (text + "\n").encode(errors="surrogatepass")


def test_every_code_point_between_two_letters_is_sent_as_documented(unmeasured: None) -> None:
    changed = [c for c in every_code_point() if visible(f"a{c}b") != f"a{c}b"]
    assert set(changed) == unsafe_code_points()
    assert [c for c in changed if visible(f"a{c}b") != f"a{visible(c)}b"] == []


@pytest.mark.parametrize("port", ["chat", "bare"])
def test_every_pair_of_bytes_reaches_others_as_documented(unmeasured: None, port: str) -> None:
    world = World()
    listeners = world.person(), world.program()
    speaker = Member(world, world.chat if port == "chat" else world.bare)
    speaker.type("hola")
    heard: list[list[bytes]] = [[] for _ in listeners]
    for lines in every_pair_of_bytes():
        speaker.send(lines)
        world.settle()
        speaker.bytes_seen()
        for listener, pieces in zip(listeners, heard, strict=True):
            pieces.append(listener.bytes_seen())
    for data in map(b"".join, heard):
        assert undocumented(data) == set()
        assert data.count(b"\n") > 16_000  # those that are UTF-8, and lines
