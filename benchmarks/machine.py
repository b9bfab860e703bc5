"""The base of the benchmarks: the machine, its cores, the compiled C, and running loads.

This module must not know what is measured.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import resource
import shutil
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from chatd.util.fanout import KIND

HERE = Path(__file__).parent

LEAST_FILES = 10_600
"""Open files that 10,000 clients need, on either side."""


def refuse(why: str) -> NoReturn:
    """Exit with one line that says what is missing."""
    raise SystemExit(f"benchmarks: {why}")


class Failed(Exception):
    """A measurement that could not be made. Its text is the reason, in one line."""


class Cores:
    """The core of the server, and the core of the load."""

    def __init__(self) -> None:
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) < 2:
            refuse("server and load need a core each, and this process may use only one.")
        self.load, self.server = allowed[0], allowed[-1]
        os.sched_setaffinity(0, {self.load})


def allow_files(files: int = LEAST_FILES) -> None:
    """Raise the limit of open files of this process and its children."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY:
        hard = max(hard, files)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    except (ValueError, OSError):
        refuse(f"all clients need {files:,} open files: raise the hard limit (ulimit -Hn).")


class Programs(dict[str, Path]):
    """The C programs of this directory by name, each compiled when it is first asked for.

    One that is in the directory already, to which they are written, is used.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory
        compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            refuse("a C compiler is needed: install gcc, or name one in CC.")
        self._compiler = compiler

    def __missing__(self, name: str) -> Path:
        program = self._directory / name
        if not program.exists():
            self._compile(HERE / f"{name}.c", program)
        self[name] = program
        return program

    def _compile(self, source: Path, program: Path) -> None:
        command = [
            *self._compiler.split(),
            *("-O2", "-Wall", "-Wextra", "-o"),
            str(program),
            str(source),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        except OSError as error:
            refuse(f"the C compiler {self._compiler} does not run: {error.strerror}.")
        if done.returncode:
            refuse(f"{self._compiler} does not compile {source.name}:\n{done.stderr}")


def measure(
    program: Path, arguments: Mapping[str, object], core: int, limit_seconds: float
) -> dict[str, Any]:
    """Run a load on its core; return the JSON object that it prints. Raise `Failed`."""
    command = [str(program), *(f"{name}={value}" for name, value in arguments.items())]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=limit_seconds,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"not done within {limit_seconds:.0f} s") from None
    if done.returncode:
        raise Failed((done.stderr.strip() or f"status {done.returncode}").splitlines()[-1])
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def describe(directory: Path) -> dict[str, str]:
    """Return the description of the machine that is printed with every figure."""
    return {
        "date": datetime.date.today().isoformat(),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "kernel": f"Linux {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "twisted": version("twisted"),
        "chatd": f"{_commit()}, {KIND}",
        "store": f"{directory}, on {_file_system(directory)}",
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _commit() -> str:
    command = ["git", "-C", str(HERE), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "unknown"
    except OSError:
        return "unknown"


def _file_system(directory: Path) -> str:
    """Return the kernel's name of the file system that a directory is on."""
    best = ("", "unknown")
    for line in Path("/proc/self/mounts").read_text().splitlines():
        device, mounted, kind = line.split()[:3]
        inside = directory.resolve().is_relative_to(mounted)
        if inside and len(mounted) >= len(best[0]):
            best = mounted, f"{kind} ({device})"
    return best[1]
