"""Tests of `chatd.storage.postgres.address`: addresses of databases, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import pq

from chatd.storage.postgres.address import ALLOWED, DEAD_SECONDS, address_of, wrong_address


def parameters(where: str) -> dict[str, str]:
    """Return the parameters of an address but those that all have."""
    always = address_of("postgresql:///chatd").parameters.keys() - {"dbname", "sslmode"}
    return {k: v for k, v in address_of(where).parameters.items() if k not in always}


STRICT = {"sslmode": "verify-full"}


class TestForms:
    @pytest.mark.parametrize(
        ("where", "expected"),
        [
            ("postgresql:///chatd", {"dbname": "chatd", **STRICT}),
            ("postgresql://db.example/chatd", {"host": "db.example", "dbname": "chatd", **STRICT}),
            (
                "postgresql://chatd@db.example:5433/chatd",
                {"user": "chatd", "host": "db.example", "port": "5433", "dbname": "chatd"} | STRICT,
            ),
            (
                "postgresql://a.example,b.example:5433/chatd",
                {"host": "a.example,b.example", "port": ",5433", "dbname": "chatd"} | STRICT,
            ),
            ("postgresql://[::1]:5432/c", {"host": "::1", "port": "5432", "dbname": "c"}),
            ("postgresql://%2Frun%2Fpg/c", {"host": "/run/pg", "dbname": "c"}),
            ("postgresql:///c?host=/run/pg", {"host": "/run/pg", "dbname": "c"}),
            (
                "postgresql:///c?host=a.example,b.example&port=5433",
                {"host": "a.example,b.example", "port": "5433,5433", "dbname": "c"} | STRICT,
            ),
            ("postgresql:///?service=chat", {"service": "chat", **STRICT}),
            (
                "postgresql://ana%40work@localhost/c",
                {"user": "ana@work", "host": "localhost", "dbname": "c"},
            ),
        ],
    )
    def test_parts_become_parameters_of_libpq(self, where: str, expected: dict[str, str]) -> None:
        assert parameters(where) == expected

    def test_a_server_is_asked_for_that_takes_lines(self) -> None:
        assert address_of("postgresql:///c").parameters["target_session_attrs"] == "read-write"

    def test_options_of_the_environment_are_not_used(self) -> None:
        assert address_of("postgresql:///c").parameters["options"] == ""

    @pytest.mark.parametrize(
        ("where", "meant"),
        [
            ("postgres://db.example/chatd", "postgresql://db.example/chatd"),
            ("postgresql:chat", "postgresql:///chat"),
            ("postgresql:/chat", "postgresql:///chat"),
            ("PostgreSQL://ana@db.example/c", "postgresql://ana@db.example/c"),
            ("postgresql:", "postgresql:///chatd"),
            ("postgresql://", "postgresql:///chatd"),
            ("postgresql://db.example", "postgresql://db.example/chatd"),
            ("postgresql://db.example/", "postgresql://db.example/chatd"),
            ("postgres://ana:secret@db.example/c", "postgresql:///chatd"),
        ],
    )
    def test_nearly_an_address_is_told_the_right_one(self, where: str, meant: str) -> None:
        assert wrong_address(where).endswith(f"Did you mean {meant}?")

    @pytest.mark.parametrize(
        ("where", "why"),
        [
            ("postgresql://h:x/c", "'h:x' is no host"),
            ("postgresql://h:70000/c", "a port is a number up to 65535"),
            ("postgresql://h:0/c", "a port is a number up to 65535"),
            ("postgresql://[::g]/c", "is no address of IPv6"),
            ("postgresql://a/b/c", "the database is one name"),
            ("postgresql://a%2Cb/c", "no name of a host can have a comma"),
            ("postgresql://a/c?host=b", "in front of ? or after it, not both"),
            ("postgresql://ana@a/c?user=b", "user is there twice"),
            ("postgresql://a,b/c?hostaddr=10.0.0.1", "not as many hosts as addresses"),
            ("postgresql:///c?host=a,b,c&port=1,2", "not as many hosts as addresses"),
            ("postgresql:///c?sslcert", "sslcert has no value"),
            ("postgresql:///c?sslcert=", "sslcert has no value"),
            ("postgresql:///c?user=a&user=b", "user is there twice"),
            ("postgresql:///c?sslkey=key.pem", "takes the path of a file from / on; not 'key.pem'"),
            ("postgresql:///c?keepalives=yes", "takes 0 or 1; not 'yes'"),
            ("postgresql:///c?ssl_mode=require", "Did you mean sslmode?"),
            ("postgresql:///c?%zz=1", "two hexadecimal digits"),
            ("postgresql:///c%FF", "not UTF-8"),
            ("postgresql:///c%00", "control characters"),
            ("postgresql:///sala ñ", "written as %XX"),
            ("postgresql:///c#x", "written as %XX"),
        ],
    )
    def test_a_wrong_part_is_named(self, where: str, why: str) -> None:
        assert why in wrong_address(where)


class TestSecrets:
    @pytest.mark.parametrize(
        "where",
        [
            "postgresql://ana:hunter2@db.example/c",
            "postgresql://:hunter2@db.example/c",
            "postgresql:///c?password=hunter2",
            "postgresql:///c?sslpassword=hunter2",
            "postgresql:///c?pass%77ord=hunter2",
            "postgresql://ana:hun/ter2@db.example/c",
            "postgresql://ana:hunt?er2@db.example/c",
            "postgresql://ana:hunter2@x@db.example/c",
            "postgresql:///c?oauth_client_secret=hunter2",
        ],
    )
    def test_a_password_is_refused_and_not_repeated(self, where: str) -> None:
        wrong = wrong_address(where)
        assert "PGPASSFILE" in wrong
        assert "hun" not in wrong

    @pytest.mark.parametrize("where", ["postgres://ana:hunter2@h/c", "pg:ana:hunter2@h/c"])
    def test_that_of_another_form_is_not_repeated_either(self, where: str) -> None:
        assert "hunter2" not in wrong_address(where)


class TestEncryption:
    @pytest.mark.parametrize(
        "where",
        [
            "postgresql://db.example/c",
            "postgresql:///c",
            "postgresql:///c?service=chat",
            "postgresql://localhost,db.example/c",
            "postgresql://localhost/c?hostaddr=10.0.0.1",
            "postgresql://db.example/c?hostaddr=127.0.0.1",
            "postgresql:///c?host=/run/pg&hostaddr=10.0.0.1",
            "postgresql:///c?host=,db.example",
            "postgresql://db.example/c?sslmode=verify-full",
        ],
    )
    def test_another_machine_has_to_prove_itself(self, where: str) -> None:
        assert address_of(where).parameters["sslmode"] == "verify-full"

    @pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
    def test_less_is_refused(self, mode: str) -> None:
        why = wrong_address(f"postgresql://db.example/c?sslmode={mode}")
        assert why.startswith(f"sslmode={mode} is for hosts of this machine alone")

    @pytest.mark.parametrize(
        "hosts",
        ["127.0.0.1", "127.8.8.8", "[::1]", "localhost", "%2Frun%2Fpg", "localhost,127.0.0.1:99"],
    )
    def test_this_machine_may_do_without(self, hosts: str) -> None:
        assert address_of(f"postgresql://{hosts}/c").is_local
        assert parameters(f"postgresql://{hosts}/c?sslmode=disable")["sslmode"] == "disable"


class TestParameters:
    def test_all_that_may_be_given_are_known_to_libpq(self) -> None:
        known = {each.keyword.decode() for each in pq.Conninfo.get_defaults()}
        assert ALLOWED.keys() - {"servicefile"} <= known  # that is of libpq 18

    def test_each_other_one_of_libpq_is_refused(self) -> None:
        known = {each.keyword.decode() for each in pq.Conninfo.get_defaults()}
        for key in known - ALLOWED.keys():
            assert wrong_address(f"postgresql:///c?{key}=1"), key

    @pytest.mark.parametrize("key", ["options", "replication", "connect_timeout", "gssencmode"])
    def test_a_dangerous_one_is_refused_with_the_reason(self, key: str) -> None:
        assert wrong_address(f"postgresql:///c?{key}=1").startswith(f"the parameter {key} cannot")


HOSTS = st.sampled_from(["", "a", "localhost", "[::1]", "%2Frun", "a:1", ":2", "10.0.0.1"])
KEYS = st.sampled_from([*ALLOWED, "options", "password", "x"])
VALUES = st.sampled_from(["1", "/f", "a", "a,b", "127.0.0.1", "disable", "verify-full", "@x", ","])


@given(
    st.lists(HOSTS, max_size=3).map(",".join),
    st.sampled_from(["", "/", "/c", "/%2F", "/c d"]),
    st.lists(st.tuples(KEYS, VALUES).map("=".join), max_size=3).map("&".join),
)
def test_libpq_has_the_hosts_that_were_checked(hosts: str, name: str, query: str) -> None:
    where = f"postgresql://{hosts}{name}?{query}"
    if wrong_address(where):
        return
    address = address_of(where)
    theirs = {
        each.keyword.decode(): each.val.decode()
        for each in pq.Conninfo.parse(where.encode())
        if each.val is not None
    }
    for key in "host", "hostaddr", "user", "dbname":
        assert address.parameters.get(key, "") == theirs.get(key, ""), key
    if address.parameters.get("sslmode") != "verify-full":
        assert address.is_local


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_wrong_in_one_line(text: str) -> None:
    wrong = wrong_address(f"postgresql://{text}")
    assert wrong == "" or wrong.isprintable()


def test_a_server_that_does_not_answer_is_noticed_unless_the_address_says_otherwise() -> None:
    parameters = address_of("postgresql://db/chatd?keepalives_idle=9").parameters
    assert parameters["keepalives_idle"] == "9"
    assert parameters["tcp_user_timeout"] == "5000"
    idle, interval, count = (
        int(address_of("postgresql://db/chatd").parameters[f"keepalives_{each}"])
        for each in ("idle", "interval", "count")
    )
    assert idle + interval * count == DEAD_SECONDS
