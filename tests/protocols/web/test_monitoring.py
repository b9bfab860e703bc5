"""`chatd.protocols.web.monitoring`: what those who watch are told, and who may ask."""

from __future__ import annotations

import pytest

from chatd.protocols.web.http.same_origin import Hosts
from chatd.protocols.web.monitoring import MonitoringSite
from tests.support.http import Got, WebWorld, error_of
from tests.support.world import World

TOKEN = "a-token-of-the-operator"


class Watched:
    """A daemon with a state, and a figure."""

    health = readiness = "ok"
    figures: tuple[bytes, str] | None = (b"chatd_rooms 1\n", "text/plain")

    async def expose(self, accept: str) -> tuple[bytes, str] | None:
        self.accepted = accept
        return self.figures


class WatchedWorld(WebWorld):
    """A world with a site for those who watch."""

    def __init__(self, token: str = "", hosts: Hosts | None = None) -> None:
        self.watched = Watched()

        def site(world: World) -> MonitoringSite:
            return MonitoringSite(world.server, self.watched, hosts, token)

        super().__init__(site)

    def ask(self, target: str, method: str = "GET", **headers: str) -> Got:
        caller = self.caller()
        got = caller.ask(method, target, **headers)
        caller.hang_up()
        return got


class TestState:
    @pytest.mark.parametrize("path", ["/healthz", "/readyz"])
    def test_is_answered(self, path: str) -> None:
        got = WatchedWorld().ask(path)
        assert (got.status, got.json) == (200, {"status": "ok"})

    def test_of_a_store_that_does_not_save_is_not_healthy(self) -> None:
        web = WatchedWorld()
        web.watched.health = "not saving"
        got = web.ask("/healthz")
        assert (got.status, got.json) == (503, {"status": "not saving"})

    def test_of_a_daemon_that_stops_is_healthy_and_not_ready(self) -> None:
        web = WatchedWorld()
        web.watched.readiness = "stopping"
        got = web.ask("/readyz")
        assert (got.status, got.json) == (503, {"status": "stopping"})
        assert web.ask("/healthz").status == 200

    def test_needs_no_token(self) -> None:
        web = WatchedWorld(TOKEN)
        assert (web.ask("/healthz").status, web.ask("/readyz").status) == (200, 200)


class TestFigures:
    def test_are_answered_in_the_format_that_is_accepted(self) -> None:
        web = WatchedWorld()
        got = web.ask("/metrics", accept="text/plain; version=1.0.0")
        assert (got.status, got.body) == (200, b"chatd_rooms 1\n")
        assert got.headers["content-type"] == "text/plain"
        assert web.watched.accepted == "text/plain; version=1.0.0"

    def test_without_their_library_the_extra_is_named(self) -> None:
        web = WatchedWorld()
        web.watched.figures = None
        got = web.ask("/metrics")
        assert error_of(got) == (501, "no_metrics_library")
        assert "chatd[metrics]" in got.json["error"]["text"]

    @pytest.mark.parametrize(
        "sent", ["", TOKEN, "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer ñ"]
    )
    def test_need_the_token(self, sent: str) -> None:
        headers = {"authorization": sent} if sent else {}
        got = WatchedWorld(TOKEN).ask("/metrics", **headers)
        assert error_of(got) == (401, "needs_metrics_token")
        assert got.headers["www-authenticate"].startswith("Bearer")

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
    def test_are_answered_with_the_token(self, scheme: str) -> None:
        assert WatchedWorld(TOKEN).ask("/metrics", authorization=f"{scheme} {TOKEN}").status == 200


class TestRequests:
    @pytest.mark.parametrize(
        ("host", "status"),
        [("localhost:9460", 200), ("127.0.0.1", 200), ("vault", 200), ("evil.example", 421)],
    )
    def test_are_for_a_name_of_this_machine(self, host: str, status: int) -> None:
        for path in "/metrics", "/healthz", "/readyz":
            assert WatchedWorld(hosts=Hosts(["vault"])).ask(path, host=host).status == status

    def test_may_be_for_any_name_where_that_shows_nothing(self) -> None:
        assert WatchedWorld().ask("/metrics", host="evil.example").status == 200

    @pytest.mark.parametrize("path", ["/", "/api/rooms", "/metrics/x", "/metric"])
    def test_for_other_paths_are_told_which_there_are(self, path: str) -> None:
        assert error_of(WatchedWorld().ask(path)) == (404, "unknown_path_to_watch")

    def test_change_nothing(self) -> None:
        got = WatchedWorld().ask("/metrics", "POST")
        assert error_of(got) == (405, "wrong_method")
        assert got.headers["allow"] == "GET, HEAD"
