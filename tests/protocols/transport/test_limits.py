"""The rate at which a connection is read, and the number of connections: counting alone."""

from __future__ import annotations

from ipaddress import IPv4Address as IPv4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.task import Clock

from chatd.protocols.transport.limits import (
    BURST_SECONDS,
    NETWORKS_KEPT,
    Admission,
    Limits,
    Pace,
    TooManyConnections,
    host_of,
)
from chatd.util.budget_table import Budget, Kind, Level
from chatd.util.budgets import Budgets

RATE = 100


def lines(rate: int = RATE) -> Pace:
    return Pace(Limits(lines_per_second=rate))


def test_a_burst_waits_for_nothing() -> None:
    pace = lines()
    pace.spend(1000.0, int(RATE * BURST_SECONDS), 0)
    assert pace.wait(1000.0) == 0


def test_what_goes_beyond_the_burst_is_waited_for() -> None:
    pace = lines()
    pace.spend(1000.0, int(RATE * BURST_SECONDS) + 50, 0)
    assert pace.wait(1000.0) == pytest.approx(0.5)
    assert pace.wait(1000.5) == 0


def test_a_rest_earns_another_burst_and_no_more() -> None:
    pace = lines()
    for now in (1000.0, 5000.0):
        pace.spend(now, int(RATE * BURST_SECONDS), 0)
        assert pace.wait(now) == 0
        pace.spend(now, RATE, 0)
        assert pace.wait(now) == pytest.approx(1)


def test_bytes_have_a_rate_of_their_own() -> None:
    pace = Pace(Limits(lines_per_second=RATE, bytes_per_second=1000))
    pace.spend(1000.0, 1, int(1000 * BURST_SECONDS) + 2000)
    assert pace.wait(1000.0) == pytest.approx(2)


def test_bytes_add_up() -> None:
    pace = Pace(Limits(bytes_per_second=1000))
    for _ in range(2):
        pace.spend(1000.0, 1, int(1000 * BURST_SECONDS))
    assert pace.wait(1000.0) == pytest.approx(BURST_SECONDS)


def test_whoever_names_no_limit_has_none() -> None:
    assert not any(Limits())


@pytest.mark.parametrize("limits", [Limits(), Limits(line_seconds=1)])
def test_without_a_rate_nothing_waits(limits: Limits) -> None:
    pace = Pace(limits)
    pace.spend(1000.0, 10**9, 10**12)
    assert pace.wait(1000.0) == 0


@given(st.lists(st.tuples(st.floats(0, 2), st.integers(1, 50)), min_size=1))
def test_over_any_time_no_more_is_taken_than_the_burst_the_rate_and_one_piece(
    asked: list[tuple[float, int]],
) -> None:
    pace, now, taken, most = lines(10), 1000.0, 0, 0
    for pause, count in asked:
        now += pause
        if not pace.wait(now):
            pace.spend(now, count, 0)
            taken += count
            most = max(most, count)
    assert taken <= 10 * (BURST_SECONDS + now - 1000.0) + most + 1e-6


def admission_with(limits: Limits = Limits(), **budgets: int) -> Admission:  # noqa: B008 - a value
    """Return an admission with these limits, of connections by level: ``network=2``, say."""
    given = {Budget(Kind.CONNECTIONS, Level[name.upper()]): n for name, n in budgets.items()}
    return Admission(limits, Budgets(Clock(), given))


def test_so_many_come_in_from_an_address() -> None:
    admission = admission_with(network=2)
    admission.enter("192.0.2.1", 0)
    admission.enter("192.0.2.1", 0)
    with pytest.raises(TooManyConnections) as full:
        admission.enter("192.0.2.1", 0)
    assert (full.value.key, full.value.limit) == ("address_full", 2)
    admission.enter("192.0.2.2", 0)


def test_so_many_come_in_from_a_48_of_ipv6() -> None:
    admission = admission_with(site=2)
    admission.enter("2001:db8:7:1::1", 0)
    admission.enter("2001:db8:7:2::1", 0)
    with pytest.raises(TooManyConnections) as full:
        admission.enter("2001:db8:7:ff00::1", 0)
    assert (full.value.key, full.value.limit) == ("network_full", 2)
    admission.enter("2001:db8:8::1", 0)


def test_so_many_come_in_at_all() -> None:
    admission = admission_with(all=2)
    admission.enter("192.0.2.1", 0)
    admission.enter("", 0)
    with pytest.raises(TooManyConnections) as full:
        admission.enter("192.0.2.2", 0)
    assert (full.value.key, full.value.limit) == ("full", 2)


@pytest.mark.parametrize("level", ["all", "network"])
def test_one_who_leaves_makes_room_and_one_who_is_refused_takes_none(level: str) -> None:
    admission = admission_with(**{level: 1})
    place = admission.enter("192.0.2.1", 0)
    with pytest.raises(TooManyConnections):
        admission.enter("192.0.2.1", 0)
    admission.leave(place)
    admission.enter("192.0.2.1", 0)


@pytest.mark.parametrize("level", ["all", "network"])
def test_one_who_leaves_makes_room_for_one(level: str) -> None:
    admission = admission_with(**{level: 2})
    place = admission.enter("192.0.2.1", 0)
    admission.enter("192.0.2.1", 0)
    admission.leave(place)
    admission.enter("192.0.2.1", 0)
    with pytest.raises(TooManyConnections):
        admission.enter("192.0.2.1", 0)


def test_those_without_an_address_do_not_count_as_one() -> None:
    admission = admission_with(network=1)
    admission.enter("", 0)
    admission.enter("", 0)


def talk(admission: Admission, network: str, lines: int) -> None:
    """Have a client come from a network, say so many lines at 1000 seconds, and go."""
    place = admission.enter(network, 1000.0)
    assert place.pace is not None
    place.pace.spend(1000.0, lines, 0)
    admission.leave(place, 1000.0)


def burst_left(admission: Admission, network: str, now: float = 1000.0) -> int:
    """Return how many lines a new client from a network may say at once."""
    pace = admission.enter(network, now).pace
    assert pace is not None
    lines = 0
    while not pace.wait(now):
        pace.spend(now, 1, 0)
        lines += 1
    return lines - 1


def address(number: int) -> str:
    """Return an address of its own for each number."""
    return str(IPv4(number + (10 << 24)))


BURST = int(RATE * BURST_SECONDS)


def test_to_go_and_come_again_gives_no_new_burst() -> None:
    admission = admission_with(Limits(lines_per_second=RATE))
    talk(admission, "192.0.2.1", RATE)
    assert burst_left(admission, "192.0.2.1") == pytest.approx(BURST - RATE, abs=1)
    assert burst_left(admission, "192.0.2.2") == pytest.approx(BURST, abs=1)
    assert burst_left(admission, "192.0.2.1", 2000.0) == pytest.approx(BURST, abs=1)


def test_nobody_waits_for_what_another_one_owed() -> None:
    admission = admission_with(Limits(lines_per_second=RATE))
    talk(admission, "192.0.2.1", 100 * RATE)
    assert burst_left(admission, "192.0.2.1") == 0


def test_those_without_an_address_are_not_taken_for_each_other() -> None:
    admission = admission_with(Limits(lines_per_second=RATE))
    talk(admission, "", 10 * RATE)
    assert burst_left(admission, "") == pytest.approx(BURST, abs=1)


def test_so_many_addresses_are_remembered() -> None:
    admission = admission_with(Limits(lines_per_second=RATE))
    for number in range(NETWORKS_KEPT + 1):
        talk(admission, address(number), 10 * RATE)
    assert burst_left(admission, address(0)) == pytest.approx(BURST, abs=1)
    assert burst_left(admission, address(1)) == 0


def test_one_who_has_rested_has_a_whole_burst_again() -> None:
    admission = admission_with(Limits(lines_per_second=RATE))
    pace = admission.enter("192.0.2.1", 1000.0).pace
    assert pace is not None
    pace.spend(1000.0, RATE, 0)
    assert [pace.rested(1000.0), pace.rested(1001.0)] == [False, True]


def test_without_a_rate_there_is_no_pace() -> None:
    assert admission_with().enter("192.0.2.1", 1000.0).pace is None


def v6(host: str) -> IPv6Address:
    return IPv6Address("TCP", host, 1)


def test_an_address_is_exact() -> None:
    assert host_of(IPv4Address("TCP", "192.0.2.1", 1)) == "192.0.2.1"
    assert host_of(v6("2001:DB8::1")) == "2001:db8::1"
    assert host_of(v6("fe80::1%eth0")) == "fe80::1"


def test_a_64_of_ipv6_is_one_network() -> None:
    places = [admission_with().enter(host, 0) for host in ("192.0.2.1", "2001:db8::1", "")]
    assert [place.network for place in places] == ["192.0.2.1", "2001:db8::/64", ""]


def test_ipv4_over_an_ipv6_socket_is_ipv4() -> None:
    assert host_of(v6("::ffff:192.0.2.1")) == "192.0.2.1"


@pytest.mark.parametrize("address", [None, UNIXAddress("/run/chat.sock")])
def test_what_has_no_address_has_none(address: object) -> None:
    assert host_of(address) == ""


def test_bytes_too_take_from_what_is_left_of_a_burst() -> None:
    pace = Pace(Limits(bytes_per_second=1000))
    pace.spend(1000.0, 0, 1000)
    assert [pace.rested(1000.0), pace.rested(1001.0)] == [False, True]


def test_a_rate_of_bytes_alone_is_a_rate() -> None:
    admission = admission_with(Limits(bytes_per_second=1000))
    assert admission.enter("192.0.2.1", 1000.0).pace is not None


def test_whoever_came_again_lately_is_remembered_longest() -> None:
    admission = admission_with(Limits(lines_per_second=RATE))
    for number in (*range(NETWORKS_KEPT), 0, NETWORKS_KEPT):
        talk(admission, address(number), 10 * RATE)
    assert burst_left(admission, address(0)) == 0
    assert burst_left(admission, address(1)) == pytest.approx(BURST, abs=1)


def test_one_who_owes_nothing_takes_nobody_s_place() -> None:
    admission = admission_with(Limits(lines_per_second=RATE))
    talk(admission, "192.0.2.1", 10 * RATE)
    for number in range(NETWORKS_KEPT):
        talk(admission, address(number), 0)
    assert burst_left(admission, "192.0.2.1") == 0


@pytest.mark.parametrize(("spent", "waits_for"), [(1000, 2000), (100_000, 0)])
def test_to_go_and_come_again_gives_no_new_burst_of_bytes(spent: int, waits_for: int) -> None:
    admission = admission_with(Limits(bytes_per_second=1000))
    place = admission.enter("192.0.2.1", 1000.0)
    assert place.pace is not None
    place.pace.spend(1000.0, 0, spent)
    admission.leave(place, 1000.0)
    again = admission.enter("192.0.2.1", 1000.0).pace
    assert again is not None
    again.spend(1000.0, 0, waits_for)
    assert again.wait(1000.0) == 0
    again.spend(1000.0, 0, 100)
    assert again.wait(1000.0) == pytest.approx(0.1)
