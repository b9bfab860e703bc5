"""The process: its clock, open files, collector, threads and user."""

from __future__ import annotations

import gc
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from twisted.internet.testing import MemoryReactorClock

from chatd.daemon.os_process import (
    OPEN_MAX,
    OWN_FILES,
    SWITCH_SECONDS,
    acting_as,
    check_files_of_twistd,
    collect_garbage_rarely,
    cores,
    raise_open_files,
    return_memory,
    run_timers_on_monotonic_clock,
    rundir_of,
    switch_threads_often,
    user_of,
    within_open_files,
    without_collecting,
)
from chatd.util.privileges import Identity, current, identity_of
from tests.support.service import line_of

NOBODY = 65534

# Cores


def test_the_cores_are_those_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3}, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert cores() == 1


@pytest.mark.parametrize(("counted", "expected"), [(8, 8), (None, 1)])
def test_elsewhere_the_cores_are_those_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, counted: int | None, expected: int
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "cpu_count", lambda: counted)
    assert cores() == expected


# Memory


def test_memory_is_given_back_where_the_c_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    return_memory()
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())  # another one, without this call
    return_memory()


# The clock


def test_a_call_that_is_scheduled_already_keeps_its_delay_on_the_monotonic_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(monotonic=lambda: 5.0)
    monkeypatch.setattr("chatd.daemon.os_process.time", clock)
    reactor = MemoryReactorClock()
    reactor.advance(1e9)
    call = reactor.callLater(60, lambda: None)
    run_timers_on_monotonic_clock(reactor)
    assert reactor.seconds is clock.monotonic
    assert call.getTime() == 5.0 + 60


# Open files


@pytest.fixture
def low_limit() -> Iterator[int]:
    """Lower the soft limit of open files by one; give the hard limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_soft_limit_is_raised_to_the_hard_one(low_limit: int) -> None:
    raise_open_files()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (low_limit, low_limit)


@pytest.mark.parametrize("error", [ValueError, OSError])
def test_a_system_that_raises_no_limit_is_accepted(
    monkeypatch: pytest.MonkeyPatch, low_limit: int, error: type[Exception]
) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)

    def setrlimit(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(resource, "setrlimit", setrlimit)
        raise_open_files()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


def test_where_the_hard_limit_is_too_high_the_highest_that_is_taken_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A macOS system names no hard limit, and takes no soft one above OPEN_MAX."""
    taken = []

    def setrlimit(resource_: int, limits: tuple[int, int]) -> None:
        if limits[0] > OPEN_MAX or limits[0] == resource.RLIM_INFINITY:
            raise ValueError
        taken.append(limits)

    with monkeypatch.context() as patched:
        patched.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
        patched.setattr(resource, "setrlimit", setrlimit)
        raise_open_files()
    assert taken == [(OPEN_MAX, resource.RLIM_INFINITY)]


@pytest.mark.parametrize(
    ("soft", "uses_select", "wanted", "allowed"),
    [
        (2000, False, 100, 100),
        (2000, False, 5000, 2000 - OWN_FILES),
        (2000, False, 0, 0),
        (resource.RLIM_INFINITY, False, 5000, 5000),
        (2000, True, 5000, 1024 - OWN_FILES),
        (2000, True, 0, 1024 - OWN_FILES),
        (500, True, 0, 500 - OWN_FILES),
        (resource.RLIM_INFINITY, True, 0, 1024 - OWN_FILES),
        (10, False, 100, 1),
    ],
)
def test_connections_are_limited_by_the_files_that_may_be_open(
    monkeypatch: pytest.MonkeyPatch, soft: int, uses_select: bool, wanted: int, allowed: int
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(resource, "getrlimit", lambda _: (soft, soft))
        assert within_open_files(wanted, uses_select=uses_select) == allowed


# The collector and threads


def test_old_objects_are_collected_rarely_and_existing_ones_never() -> None:
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    try:
        collect_garbage_rarely()
        assert gc.get_threshold() == (5_000, 4, 100)
        assert gc.get_freeze_count() > frozen
    finally:
        gc.set_threshold(*thresholds)


def test_nothing_is_collected_until_the_work_ends() -> None:
    with without_collecting():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collections_go_on_after_an_error() -> None:
    def fail() -> None:
        with without_collecting():
            raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        fail()
    assert gc.isenabled()


def test_threads_give_way_sooner_than_python_has_them_do() -> None:
    before = sys.getswitchinterval()
    try:
        switch_threads_often()
        assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
    finally:
        sys.setswitchinterval(before)


# Directory and user


def test_the_run_directory_is_the_present_one_unless_another_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path)
    assert rundir_of({}) == tmp_path
    assert rundir_of({"rundir": "run"}) == tmp_path / "run"


def test_a_run_directory_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as refused:
        rundir_of({"rundir": str(tmp_path / "nowhere")})
    assert line_of(refused.value) == (
        f"cannot run in --rundir {tmp_path}/nowhere: it is not a directory. Make it first."
    )


def test_the_daemon_will_be_the_user_that_root_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert user_of({"uid": NOBODY, "gid": 7}) == identity_of(NOBODY, 7)
    assert user_of({"uid": None}) == current()


def test_without_root_the_daemon_stays_the_user_that_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    assert user_of({"uid": NOBODY, "gid": NOBODY}) == current()


def test_rights_that_cannot_be_taken_are_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @contextmanager
    def acting(_: Identity) -> Iterator[None]:
        raise PermissionError(1, "Operation not permitted")
        yield

    monkeypatch.setattr(Identity, "acting", acting)
    with pytest.raises(SystemExit) as refused, acting_as(Identity(NOBODY, NOBODY, ())):
        pytest.fail("there are no rights to act with")
    assert line_of(refused.value) == (
        "cannot act as the user that --uid names: Operation not permitted."
    )


def test_files_of_twistd_are_checked_for_root_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    check_files_of_twistd({"pidfile": "twistd.pid", "logfile": "log"}, tmp_path / "nowhere")
