"""The options: a value becomes a setting, or one line that says which values are taken."""

from __future__ import annotations

import sys

import pytest

from chatd.daemon import manual
from chatd.daemon.options import Options
from chatd.daemon.retention import RetentionPolicy
from chatd.protocols.transport.limits import Limits
from chatd.util.budget_table import Budget, Kind, Level
from chatd.util.versions import versions
from tests.support.service import FREE, line_of
from tests.support.settings import endpoints, settings

LIMITS = (*Limits._fields, "send_buffer", "receive_buffer")


def refusal(*arguments: str) -> str:
    """Return the line with which these arguments are refused."""
    with pytest.raises(SystemExit) as refused:
        settings(*arguments)
    return line_of(refused.value)


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "", "٣"])
def test_a_wrong_max_length_is_refused(value: str) -> None:
    line = refusal("--max-length", value)
    assert line.startswith("--max-length takes a whole number, 1 or more; not ")


def test_a_wrong_recent_is_refused() -> None:
    line = refusal("--recent", "-1")
    assert line == "--recent takes a whole number, 0 or more; not '-1'."


@pytest.mark.parametrize("name", [name.replace("_", "-") for name in LIMITS])
def test_a_wrong_limit_is_refused(name: str) -> None:
    for value in "-1", "many":
        line = refusal(f"--{name}", value)
        assert line.startswith(f"--{name} takes a whole number, 0 ")


def test_a_dead_after_that_linux_cannot_keep_is_refused() -> None:
    line = refusal("--dead-after", "90001")
    assert line == "--dead-after takes a whole number, 0 to 90000; not '90001'."


def test_a_wrong_language_is_refused() -> None:
    assert refusal("--language", "fr") == "--language takes en or es; not 'fr'."


def test_a_wrong_lobby_is_refused() -> None:
    line = refusal("--lobby", "not a room")
    assert line.startswith("--lobby takes a room's name: ")


@pytest.mark.parametrize(
    "name", ["", "a b", "http://chat.example.com", "chat.example.com:80", "chät"]
)
@pytest.mark.parametrize("web", [(), ("--web", FREE)], ids=["without browsers", "with browsers"])
def test_a_name_that_no_browser_asks_for_is_refused(name: str, web: tuple[str, ...]) -> None:
    line = refusal("--listen", FREE, *web, "--web-name", name)
    assert line == f"--web-name takes a name such as chat.example.com; not {name!r}."


def test_an_unknown_option_is_refused() -> None:
    assert refusal("--nonsense") == "there is no option --nonsense."


def test_a_word_that_is_no_option_is_refused() -> None:
    line = refusal("nonsense")
    assert line == "there are options only, such as --listen; not 'nonsense'."


@pytest.mark.parametrize(
    "value", ["", "90", "d", "90y", "0d", "-1d", "ops=", "ops=90", "=90d", "a b=90d", "@ana=90d"]
)
def test_a_wrong_time_to_keep_lines_is_refused(value: str) -> None:
    assert refusal("--keep", value) == (
        "--keep takes a time span like 90d or 12h (0: for ever), or one for a room, like ops=30d;"
        f" not {value!r}."
    )


@pytest.mark.parametrize("value", ["", "here", "10.0.0.1/8", "example.com", "10.0.0.0/33"])
def test_a_wrong_network_for_hooks_is_refused(value: str) -> None:
    line = refusal("--hooks-to", value)
    assert line == (
        f"--hooks-to takes a network like 10.0.0.0/8, an address, or any; not {value!r}."
    )


def test_the_default_address_is_on_this_machine() -> None:
    assert endpoints(settings()) == ["tcp:60060:interface=127.0.0.1"]


def test_an_address_replaces_the_default_one() -> None:
    assert endpoints(settings("--listen", FREE, "-l", "tcp:7")) == [FREE, "tcp:7"]


@pytest.mark.parametrize(
    ("arguments", "with_which"),
    [
        (["--listen", "tcp:7", "--listen", "tcp:7"], "--listen 'tcp:7': --listen has"),
        (["-l", "tcp:7", "-w", "tcp:7:backlog=9"], "--web 'tcp:7:backlog=9': --listen has"),
        (["--bare", "unix:/x", "--web", "unix:/x"], "--web 'unix:/x': --bare has"),
        (["--web", "tcp:7", "--web", "haproxy:tcp:7"], "--web 'haproxy:tcp:7': --web has"),
    ],
)
def test_an_address_is_given_once(arguments: list[str], with_which: str) -> None:
    assert refusal(*arguments) == f"{with_which} that address. Give it once."


def test_names_of_this_machine_are_those_that_are_given() -> None:
    assert settings("--web", FREE, "--web-name", "a.example").web_names == ("a.example",)


CONNECTIONS = Budget(Kind.CONNECTIONS, Level.ALL)


def test_budgets_are_named_by_kind_and_level() -> None:
    given = settings("--budget", "bytes.account=1G", "--budget", "hooks.all=500").budgets
    assert given == {
        Budget(Kind.BYTES, Level.ACCOUNT): 1 << 30,
        Budget(Kind.HOOKS, Level.ALL): 500,
        CONNECTIONS: 10_000,
    }


def test_of_two_limits_of_a_budget_the_last_one_counts() -> None:
    given = settings("--budget", "lines.all=7", "--budget", "lines.all=0").budgets
    assert given[Budget(Kind.LINES, Level.ALL)] == 0


def test_connections_have_options_of_their_own() -> None:
    given = settings("--connections", "50", "--connections-per-address", "7").budgets
    assert given == {CONNECTIONS: 50, Budget(Kind.CONNECTIONS, Level.NETWORK): 7}
    assert settings("--budget", "connections.all=50").budgets == {CONNECTIONS: 50}


@pytest.mark.parametrize("value", ["", "x", "=1", "bytes", "byte.all=1", ".all=1"])
def test_a_wrong_kind_of_budget_is_refused(value: str) -> None:
    assert refusal("--budget", value).startswith(
        "--budget takes KIND.LEVEL=VALUE such as bytes.account=1G; the kinds are connections,"
        if not value.startswith("bytes")
        else "--budget bytes.LEVEL takes the levels account, address, 64, 56, 48, all; not "
    )


def test_a_level_that_a_kind_does_not_have_is_refused() -> None:
    assert refusal("--budget", "names.account=3") == (
        "--budget names.LEVEL takes the levels 64, 56, 48, all; not 'names.account=3'."
    )


@pytest.mark.parametrize("value", ["", "-1", "x", "1.5", "1K", "٣"])
def test_a_wrong_number_of_a_budget_is_refused(value: str) -> None:
    assert refusal("--budget", f"lines.all={value}") == (
        f"--budget lines.all takes a whole number, 0 for no limit; not {value!r}."
    )


@pytest.mark.parametrize("value", ["", "-1", "x", "1.5G", "1T"])
def test_a_wrong_size_of_a_budget_is_refused(value: str) -> None:
    assert refusal("--budget", f"bytes.all={value}") == (
        f"--budget bytes.all takes a size like 256M or 1G, 0 for no limit; not {value!r}."
    )


def test_two_values_of_one_limit_are_refused() -> None:
    assert refusal("--connections", "50", "--budget", "connections.all=60") == (
        "--connections and --budget connections.all are one limit: give one of them."
    )
    settings("--connections", "50", "--budget", "connections.all=50")


def test_every_limit_can_be_switched_off() -> None:
    names = [name.replace("_", "-") for name in LIMITS]
    given = settings(*(part for name in names for part in (f"--{name}", "0")))
    assert given.limits == Limits()
    assert given.listeners[0].buffers == (0, 0)


def test_of_two_times_for_the_same_rooms_the_last_one_counts() -> None:
    spans = "--keep", "90d", "--keep", "#Ops=12h", "--keep", "tea=0", "--keep", "80d"
    policy = RetentionPolicy(80 * 86400, {"ops": 12 * 3600, "tea": 0})
    assert settings(*spans).retention == policy


@pytest.mark.parametrize(
    ("value", "size"), [("64M", 64 << 20), ("20G", 20 << 30), ("0", 0), ("67108864", 64 << 20)]
)
def test_the_largest_size_of_the_store(value: str, size: int) -> None:
    assert settings("--max-store", value).max_store == size


def test_by_default_the_store_has_room_for_years() -> None:
    assert settings().max_store == 100 << 30


@pytest.mark.parametrize("value", ["", "x", "-1", "1T", "63M", "1", "1.5G", "64 M"])
def test_a_wrong_largest_size_is_refused(value: str) -> None:
    line = refusal("--max-store", value)
    assert line == (
        f"--max-store takes a size like 20G, 64M at least (0: no limit); not {value!r}."
    )


def test_a_store_in_memory_takes_no_largest_size() -> None:
    line = refusal("--store", "memory:", "--max-store", "1G")
    assert line == "--max-store is for a store in a file; with --store memory: leave it out."
    assert settings("--store", "memory:").store == "memory:"
    assert settings("--store", "memory:", "--max-store", "0").max_store == 0


# Help and version


@pytest.mark.parametrize("program", ["chatd serve", "twistd"])
def test_the_help_is_that_of_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], program: str
) -> None:
    monkeypatch.setattr(sys, "argv", [program, "chat"])
    with pytest.raises(SystemExit) as ended:
        Options().parseOptions(["--help"])
    assert ended.value.code == 0
    name = "chatd serve" if program == "chatd serve" else "twistd chat"
    assert capsys.readouterr().out == manual.text(name)


def test_the_version_is_that_of_all_parts(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        Options().parseOptions(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"{versions()}\n"


def test_users_of_the_machine_have_no_names_by_default() -> None:
    assert not settings().unix_names
    assert settings("--unix-names", "--listen", "unix:/run/chat.sock").unix_names
