"""The header by which a proxy says where a client is: what it says; nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.protocols.proxy.header import InvalidHeader, parse
from tests.support.proxy_headers import HEADERS, MALFORMED, V4, V6, added, v2


@pytest.mark.parametrize("case", HEADERS)
@pytest.mark.parametrize("rest", [b"", b"hello\n", b"\r\n\r\n", b"PROXY UNKNOWN\r\n"])
def test_a_header_says_where_the_client_is_and_how_long_it_is(case: str, rest: bytes) -> None:
    data, client = HEADERS[case]
    header = parse(data + rest)
    assert header is not None
    assert (type(header.client), header.client) == (type(client), client)
    assert header.length == len(data)


OVER_TLS = b"\x07" + bytes(4) + added(0x21, b"TLSv1.3")


@pytest.mark.parametrize("family", [(0x11, V4), (0x21, V6), (0x31, bytes(216))])
@pytest.mark.parametrize(
    ("more", "over_tls"),
    [
        (b"", None),
        (added(5, b"id"), None),
        (added(0x20, OVER_TLS), True),
        (added(5, b"id") + added(0x20, OVER_TLS) + added(4, b""), True),
        (added(0x20, b"\x06" + OVER_TLS[1:]), False),
        (added(5, added(0x20, OVER_TLS)), None),  # inside of another piece
    ],
)
def test_it_may_say_if_the_client_came_over_tls(
    family: tuple[int, bytes], more: bytes, over_tls: bool | None
) -> None:
    kind, places = family
    header = parse(v2(family=kind, body=places + more))
    assert header is not None
    assert header.over_tls is over_tls


@pytest.mark.parametrize(("command", "family"), [(0x20, 0x11), (0x21, 0)])
def test_of_no_client_it_says_nothing(command: int, family: int) -> None:
    header = parse(v2(command, family, V4 + added(0x20, OVER_TLS)))
    assert header is not None
    assert header.over_tls is None


@pytest.mark.parametrize("case", HEADERS)
def test_of_one_that_has_not_ended_more_is_awaited(case: str) -> None:
    data, _ = HEADERS[case]
    assert [parse(data[:length]) for length in range(len(data))] == [None] * len(data)


@pytest.mark.parametrize("case", MALFORMED)
def test_anything_else_is_refused_without_quoting_it(case: str) -> None:
    with pytest.raises(InvalidHeader, match=r"^[a-z0-9 ]+$"):
        parse(MALFORMED[case])


ADDRESSES = st.one_of(
    st.ip_addresses().map(str), st.text(max_size=9), st.sampled_from(["::1", "1.2.3.4", ""])
)
PORTS = st.one_of(st.integers(-1, 70_000).map(str), st.text(max_size=4))
VERSION_1 = st.builds(
    lambda *fields: (" ".join(fields) + "\r\n").encode("utf-8", "surrogatepass"),
    st.sampled_from(["PROXY", "PROXY ", "proxy"]),
    st.sampled_from(["TCP4", "TCP6", "UNKNOWN", "UDP4", ""]),
    ADDRESSES,
    ADDRESSES,
    PORTS,
    PORTS,
)
VERSION_2 = st.builds(
    v2,
    st.integers(0, 255) | st.sampled_from([0x20, 0x21]),
    st.integers(0, 255) | st.sampled_from([0x00, 0x11, 0x12, 0x21, 0x31]),
    st.binary(max_size=250),
    st.integers(-1, 65_535),
)


@given(st.one_of(VERSION_1, VERSION_2, st.binary(max_size=300)), st.integers(0, 300))
def test_whatever_comes_is_a_header_or_refused_wherever_it_is_cut(data: bytes, cut: int) -> None:
    def outcome(data: bytes) -> object:
        try:
            header = parse(data)
        except InvalidHeader:
            return "refused"
        return header and (header.length, header.client)

    whole = outcome(data)
    first = outcome(data[:cut])
    assert first is None or first == whole
    if isinstance(whole, tuple):
        assert whole[0] <= len(data)
        assert whole[1] is None or "\x1b" not in repr(whole[1])
