"""`tests.conftest`: tests fail for the right reasons, and runs end in time.

Each test here runs a small file of tests in a process of its own, since the reactor is one for a
process.
"""

from __future__ import annotations

import inspect
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import cache_from_source
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests import conftest
from tests.support import forks

pytest_plugins = ["pytester"]

WITHOUT = [f"-pno:{plugin}" for plugin in ("anyio", "cacheprovider", "schemathesis", "pytest_cov")]
"""Options that leave out plugins which only take time here."""

AGAIN_SECONDS = 0.1
"""`tests.conftest.AGAIN_SECONDS` of the runs here: what does not end at once spins meanwhile."""


@pytest.fixture(scope="module")
def interpreter() -> Iterator[forks.Interpreter]:
    with forks.interpreter("tests.conftest", "twisted.internet.default") as interpreter:
        yield interpreter


@pytest.fixture
def started(interpreter, pytester: pytest.Pytester) -> Callable[..., forks.Program]:
    """Start pytest, which writes to a file ``output``; ``before`` is code that runs first.

    It warns of modules whose assertions it cannot rewrite, because they are imported already. So it
    leaves all assertions as they are.
    """

    def started(*options: str, before: str = "") -> forks.Program:
        with open(os.devnull) as nothing, open("output", "w") as output:
            return forks.Program(
                interpreter,
                f"{before}\nimport sys, pytest; sys.exit(pytest.main())",
                *("--assert=plain", *WITHOUT, *options),
                directory=pytester.path,
                environment=os.environ,
                files=(nothing.fileno(), output.fileno(), output.fileno()),
            )

    return started


def end_of(program: forks.Program, seconds: float) -> tuple[int, str]:
    """Wait for the end, or kill it after so long. Return its status and its output."""
    try:
        status = program.wait(seconds)
    except subprocess.TimeoutExpired:
        program.kill()
        status = program.wait()
    return status, Path("output").read_text("utf-8")


@pytest.fixture
def run(started, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Run a file of tests with this conftest, and return what pytest said.

    ``constants`` replace some of conftest's for a run.
    """
    for variable in "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START", "PYTEST_ADDOPTS":
        monkeypatch.delenv(variable, raising=False)
    pytester.makeini("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")
    whole = inspect.getsource(conftest)

    def configure(**constants: float) -> None:
        lines = [f"{name} = {value}\n" for name, value in constants.items()]
        pytester.makeconftest("\n".join([whole, *lines]))

    configure(AGAIN_SECONDS=AGAIN_SECONDS)

    def run(source: str, before: str = "", **constants: float) -> pytest.RunResult:
        pytester.makepyfile(source)
        if constants:
            configure(AGAIN_SECONDS=AGAIN_SECONDS, **constants)
        began = time.monotonic()
        status, said = end_of(started(before=before), 30)
        assert status >= 0, f"pytest was killed by signal {-status}:\n{said}"
        return pytest.RunResult(status, said.splitlines(), [], time.monotonic() - began)

    return run


def test_late(run) -> None:
    """A test that hangs fails and says where; the tests after it run."""
    result = run(
        """
        import pytest
        from twisted.internet.defer import CancelledError, Deferred

        soon = pytest.mark.deadline(0.1)

        async def inner():
            await Deferred()

        @soon
        async def test_coroutine():
            await inner()

        @soon
        async def test_that_refuses_to_be_cancelled():
            try:
                await Deferred()
            except CancelledError:
                await Deferred()

        @soon
        def test_deferred():
            return Deferred()

        async def test_after():
            pass
        """
    )
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        [
            "*not done after 0.1 s; waiting at*",
            "*test_late.py:11 in test_coroutine*",
            "*test_late.py:7 in inner*",
            "*not done after 0.1 s",
        ]
    )


def test_late_example(run) -> None:
    """So does a Hypothesis test of which one example hangs, and parametrized ones run as well."""
    result = run(
        """
        import pytest
        from hypothesis import Phase, given, settings, strategies as st
        from twisted.internet import reactor
        from twisted.internet.defer import Deferred
        from twisted.internet.task import deferLater

        @pytest.mark.deadline(0.1)
        @settings(max_examples=20, database=None, phases=[Phase.generate])
        @given(number=st.integers())
        async def test_hangs(number):
            if number > 100:
                await Deferred()

        @pytest.mark.parametrize("base", [1, 2])
        @settings(max_examples=20, database=None)
        @given(number=st.integers())
        async def test_good(base, number):
            await deferLater(reactor, 0)
        """
    )
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*not done after 0.1 s*"])


SPINNING = """
    import pytest
    from hypothesis import given, settings, strategies as st
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred, succeed
    from twisted.internet.task import deferLater
    from twisted.trial.unittest import SynchronousTestCase

    soon = pytest.mark.deadline(0.1)

    def spin():
        while True:
            pass

    def spin_in_spite_of_an_error():
        try:
            spin()
        except BaseException:
            pass

    @soon
    def test_function():
        spin()

    @soon
    def test_that_catches_it():
        spin_in_spite_of_an_error()

    @soon
    def test_callback():
        succeed(None).addCallback(lambda _: spin())

    @soon
    class Trial(SynchronousTestCase):
        def test_method(self):
            spin()

    @soon
    async def test_coroutine():
        await deferLater(reactor, 0)
        spin()

    @soon
    async def test_coroutine_in_a_call():
        reactor.callLater(0, spin)
        await Deferred()

    @soon
    async def test_coroutine_that_ends_late(monkeypatch):
        await deferLater(reactor, 0)
        monkeypatch.setattr(reactor, "callLater", lambda *call: (monkeypatch.undo(), spin()))

    @soon
    @settings(database=None)
    @given(number=st.integers(100, 101))
    def test_example(number):
        spin()

    def test_after():
        pass

    async def test_after_that():
        await deferLater(reactor, 0)
"""


def test_spinning(run) -> None:
    """A test that does not return to the reactor fails by its name; the tests after it run."""
    result = run(SPINNING, BUSY_SECONDS=0.2)
    result.assert_outcomes(passed=2, failed=8)
    result.stdout.fnmatch_lines(
        [
            "*_ test_function _*",
            "did not end in 0.? s; it was*",
            "*test_spinning.py:* in spin",
            "*test_spinning.py:* in test_function",
            "*_ test_that_catches_it _*",
            "did not end in 0.? s; it was*",
            "*_ test_callback _*",
            "did not end in 0.? s; it was*",
            "*_ Trial.test_method _*",
            "*did not end in 0.? s; it was*",
            "*_ test_coroutine _*",
            "*did not end in ?.? s; it was*",
            "*_ test_coroutine_in_a_call _*",
            "*_ test_coroutine_that_ends_late _*",
            "*did not end in ?.? s; it was*",
            "*_ test_example _*",
            "did not end in 0.? s with {'number': 100}; it was*",
        ]
    )


BUSY = {
    "function": "def test_busy():\n    ready()\n    while True: pass",
    "function that catches": (
        "def test_busy():\n    ready()\n    try: time.sleep(60)\n    except BaseException: pass"
    ),
    "function that fails": (
        "def test_busy():\n    ready()\n    try: time.sleep(60)\n    finally: assert False"
    ),
    "process": "def test_busy():\n    ready()\n    subprocess.run(['sleep', '60'])",
    "coroutine": "async def test_busy():\n    ready()\n    await Deferred()",
    "coroutine that spins": "async def test_busy():\n    ready()\n    while True: pass",
    "coroutine that refuses": (
        "async def test_busy():\n    ready()\n    try: await Deferred()\n"
        "    except CancelledError: await Deferred()"
    ),
    "method": (
        "class Busy(SynchronousTestCase):\n    def test_busy(self):\n"
        "        ready()\n        while True: pass"
    ),
    "example": ("@given(st.integers())\ndef test_busy(number):\n    ready()\n    while True: pass"),
    "set-up": (
        "@pytest.fixture\ndef busy():\n    ready()\n    while True: pass\n"
        "def test_busy(busy):\n    pass"
    ),
    "set-up in the reactor": (
        "@pytest.fixture\ndef busy():\n    ready()\n    pytest_twisted.blockon(Deferred())\n"
        "def test_busy(busy):\n    pass"
    ),
    "teardown": (
        "@pytest.fixture\ndef busy():\n    yield\n    ready()\n    while True: pass\n"
        "def test_busy(busy):\n    pass"
    ),
    "collection": "ready()\nwhile True: pass",
}
"""Places at which a run may be interrupted."""

IMPORTS = """
import os, subprocess, time
import pytest, pytest_twisted
from hypothesis import given, strategies as st
from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

pytestmark = pytest.mark.deadline(60)

def ready():
    with open("ready", "w") as fifo:
        fifo.write(".")

def test_before():
    pass

"""


@pytest.fixture
def interrupted(run, started, pytester: pytest.Pytester):
    """Run a file of tests, and send pytest a signal once the file is ready.

    Return its status, its output and the seconds that it took to end.
    """

    def interrupted(source: str, number: signal.Signals, *options: str) -> tuple[int, str, float]:
        pytester.makepyfile(f"{IMPORTS}{source}\n\ndef test_after():\n    pass\n")
        os.mkfifo("ready")  # workers have no other descriptors of ours
        ready = os.open("ready", os.O_RDONLY | os.O_NONBLOCK)
        try:
            program = started(*options)
            select.select([ready, program], [], [], 30)
            began = time.monotonic()
            program.send_signal(number)
            status, said = end_of(program, 20)
        finally:
            os.close(ready)
            os.remove("ready")
        return status, said, time.monotonic() - began

    return interrupted


@pytest.mark.parametrize(
    ("where", "number"),
    [
        *((where, signal.SIGINT) for where in BUSY),
        *((where, signal.SIGTERM) for where in ("function", "coroutine", "collection")),
    ],
)
def test_interrupted(interrupted, where: str, number: signal.Signals) -> None:
    """A signal ends a run at once, and no test is blamed for that.

    On a busy machine pytest may not come to its summary within the time that it has.
    """
    status, said, _ = interrupted(BUSY[where], number)
    assert status == pytest.ExitCode.INTERRUPTED, said
    assert not re.search(r"\.py \.*[FE]|\d (failed|error)", said), said
    if where != "collection" and "KeyboardInterrupt" in said:
        passed = 2 if where == "teardown" else 1
        assert pytest.RunResult.parse_summary_nouns(said.splitlines()) == {"passed": passed}, said


def test_interrupted_workers(interrupted) -> None:
    """The workers of xdist end with the run, although only their parent receives the signal."""
    status, said, _ = interrupted(BUSY["coroutine that spins"], signal.SIGTERM, "-n", "2")
    assert status == pytest.ExitCode.INTERRUPTED, said
    assert "failed" not in said, said
    assert "crashed" not in said, said


def test_interrupted_soon(interrupted) -> None:
    """A run that does not end by itself is ended before two seconds are over."""
    assert conftest.ATTEMPTS * conftest.AGAIN_SECONDS < 2
    stubborn = """
def test_stubborn():
    ready()
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
    status, said, _ = interrupted(stubborn, signal.SIGINT)
    assert status == pytest.ExitCode.INTERRUPTED, said


def test_stuck(run) -> None:
    """Code that no signal interrupts ends the run, which prints the stack."""
    result = run(
        """
        import signal
        import time

        def test_failed():
            assert False

        def test_stuck():
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            time.sleep(60)
        """,
        STUCK_SECONDS=0.5,
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*Timeout (*", "* in test_stuck"])


def test_programs_of_a_run_in_the_background_receive_sigint(run) -> None:
    """A shell without job control has its background processes ignore it, and all of theirs."""
    result = run(
        """
        import subprocess
        import sys

        def test_interrupted():
            code = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
            done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE)
            assert b"KeyboardInterrupt" in done.stderr
        """,
        before="import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)",
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("given", "workers"),
    [
        ((), 4),
        (("-x", "tests/rooms"), 4),
        (("-x", "tests/rooms/test_room.py"), 0),
        (("tests/rooms/test_room.py::TestRoom",), 0),
    ],
)
def test_single_files_need_no_workers(
    monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...], workers: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    config: Any = SimpleNamespace(invocation_params=SimpleNamespace(args=given))
    assert conftest.pytest_xdist_auto_num_workers(config) == workers


def test_the_longest_begin(run) -> None:
    """Tests that have more time than others run first, and all others in their order."""
    result = run(
        """
        import pytest

        ran = []

        def test_short():
            ran.append("short")

        @pytest.mark.deadline(20)
        def test_long():
            ran.append("long")

        @pytest.mark.deadline(30)
        def test_longest():
            ran.append("longest")

        def test_order():
            assert ran == ["longest", "long", "short"]
        """
    )
    result.assert_outcomes(passed=4)


def test_left_behind(run) -> None:
    """A test that leaves a port, a connection or a delayed call fails, and only that one."""
    result = run(
        """
        import pytest
        from twisted.internet import reactor
        from twisted.internet.defer import Deferred
        from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
        from twisted.internet.protocol import Factory, Protocol

        def listen():
            factory = Factory.forProtocol(Protocol)
            return reactor.listenTCP(0, factory, interface="127.0.0.1")

        async def connect(port):
            point = TCP4ClientEndpoint(reactor, "127.0.0.1", port.getHost().port)
            return await connectProtocol(point, Protocol())

        async def test_port():
            listen()

        async def test_connection():
            port = listen()
            await connect(port)
            await port.stopListening()

        def test_call():
            reactor.callLater(3600, print)

        @pytest.fixture
        def port():
            port = listen()
            yield port
            port.stopListening()

        async def test_clean(port):
            client = await connect(port)
            reactor.callLater(0, print)
            client.transport.loseConnection()
        """,
        SLOW_TURNS=10,
    )
    result.assert_outcomes(passed=4, errors=3)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_port*",
            "*the test left behind:",
            "*Factory* on *",
            "*ERROR at teardown of test_connection*",
            "*ERROR at teardown of test_call*",
            "*print()*",
        ]
    )
    result.stdout.no_fnmatch_line("*test_clean*")


def test_a_database_by_a_parameter_needs_a_mark(run, postgres_programs: None) -> None:
    """Or the session of the tests that need PostgreSQL would leave the test out."""
    result = run(
        """
        import pytest

        @pytest.fixture(params=["database"])
        def url(request):
            return request.getfixturevalue(request.param)

        def test_url(url):
            assert url.startswith("postgresql://")
        """
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*this test needs the mark postgres*")


def test_unseen_errors(run) -> None:
    """A test fails if an error was logged, unless it expected just that one."""
    result = run(
        """
        from twisted.internet.defer import Deferred, fail
        from twisted.logger import Logger

        log = Logger()

        async def test_deferred_in_a_cycle():
            deferred = fail(ValueError("nobody looks"))
            deferred.itself = deferred

        def test_logged():
            log.error("said aloud")

        def test_warned():
            log.warn("not an error")

        def test_expected(expected_errors):
            fail(ValueError("on purpose"))
            log.error("said aloud")
            assert len(expected_errors(ValueError)) == 1
            assert len(expected_errors()) == 1

        def test_other_than_expected(expected_errors):
            fail(ValueError("on purpose"))
            fail(KeyError("not on purpose"))
            expected_errors(ValueError)

        def test_expected_in_vain(expected_errors):
            expected_errors(ValueError)

        def test_failed():
            log.error("the reason")
            assert False
        """
    )
    result.assert_outcomes(passed=5, failed=2, errors=3)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_deferred_in_a_cycle*",
            "*nobody looks*",
            "*ERROR at teardown of test_logged*",
            "*said aloud*",
            "*ERROR at teardown of test_other_than_expected*",
            "*KeyError*",
            "*an error was expected in the log: ValueError*",
            "*Logged errors*",
            "*the reason*",
        ]
    )


def test_trial(run) -> None:
    """TestCases of trial check logged errors themselves, and leak like any other test."""
    result = run(
        """
        from twisted.internet import reactor
        from twisted.internet.defer import fail, succeed
        from twisted.python import log
        from twisted.trial.unittest import SynchronousTestCase, TestCase

        class Synchronous(SynchronousTestCase):
            def test_flushed(self):
                log.err(ValueError("on purpose"))
                self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

            def test_not_flushed(self):
                log.err(ValueError("nobody looks"))

            def test_leak(self):
                reactor.callLater(3600, print)

        class Asynchronous(TestCase):
            def test_fired(self):
                return succeed(None)
        """
    )
    result.assert_outcomes(passed=3, failed=1, errors=1)


def test_bytecode_that_may_not_be_beside_the_sources_is_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, cache, temporary = (tmp_path / name for name in ("sources", "cache", "temporary"))
    for directory in sources, temporary:
        directory.mkdir()
        (directory / "module.py").touch()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    cleanups: list[Callable[[], object]] = []
    config: Any = SimpleNamespace(
        cache=SimpleNamespace(mkdir=cache.joinpath), add_cleanup=cleanups.append
    )

    def kept() -> list[Path]:
        found = (cache / "bytecode").rglob("module.*.pyc")
        return ["/" / each.parent.relative_to(cache / "bytecode") for each in found]

    conftest.keep_bytecode(config)
    for directory in sources, temporary:
        subprocess.run([sys.executable, "-c", "import module"], cwd=directory, check=True)
    assert set(kept()) == {sources, temporary}
    for cleanup in cleanups:
        cleanup()
    assert kept() == [sources]
    assert [each.name for each in sources.iterdir()] == ["module.py"]


def test_many_tests_are_compiled_before_there_are_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tests").mkdir()
    tests = [tmp_path / "tests" / f"test_{name}.py" for name in ("one", "other", "wrong")]
    for test in tests:
        test.write_text("raise OSError" if test.stem == "test_wrong" else "def test(): pass")
    # With a cache of its own, all of pytest would be compiled, too.
    cache = Path(cache_from_source(tests[0])).parent
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(WITHOUT))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    def compiled() -> list[str]:
        conftest.compile_tests(tmp_path / "tests")
        found = cache.glob("test_*-pytest-*.pyc")
        return sorted(each.name.partition(".")[0] for each in found)

    assert compiled() == []
    monkeypatch.setattr(conftest, "MANY_TESTS", 3)
    assert compiled() == [test.stem for test in tests]
    tests[0].unlink()
    monkeypatch.setattr(subprocess, "Popen", None)  # would be called if any were missing
    monkeypatch.setattr(conftest, "MANY_TESTS", 1)
    assert len(compiled()) == 3


class TestConfiguration:
    """The folder of configuration files that the clients of tests find."""

    def test_is_empty_and_gone_in_the_end(
        self, run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        run(
            f"""
            import os
            from pathlib import Path

            def test_folder():
                folder = Path(os.environ["XDG_CONFIG_HOME"])
                assert folder.parent == Path({str(tmp_path)!r})
                assert not any(folder.iterdir())
            """
        ).assert_outcomes(passed=1)
        assert not list(tmp_path.glob(f"{conftest.CONFIGURATION}*"))

    def test_is_that_of_the_run_which_started_the_run(self, run) -> None:
        folder = os.environ["XDG_CONFIG_HOME"]
        run(
            f"""
            import os

            def test_folder():
                assert os.environ["XDG_CONFIG_HOME"] == {folder!r}
            """
        ).assert_outcomes(passed=1)
        assert Path(folder).is_dir()


class TestTemporaryFiles:
    @pytest.fixture(autouse=True)
    def none(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", "before")
        monkeypatch.delenv("TMPDIR", raising=False)
        monkeypatch.setattr(conftest, "MEMORY", tmp_path)
        monkeypatch.setattr(conftest, "MEMORY_NEEDED", 1)

    def test_are_in_memory(self, tmp_path: Path) -> None:
        conftest.write_to_memory()
        assert tempfile.gettempdir() == os.environ["TMPDIR"] == str(tmp_path)

    def test_are_where_the_environment_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TMPDIR", "elsewhere")
        conftest.write_to_memory()
        assert (tempfile.gettempdir(), os.environ["TMPDIR"]) == ("before", "elsewhere")

    @pytest.mark.parametrize("lacking", [{"MEMORY_NEEDED": 1 << 60}, {"MEMORY": Path("/nowhere")}])
    def test_are_where_they_were_if_there_is_no_room(
        self, lacking: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in lacking.items():
            monkeypatch.setattr(conftest, name, value)
        conftest.write_to_memory()
        assert tempfile.gettempdir() == "before"
        assert "TMPDIR" not in os.environ


def reported(monkeypatch: pytest.MonkeyPatch, *reports: Any, **config: Any) -> list[Any] | None:
    """Return the reports of a test that a process with such a configuration passes on.

    Returns None if it leaves them to pytest.
    """
    passed_on: list[Any] = []
    monkeypatch.setattr(conftest, "runtestprotocol", lambda *_, **__: reports)
    hooks = SimpleNamespace(pytest_runtest_logreport=lambda report: passed_on.append(report))
    options = SimpleNamespace(**{"verbose": 0, "maxfail": 0, **config.pop("options", {})})
    item: Any = SimpleNamespace(
        config=SimpleNamespace(option=options, **config), ihook=hooks, location=("a.py", 1, "a")
    )
    return passed_on if conftest.pytest_runtest_protocol(item, None) else None


def report(when: str, outcome: str = "passed", duration: float = 0.0) -> Any:
    passed = outcome == "passed"
    return SimpleNamespace(when=when, outcome=outcome, passed=passed, duration=duration)


class TestReportsOfAWorker:
    def test_one_that_passes_is_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        setup, call, teardown = report("setup"), report("call", duration=1), report("teardown")
        assert reported(monkeypatch, setup, call, teardown, workerinput={}) == [call]

    @pytest.mark.parametrize("outcome", ["failed", "skipped"])
    @pytest.mark.parametrize("when", ["setup", "call", "teardown"])
    def test_all_else_is_told(
        self, when: str, outcome: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = report(when, outcome)
        assert reported(monkeypatch, other, workerinput={}) == [other]

    def test_so_is_what_takes_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        slow = report("setup", duration=0.005)
        assert reported(monkeypatch, slow, report("teardown"), workerinput={}) == [slow]

    @pytest.mark.parametrize("options", [{"verbose": 1}, {"maxfail": 1}])
    def test_a_run_that_needs_all_has_all(
        self, options: dict[str, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert reported(monkeypatch, workerinput={}, options=options) is None

    def test_a_run_without_workers_has_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert reported(monkeypatch) is None


@pytest.mark.parametrize("cache", [{}, {"cache": None}])
def test_without_a_cache_no_bytecode_is_kept(
    cache: dict[str, None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = dict(os.environ)
    conftest.keep_bytecode(cast(pytest.Config, SimpleNamespace(**cache)))
    assert sys.dont_write_bytecode
    assert dict(os.environ) == before
