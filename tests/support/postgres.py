"""PostgreSQL servers in processes, for tests of a store on one.

`Server` is one server, `Cluster` a primary with a synchronous standby. Servers are in a folder of
their own, and end with the process that started them, also if that is killed
(`tests.support.postgres_programs`).

This module must not know chatd: it makes the role and the database that an operator makes for it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from tests.support.postgres_programs import Programs, programs
from tests.support.server_processes import (
    PATIENCE,
    children,
    free_port,
    runs,
    temporary_folder,
    wait_until,
)
from tests.support.stalling_proxy import StallingProxy

SUPERUSER = "postgres"
ROLE = "chatd"
DATABASE = "chatd"

SMALL = MappingProxyType(
    {
        "shared_buffers": "32MB",
        "max_connections": "100",
        "max_wal_size": "1GB",
        "max_parallel_workers_per_gather": "0",
        "jit": "off",
        # In the data directory, or one that is killed leaves it in /dev/shm.
        "dynamic_shared_memory_type": "mmap",
        "log_line_prefix": "%m [%p] %a ",
    }
)
"""The settings of all servers."""

HASTY = MappingProxyType({"fsync": "off", "full_page_writes": "off", "autovacuum": "off"})
"""The settings of a server whose data may be lost with the machine."""

NAMES = "synchronous_standby_names"
STANDBY = "standby"
"""The name by which the primary of a cluster knows its standby."""


_starter = ThreadPoolExecutor(1, "starter of servers")
"""The thread that starts all servers: Linux ends them with the thread that started them."""


@contextmanager
def server(settings: Mapping[str, str] = HASTY, *, tcp: bool = False) -> Iterator[Server]:
    """Yield a started server with the database of chatd, which is gone in the end.

    Raises `tests.support.postgres_programs.NoPostgres`.
    """
    chosen = programs()
    with temporary_folder(chosen.user) as folder:
        made = Server(chosen, folder / "data", settings, port=free_port() if tcp else None)
        try:
            made.initialise()
            made.start()
            made.make_database()
            yield made
        finally:
            made.close()


@contextmanager
def cluster(
    settings: Mapping[str, str] = MappingProxyType({}), *, delay: float = 0.0
) -> Iterator[Cluster]:
    """Yield a started cluster with the database of chatd, which is gone in the end.

    ``delay`` is the time in seconds that replication takes, each way. Raises
    `tests.support.postgres_programs.NoPostgres`.
    """
    chosen = programs()
    with temporary_folder(chosen.user) as folder:
        made = Cluster(chosen, folder, settings, delay=delay)
        try:
            made.start()
            yield made
        finally:
            made.close()


class Server:
    """A server with its data in ``data``, which it shares with none.

    Without a ``port`` of TCP on 127.0.0.1 it has a UNIX socket alone, beside its data. All who can
    reach it may take any role.
    """

    def __init__(
        self,
        chosen: Programs,
        data: Path,
        settings: Mapping[str, str] = MappingProxyType({}),
        *,
        port: int | None = None,
    ) -> None:
        self.data = data
        self.port = port
        self.settings = {**SMALL, **settings}
        self._programs = chosen
        self._process: subprocess.Popen[bytes] | None = None
        self._memory = ""
        self._numbers = count(1)
        self._empty_databases: list[str] = []

    # Its data.

    def initialise(self) -> None:
        """Make its data, without a standby's."""
        form = ("--encoding=UTF8", "--lc-collate=C", "--lc-ctype=C.UTF-8", "--wal-segsize=1")
        access = ("--auth=trust", f"--username={SUPERUSER}")
        self._programs.run("initdb", *form, *access, "--no-sync", f"--pgdata={self.data}")

    def copy(self, conninfo: str) -> None:
        """Make its data as those of a standby of a running server, which conninfo names."""
        how = ("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
        self._programs.run("pg_basebackup", *how, f"--dbname={conninfo}", f"--pgdata={self.data}")

    def make_database(self, name: str = DATABASE) -> None:
        """Make an empty database, to which the role of chatd alone may connect."""
        role, database = Identifier(ROLE), Identifier(name)
        with self.connect() as connection:
            # Its standby may not be there yet.
            connection.execute("SET synchronous_commit = local")
            found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (ROLE,))
            if found.fetchone() is None:
                connection.execute(SQL("CREATE ROLE {} LOGIN").format(role))
            for statement in (
                SQL("CREATE DATABASE {1} OWNER {0}"),
                SQL("REVOKE CONNECT ON DATABASE {1} FROM PUBLIC"),
                SQL("GRANT CONNECT ON DATABASE {1} TO {0}"),
            ):
                connection.execute(statement.format(role, database))

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """Yield the URL of an empty database, which is not used by any other test meanwhile.

        In the end its connections are closed. To empty one that was used takes a twentieth of the
        time for a new one.
        """
        if not self._empty_databases:
            name = f"{DATABASE}_{next(self._numbers)}"
            self.make_database(name)
            self._empty_databases.append(name)
        name = self._empty_databases.pop()
        yield self.url(name)
        self._empty(name)
        self._empty_databases.append(name)

    def _empty(self, name: str) -> None:
        with self.connect(name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            schemas = connection.execute(
                "SELECT nspname FROM pg_namespace"
                " WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
            ).fetchall()
            for (schema,) in schemas:
                connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(schema)))
            connection.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
            connection.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")

    # Its process.

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._write_settings()
        with open(self.log, "ab") as log:
            self._process = _starter.submit(
                subprocess.Popen,
                self._programs.command("postgres", "-D", str(self.data)),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C is for the tests
            ).result()
        self._wait(self._is_ready, "start")
        self._memory = self._state()[6].split()[-1]

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop it with a signal: SIGINT ends its connections, SIGQUIT writes nothing either."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE)
            self._process = None

    def kill(self) -> None:
        """Kill all its processes, as a power cut does, at one moment."""
        assert self._process is not None
        number = self._process.pid
        os.kill(number, signal.SIGSTOP)  # it starts no more
        processes = [number, *children(number)]
        for each in processes:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._process = None
        wait_until(lambda: not any(map(runs, processes)), "its processes did not end")
        # A killed server leaves its memory behind.
        subprocess.run(["ipcrm", "-m", self._memory], stderr=subprocess.DEVNULL, check=False)
        (self.data / "postmaster.pid").unlink()

    def close(self) -> None:
        """Stop it at once, if it runs. Its data are of no use any more."""
        self.stop(signal.SIGQUIT)

    def promote(self) -> None:
        """Have a standby become a primary, and wait until it is one."""
        with self.connect() as connection:
            connection.execute("SELECT pg_promote(true, %s)", (int(PATIENCE),))

    def reload(self, **settings: str) -> None:
        """Change settings, and wait until new connections have them."""
        self.settings.update(settings)
        self._write_settings()
        before = self._loaded()
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)
        self._wait(lambda: self._loaded() > before, "take its settings")

    @property
    def log(self) -> Path:
        """The file with what it logged."""
        return self.data.with_suffix(".log")

    # Its connections.

    def url(self, database: str = DATABASE, role: str = ROLE) -> str:
        """Return the URL of a database for a role."""
        if self.port is None:
            return f"postgresql://{role}@/{database}?host={self.data.parent}"
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection of the superuser that commits each statement."""
        url = self.url(database, SUPERUSER)
        return psycopg.connect(url, autocommit=True, connect_timeout=int(PATIENCE))

    def _loaded(self) -> Any:
        with self.connect() as connection:
            return connection.execute("SELECT pg_conf_load_time()").fetchone()

    def _write_settings(self) -> None:
        settings = {
            "port": str(self.port or 5432),
            "listen_addresses": "127.0.0.1" if self.port else "",
            "unix_socket_directories": str(self.data.parent),
            **self.settings,
        }
        text = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
        (self.data / "postgresql.conf").write_text(text)

    def _state(self) -> list[str]:
        """Return the lines of the file in which a server says how far it is."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _is_ready(self) -> bool:
        state = self._state()
        return len(state) > 7 and state[7].strip() in ("ready", "standby")

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        def happened() -> bool:
            assert self._process is not None
            assert self._process.poll() is None, f"it ended: {self.log.read_text()[-2000:]}"
            return condition()

        wait_until(happened, f"it did not {what}")


class Cluster:
    """A primary, its synchronous standby, and the ``link`` between them.

    `fail_over` leaves the promoted standby alone; `repair` gives it a standby of its own, so that
    it may fail over again.
    """

    def __init__(
        self,
        chosen: Programs,
        folder: Path,
        settings: Mapping[str, str] = MappingProxyType({}),
        *,
        delay: float = 0.0,
    ) -> None:
        common = {"wal_keep_size": "256MB", "wal_retrieve_retry_interval": "100ms", **settings}
        self.primary = Server(chosen, folder / "one", {**common, NAMES: STANDBY}, port=free_port())
        self.standby = Server(chosen, folder / "other", {**common, NAMES: ""}, port=free_port())
        self._delay = delay
        self._link: StallingProxy | None = None

    @property
    def link(self) -> StallingProxy:
        """The proxy that the standby connects to."""
        assert self._link is not None
        return self._link

    def start(self) -> None:
        """Start both with the database of chatd, and wait until each commit is on both."""
        self.primary.initialise()
        self.primary.start()
        self._start_standby()
        self.primary.make_database()

    def fail_over(self) -> None:
        """Kill the primary, then promote the standby."""
        self.primary.kill()
        self.link.cut()
        self.standby.promote()

    def repair(self) -> None:
        """Make the server that was killed the standby of the promoted one, as a copy of that."""
        self.primary, self.standby = self.standby, self.primary
        self.link.close()
        shutil.rmtree(self.standby.data)
        self.standby.settings[NAMES] = ""
        self._start_standby()
        self.primary.reload(**{NAMES: STANDBY})
        wait_until(self._is_synchronous, "the standby is not waited for")
        with self.primary.connect() as connection:
            # Commits wait once the checkpointer has the setting, which it reads before this.
            connection.execute("CHECKPOINT")

    def _start_standby(self) -> None:
        assert self.primary.port is not None
        self._link = StallingProxy(self.primary.port, delay=self._delay)
        where = f"host=127.0.0.1 port={self.link.port} user={SUPERUSER}"
        self.standby.copy(f"{where} application_name={STANDBY}")
        self.standby.start()
        wait_until(self._is_replicating, "the standby does not replicate")

    def url(self, database: str = DATABASE, role: str = ROLE) -> str:
        """Return the URL by which a client finds the one that takes writes."""
        hosts = f"127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}"
        return f"postgresql://{role}@{hosts}/{database}?target_session_attrs=read-write"

    def close(self) -> None:
        """Stop both at once."""
        self.primary.close()
        self.standby.close()
        if self._link is not None:
            self._link.close()

    def _is_replicating(self) -> bool:
        return self._states("state") == [("streaming",)]

    def _is_synchronous(self) -> bool:
        return self._states("sync_state") == [("sync",)]

    def _states(self, kind: str) -> list[tuple[Any, ...]]:
        with self.primary.connect() as connection:
            found = connection.execute(
                SQL("SELECT {} FROM pg_stat_replication").format(Identifier(kind))
            )
            return found.fetchall()
