"""`chatd systemd`: write the units with which systemd runs this installation of chatd.

This module must not know what is in a unit.
"""

from __future__ import annotations

import argparse
import os
import pwd
import shlex
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from zipfile import is_zipfile

from chatd.daemon.os_process import refuse
from chatd.daemon.units import SERVICE, SOCKETS, units
from chatd.text.escaping import visible
from chatd.util.command_manual import Example

FOLDER = Path("/etc/systemd/system")
"""The folder of the units of an administrator: systemd.unit(5)."""

USER = "chatd"
"""The user of the service."""

HIDDEN = tuple(map(Path, ("/home", "/root", "/run/user", "/tmp", "/var/tmp")))
"""The folders that the service does not see: ProtectHome= and PrivateTmp= of systemd.exec(5)."""

SUCCESS = "the units are written, or were there already"

EXAMPLES = (
    Example("write the unit", "chatd systemd install"),
    Example(
        "run it with a file of settings",
        "chatd systemd install --config /etc/chatd/chatd.toml",
    ),
    Example("have systemd open the addresses, too", "chatd systemd install --sockets"),
    Example("look at the unit first", "chatd systemd install --print"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd systemd` to *parser*."""
    parser.add_argument(
        "do",
        choices=("install",),
        metavar="install",
        help="write the unit of this chatd, as root, and tell what comes next",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="the file with the settings of the service, and its addresses",
    )
    parser.add_argument(
        "--sockets",
        action="store_true",
        help="have systemd open the addresses, so that clients wait while the service restarts",
    )
    parser.add_argument(
        "--print",
        action="store_true",
        help="print the units, and write nothing",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the units, or print them. Raises `SystemExit` with one line if that is impossible."""
    config = None if arguments.config is None else Path(arguments.config).absolute()
    program = _program()
    wanted = units(program, None if config is None else str(config), sockets=arguments.sockets)
    if arguments.print:
        sys.stdout.write("\n".join(f"# {FOLDER / name}\n{text}" for name, text in wanted.items()))
        return 0
    _check_seen(Path(program[0]), "Make the environment of chatd elsewhere: in /opt/chatd, say.")
    _check_seen(
        Path(sys.executable),
        f"That is the Python of {sys.prefix}: make that environment with another one, such as"
        " /usr/bin/python3.",
    )
    if config is not None:
        _check_seen(config, "Settings are best in /etc/chatd.")
    told = list(_install(wanted))
    steps = _next_steps(program, config, sockets=arguments.sockets)
    for line in (*told, "Next, as root:", *(f"  {step}" for step in steps)):
        sys.stdout.write(f"{visible(line)}\n")
    return 0


def _program() -> list[str]:
    """Return the command ``chatd`` of this installation, or the one file that chatd runs from."""
    if is_zipfile(sys.argv[0]):
        return [str(Path(sys.argv[0]).absolute())]
    script = Path(sysconfig.get_path("scripts"), "chatd")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "chatd"]


def _check_seen(path: Path, advice: str) -> None:
    """Refuse a path that the service does not see, or that leads to one, with advice."""
    for place in (path, path.resolve()):
        for folder in HIDDEN:
            if folder in place.parents:
                refuse(f"the service does not see {place}, because it is in {folder}. {advice}")


def _install(wanted: Mapping[str, str]) -> Iterator[str]:
    """Write the units that are not there, or none. Generate a line for each of all."""
    if not FOLDER.is_dir():
        refuse(f"there is no {FOLDER}, so no systemd. See the unit with --print.")
    missing = {FOLDER / name: text for name, text in wanted.items() if not _is_there(name, text)}
    for path, text in missing.items():
        try:
            _write(path, text)
        except OSError as error:
            refuse(f"cannot write {path}: {error.strerror}. Run this as root.")
    for path in map(FOLDER.joinpath, wanted):
        yield f"{path}: {'written' if path in missing else 'there already'}"


def _is_there(name: str, text: str) -> bool:
    """Return True if a unit is there as it is wanted. Refuse to replace another one."""
    path = FOLDER / name
    try:
        found = path.read_text("utf-8", "replace")
    except FileNotFoundError:
        return False
    except OSError as error:
        refuse(f"cannot read {path}: {error.strerror}.")
    if found != text:
        refuse(
            f"{path} is another one, and stays as it is. Compare it with that of --print, and"
            " remove it to have that."
        )
    return True


def _write(path: Path, text: str) -> None:
    """Write a new file that is whole, or not there."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)  # an earlier process was killed
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fchmod(descriptor, 0o644)  # also with another umask
        os.fsync(descriptor)
    new.rename(path)


_TABLES = 'one [[listen]] has systemd = "chat", and one with kind = "web" has systemd = "web"'
"""The settings with which a file takes the sockets."""


def _next_steps(program: list[str], config: Path | None, *, sockets: bool) -> Iterator[str]:
    """Generate the commands that are still to be run."""
    try:
        pwd.getpwnam(USER)
    except KeyError:
        yield f"useradd --system --home-dir /var/lib/{USER} --shell /usr/sbin/nologin {USER}"
    if config is not None and not config.exists():
        if not config.parent.exists():
            yield shlex.join(["mkdir", "-p", str(config.parent)])
        yield shlex.join([*program, "init", str(config)])
    if config is not None and sockets:
        yield f"# In {config}, {_TABLES}."
    yield "systemctl daemon-reload"
    yield f"systemctl enable --now {' '.join([*(SOCKETS if sockets else ()), SERVICE])}"
