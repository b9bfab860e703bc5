"""The configuration: a file, variables and options make settings, or all faults at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.daemon import toml_settings
from chatd.daemon.addresses import address_of
from chatd.daemon.configuration import Configuration
from chatd.daemon.given import Fault, Faulty
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.listener_table import LISTENER_ROWS
from chatd.daemon.options import Options
from chatd.daemon.retention import RetentionPolicy
from chatd.daemon.setting_row import Row
from chatd.daemon.settings import Settings, settings_of
from chatd.daemon.settings_table import SETTINGS
from chatd.text.escaping import visible
from chatd.util.budget_table import BUDGETS
from tests.support.service import FREE, make, refusal
from tests.support.settings import endpoints

pytestmark = pytest.mark.quick

NAME = "chatd.toml"


WEB = "[[listen]]\nkind = 'web'"
TRUST = "trusted_header = 'Remote-User'\ntrusted_uid = '33'"
"""Parts of a configuration: an address for browsers, and a proxy that is trusted there."""


class Sources:
    """A folder with a configuration file, and what else is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(
        self,
        text: str | None = None,
        *arguments: str,
        environment: Mapping[str, str] = {},
    ) -> Settings:
        """Return the settings that a file, arguments and variables make."""
        file = None
        if text is not None:
            file = self.folder / NAME
            file.write_text(text, "utf-8")
        options = Options()
        options.parseOptions(arguments)
        return Configuration(options.given, environment, file, NAME).read()

    def faults(self, text: str | None = None, **options: Mapping[str, str]) -> list[str]:
        """Return the lines of faults, without the name of the file."""
        with pytest.raises(Faulty) as faulty:
            self.read(text, **options)
        return [fault.line.removeprefix(f"{NAME}: ") for fault in faulty.value.faults]


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path)


def written(row: Row) -> str:
    """Return the value of a row in TOML: the default, or the example."""
    value = row.example if row.default is None else row.default
    text = value if row.kind.form is not str else f'"{value}"'
    return f"[{text}]" if row.repeated else text


class TestSources:
    @pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.path)
    def test_each_option_can_be_set_in_a_file_and_by_a_variable(
        self, sources: Sources, row: Row
    ) -> None:
        more = '[[listen]]\nendpoint = "unix:/run/chat.sock"\n'
        more += '[[listen]]\nkind = "irc"\nendpoint = "ssl:6697:privateKey=x.pem"\n'
        other = {
            "store.where": '"sqlite:b"',
            "server.language": '"es"',
            "log.format": '"json"',
            "log.level": '"warn"',
            "cluster.durability": '"managed"',
            "cluster.hints": '"off"',
        }
        store = ["--store", "postgresql:///chatd"] if row.section == "cluster" else []
        value = other.get(row.path) or {int: "7", bool: "true", str: written(row)}[row.kind.form]
        if row.path == "store.max_size":
            value = '"64M"'
        of_file = sources.read(f"[{row.section}]\n{row.name} = {value}\n{more}", *store)
        of_variable = sources.read(more, *store, environment={row.variable: value})
        assert of_file != sources.read(more, *store)
        paths = "store.where", "server.motd", "log.audit", "metrics.token_file"
        if row.path not in paths:  # relative to different folders
            assert of_file == of_variable

    def test_each_default_in_a_file_is_as_no_file(self, sources: Sources) -> None:
        text = "".join(
            f"{row.path} = {written(row)}\n"
            for row in SETTINGS
            if row.default is not None and row.path != "store.where"
        )
        assert sources.read(text) == sources.read()

    def test_a_later_one_goes_before(self, sources: Sources) -> None:
        text = "[server]\nrecent = 1\nmax_length = 1\nmotd = 'a'\n[limits]\nline_seconds = 1\n"
        variables = {"CHATD__SERVER__RECENT": "2", "CHATD__SERVER__MAX_LENGTH": "2"}
        settings = sources.read(text, "--recent", "3", environment=variables)
        assert settings.recent == 3
        assert settings.max_length == 2
        assert settings.limits.line_seconds == 1

    def test_of_a_list_are_not_added_up(self, sources: Sources) -> None:
        text = '[store]\nkeep = ["90d", "ops=1d"]\n'
        assert sources.read(text).retention == RetentionPolicy(90 * 86400, {"ops": 86400})
        assert sources.read(text, "--keep", "1d").retention == RetentionPolicy(86400)

    def test_a_single_text_is_a_list_of_it(self, sources: Sources) -> None:
        assert sources.read('web.names = "a.example"').web_names == ("a.example",)

    def test_a_variable_needs_no_file_and_no_quotes(self, sources: Sources) -> None:
        variables = {
            "CHATD__STORE__KEEP": '["90d", "ops=0"]',
            "CHATD__SERVER__LOBBY": "2024",
            "CHATD__PASSWORDS__ALLOW_PLAINTEXT": "true",
            "CHATD__LISTEN": '[{ kind = "web", endpoint = "tcp:7" }]',
            "CHATD_PLAIN_PYTHON": "1",
        }
        settings = sources.read(environment=variables)
        assert settings.retention == RetentionPolicy(90 * 86400, {"ops": 0})
        assert settings.lobby == "2024"
        assert settings.plaintext_passwords
        assert endpoints(settings, ListenerKind.WEB) == ["tcp:7"]

    def test_two_sources_may_each_limit_one_budget(self, sources: Sources) -> None:
        text = 'limits.budgets = ["connections.all=60"]'
        every = BUDGETS["connections.all"]
        assert sources.read(text, "--connections", "50").budgets[every] == 50
        text = "limits.connections = 50"
        assert sources.read(text, "--budget", "connections.all=60").budgets[every] == 60

    def test_a_store_in_memory_of_the_command_line_leaves_out_the_size(
        self, sources: Sources
    ) -> None:
        assert sources.read('store.max_size = "1G"', "--store", "memory:").store == "memory:"

    def test_a_store_in_memory_does_without_the_name_of_the_file(self, sources: Sources) -> None:
        assert sources.read('cluster.node = "alba"', "--store", "memory:").shared.node == "alba"

    def test_each_fault_of_a_shared_store_is_told_alone(self, sources: Sources) -> None:
        text = "store.where = 'postgresql:c'\ncluster.node = 'alba'"
        assert len(sources.faults(text)) == 1


class TestPaths:
    def test_of_a_file_are_relative_to_its_folder(self, sources: Sources) -> None:
        text = """
            server.motd = "a b"
            store.where = "sqlite:chat.sqlite"
            [[listen]]
            endpoint = "unix:chat.sock:mode=660"
            [[listen]]
            endpoint = "ssl:7:privateKey=key.pem:certKey=/cert.pem"
            [[listen]]
            endpoint = "haproxy:unix:proxy.sock"
            [[listen]]
            endpoint = "tcp:8"
            tls = { certificate = "cert.pem", key = "key.pem" }
        """
        settings, folder = sources.read(text), sources.folder
        assert settings.motd == f"{folder}/a b"
        assert settings.store == f"sqlite:{folder}/chat.sqlite"
        assert endpoints(settings) == [
            f"unix:{folder}/chat.sock:mode=660",
            f"ssl:7:privateKey={folder}/key.pem:certKey=/cert.pem",
            f"haproxy:unix:{folder}/proxy.sock",
            "tcp:8",
        ]
        assert settings.listeners[-1].tls is not None
        assert settings.listeners[-1].tls[:2] == (folder / "cert.pem", folder / "key.pem")

    def test_of_others_stay_as_they_are(self, sources: Sources) -> None:
        environment = {"CHATD__SERVER__MOTD": "motd"}
        settings = sources.read("", "--listen", "unix:s", environment=environment)
        assert settings.motd == "motd"
        assert endpoints(settings) == ["unix:s"]


class TestListeners:
    TEXT = """
        [limits]
        line_seconds = 7
        [[listen]]
        kind = "web"
        endpoint = "tcp:1"
        [[listen]]
        endpoint = "tcp:2"
        limits = { lines_per_second = 5, connections = 6, send_buffer = 0 }
    """

    def test_have_limits_of_their_own(self, sources: Sources) -> None:
        chat, web = sources.read(self.TEXT).listeners
        assert (chat.endpoint, web.endpoint) == ("tcp:2", "tcp:1")
        assert (chat.limits.lines_per_second, web.limits.lines_per_second) == (5, 100)
        assert (chat.limits.line_seconds, web.limits.line_seconds) == (7, 7)
        assert (chat.own, web.own) == ((6, 0), (0, 0))
        assert (chat.buffers.send, web.buffers.send) == (0, 32768)

    def test_of_the_command_line_replace_those_of_a_kind(self, sources: Sources) -> None:
        settings = sources.read(self.TEXT, "--listen", FREE)
        assert endpoints(settings) == [FREE]
        assert endpoints(settings, ListenerKind.WEB) == ["tcp:1"]

    def test_are_sockets_of_systemd_by_their_names(self, sources: Sources) -> None:
        settings = sources.read('[[listen]]\nsystemd = "chat=1"\ntls.certificate = "x"\n')
        (listener,) = settings.listeners
        assert address_of(listener.endpoint).values == {"name": "chat=1"}
        assert listener.tls is not None

    def test_are_the_default_one_without_one_for_chat(self, sources: Sources) -> None:
        settings = sources.read('[[listen]]\nkind = "bare"\nendpoint = "tcp:1"\n')
        assert endpoints(settings) == endpoints(sources.read())

    def test_take_what_the_table_says(self, sources: Sources) -> None:
        values = {"kind": '"bare"', "endpoint": '"tcp:7"'}
        trust = {"trusted_header": '"x"', "trusted_uid": '"x"'}
        web = {"kind": '"web"', "endpoint": '"unix:/s:mode=660"', **trust}
        beside = {
            "systemd": {"kind": '"bare"'},
            "tls.key": {**values, "tls.certificate": '"x"'},
            "proxies": {"endpoint": '"haproxy:tcp:7"', "proxies": '["10.0.0.1", "fd00::/8"]'},
            **dict.fromkeys(trust, web),
        }
        for row in LISTENER_ROWS:
            given = {row.path: "7" if row.kind.form is int else '"x"'}
            given.update(beside.get(row.path, values))
            text = "".join(f"{path} = {value}\n" for path, value in given.items())
            sources.read(f"[[listen]]\n{text}")


class TestFaults:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (
                "limits.conections = 5",
                "limits.conections: there is no such setting; did you mean connections?",
            ),
            (
                "limits.lines-per-second = 5",
                "limits.lines-per-second: there is no such setting; did you mean lines_per_second?",
            ),
            (
                "connections = 5",
                "connections: there is no such setting; did you mean limits.connections?",
            ),
            (
                "max-store = '1G'",
                "max-store: there is no such setting; did you mean store.max_size?",
            ),
            ("bare = 'tcp:1'", "bare: there is no such setting; did you mean [[listen]]?"),
            ("limit = {}", "limit: there is no such setting; did you mean limits?"),
            ("[users]\nxyzzy = 1", "users.xyzzy: there is no such setting; there is unix_names."),
            ('"limits.connections" = 5', "limits.connections: there is no such setting; there is "),
            ('"\\u001b[2J" = 5', "^[[2J: there is no such setting; there is "),
            (
                "limits.connections = 'many'",
                "limits.connections takes a whole number, 0 or more; not 'many'.",
            ),
            (
                "limits.connections = true",
                "limits.connections takes a whole number, 0 or more; not true.",
            ),
            pytest.param(
                f"limits.connections = 0x1{'0' * 5_000}",
                "limits.connections takes a whole number, 0 or more; not a number of 20001 bits.",
                id="digits",
            ),
            (
                "limits.connections = 1.5",
                "limits.connections takes a whole number, 0 or more; not 1.5.",
            ),
            (
                "limits.connections = -1",
                "limits.connections takes a whole number, 0 or more; not -1.",
            ),
            (
                "limits.connections.all = 1",
                "limits.connections takes a whole number, 0 or more; not a table with all.",
            ),
            (
                f"server.motd.{'.'.join('a' * 400)} = 1",
                "server.motd takes the path of a file; not a table with a.",
            ),
            ('server.motd = "a\\u0000b"', "server.motd takes no character NUL: "),
            (
                'store.where = "a\\nb\\u001b"',
                "store.where takes sqlite:PATH, postgresql://HOST/DATABASE or memory:;"
                r" not 'a\nb\x1b'. Did you mean"
                " sqlite:a^Jb^[?",
            ),
            ('store.where = "sqlite:\\u0000"', "store.where takes no character NUL: "),
            (
                f"server.recent = '{'9' * 5000}'",
                f"server.recent takes a whole number, 0 or more; not '{'9' * 300}...'.",
            ),
            ("limits = 5", "limits is a section, with budgets, "),
            ("users.unix_names = 1", "users.unix_names takes true or false; not 1."),
            ("server.lobby = ['a']", "server.lobby takes a room's name: "),
            ("server.language = 'fr'", "server.language takes en or es; not 'fr'."),
            ("store.keep = 90", "store.keep takes a list: a time span like 90d "),
            ("store.keep = ['90']", "store.keep takes a time span like 90d "),
            (
                "store.where = 'chat.db'",
                "store.where takes sqlite:PATH, postgresql://HOST/DATABASE or memory:;"
                " not 'chat.db'. Did you mean ",
            ),
            (
                "store = { where = 'memory:', max_size = '1G' }",
                "store.max_size is for a store in a file; with store.where memory: leave it out.",
            ),
            (
                "store.where = 'postgresql://ana:secret@db.example/c'",
                "store.where takes postgresql://HOST/DATABASE for a database. In this one, no"
                " password can be in it, ",
            ),
            (
                "cluster.node = 'alba'",
                "cluster.node is for a store that daemons share, postgresql://HOST/DATABASE;"
                " leave it out.",
            ),
            ("cluster.node = '-a'", "cluster.node takes a name: 1 to 32 letters "),
            ("cluster.give_up = 0", "cluster.give_up takes a whole number, 1 to 600; not 0."),
            ("cluster.durability = 'safe'", "cluster.durability takes replicated, "),
            (
                "limits.budgets = ['lines.all=x']",
                "limits.budgets lines.all takes a whole number, 0 for no limit; not 'x'.",
            ),
            (
                "limits = { connections = 1, budgets = ['connections.all=2'] }",
                "limits.connections and limits.budgets connections.all are one limit: ",
            ),
            (
                "users.unix_names = true",
                "users.unix_names needs a UNIX socket: add [[listen]] with ",
            ),
            (
                "irc.sts_seconds = 1",
                "irc.sts_seconds needs an address with TLS for IRC clients: add [[listen]] with ",
            ),
            ("listen = {}", "listen is a list of tables: each begins with [[listen]] in a file, "),
            ("[[listen]]", "listen[1].endpoint is missing: it takes an address such as "),
            ("[[listen]]\nendpoint = '7'", "listen[1].endpoint '7': did you mean tcp:7?"),
            (
                "[[listen]]\nendpoint = 'tcp:1'\nkind = 'metrics'",
                "listen[1].endpoint 'tcp:1' can be reached from other machines: give a token with"
                " token_file in [metrics], or an address like tcp:9460:interface=127.0.0.1.",
            ),
            (
                "[[listen]]\nendpoint = 'tcp:1'\nkind = 'ssh'",
                "listen[1].kind takes chat, bare, web, irc or metrics; not 'ssh'.",
            ),
            (
                "[[listen]]\nendpoint = 'tcp:1'\ntls = 'x'",
                "listen[1].tls is a section, with certificate or key; not 'x'.",
            ),
            (
                "[[listen]]\nendpoint = 'tcp:1'\ntls.key = 'x'",
                "listen[1].tls.key needs a certificate beside it.",
            ),
            (
                "[[listen]]\nendpoint = 'ssl:7'\ntls.certificate = 'x'",
                "listen[1].tls.certificate needs an endpoint without TLS, such as ",
            ),
            (
                "[[listen]]\nendpoint = 'tcp:1'\ntrusted_uid = 'www-data'",
                "listen[1].trusted_uid needs a trusted_header beside it.",
            ),
            (
                f"{WEB}\nendpoint = 'unix:/s:mode=660'\ntrusted_header = 'Remote-User'",
                "listen[1].trusted_header needs a trusted_uid beside it, the user of the proxy: ",
            ),
            (
                f"[[listen]]\nendpoint = 'unix:/s:mode=660'\n{TRUST}",
                'listen[1].trusted_header is for kind = "web", at which browsers come.',
            ),
            *(
                (
                    f"{WEB}\nendpoint = '{open}'\n{TRUST}",
                    "listen[1].trusted_header needs an endpoint like "
                    f"unix:/run/chatd/web.sock:mode=660; not '{open}'.",
                )
                for open in ("tcp:1", "unix:/s", "unix:/s:mode=662", "haproxy:unix:/s:mode=660")
            ),
            *(
                (
                    f"[[listen]]\nendpoint = '{endpoint}'\nproxies = ['192.0.2.0/24']",
                    "listen[1].proxies needs an endpoint like haproxy:tcp:60073;"
                    f" not '{endpoint}'.",
                )
                for endpoint in ("tcp:1", "haproxy:unix:/s")
            ),
            (
                "[[listen]]\nendpoint = 'haproxy:tcp:1'\nproxies = 'near'",
                "listen[1].proxies takes a network like 10.0.0.0/8, an address, or any;"
                " not 'near'.",
            ),
            *(
                (
                    f"{WEB}\nendpoint = 'unix:/s:mode=660'\n{TRUST.replace('Remote-User', used)}",
                    "listen[1].trusted_header takes the name of a header, such as Remote-User;"
                    f" not {used!r}.",
                )
                for used in ("Cookie", "Content-Length", "sec-fetch-site", "Accept", "Remote User")
            ),
            (
                "sign_in = { local = ['eva', 'ana'], admins = ['ana'] }",
                "sign_in.admins 'ana': sign_in.local has that account, too, so no proxy can name"
                " it. Choose one.",
            ),
            (
                "[[listen]]\nendpoint = 'tcp:1'\n[[listen]]\nendpoint = 'tcp:1'",
                "listen[2].endpoint 'tcp:1': listen[1].endpoint has that address. Give it once.",
            ),
            (
                "[[listen]]\nendpoint = 'tcp:1'\nsystemd = 'chat'",
                "listen[1].systemd and an endpoint: give one of them.",
            ),
            (
                "[[listen]]\nsystemd = 'a:b'",
                "listen[1].systemd takes the name of a socket: up to 255 characters of ASCII ",
            ),
            (
                "[[listen]]\nsystemd = 'a'\n[[listen]]\nsystemd = 'a'",
                "listen[2].systemd 'systemd:name=a': listen[1].systemd has that address. ",
            ),
            (
                "[[listen]]\nendpoint = 'tcp:1'\nlimits.conections = 5",
                "listen[1].limits.conections: there is no such setting; did you mean connections?",
            ),
            ("a = ", "it is no TOML: "),
        ],
    )
    def test_of_a_file_is_one_line(self, sources: Sources, text: str, line: str) -> None:
        (fault,) = sources.faults(text)
        assert fault.startswith(line)
        assert line.endswith(" ") or fault == line

    @pytest.mark.parametrize(
        ("name", "value", "line"),
        [
            (
                "CHATD__LIMITS__CONECTIONS",
                "5",
                ": there is no such setting; did you mean CHATD__LIMITS__CONNECTIONS?",
            ),
            ("CHATD__XYZZY", "5", ": there is no such setting."),
            ("CHATD__LIMITS__CONNECTIONS", "many", " takes a whole number, 0 or more; not 'many'."),
            (
                "CHATD__LIMITS__CONNECTIONS",
                "1\nb = 2",
                r" takes a whole number, 0 or more; not '1\nb = 2'.",
            ),
            ("CHATD__USERS__UNIX_NAMES", "yes", " takes true or false; not 'yes'."),
            (
                "CHATD__LISTEN",
                "tcp:1",
                " is a list of tables: each begins with [[listen]] in a file, and a variable is"
                ' like [{ endpoint = "tcp:60060" }].',
            ),
            ("CHATD__LISTEN", "[{ endpoint = '7' }]", "[1].endpoint '7': did you mean tcp:7?"),
        ],
    )
    def test_of_a_variable_is_one_line(
        self, sources: Sources, name: str, value: str, line: str
    ) -> None:
        assert sources.faults(environment={name: value}) == [f"{name}{line}"]

    def test_are_all_told(self, sources: Sources) -> None:
        text = "a = 1\nserver.recent = -1\n[[listen]]\nendpoint = '7'\nlimits.a = 1\n"
        faults = sources.faults(text, environment={"CHATD__B": "1"})
        assert [fault.split()[0] for fault in faults] == [
            *("a:", "server.recent", "listen[1].limits.a:", "CHATD__B:", "listen[1].endpoint"),
        ]

    def test_of_a_file_that_others_may_change(self, sources: Sources) -> None:
        sources.read("")
        (sources.folder / NAME).chmod(0o666)
        with pytest.raises(Faulty, match=r"^cannot use .*others may write to .*chmod go-w"):
            Configuration({}, {}, sources.folder / NAME, NAME).read()

    def test_of_a_file_that_is_not_there(self, sources: Sources) -> None:
        with pytest.raises(Faulty, match=r"^cannot read .*: No such file or directory\.$"):
            Configuration({}, {}, sources.folder / NAME, NAME).read()


KEYS = st.sampled_from(
    sorted({part for row in (*SETTINGS, *LISTENER_ROWS) for part in row.path.split(".")})
) | st.sampled_from(["listen", "recent", "a", "limits.connections", "\x1b[2J", ""])

VALUES = st.recursive(
    st.none().map(lambda _: date(2026, 11, 30))
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["tcp:7", "unix:s", "chat", "web", "memory:", "90d", "es", "ssl:7:a:b"]),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(KEYS, values, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_whatever_is_in_a_file_is_a_setting_or_a_fault_in_one_line(table: dict[str, Any]) -> None:
    faults: list[Fault] = []
    found = toml_settings.in_file(table, NAME, Path("/folder"), faults)
    try:
        settings_of(found)
    except Faulty as faulty:
        faults.extend(faulty.faults)
    for fault in faults:
        assert fault.line.startswith(f"{NAME}: ")
        assert fault.line == visible(fault.line)


class TestDaemon:
    def test_refuses_all_faults_of_a_file_with_status_1(self, tmp_path: Path) -> None:
        (tmp_path / NAME).write_text("recent = 1\nserver.recent = -1\n")
        with pytest.raises(SystemExit) as refused:
            make(tmp_path, "--config", NAME)
        assert refused.value.code == (
            f"chatd: {NAME}: recent: there is no such setting; did you mean server.recent?\n"
            f"chatd: {NAME}: server.recent takes a whole number, 0 or more; not -1."
        )

    def test_refuses_a_fault_of_the_command_line_first_as_a_wrong_call(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / NAME).write_text("recent = 1\n")
        line = refusal(tmp_path, "--config", NAME, "--recent", "-1")
        assert line == "--recent takes a whole number, 0 or more; not '-1'."

    def test_takes_variables(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CHATD__SERVER__RECENT", "few")
        line = refusal(tmp_path)
        assert line == "CHATD__SERVER__RECENT takes a whole number, 0 or more; not 'few'."

    def test_reads_no_file_by_itself(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / NAME).write_text("faulty")
        assert "no room" in refusal(tmp_path, "--lobby", "no room")
        assert os.listdir(tmp_path) == [NAME]
