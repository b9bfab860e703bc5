"""The plumbing of the tests: that what should fail a test does, and says why.

Each test here runs a small file of tests in a process of its own, since the reactor is one for a
process.
"""

from __future__ import annotations

import inspect

import pytest

from tests import conftest

pytest_plugins = ["pytester"]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Run a file of tests with this conftest, and return what pytest said."""
    for variable in "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START", "PYTEST_ADDOPTS":
        monkeypatch.delenv(variable, raising=False)
    pytester.makeini("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")
    pytester.makeconftest(inspect.getsource(conftest))

    def run(source: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", timeout=30)

    return run


def test_late(run) -> None:
    """A test that hangs fails and says where; the tests after it run."""
    result = run(
        """
        import pytest
        from twisted.internet.defer import CancelledError, Deferred

        pytestmark = pytest.mark.deadline(0.1)

        async def inner():
            await Deferred()

        async def test_coroutine():
            await inner()

        async def test_that_refuses_to_be_cancelled():
            try:
                await Deferred()
            except CancelledError:
                await Deferred()

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
            "*test_late.py:10 in test_coroutine*",
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


def test_left_behind(run) -> None:
    """A test that leaves a port, a connection or a delayed call behind fails, and only that one."""
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
        """
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
    """trial's TestCases keep their own account of logged errors, and leak like any other test."""
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
