"""The rules of all tests under pytest: a deadline, a clean reactor, and no unseen error.

- `async def` tests, and tests that return a Deferred, run in the reactor. They fail after ten
  seconds and say where they were waiting; `@pytest.mark.deadline(30)` gives one test more.
- A test that does not return to the reactor fails after eleven seconds if it is asynchronous, else
  after sixty, or thirty of the processor, or its own deadline. It says where it was, and the next
  test runs.
- Ctrl+C (SIGINT) and SIGTERM end the run within two seconds. The test that ran is not blamed.
- A test fails if it leaves behind a port, a connection, a process or a delayed call.
- A test fails if an error was logged while it ran, or a Deferred failed and its error was not
  handled. A test that wants an error asks for `expected_errors`.

`trial tests` does without this file; its own TestCases check for logged errors themselves. A
TestCase must not wait for the reactor, which pytest runs: write an `async def` test instead.
"""

from __future__ import annotations

import atexit
import faulthandler
import gc
import inspect
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import metadata
from importlib.util import cache_from_source
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import coverage
import greenlet
import hypothesis
import pytest
import pytest_twisted
from _pytest.runner import runtestprotocol
from hypothesis import strategies
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import deferLater
from twisted.logger import LogEvent, LogLevel, eventAsText, globalLogPublisher
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from tests.support.faults import Fault

if TYPE_CHECKING:
    from tests.support.loopback import LoopbackServer
    from tests.support.postgres import Server
    from tests.support.store_files import Opening
    from tests.support.world import World

DEADLINE = 10.0
"""Seconds until an asynchronous test, or an example of one, fails."""

BUSY_SECONDS = 1.0
"""Seconds after its deadline until a test that holds the reactor fails. The reactor's own timer,
which knows where a coroutine waits, comes first if it can."""

BLOCKING_DEADLINE = 60.0
"""Seconds until any other test, an example of one, a set-up or a teardown fails. These may wait for
processes, which take their time on a busy machine."""

PROCESSOR_DEADLINE = 30.0
"""Seconds of the processor until any of all of these fails: waiting for a process takes none."""

STUCK_SECONDS = 330.0
"""Seconds until a run is ended that no signal interrupts, after the longest deadline of a test."""

GUARD_SECONDS = 20.0
"""Seconds after which that time begins anew with the next test. A thread waits meanwhile: to start
one for each test, as pytest does, is a seventh of the work for an empty test."""

AGAIN_SECONDS = 0.5
"""Seconds between attempts to end a test: Twisted keeps an exception that a callback raises."""

ATTEMPTS = 3
"""Attempts to end an interrupted run in good order."""

# Turns that a test's sockets get to go away. A connection that was told to close needs a few; a
# child process needs some milliseconds, so the later turns wait (for input, or that long at most).
SWIFT_TURNS = 20
SLOW_TURNS = 100
SLOW_TURN = 0.01

REPORTED_SECONDS = 0.005
"""Seconds from which on a set-up or teardown is always reported, because ``--durations`` shows it.
"""

MEMORY = Path("/dev/shm")
"""The file system in memory of Linux."""

MEMORY_NEEDED = 2 << 30
"""Free bytes there from which on tests write to it. They take some 500 MiB at the most. Containers
often have 64 MiB."""

CONFIGURATION = "chatd-tests-"
"""The beginning of the name of a run's folder of configuration files, which is empty."""

MANY_TESTS = 50
"""Files that workers do not compile by themselves. Fewer are compiled sooner than pytest starts."""

hypothesis.settings.register_profile(
    "chatd",
    parent=hypothesis.settings.get_profile("ci" if os.environ.get("CI") else "default"),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],  # a busy machine makes up input slowly
)
hypothesis.settings.load_profile("chatd")


# pytest asks for the version of Twisted before each test, which reads a file.
metadata.version = cache(metadata.version)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"deadline(seconds): fail a test after this long, not {DEADLINE:g} (asynchronous),"
        f" {BLOCKING_DEADLINE:g} or {PROCESSOR_DEADLINE:g} of the processor",
    )
    write_to_memory()
    keep_bytecode(config)
    leave_configuration(config)
    _watch.begin()
    _guard.begin(config)


def leave_configuration(config: pytest.Config) -> None:
    """Let the clients of tests find no servers, profiles and sockets of the user who runs them.

    A worker of xdist, and a run that a test starts, may be ended in the midst. So they use the
    folder of the run that started them, which removes it.
    """
    if not Path(os.environ.get("XDG_CONFIG_HOME", "")).name.startswith(CONFIGURATION):
        folder = tempfile.mkdtemp(prefix=CONFIGURATION)
        config.add_cleanup(partial(shutil.rmtree, folder, ignore_errors=True))
        os.environ["XDG_CONFIG_HOME"] = folder
    os.environ.pop("XDG_RUNTIME_DIR", None)


# The time it takes.


def write_to_memory() -> None:
    """Put temporary files into memory, unless the environment has a place for them.

    Hundreds of tests sync a store, and thousands make directories: on a disk that is a twentieth of
    the work, and waiting besides. What needs a disk names one, such as the measurements in
    benchmarks. pytest keeps the directories of tests that failed, and removes others at once
    (pyproject.toml).
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return
    if shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def keep_bytecode(config: pytest.Config) -> None:
    """Keep bytecode in pytest's cache where the environment wants none beside the sources.

    Without any, each worker compiles all tests, and each daemon that a test starts all of chatd,
    which takes as long as the rest of its start. ``-p no:cacheprovider`` keeps none.
    """
    cache = getattr(config, "cache", None)
    if not sys.dont_write_bytecode or cache is None:
        return
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(cache.mkdir("bytecode"))
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # python -B sets none
    # Temporary modules do not come again.
    temporary = Path(tempfile.gettempdir())
    kept = Path(sys.pycache_prefix, temporary.relative_to(temporary.anchor))
    config.add_cleanup(partial(shutil.rmtree, kept, ignore_errors=True))


@contextmanager
def _unmeasured() -> Generator[None, None, None]:
    running = []
    # More than one: in a worker of xdist, pytest-cov starts a second.
    while (measuring := coverage.Coverage.current()) is not None:
        measuring.stop()
        running.append(measuring)
    try:
        yield
    finally:
        for measuring in reversed(running):
            measuring.start()


@pytest.fixture
def unmeasured() -> Generator[None, None, None]:
    """Run a test without coverage, because it repeats the same code some ten thousand times.

    Coverage makes that five times as long. The code has to be covered by another test.
    """
    with _unmeasured():
        yield


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Take two workers more than there are cores, because many tests wait for processes and time.

    The tests of single files run in this process, because workers take longer to start than most
    files to run. Output that is not captured and `breakpoint` work there, too.
    """
    if any(".py" in given for given in config.invocation_params.args):
        return 0
    return (os.cpu_count() or 1) + 2


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage: there is hardly any, and that would be a quarter of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()  # or each search for what a test has left behind would go through all tests
        gc.enable()


CHOSEN = {
    "postgres": "CHATD_TEST_POSTGRES",
    "irc_clients": "CHATD_TEST_IRC_CLIENTS",
    "senders": "CHATD_TEST_SENDERS",
}
"""The marks of tests that run where a variable of the environment chooses them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that have most time, or in the end one worker is left with them.

    Those for one node are skipped where worlds have several, and those for one process where worlds
    hand over. Those that need PostgreSQL are marked,
    and skipped where none is chosen; so are those of other programs, which take long.
    """
    items.sort(key=lambda item: _deadline_of(item, 0), reverse=True)
    for item in items:
        if "postgres_programs" in getattr(item, "fixturenames", ()):
            item.add_marker("postgres")
    for marker, variable in CHOSEN.items():
        if variable not in os.environ:
            for item in items:
                if item.get_closest_marker(marker) is not None:
                    item.add_marker(pytest.mark.skip(reason=f"nox -s {marker} runs those"))
    for marker, is_wanted in (
        ("one_node", int(os.environ.get("CHATD_TEST_NODES", "1")) > 1),
        ("one_process", bool(os.environ.get("CHATD_TEST_HANDOVER"))),
    ):
        for item in items if is_wanted else ():
            if (mark := item.get_closest_marker(marker)) is not None:
                item.add_marker(pytest.mark.skip(reason=mark.args[0]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Do what all workers would do before there are any, once for a checkout.

    Hypothesis makes its list of characters. It takes two seconds, and would take each worker eight,
    since there it is measured.
    """
    with _unmeasured():
        strategies.text().validate()
        compile_tests(*(config.invocation_params.dir / given for given in config.args))


def compile_tests(*folders: Path) -> None:
    """Compile tests that have no bytecode yet, if there are many, as in a new checkout.

    All workers collect all tests at the same time, so each would compile them: ten seconds of the
    processor. Here each core compiles a share, by a run of pytest that only collects it. What is
    wrong with a test is shown when the workers collect it.
    """
    if sys.dont_write_bytecode:
        return  # none is kept
    tests = sorted(
        path for folder in folders for path in folder.rglob("test_*.py") if not _is_compiled(path)
    )
    if len(tests) < MANY_TESTS:
        return
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-n0"]
    unmeasured = {key: value for key, value in os.environ.items() if "COVERAGE" not in key}
    cores = os.cpu_count() or 1
    with ExitStack() as stack:
        for first in range(cores):
            program = [*collect, *map(str, tests[first::cores])]
            running = subprocess.Popen(program, env=unmeasured, stdout=subprocess.DEVNULL)
            stack.enter_context(running)  # waits
            stack.push(partial(_kill_if_interrupted, running))


def _kill_if_interrupted(running: subprocess.Popen[bytes], kind: object, *_: object) -> None:
    if kind is not None:
        running.kill()


def _is_compiled(path: Path) -> bool:
    """Return True if pytest has compiled a test since its last change."""
    bytecode = Path(cache_from_source(path))
    compiled = bytecode.with_name(f"{bytecode.stem}-pytest-{pytest.__version__}.pyc")
    return compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime


# A deadline, and an end before it.


class Late(BaseException):
    """The failure of a test that did not end in time. Neither chatd nor Hypothesis catches it."""


class _Watch:
    """The end of a test, or of the run, that does not wait for the reactor.

    SIGALRM raises in any code that runs, so it also reaches a loop that never ends. SIGINT and
    SIGTERM bring that forward, and raise KeyboardInterrupt. Code that a test calls may catch what
    is raised, so attempts are repeated, and the outcome of a phase does not depend on them.
    """

    def __init__(self) -> None:
        self.interrupted = False
        self.end_test: Callable[[BaseException], object] = _nothing
        """Ends an asynchronous test through the reactor, whose code may catch what is raised."""
        self.example = ""
        self._late = ""
        self._armed = False
        self._began = 0.0
        self._attempts = 0
        self._workers: list[int] = []

    def begin(self) -> None:
        """Handle signals.

        Also those that the parent process has this one ignore, as a shell does with SIGINT in the
        background: the programs that tests start would ignore them, too, and tests interrupt some.
        """
        signal.signal(signal.SIGALRM, self._ring)
        signal.signal(signal.SIGPROF, self._ring)
        # The interpreter gives up its handlers when it ends; then SIGALRM would kill it.
        atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
        self.handle()

    def handle(self) -> None:
        """Handle signals again: the reactor installs a handler of its own when it starts."""
        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, self._interrupt)

    def inform(self, worker: int) -> None:
        """Pass an interruption on to a worker process of xdist."""
        self._workers.append(worker)

    @contextmanager
    def phase(self, seconds: float, busy: float) -> Generator[None, None, None]:
        """Raise Late if a set-up, call or teardown takes longer, or more of the processor."""
        self._late = self.example = ""
        try:
            self.arm(seconds, busy)
            yield
        finally:
            self._disarm()
        if self._late:
            raise Late(self._late)

    def arm(self, seconds: float, busy: float) -> None:
        """Start the timers again."""
        if not self.interrupted:
            self._armed = True
            self._began = time.monotonic()
            signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_SECONDS)
            signal.setitimer(signal.ITIMER_PROF, busy, AGAIN_SECONDS)

    def _disarm(self) -> None:
        self._armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        if not self.interrupted:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def end(self) -> None:
        """Handle signals no more, but still end what is left of an interrupted run in time.

        The reactor cannot be stopped while a test that catches everything runs in it.
        """
        self._disarm()

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self.interrupted:
            self._attempts += 1
            if self._attempts == ATTEMPTS:
                os._exit(pytest.ExitCode.INTERRUPTED)
            if self._armed:
                self.end_test(KeyboardInterrupt())
                main = greenlet.getcurrent().parent
                if self._attempts > 1 and main is not None:
                    main.throw(KeyboardInterrupt)  # pytest waits for something of the reactor
                raise KeyboardInterrupt
        elif self._armed:
            if self._late:
                self.end_test(Late(self._late))  # what was raised first has been caught
            seconds = time.monotonic() - self._began
            self._late = f"did not end in {seconds:.1f} s{self.example}; it was{_stack(frame)}"
            raise Late(self._late)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if not self.interrupted:
            self.interrupted = True
            for worker in self._workers:
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGTERM)
            signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS, AGAIN_SECONDS)
        if not self._armed:
            raise KeyboardInterrupt
        self.end_test(KeyboardInterrupt())


def _nothing(reason: BaseException) -> None:
    pass


_watch = _Watch()


class _Guard:
    """The end of a run whose code no signal interrupts. It prints every thread's stack."""

    def __init__(self) -> None:
        self._errors = 2
        self._began = -math.inf

    def begin(self, config: pytest.Config) -> None:
        """Keep the standard error, which tests are not given."""
        self._errors = os.dup(2)
        config.add_cleanup(partial(os.close, self._errors))
        config.add_cleanup(self.end)

    def watch(self) -> None:
        """Begin the time anew, unless it began a short while ago."""
        if time.monotonic() - self._began > GUARD_SECONDS:
            faulthandler.dump_traceback_later(STUCK_SECONDS, file=self._errors, exit=True)
            self._began = time.monotonic()

    def end(self) -> None:
        faulthandler.cancel_dump_traceback_later()
        self._began = -math.inf


_guard = _Guard()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart() -> None:
    _guard.watch()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Report from a worker of xdist what a short run prints: one report of a test that passes.

    Otherwise each test is five messages to another process, of its start, set-up, call, teardown
    and end, which take as long as an empty test. A run that may end at a failure reports all as it
    comes.
    """
    option = item.config.option
    if not hasattr(item.config, "workerinput") or option.verbose > 0 or option.maxfail:
        return None
    _guard.watch()
    assert item.location  # looked up once, before the test may replace os.stat
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed or report.duration >= REPORTED_SECONDS:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


@pytest.hookimpl(trylast=True)
def pytest_exception_interact() -> None:
    """Watch the next test, too, although pytest ends all such guards here."""
    _guard.end()


def _stack(frame: FrameType | None) -> str:
    """Return the lines of the code that a signal interrupted, innermost first."""
    lines: list[str] = []
    while frame is not None and len(lines) < 10:
        lines.append(
            f"\n  at {frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
        )
        frame = frame.f_back
    return "".join(lines)


def _deadline_of(item: pytest.Item, otherwise: float) -> float:
    marker = item.get_closest_marker("deadline")
    return float(marker.args[0]) if marker else otherwise


def _blocking_deadlines_of(item: pytest.Item) -> tuple[float, float]:
    return _deadline_of(item, BLOCKING_DEADLINE), _deadline_of(item, PROCESSOR_DEADLINE)


@contextmanager
def _phase(
    seconds: float = BLOCKING_DEADLINE, busy: float = PROCESSOR_DEADLINE
) -> Generator[None, None, None]:
    try:
        with _watch.phase(seconds, busy):
            yield
    except Late as late:
        pytest.fail(str(late), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    _traces.forget()
    with _phase():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    with _phase(*_blocking_deadlines_of(item)):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    with _phase():
        try:
            result = yield
        except BaseException:
            _traces.end(item)  # one reason is enough
            raise
        if problem := _traces.end(item):
            pytest.fail(problem, pytrace=False)
        return result


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish() -> Generator[None, object, object]:
    try:
        return (yield)
    finally:
        _watch.end()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Ask a worker of xdist for its process, because it does not receive a SIGTERM otherwise."""
    channel = node.gateway.remote_exec("import os; channel.send(os.getpid())")
    _watch.inform(channel.receive())
    channel.waitclose()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Have pytest-twisted run the test with a deadline.

    For a Hypothesis test the deadline is that of each example. pytest-twisted replaces the inner
    test and leaves it so; it is put back here, or a parametrized test would be wrapped in itself.
    """
    test = pyfuncitem.obj
    handle = getattr(test, "hypothesis", None)
    if handle is None:
        pyfuncitem.obj = _with_deadline(test, pyfuncitem)
    else:
        inner_test = handle.inner_test
        handle.inner_test = _with_deadline(inner_test, pyfuncitem, example=True)
    try:
        return (yield)
    finally:
        if handle is None:
            pyfuncitem.obj = test
        else:
            handle.inner_test = inner_test


def _with_deadline(
    test: Callable[..., object], item: pytest.Item, *, example: bool = False
) -> Callable[..., object]:
    seconds = _deadline_of(item, DEADLINE)
    blocking, busy = _blocking_deadlines_of(item)

    def run(**arguments: object) -> object:
        if example:
            _watch.example = f" with {arguments!r:.500}"
        _watch.arm(blocking, busy)
        result = test(**arguments)
        coroutine = result if inspect.iscoroutine(result) else None
        if coroutine is not None or isinstance(result, Deferred):
            _watch.arm(seconds + BUSY_SECONDS, busy)  # the reactor's timer comes first
            return _fail_when_late(ensureDeferred(result), seconds, coroutine)
        return result

    return run


def _fail_when_late(
    work: Deferred[object], seconds: float, coroutine: Coroutine[Any, Any, object] | None
) -> Deferred[object]:
    """Return the result of `work`, or a failure after `seconds`, even if `work` does not end."""
    from twisted.internet import reactor

    outcome: Deferred[object] = Deferred()

    def end(reason: BaseException) -> None:
        if timer.active():
            timer.cancel()
        if not outcome.called:
            outcome.errback(Failure(reason))
            work.cancel()

    def late() -> None:
        place = _where(coroutine)
        end(Late(f"not done after {seconds:g} s{_watch.example}{place}"))

    def done(result: object) -> None:
        if timer.active():
            timer.cancel()
            # pytest goes on in its own greenlet, at once. coverage, which takes a thread for one
            # stack of calls, is confused if that is in the midst of what it measures.
            reactor.callLater(0, pass_on, result)

    def pass_on(result: object) -> None:
        if not outcome.called:
            outcome.callback(result)  # a Failure makes it an errback

    def ended(result: object) -> object:
        _watch.end_test = _nothing
        return result

    timer = reactor.callLater(seconds, late)
    _watch.end_test = lambda reason: reactor.callFromThread(end, reason)
    outcome.addBoth(ended)
    work.addBoth(done)
    return outcome


def _where(coroutine: Any) -> str:
    """Return the lines at which a suspended coroutine, and those it awaits, are."""
    lines = []
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        code = frame.f_code
        lines.append(f"\n  {code.co_filename}:{frame.f_lineno} in {code.co_name}")
        coroutine = coroutine.cr_await
    return "; waiting at" + "".join(lines) if lines else ""


# A clean reactor, and no unseen error.


@dataclass
class LoggedErrors:
    """The errors that Twisted logged during a test and that the test has not asked for yet."""

    events: list[LogEvent] = field(default_factory=list)

    def __call__(self, event: LogEvent) -> None:
        level = event.get("log_level")
        if level is None or level < LogLevel.error:
            return
        if event["log_namespace"] == "twisted.internet.defer" and "log_failure" not in event:
            return  # "Unhandled error in Deferred:", a heading for the event that follows
        self.events.append(event)

    def take(self, *types: type[BaseException]) -> list[LogEvent]:
        """Remove and return the errors of some types, or of any without types.

        Fails if there are none. An error in a Deferred without an errback is logged when the
        Deferred is collected, so drop it first.
        """
        gc.collect()
        taken = [event for event in self.events if not types or _failed_with(event, types)]
        if not taken:
            names = " or ".join(each.__name__ for each in types)
            pytest.fail(f"an error was expected in the log: {names or 'any'}\n{self.text()}")
        self.events = [event for event in self.events if event not in taken]
        return taken

    def text(self) -> str:
        return "\n".join(eventAsText(event, includeTimestamp=False) for event in self.events)


def _failed_with(event: LogEvent, types: tuple[type[BaseException], ...]) -> bool:
    failure = event.get("log_failure")
    return failure is not None and failure.check(*types) is not None


class _Traces:
    """The errors that the test that runs has logged, and what it has opened.

    The fixture that begins asks pytest for no item, and has no teardown: that would take a fifth of
    the time of an empty test. To end after all fixtures needs only one search for garbage.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Forget those of the test before."""
        self.logged = LoggedErrors()
        self.failed = False
        self._before: tuple[set[Any], set[Any]] | None = None

    def begin(self) -> None:
        """Log errors, and note what is open before the test opens anything."""
        globalLogPublisher.addObserver(self.logged)
        self._before = _selectables(), _delayed_calls()

    def end(self, item: pytest.Item) -> str:
        """Close what the test left open, and return what is wrong with it, or ""."""
        if self._before is None:
            return ""
        try:
            # There is no time to wait for objects that go away by themselves.
            leaks = [] if _watch.interrupted else _reap(*self._before)
            getattr(item, "funcargs", {}).clear()  # the values of fixtures, which are garbage, too
            gc.collect()
            gc.freeze()  # or it would go through all that is left after the next test, too
        finally:
            globalLogPublisher.removeObserver(self.logged)
        if _watch.interrupted or self.failed:
            return ""  # One reason is enough.
        if leaks:
            return "the test left behind:\n  " + "\n  ".join(leaks)
        # trial has looked at those of its own tests, or they have flushed them.
        if self.logged.events and not issubclass(
            getattr(item, "cls", None) or object, SynchronousTestCase
        ):
            return f"errors were logged that no test expected:\n{self.logged.text()}"
        return ""


_traces = _Traces()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the log of a test that failed, which often has the reason.

    Report nothing that ended after an interruption: it may have failed because of that.
    """
    if _watch.interrupted:
        raise KeyboardInterrupt
    report = yield
    if report.failed:
        _traces.failed = True
        if _traces.logged.events and call.when == "call":
            report.sections.append(("Logged errors", _traces.logged.text()))
    return report


@pytest.fixture(scope="session", autouse=True)
def twisted_greenlet() -> None:
    """Start the reactor, so that what it opens for itself is no leak of a test.

    It runs on the clock that a daemon sets: in a reactor on another one, tests of that would fire
    all timers. This takes the place of pytest-twisted's fixture of that name, which does nothing:
    pytest looks at each such fixture before each test.
    """
    from twisted.internet import reactor

    reactor.seconds = time.monotonic
    _turn()
    _watch.handle()


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> None:
    """Begin after the fixtures of larger scopes, whose ports and connections may stay open."""
    _traces.begin()


@pytest.fixture
def opening(path: Path) -> Generator[Opening, None, None]:
    """Yield the openings of the store at the ``path`` of the test."""
    from tests.support.store_files import Opening

    opening = Opening(path)
    yield opening
    pytest_twisted.blockon(Deferred.fromCoroutine(opening.close()))


@pytest.fixture
def world() -> World:
    """Return a server under a fake clock, without a member."""
    from tests.support.world import World  # not earlier: it takes a while

    return World()


@pytest_twisted.async_yield_fixture
async def loopback() -> AsyncGenerator[LoopbackServer, None]:
    """Yield a server on real sockets in this process, which listens on a port for lines."""
    from tests.support.loopback import LoopbackServer

    loopback = LoopbackServer()
    await loopback.listen()
    yield loopback
    await loopback.close()


@pytest.fixture(scope="session")
def postgres_programs() -> None:
    """Fail without the PostgreSQL that CHATD_TEST_POSTGRES chooses. Tests that need one have this.

    They take as long as all tests of commands. So they are skipped unless one is chosen.
    """
    from tests.support.postgres_programs import NoPostgres, programs

    try:
        programs()
    except NoPostgres as error:
        pytest.fail(str(error))


@pytest.fixture(scope="session")
def postgres(postgres_programs: None) -> Generator[Server, None, None]:
    """Yield a PostgreSQL server of this process, whose data may be lost."""
    from tests.support.postgres import server

    with server() as own:
        yield own


@pytest.fixture
def database(postgres: Server, request: pytest.FixtureRequest) -> Generator[str, None, None]:
    """Yield the URL of an empty database on PostgreSQL.

    Fails a test that is not marked, which ``-m postgres`` would leave out: one that asks for this
    by a parameter has to mark that (`tests.support.store_kinds`).
    """
    if request.node.get_closest_marker("postgres") is None:
        pytest.fail("this test needs the mark postgres", pytrace=False)
    with postgres.fresh_database() as url:
        yield url


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Fault:
    """Return a set of injected faults, which end with the test."""
    return Fault(monkeypatch)


@pytest.fixture
def expected_errors() -> Callable[..., list[LogEvent]]:
    """Take the errors that a test expects: `expected_errors(OSError)` takes those of that type.

    Without arguments it takes those of any type. It fails if there are none. Errors that are not
    taken fail the test.
    """
    return _traces.logged.take


def _turn(seconds: float = 0) -> None:
    from twisted.internet import reactor

    pytest_twisted.blockon(deferLater(reactor, seconds))


def _selectables() -> set[Any]:
    from twisted.internet import reactor

    return {*reactor.getReaders(), *reactor.getWriters()}


def _delayed_calls() -> set[Any]:
    from twisted.internet import reactor

    return set(reactor.getDelayedCalls())


def _reap(selectables: set[Any], delayed_calls: set[Any]) -> list[str]:
    """Remove what a test left in the reactor, and return descriptions of it."""

    def opened() -> set[Any]:
        return _selectables() - selectables

    def planned() -> set[Any]:
        return _delayed_calls() - delayed_calls

    turns = 0
    while (opened() or planned()) and turns < SWIFT_TURNS:
        _turn()
        turns += 1
    # A call that a closing connection takes back is no leak. One that comes due meanwhile is.
    late = planned()
    while opened() and turns < SWIFT_TURNS + SLOW_TURNS:
        _turn(SLOW_TURN)
        turns += 1

    left = opened()
    uncalled = {call for call in late | planned() if not call.cancelled}
    leaks = sorted([*map(repr, left), *map(str, uncalled)])
    for call in uncalled:
        if call.active():
            call.cancel()
    for selectable in left:
        _close(selectable)
    if leaks:
        _turn()
    return leaks


def _close(selectable: Any) -> None:
    from twisted.internet import reactor

    for method in "stopListening", "abortConnection", "loseConnection":
        if hasattr(selectable, method):
            getattr(selectable, method)()
            break
    else:
        reactor.removeReader(selectable)
        reactor.removeWriter(selectable)
