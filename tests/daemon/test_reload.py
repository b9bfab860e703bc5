"""A reload: what can change changes, what needs a restart is named, a fault changes nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.logger import formatEvent

from chatd.daemon import lan, reload, wiring
from chatd.daemon.reload import Outcome
from chatd.daemon.retention import RetentionPolicy
from chatd.daemon.setting_row import Reload as When
from chatd.daemon.setting_row import Row
from chatd.daemon.settings_table import SETTINGS
from chatd.i18n import Language
from chatd.protocols.transport.limits import TooManyConnections
from chatd.util.budget_table import Kind
from chatd.util.budgets import UsedUp, owner_of
from chatd.webhooks.urls import networks_of
from tests.support.certificate import write_certificate
from tests.support.logs import Expect
from tests.support.server_processes import free_port
from tests.support.service import FREE, make, unbind

CHAT = f'[[listen]]\nendpoint = "{FREE}"\n'
WEB = f'[[listen]]\nkind = "web"\nendpoint = "{FREE}"\n'


class Daemon:
    """A daemon with a configuration file, which was made in this process and not started."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, *arguments: str
    ) -> None:
        renewals: list[Callable[[], Outcome]] = []
        monkeypatch.setattr(wiring, "renew_on_hangup", lambda _, renew: renewals.append(renew))
        self.folder = folder
        self.write(text)
        self.service: Any = make(folder, "--config", "chatd.toml", *arguments)
        (self.reload,) = renewals
        self.factories = [each.factory for each in self.service.listeners]
        self.server = self.factories[0].server

    def write(self, text: str) -> None:
        (self.folder / "chatd.toml").write_text(text)

    def after(self, text: str) -> Outcome:
        """Return the outcome of a reload of another text."""
        self.write(text)
        return self.reload()


Make = Callable[..., Daemon]


@pytest_twisted.async_yield_fixture
async def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Make, None]:
    """Return a function that makes a daemon from the text of its file, and from arguments."""
    made: list[Daemon] = []

    def begin(text: str = CHAT, *arguments: str) -> Daemon:
        made.append(Daemon(tmp_path, monkeypatch, text, *arguments))
        return made[-1]

    yield begin
    for each in made:
        await unbind(each.service)


def other(row: Row) -> str:
    """Return a value in TOML that a setting does not have by default."""
    text = {
        "store.where": "sqlite:b",
        "server.language": "es",
        "store.max_size": "64M",
        "log.format": "json",
        "log.level": "warn",
        "cluster.durability": "managed",
        "cluster.hints": "off",
    }
    if row.kind.form is not str:
        return {int: "7", bool: "true"}[row.kind.form]
    value = f'"{text.get(row.path, row.example)}"'
    return f"[{value}]" if row.repeated else value


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.path)
async def test_each_setting_is_changed_or_named(daemon: Make, tmp_path: Path, row: Row) -> None:
    (tmp_path / "motd.txt").touch()
    text = f'[[listen]]\nendpoint = "unix:{tmp_path}/s"\n'
    if row.path == "irc.sts_seconds":  # which is for addresses with TLS
        pem = write_certificate(tmp_path / "pem")
        at = f"ssl:{free_port()}:privateKey={pem}:certKey={pem}"
        text += f'[[listen]]\nkind = "irc"\nendpoint = "{at}"\n'
    changed, waiting, faults, _ = daemon(text).after(f"{row.path} = {other(row)}\n{text}")
    named = [row.path] if row.path != "store.where" else []  # the tests' command line has it
    is_waiting = row.reload is When.RESTART
    assert faults == []
    assert changed == ([] if is_waiting else named)
    lines = [f"{name} changed; it holds after a restart." for name in named]
    assert waiting == (lines if is_waiting else [])


def test_each_setting_that_can_change_has_a_part_that_follows() -> None:
    of_listeners = {"limits.lines_per_second", "limits.bytes_per_second", "limits.line_seconds"}
    can_change = {row.path for row in SETTINGS if row.reload is not When.RESTART}
    assert can_change == {*reload.CHANGES, *of_listeners, "server.motd", "server.language"}


class TestChanges:
    async def test_of_what_newcomers_are_sent(self, daemon: Make, tmp_path: Path) -> None:
        running = daemon()
        (tmp_path / "news").write_text("News.")
        text = 'server = { motd = "news", recent = 3, language = "es" }\n'
        outcome = running.after(text + CHAT)
        assert outcome.changed == ["server.recent", "server.language", "server.motd"]
        server = running.server
        assert (server.motd, server.language) == ("News.", Language.SPANISH)
        assert server.moves.recent == 3
        assert server.alerts.language_of("nobody") is Language.SPANISH

    async def test_of_the_text_of_the_motd_alone(self, daemon: Make, tmp_path: Path) -> None:
        (tmp_path / "news").write_text("Old.")
        running = daemon('server.motd = "news"\n' + CHAT)
        (tmp_path / "news").write_text("New.")
        assert running.reload() == ([], [], [], [])
        assert running.server.motd == "New."

    async def test_of_rights(self, daemon: Make) -> None:
        running = daemon()
        running.after("passwords.allow_plaintext = true\nwebhooks.to = '10.0.0.0/8'\n" + CHAT)
        assert running.server.logins.may_pass_secrets(False)
        assert running.server.hooks.rules.allowed == networks_of("10.0.0.0/8")

    async def test_of_the_time_to_keep_lines(self, daemon: Make) -> None:
        running = daemon()
        retention = running.service._retention
        assert retention.policy == RetentionPolicy()
        running.after('store.keep = ["1d"]\n' + CHAT)
        assert retention.policy == RetentionPolicy(86400)
        running.after(CHAT)
        assert retention.policy == RetentionPolicy()

    async def test_of_names_for_browsers(self, daemon: Make) -> None:
        running = daemon(CHAT + WEB)
        hosts = running.service.listeners[-1].hosts
        assert "a.example" not in hosts._names
        running.after('web.names = ["a.example"]\n' + CHAT + WEB)
        assert "a.example" in hosts._names

    async def test_of_budgets_keep_what_was_spent(self, daemon: Make) -> None:
        running = daemon()
        budgets, ana = running.server.budgets, owner_of("ana", "192.0.2.1")
        budgets.spend(ana, (Kind.LINES, 5))
        running.after('limits.budgets = ["lines.account=10"]\n' + CHAT)
        with pytest.raises(UsedUp):
            budgets.spend(ana, (Kind.LINES, 1))
        running.after(CHAT)
        budgets.spend(ana, (Kind.LINES, 1))

    async def test_of_connections_count_those_that_are_here(self, daemon: Make) -> None:
        running = daemon()
        (factory,) = running.factories
        place = factory.relocate(None, "192.0.2.1")
        outcome = running.after("limits.connections = 1\n" + CHAT)
        assert outcome.changed == ["limits.connections"]
        with pytest.raises(TooManyConnections) as full:
            factory.relocate(None, "192.0.2.2")
        assert (full.value.key, full.value.limit) == ("full", 1)
        factory.relocate(place, "192.0.2.2")

    async def test_of_limits_are_for_those_who_come(self, daemon: Make) -> None:
        running = daemon()
        (factory,) = running.factories
        before = factory.relocate(None, "192.0.2.1").pace
        running.after("limits = { lines_per_second = 7, dead_after = 8 }\n" + CHAT)
        assert (factory.limits.lines_per_second, factory.limits.dead_after) == (7, 90)
        assert factory.relocate(None, "192.0.2.1").pace._limits.lines_per_second == 7
        assert before._limits.lines_per_second == 100


class TestListeners:
    async def test_change_their_own_limits(self, daemon: Make) -> None:
        running = daemon(CHAT + WEB)
        chat, web = running.factories
        limits = "limits = { lines_per_second = 3, connections = 1 }\n"
        outcome = running.after(CHAT + limits + WEB)
        assert outcome == ([f"listen '{FREE}'"], [], [], [])
        assert (chat.limits.lines_per_second, web.limits.lines_per_second) == (3, 100)
        chat.relocate(None, "192.0.2.1")
        with pytest.raises(TooManyConnections):
            chat.relocate(None, "192.0.2.2")
        web.relocate(None, "192.0.2.2")

    async def test_follow_the_limits_of_all(self, daemon: Make) -> None:
        running = daemon(CHAT + "limits.line_seconds = 5\n" + WEB)
        text = CHAT + "limits.line_seconds = 5\n" + WEB
        outcome = running.after("limits.line_seconds = 9\n" + text)
        assert outcome == (["limits.line_seconds"], [], [], [])
        assert [each.limits.line_seconds for each in running.factories] == [5, 9]

    async def test_of_the_local_network_follow_the_limits_of_all(
        self, daemon: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lan, "PORTS", dict.fromkeys(lan.PORTS, 0))
        running = daemon("lan.open = true\n" + CHAT + WEB)
        outcome = running.after("lan.open = true\nlimits.line_seconds = 9\n" + CHAT + WEB)
        assert outcome == (["limits.line_seconds"], [], [], [])
        assert {each.limits.line_seconds for each in running.factories} == {9}
        assert len(running.factories) > 2

    @pytest.mark.parametrize(
        ("text", "addresses"),
        [
            (WEB, [FREE]),
            (CHAT + "limits.send_buffer = 0\n", [FREE]),
            (CHAT.replace(FREE, "tcp:7"), [FREE, "tcp:7"]),
            (CHAT + WEB.replace(FREE, "tcp:7"), ["tcp:7"]),
        ],
        ids=["another kind", "another buffer", "another address", "one more"],
    )
    async def test_need_a_restart_for_the_rest(
        self, daemon: Make, text: str, addresses: list[str]
    ) -> None:
        running = daemon()
        for _ in range(2):  # until it is restarted
            changed, waiting, faults, _ = running.after(text)
            named = [line for line in waiting if line.startswith("listen ")]
            assert (changed, faults) == ([], [])
            for address in addresses:
                assert f"listen '{address}' changed; it holds after a restart." in named


class TestFaults:
    async def test_change_nothing(self, daemon: Make, expected_errors: Expect) -> None:
        running = daemon()
        outcome = running.after(
            "server.recent = 3\nlimits.connections = 'many'\nlimits.conections = 1\n"
        )
        assert outcome.changed == outcome.waiting == []
        assert outcome.faults == [
            "chatd.toml: limits.connections takes a whole number, 0 or more; not 'many'.",
            "chatd.toml: limits.conections: there is no such setting; did you mean connections?",
        ]
        logged = [formatEvent(event) for event in expected_errors()]
        assert logged == [f"{fault} The settings stay." for fault in outcome.faults]
        assert running.server.moves.recent == 10

    async def test_of_a_motd_leave_the_old_one(
        self, daemon: Make, tmp_path: Path, expected_errors: Expect
    ) -> None:
        (tmp_path / "news").write_text("Old.")
        running = daemon('server.motd = "news"\n' + CHAT)
        (tmp_path / "news").unlink()
        (fault,) = running.after('server = { motd = "news", recent = 3 }\n' + CHAT).faults
        assert fault == f"cannot read the motd {tmp_path}/news: No such file or directory."
        (event,) = expected_errors()
        assert formatEvent(event) == f"{fault} The old one stays."
        assert running.server.motd == "Old."
        assert running.server.moves.recent == 10

    async def test_are_forgotten_once_they_are_mended(
        self, daemon: Make, expected_errors: Expect
    ) -> None:
        running = daemon()
        running.after("faulty")
        expected_errors()
        assert running.after("server.recent = 3\n" + CHAT).changed == ["server.recent"]


async def test_options_of_the_command_line_stay(daemon: Make) -> None:
    running = daemon(CHAT, "--recent", "5")
    assert running.after("server.recent = 3\n" + CHAT) == ([], [], [], [])
    assert running.server.moves.recent == 5
