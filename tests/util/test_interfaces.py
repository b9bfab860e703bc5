"""`chatd.util.interfaces`: which addresses of this machine are found."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from chatd.util import interfaces

UP, DOWN = 1, 2

_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


def attribute(kind: int, value: bytes) -> bytes:
    """Return a ``struct rtattr``, padded."""
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def told(address: str, index: int = UP, flags: int = 0x80, peer: str = "") -> bytes:
    """Return the kernel's message about an address."""
    own = ip_address(address)
    parts = attribute(3, b"eth0\0")
    if peer:
        parts = attribute(1, ip_address(peer).packed) + attribute(2, own.packed) + parts
    else:
        parts = attribute(1, own.packed) + parts
    return struct.pack("=BBBBi", _FAMILIES[own.version], 24, flags, 0, index) + parts


@pytest.fixture
def told_by_kernel(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the messages about addresses, on an interface that is up and one that is not."""
    messages: list[bytes] = []
    links = [struct.pack("=BxHiII", 0, 1, UP, 0x1043, 0), struct.pack("=BxHiII", 0, 1, DOWN, 3, 0)]

    def dump(request: int, wanted: int) -> Iterator[bytes]:
        yield from links if (request, wanted) == (18, 16) else messages

    monkeypatch.setattr(interfaces, "_dump", dump)
    monkeypatch.setattr(interfaces, "_sending", lambda: iter(()))
    monkeypatch.setattr(sys, "platform", "linux")
    return messages


def found() -> list[str]:
    return list(map(str, interfaces.addresses()))


class TestTheKernel:
    def test_tells_addresses_of_both_families(self, told_by_kernel: list[bytes]) -> None:
        told_by_kernel += [told("10.0.0.1"), told("fd00::1")]
        assert found() == ["10.0.0.1", "fd00::1"]

    def test_tells_the_own_end_of_a_link_between_two(self, told_by_kernel: list[bytes]) -> None:
        told_by_kernel.append(told("10.8.0.2", peer="10.8.0.1"))
        assert found() == ["10.8.0.2"]

    def test_tells_none_of_an_interface_that_is_down(self, told_by_kernel: list[bytes]) -> None:
        told_by_kernel.append(told("172.17.0.1", DOWN))
        assert found() == []

    @pytest.mark.parametrize("flag", [0x01, 0x08, 0x20, 0x40])
    def test_tells_none_that_will_not_stay(self, told_by_kernel: list[bytes], flag: int) -> None:
        told_by_kernel.append(told("fd00::1", flags=flag))
        assert found() == []

    def test_is_asked_for_the_address_to_send_from_first(
        self, told_by_kernel: list[bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told_by_kernel += [told("10.0.0.1"), told("10.0.1.1")]
        monkeypatch.setattr(interfaces, "_sending", lambda: iter([ip_address("10.0.1.1")]))
        assert found() == ["10.0.1.1", "10.0.0.1"]


class TestThisMachine:
    @pytest.mark.skipif(sys.platform != "linux", reason="netlink is Linux's")
    def test_has_a_loopback_address(self) -> None:
        assert "127.0.0.1" in found()

    def test_sends_from_addresses_where_no_more_is_told(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def forbidden(request: int, wanted: int) -> Iterator[bytes]:
            raise PermissionError

        monkeypatch.setattr(interfaces, "_dump", forbidden)
        monkeypatch.setattr(interfaces, "_sending", lambda: iter([ip_address("10.0.1.1")]))
        assert found() == ["10.0.1.1"]
