"""The package: its name, its version, its files, and that twistd finds it."""

from __future__ import annotations

import json
import re
from importlib.metadata import metadata, requires, version
from pathlib import Path

from twisted.application.service import IServiceMaker
from twisted.plugin import getPlugins
from twisted.python.usage import Options
from twisted.trial.unittest import SynchronousTestCase

import chatd
from tests.support.checkout import ROOT


def project(key: str) -> str:
    """Return the value of a one-line string in pyproject.toml's [project].

    Python 3.10 has no tomllib.
    """
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text.partition("[project]\n")[2].partition("\n[")[0]
    found = re.search(rf'^{key} = "(.*)"$', section, re.MULTILINE)
    assert found is not None, key
    return found[1]


class PackageTests(SynchronousTestCase):
    def test_version(self) -> None:
        """The code, pyproject.toml and what is installed name one version."""
        self.assertEqual(chatd.__version__, project("version"))
        self.assertEqual(chatd.__version__, version("chatd"))

    def test_twisted_alone(self) -> None:
        """Without extras, chatd needs Twisted and nothing else."""
        needed = [need for need in requires("chatd") or [] if "extra ==" not in need]
        self.assertEqual(len(needed), 1, needed)
        self.assertTrue(needed[0].startswith("twisted>="), needed)

    def test_python(self) -> None:
        self.assertEqual(metadata("chatd")["Requires-Python"], project("requires-python"))

    def test_promised_pythons(self) -> None:
        """The workflow runs each Python that the package is classified for, as noxfile.py does."""
        classified = re.findall(
            r"^Programming Language :: Python :: (3\.\d+)$",
            "\n".join(metadata("chatd").get_all("Classifier") or []),
            re.MULTILINE,
        )
        workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
        self.assertIn(f"python: [{', '.join(map(json.dumps, classified))}]", workflow)

    def test_typed(self) -> None:
        self.assertTrue((Path(chatd.__file__).parent / "py.typed").is_file())

    def test_twisted_stays_whole(self) -> None:
        """An __init__.py under our twisted/ would overwrite Twisted's own when installed."""
        ours = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / "twisted").rglob("*")
            if path.is_file() and path.name != "dropin.cache" and path.suffix != ".pyc"
        }
        self.assertEqual(ours, {"twisted/plugins/chatd_plugin.py"})


class PluginTests(SynchronousTestCase):
    def test_found(self) -> None:
        """Twistd offers `chat`, and what it names can be loaded."""
        makers = [maker for maker in getPlugins(IServiceMaker) if maker.tapname == "chat"]
        self.assertEqual({maker.name for maker in makers}, {"chatd"})
        self.assertIsInstance(makers[0].options(), Options)
        self.assertTrue(callable(makers[0].makeService))


class SessionTests(SynchronousTestCase):
    def test_in_documents(self) -> None:
        """CONTRIBUTING lists each session of nox, and the documents name no other."""
        noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
        sessions = set(re.findall(r"^@nox\.session.*\ndef (\w+)", noxfile, re.MULTILINE))
        contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        table = contributing.partition("| `nox -s` |")[2].partition("\n\n")[0]
        listed = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
        # The table names `quick` beside `pythons`, and `readme` is for .ci/run.
        self.assertEqual(listed, sessions - {"quick", "readme"})
        for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")):
            named = re.findall(r"`nox -s (\w+)", path.read_text(encoding="utf-8"))
            self.assertLessEqual(set(named), sessions, path.name)
