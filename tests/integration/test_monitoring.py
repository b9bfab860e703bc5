"""The rules for alerts and the dashboard in docs/monitoring ask for figures that there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from twisted.internet.defer import Deferred

from tests.support.checkout import ROOT
from tests.support.monitors import monitor_of
from tests.support.world import World
from tools import dashboard

RULES = ROOT / "docs" / "monitoring" / "chatd-rules.yml"
EXAMPLES = ROOT / "tests" / "integration" / "rules.yml"

OF_PROMETHEUS = {"up"}
"""Names that Prometheus itself gives."""

_NAME = re.compile(r"\b((?:chatd|process)_[a-z_]+|up)\b(?:\{([^}]*)\})?")
_LABEL = re.compile(r'(\w+)="([^"]*)"')

needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not installed (Debian: prometheus)"
)


def exprs_of_rules() -> list[str]:
    return re.findall(r"^ +expr: (.*)$", RULES.read_text("utf-8"), re.MULTILINE)


def scraped() -> dict[str, list[dict[str, str]]]:
    """Return the labels of all samples of a scrape, by the names of these and of families."""
    world = World()
    world.say("hola")
    written: list[bytes] = []
    asked = Deferred.fromCoroutine(monitor_of(world).expose())
    asked.addCallback(lambda found: written.append(found[0]))
    found: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(written[0].decode()):
        found.setdefault(family.name, [])
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


@pytest.mark.parametrize("expression", [*exprs_of_rules(), *dashboard.expressions()])
def test_each_figure_that_is_asked_for_is_in_a_scrape(expression: str) -> None:
    there = scraped()
    asked = _NAME.findall(expression)
    assert asked
    for name, selector in asked:
        assert name in there or name in OF_PROMETHEUS
        labels = {key: value for key, value in _LABEL.findall(selector) if value[0] != "$"}
        labels.pop("job", None)
        assert not labels or any(labels.items() <= sample.items() for sample in there[name])


def test_each_label_that_is_shown_is_one_of_the_figure() -> None:
    there = scraped()
    for panel in dashboard.PANELS:
        for query, legend in panel.queries:
            shown = set(re.findall(r"\{\{(\w+)\}\}", legend)) - {"instance"}
            named = {
                label for name, _ in _NAME.findall(query) for each in there[name] for label in each
            }
            if panel.title != "Until certificates expire":  # without TLS there is no sample
                assert shown <= named


def test_the_dashboard_has_each_panel_in_a_place_of_its_own() -> None:
    written = json.loads((ROOT / dashboard.PATH).read_text("utf-8"))
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in written["panels"]]
    assert len(set(places)) == len(dashboard.PANELS) == len(written["panels"])
    assert len({panel["id"] for panel in written["panels"]}) == len(places)


@needs_promtool
@pytest.mark.parametrize("arguments", [("check", "rules", RULES), ("test", "rules", EXAMPLES)])
def test_promtool_takes_the_rules_and_they_fire_as_they_should(
    arguments: tuple[str, str, Path],
) -> None:
    checked = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=50)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@needs_promtool
def test_promtool_takes_the_expressions_of_the_dashboard(tmp_path: Path) -> None:
    exprs = [each.replace("$__rate_interval", "5m") for each in dashboard.expressions()]
    rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(exprs)]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    checked = subprocess.run(
        ["promtool", "check", "rules", file], capture_output=True, text=True, timeout=50
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
