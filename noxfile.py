"""The checks of a change, each in an environment of its own: `nox -l` lists them.

`nox -s types` runs one. `nox` runs those that a change has to pass, also after one has failed, and
ends with a summary. `-R` uses environments as they are. What follows ``--`` goes to pytest, to the
attacks, or to `tools.documents`. In a copy of the checkout, `.ci/run` runs `readme` and what is
tagged ``ci``, which shares an environment there. What is tagged ``jobs`` takes minutes: each is a
job of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nox
from nox.command import CommandFailed

PROMISED = nox.project.python_versions(nox.project.load_toml("pyproject.toml"))
THIS = f"{sys.version_info.major}.{sys.version_info.minor}"
QUICK = re.compile(r"\bmark\.quick\b")

WITHOUT_EXTENSION = "3.10"
"""The Python on which the tests run without the C extension."""

WITHOUT_SERVER = ("transport", "proxy", "web/http", "test_checks.py", "web/test_page_js.py")
"""Tests of protocols that have no server, so that they are the same on several nodes."""

README_OPTIONS = "--ignore=tests/browser"
"""Options of pytest for the README's command: a session of its own starts the browser."""

PYDLE, FRAMEWORK = "pydle[sasl]==1.2.0", "irc-framework@4.14.0"
SENDERS, SLACK_WEBHOOK = ("apprise==2.3.0", "slack_sdk==3.48.0"), "@slack/webhook@8.0.2"
"""Libraries of IRC clients, of PyPI and of npm."""

nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False
nox.options.download_python = "never"


def use_all_of_pyenv() -> None:
    """Let the shims of pyenv run each version that it has, and by default the chosen one."""
    if shutil.which("pyenv"):
        versions = [
            subprocess.run(["pyenv", *arguments], capture_output=True, text=True, check=True).stdout
            for arguments in (("version-name",), ("versions", "--bare"))
        ]
        os.environ["PYENV_VERSION"] = ":".join(dict.fromkeys("\n".join(versions).split()))


use_all_of_pyenv()

OTHERS = [each for each in PROMISED if each != THIS and shutil.which(f"python{each}")]
"""The other Pythons that chatd promises and this machine has, the oldest first."""


def run_all(session: nox.Session, *commands: str) -> None:
    """Run commands, also after one has failed; then fail."""
    failed = []
    for command in commands:
        try:
            session.run(*command.split())
        except CommandFailed:
            failed.append(command)
    if failed:
        session.error(f"failed: {', '.join(failed)}")


def kind(python: str) -> dict[str, str]:
    """Return the environment that chooses plain Python on one Python (chatd/util/fanout.py)."""
    return {"CHATD_PLAIN_PYTHON": "1"} if python == WITHOUT_EXTENSION else {}


def run_quick_suite(session: nox.Session) -> None:
    """Run the tests that are most likely to differ between systems and Pythons."""
    session.install("-e", ".[test]")
    # Their files alone: to read all the others would take as long as to run these.
    files = [str(path) for path in Path("tests").rglob("*.py") if QUICK.search(path.read_text())]
    options = ("-q", "-m", "quick", "-p", "no:cacheprovider", *session.posargs)
    session.run("pytest", *options, *sorted(files), env=kind(str(session.python or THIS)))


@nox.session(default=False, venv_backend="none")
def readme(session: nox.Session) -> None:
    """Run the README's test command as it is there. It makes .venv here."""
    found = re.search(
        r"^<!-- test command -->\n```\w*\n(.*?)^```$",
        Path("README.md").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    if found is None:
        session.error('README.md has no fenced block after "<!-- test command -->"')
    environment = {"PYTEST_ADDOPTS": README_OPTIONS, **kind(THIS)}
    session.run("bash", "-euo", "pipefail", "-c", found[1], env=environment)
    session.run(".venv/bin/chatd", "--version", env=environment)


@nox.session(tags=["ci"])
def lint(session: nox.Session) -> None:
    """Check the form of the code, its spelling, the layers of its imports, and the changes."""
    session.install("-e", ".[dev]")
    run_all(
        session,
        "ruff format --check .",
        "ruff check .",
        "codespell",
        "lint-imports --no-logo",
        "towncrier build --draft",
    )


@nox.session(tags=["ci"])
def types(session: nox.Session) -> None:
    """Check the types of the Python code."""
    session.install("-e", ".[dev]")
    session.run("mypy")


@nox.session(tags=["ci"], venv_backend="none")
def page(session: nox.Session) -> None:
    """Check the form and the types of the page's JavaScript."""
    if shutil.which("npm") is None:
        session.skip("npm is not here")
    try:
        session.run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", silent=True)
    except CommandFailed:
        session.skip("npm cannot install the packages")
    run_all(session, "npm run lint", "npm run types")


@nox.session
def test(session: nox.Session) -> None:
    """Run all tests but those in a browser, or what follows --."""
    session.install("-e", ".[test]")
    session.run("pytest", *(session.posargs or ["--ignore=tests/browser"]))


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Measure which branches the tests run. Not in CI: it takes half as long again as the tests."""
    session.install("-e", ".[test]")
    options = ("--cov", "--cov-report=term", "--ignore=tests/browser")
    session.run("pytest", *options, *session.posargs)


@nox.session(tags=["ci"])
def trial(session: nox.Session) -> None:
    """Run the pure protocol tests with Twisted's own runner."""
    session.install("-e", ".[test]")
    # In CI, Hypothesis fails no test because the machine is slow. (There is no conftest.py.)
    output = str(session.run("trial", "tests", silent=True, env={"CI": "true"}))
    if not re.search(r"^Ran [1-9][0-9]* tests? in", output, re.MULTILINE):
        session.error("trial found no tests")
    session.log(output.rstrip().rpartition("\n")[2])


@nox.session(tags=["jobs"])
def nodes(session: nox.Session) -> None:
    """Run the tests of commands and doors with people at two nodes that share a log in turn."""
    session.install("-e", ".[test]")
    left_out = [f"--ignore=tests/protocols/{path}" for path in WITHOUT_SERVER]
    tests = session.posargs or ["tests/commands", "tests/protocols", *left_out]
    # They wait for nothing, so more workers than cores would only collect them again.
    session.run("pytest", "-q", "-n2", *tests, env={"CHATD_TEST_NODES": "2"})


@nox.session(tags=["jobs"])
def handovers(session: nox.Session) -> None:
    """Run the tests of commands and IRC with another server going on whenever a person types."""
    session.install("-e", ".[test]")
    tests = session.posargs or ["tests/commands", "tests/protocols/irc"]
    session.run("pytest", "-q", "-n2", *tests, env={"CHATD_TEST_HANDOVER": "1"})


@nox.session(tags=["ci"], venv_backend="none")
def spec(session: nox.Session) -> None:
    """Search the model of the shared log: some seconds; with -- --all, some minutes."""
    session.run(sys.executable, "-m", "spec.small_models")
    session.run(sys.executable, "-m", "spec.check", *(session.posargs or ["--quick"]))


@nox.session(tags=["jobs"])
def postgres(session: nox.Session) -> None:
    """Run the tests that need a PostgreSQL server with each PostgreSQL that this machine has.

    The first one has all of them, the others those of the store: its SQL is what may differ.
    """
    session.install("-e", ".[test]")
    choices = session.run("python", "-m", "tests.support.postgres_programs", silent=True)
    tests = ["tests/integration", "tests/proofs/cluster", "tests/storage", "tests/support"]
    for choice in str(choices).splitlines():
        options = ("-q", "-n2", "-m", "postgres", *(session.posargs or tests))
        session.run("pytest", *options, env={"CHATD_TEST_POSTGRES": choice})
        tests = ["tests/storage"]


@nox.session(tags=["jobs"])
def browser(session: nox.Session) -> None:
    """Run the tests of the page in Chromium, if it is installed with its driver."""
    session.install("-e", ".[test]")
    session.run("pytest", "-q", "-n0", "tests/browser", *session.posargs)


@nox.session(tags=["ci"])
def wheel(session: nox.Session) -> None:
    """Build the wheel, look at its files, install it elsewhere, start it and stop it.

    Then do so with the wheel that is built where there is no C compiler.
    """
    session.install("-e", ".[dev]")
    for compiler in ({}, {"CC": "false"}):
        built = Path(session.env_dir, "dist")
        shutil.rmtree(built, ignore_errors=True)
        session.run("python", "-m", "build", "--outdir", str(built), silent=True, env=compiler)
        (path,) = built.glob("*.whl")
        tests = "tests/integration/test_wheel.py"
        session.run("pytest", "-q", tests, env={"CHATD_WHEEL": str(path.resolve()), **compiler})


@nox.session(default=False)
def packages(session: nox.Session) -> None:
    """Build each package, and run it. Not in CI's main job: it takes minutes, and the internet."""
    session.install("-e", ".[dev,packages]")
    built = Path(session.create_tmp(), "packages").resolve()
    shutil.rmtree(built, ignore_errors=True)
    build = ("python", "-m", "tools.packages", "--into", str(built))
    session.run(*build, "pyz", "wheelhouse")
    if shutil.which("dpkg-shlibdeps"):
        session.run(*build, "deb")
    if os.getuid() == 0 and shutil.which("buildah") and shutil.which("mmdebstrap"):
        session.run(*build, "container")
    for version in OTHERS:
        session.run(*build, "pyz", "--python", str(shutil.which(f"python{version}")))
    tests = ("-q", "-n0", "tests/integration/test_packages.py")
    session.run("pytest", *tests, *session.posargs, env={"CHATD_PACKAGES": str(built)})


@nox.session(python=OTHERS[:1] + OTHERS[1:][-1:], tags=["jobs"])
def pythons(session: nox.Session) -> None:
    """Run the quick suite on the oldest and the newest other Python of this machine.

    The workflow has all of them: what breaks on one between breaks on one of these, too, or there.
    """
    run_quick_suite(session)


@nox.session(default=False)
def quick(session: nox.Session) -> None:
    """Run the quick suite on this Python."""
    run_quick_suite(session)


@nox.session(default=False)
def irc_clients(session: nox.Session) -> None:
    """Let the IRC clients that this machine has talk with people at nc and in a browser."""
    session.install("-e", ".[test]", PYDLE)
    libraries = Path(session.create_tmp()).resolve()
    if shutil.which("npm"):
        install = ("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")
        try:
            session.run(*install, "--prefix", str(libraries), FRAMEWORK, external=True, silent=True)
        except CommandFailed:
            session.warn(f"npm cannot install {FRAMEWORK}")
    environment = {"CHATD_TEST_IRC_CLIENTS": "1", "NODE_PATH": str(libraries / "node_modules")}
    tests = session.posargs or ["tests/proofs/irc_clients"]
    session.run("pytest", "-q", "-n0", *tests, env=environment)


@nox.session(default=False)
def senders(session: nox.Session) -> None:
    """Let tools post by webhooks: some of PyPI and npm, and Alertmanager if it is installed."""
    session.install("-e", ".[test]", *SENDERS)
    libraries = Path(session.create_tmp()).resolve()
    if shutil.which("npm"):
        install = ("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")
        try:
            session.run(
                *install, "--prefix", str(libraries), SLACK_WEBHOOK, external=True, silent=True
            )
        except CommandFailed:
            session.warn(f"npm cannot install {SLACK_WEBHOOK}")
    environment = {"CHATD_TEST_SENDERS": "1", "NODE_PATH": str(libraries / "node_modules")}
    tests = session.posargs or ["tests/proofs/senders"]
    session.run("pytest", "-q", "-n0", *tests, env=environment)


@nox.session(default=False)
def attacks(session: nox.Session) -> None:
    """Attack a daemon, in a short form. Nothing else should run: these tests depend on time."""
    if (os.cpu_count() or 1) < 2:
        session.skip("the attacks need two cores")
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.proofs.attacks", *(session.posargs or ["--short"]))


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Write the generated parts of the documents; with -- --check, name those that are stale."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tools.documents", *session.posargs)
