"""`tests.support.forks`: a forked program is as one of its own, and many run at once."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import forks

SECONDS = 10.0


@pytest.fixture(scope="module")
def interpreter() -> Iterator[forks.Interpreter]:
    with forks.interpreter("json") as interpreter:
        yield interpreter


def run(interpreter: forks.Interpreter, code: str, *arguments: str, **more: Any) -> Any:
    options: dict[str, Any] = {
        "directory": Path("/"),
        "environment": interpreter.environment,
        "timeout": SECONDS,
    }
    return forks.run(interpreter, code, *arguments, **{**options, **more})


def started(interpreter: forks.Interpreter, code: str, given: int) -> forks.Program:
    with open(os.devnull, "w") as nothing:
        return forks.Program(
            interpreter,
            code,
            directory=Path("/"),
            environment=interpreter.environment,
            files=(given, nothing.fileno(), nothing.fileno()),
        )


class TestRun:
    def test_gives_a_program_all_that_it_is_to_have(
        self, interpreter: forks.Interpreter, tmp_path: Path
    ) -> None:
        code = "import os, sys; print(sys.argv[1:], os.getcwd(), os.environ['A'], sys.stdin.read())"
        done = run(
            interpreter,
            code,
            *("x", "y z"),
            directory=tmp_path,
            environment={**interpreter.environment, "A": "b" * 100_000},
            given=b"hola",
        )
        assert done == (0, f"['x', 'y z'] {tmp_path} {'b' * 100_000} hola\n".encode(), b"")

    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("pass", 0),
            ("raise SystemExit(3)", 3),
            ("import os; os._exit(4)", 4),
            ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9),
        ],
    )
    def test_returns_the_status(
        self, interpreter: forks.Interpreter, code: str, status: int
    ) -> None:
        assert run(interpreter, code) == (status, b"", b"")

    def test_returns_the_traceback_of_a_program_that_raises(
        self, interpreter: forks.Interpreter
    ) -> None:
        status, output, errors = run(interpreter, "print('so far'); 1 / 0")
        assert (status, output) == (1, b"so far\n")
        assert errors.endswith(b"ZeroDivisionError: division by zero\n")

    def test_waits_for_threads_and_exit_functions(self, interpreter: forks.Interpreter) -> None:
        code = """
import atexit, threading
atexit.register(print, "exit function")
threading.Timer(0.01, print, ["thread"]).start()
print("end")
"""
        assert run(interpreter, code) == (0, b"end\nthread\nexit function\n", b"")

    def test_returns_the_reason_of_an_end(self, interpreter: forks.Interpreter) -> None:
        assert run(interpreter, "raise SystemExit('why')") == (1, b"", b"why\n")

    def test_ends_a_program_that_takes_too_long(self, interpreter: forks.Interpreter) -> None:
        with pytest.raises(subprocess.TimeoutExpired):
            run(interpreter, "import time; time.sleep(60)", timeout=0)

    def test_a_program_has_no_other_file_and_none_of_the_modules_of_another(
        self, interpreter: forks.Interpreter
    ) -> None:
        run(interpreter, "import colorsys")
        code = "import os, sys; print(os.listdir('/dev/fd'), 'colorsys' in sys.modules)"
        _, output, _ = run(interpreter, code)
        assert output == b"['0', '1', '2', '3'] False\n", "3 is the directory that is read"

    def test_a_program_has_the_time_zone_of_its_environment(
        self, interpreter: forks.Interpreter
    ) -> None:
        environment = {**interpreter.environment, "TZ": "UTC-3"}
        code = "import time; print(time.localtime(0).tm_hour)"
        assert run(interpreter, code, environment=environment) == (0, b"3\n", b"")

    def test_a_program_is_measured_if_its_environment_says_so(
        self, interpreter: forks.Interpreter, tmp_path: Path
    ) -> None:
        (tmp_path / "rc").write_text("[run]\nsource = .\ndata_file = data\n")
        (tmp_path / "program.py").touch()
        environment = {**interpreter.environment, "COVERAGE_PROCESS_START": str(tmp_path / "rc")}
        assert run(interpreter, "import program", directory=tmp_path, environment=environment) == (
            0,
            b"",
            b"",
        )
        assert list(tmp_path.glob("data*"))

    def test_refuses_what_only_a_new_interpreter_would_take_account_of(
        self, interpreter: forks.Interpreter
    ) -> None:
        with pytest.raises(ValueError, match="LD_PRELOAD is read at a start, and is None here"):
            run(interpreter, "pass", environment={**interpreter.environment, "LD_PRELOAD": "x.so"})


class TestProgram:
    def test_many_run_at_once_and_end_in_any_order(self, interpreter: forks.Interpreter) -> None:
        code = "import sys; sys.exit(len(sys.stdin.readline()))"
        pipes = [os.pipe() for _ in range(3)]
        programs = [started(interpreter, code, reading) for reading, _ in pipes]
        for number in 2, 0, 1:
            with pytest.raises(subprocess.TimeoutExpired):
                programs[number].wait(0)
            assert programs[number].poll() is None
            os.write(pipes[number][1], b"x" * number + b"\n")
            assert programs[number].wait(SECONDS) == programs[number].poll() == number + 1
        for descriptor in sum(pipes, ()):
            os.close(descriptor)

    @pytest.mark.parametrize(
        ("end", "number"),
        [("kill", signal.SIGKILL), ("terminate", signal.SIGTERM)],
    )
    def test_is_ended_by_a_signal(
        self, interpreter: forks.Interpreter, end: str, number: signal.Signals
    ) -> None:
        reading, writing = os.pipe()
        program = started(interpreter, "input()", reading)
        getattr(program, end)()
        assert program.wait(SECONDS) == -number
        getattr(program, end)()  # it has ended, and its number may be another process's
        assert program.wait() == program.returncode == -number
        os.close(reading)
        os.close(writing)
