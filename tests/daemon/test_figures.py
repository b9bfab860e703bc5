"""`chatd.daemon.figures`: the figures add up with what clients did, and have no names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from chatd.daemon.figure_row import Door, FigureKind
from chatd.daemon.figures import FIGURES, FORMATS
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.monitor import Monitor
from chatd.formats.bare import BareFormat
from chatd.formats.chat import ChatFormat
from chatd.formats.irc import IrcFormat
from chatd.formats.json import JsonFormat
from chatd.formats.sse import SseFormat
from chatd.storage.contract import InDoubt
from chatd.util.counts import Histogram
from tests.support.hooks import let_tools_in, path_of_new
from tests.support.http import SiteWorld
from tests.support.monitors import figures_of, monitor_of
from tests.support.world import World


class TestConnections:
    def test_are_counted_by_their_address(self) -> None:
        world = World()
        monitor = monitor_of(world)
        ana, *_ = world.person("ana"), world.person("eva"), world.program()
        ana.hang_up()
        figures = figures_of(monitor)
        assert (figures["connections chat"], figures["connections bare"]) == (1, 1)
        assert (
            figures["connections_admitted_total chat"],
            figures["connections_admitted_total bare"],
        ) == (2, 1)

    def test_one_too_many_is_counted_by_the_reason(self) -> None:
        world = World(budgets={"connections.all": 1})
        world.person("ana")
        world.chat.buildProtocol(None)
        figures = figures_of(monitor_of(world))
        assert figures["connections_refused_total full"] == 1
        assert figures["connections_admitted_total chat"] == 1
        assert figures["connections_limit"] == 1

    def test_those_that_take_nothing_are_blocked(self) -> None:
        world = World()
        ana, eva = world.person("ana"), world.person("eva")
        eva.stop_taking()
        ana.type("hola")
        assert figures_of(monitor_of(world))["connections_blocked chat"] == 1
        eva.take_again()
        assert figures_of(monitor_of(world))["connections_blocked chat"] == 0

    def test_bytes_and_lines_are_counted_as_they_are_read(self) -> None:
        world = World()
        monitor = monitor_of(world)
        ana, bot = world.person(), world.program()
        before = figures_of(monitor)
        ana.send(b"hola\nque tal\nun")
        bot.type("hola")
        after = figures_of(monitor)

        def more(name: str) -> object:
            return after[name] - before[name]  # type: ignore[operator]

        assert (more("inputs_total chat"), more("inputs_total bare")) == (2, 1)
        assert (more("received_bytes_total chat"), more("received_bytes_total bare")) == (15, 5)


class TestLines:
    def test_are_counted_once_committed_and_for_each_reader(self) -> None:
        world = World()
        monitor = monitor_of(world)
        ana, *_ = [world.person(), world.person(), world.program()]
        before = figures_of(monitor)
        for text in "one", "two", "three":
            ana.type(text)
        after = figures_of(monitor)
        assert after["store_events_total"] - before["store_events_total"] == 3  # type: ignore[operator]
        assert after["deliveries_total chat"] - before["deliveries_total chat"] == 6  # type: ignore[operator]
        assert after["deliveries_total bare"] == 3
        assert after["delivered_bytes_total bare"] == len("one\ntwo\nthree\n")

    def test_each_batch_has_a_time_at_each_stage(self) -> None:
        world = World(slow=True)
        monitor = monitor_of(world)
        ana = world.person()
        world.release()
        before = times(monitor)
        ana.send(b"hola\n")
        world.clock.advance(0)
        world.clock.advance(0.25)
        world.release()
        after = times(monitor)
        assert [b - a for a, b in zip(counts(before), counts(after), strict=True)] == [1, 1, 1, 1]
        assert after["commit"][1] - before["commit"][1] == 0.25

    def test_notices_alone_count_as_no_commit(self) -> None:
        world = World()
        monitor = monitor_of(world)
        before = times(monitor), figures_of(monitor)["store_events_total"]
        world.person("ana")
        assert (times(monitor), figures_of(monitor)["store_events_total"]) == before

    def test_those_that_could_not_be_saved_are_counted(
        self, expected_errors: Callable[..., object]
    ) -> None:
        world = World(slow=True)
        ana = world.person()
        world.release()
        ana.send(b"one\ntwo\n")
        world.fail()
        figures = figures_of(monitor_of(world))
        assert figures["lines_refused_total not_saved"] == 2
        assert (figures["store_saves"], figures["ready"]) == (False, False)
        expected_errors()

    def test_those_in_doubt_are_counted_for_themselves(
        self, expected_errors: Callable[..., object]
    ) -> None:
        world = World(slow=True)
        ana = world.person()
        world.release()
        ana.send(b"one\ntwo\n")
        world.fail(InDoubt())
        figures = figures_of(monitor_of(world))
        assert figures["lines_refused_total not_saved"] == 0
        assert figures["lines_refused_total in_doubt"] == 2
        expected_errors()

    def test_what_waits_for_a_batch_is_counted(self) -> None:
        world = World(slow=True)
        ana = world.person()
        world.release()
        ana.send(b"one\n")
        world.clock.advance(0)
        ana.send(b"two\n")
        ana.send(b"three\n")
        assert figures_of(monitor_of(world))["store_waiting_items"] == 2


class TestPeople:
    def test_sessions_are_of_accounts_or_of_guests(self) -> None:
        world = World()
        world.member("ana")
        world.person("eva")
        world.person()
        figures = figures_of(monitor_of(world))
        assert (figures["sessions account"], figures["sessions guest"]) == (1, 2)

    def test_passwords_are_counted_by_their_outcome(self) -> None:
        world = World()
        ana = world.person("ana")
        ana.type("/register correct horse", "/register correct horse")
        world.person().type("/login ana correct horse", "/login ana wrong horse")
        figures = figures_of(monitor_of(world))
        outcomes = [figures[f"passwords_total {each}"] for each in ("hashed", "right", "wrong")]
        assert outcomes == [1, 1, 0]
        assert isinstance(times_of := figures["passwords_seconds"], Histogram)
        assert times_of.count == 2


class TestFormats:
    def test_each_format_for_clients_has_figures(self) -> None:
        kinds = {each.kind for each in (ChatFormat, BareFormat, JsonFormat, SseFormat, IrcFormat)}
        assert kinds == set(FORMATS)


class TestHooks:
    @pytest.mark.parametrize(
        ("failures", "seq", "state"), [(0, 1, "ready"), (0, 0, "waiting"), (3, 0, "failing")]
    )
    def test_are_counted_by_their_state(self, failures: int, seq: int, state: str) -> None:
        world = World()
        world.say("hola")
        hook: Any = SimpleNamespace(room="lobby", seq=seq, failures=failures, failed_for=60.0)
        world.server.hooks = [hook]  # type: ignore[assignment]
        figures = figures_of(monitor_of(world))
        assert {each: figures[f"hooks {each}"] for each in ("ready", "waiting", "failing")} == {
            "ready": 0,
            "waiting": 0,
            "failing": 0,
            state: 1,
        }
        assert figures["hooks_failing_seconds"] == (60.0 if failures else 0.0)

    def test_by_which_tools_post_are_counted_with_their_posts(self) -> None:
        web = SiteWorld(nodes=1)
        let_tools_in(web.world)
        ana = web.world.member("ana")
        ana.type("/join ops")
        path = path_of_new(ana)
        for body in (b"x", b"y", b" "):
            web.ask("POST", path, body, content_type="text/plain")
        web.ask("POST", "/hooks/nope", b"x")
        figures = figures_of(monitor_of(web.world))
        assert figures["hooks_incoming"] == 1
        words = ("ok", "no_text", "no_service", "try_later")
        assert [figures[f"hook_posts_total {word}"] for word in words] == [2, 1, 1, 0]


class TestCertificates:
    def test_the_first_end_is_told_for_each_kind_of_address(self) -> None:
        world = World()

        def door(day: int) -> Door:
            end = datetime(2030, 1, day, tzinfo=timezone.utc)
            certificate: Any = SimpleNamespace(pair=SimpleNamespace(not_after=end))
            return Door(ListenerKind.WEB, world.chat, certificate)

        figures = figures_of(monitor_of(world, door(3), door(1), door(2)))
        first = datetime(2030, 1, 1, tzinfo=timezone.utc).timestamp()
        assert figures["certificate_expiry_timestamp_seconds web"] == first
        assert "certificate_expiry_timestamp_seconds chat" not in figures


class TestNames:
    def test_counters_and_only_those_end_in_total(self) -> None:
        for row in FIGURES:
            assert row.name.endswith("_total") == (row.kind is FigureKind.COUNTER)

    def test_differ_also_without_that_end(self) -> None:
        """OpenMetrics calls a counter without it, and may not have two figures of one name."""
        names = [row.name.removesuffix("_total") for row in FIGURES]
        assert len(names) == len(set(names))

    def test_no_label_has_a_name_that_people_choose(self) -> None:
        world = World()
        ana = world.member("zoraida")
        ana.type("/join secretroom", "hola", "/nick other")
        shown = " ".join(figures_of(monitor_of(world)))
        assert "zoraida" not in shown
        assert "secretroom" not in shown


def times(monitor: Monitor) -> dict[str, tuple[int, float]]:
    """Return the number and the sum of the times of each stage of a line's way."""
    stages = ("wait", "commit", "render", "send")
    found = {name: figures_of(monitor)[f"line_stage_seconds {name}"] for name in stages}
    return {name: (each.count, each.total) for name, each in found.items()}  # type: ignore[union-attr]


def counts(found: dict[str, tuple[int, float]]) -> list[int]:
    return [count for count, _ in found.values()]
