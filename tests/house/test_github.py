"""Labels, issue templates and the workflow agree with each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LABELS: list[dict[str, str]] = yaml.safe_load((ROOT / ".github/labels.yml").read_text())
TEMPLATES = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("[!c]*.yml"))
GROUPS = {
    "scope": {"foundation", "intelligence", "automation", "production", "enhancement"},
    "type": {"feature", "task", "bug"},
    "risk": {"low", "medium", "high"},
    "priority": {"P0", "P1", "P2", "P3"},
}


def options(template: Path) -> dict[str, Any]:
    """The template's dropdowns: id → options."""
    body = yaml.safe_load(template.read_text())["body"]
    return {part["id"]: part["attributes"]["options"] for part in body if part["type"] == "dropdown"}


def test_labels_are_the_agreed_groups_each_with_a_colour_and_a_meaning() -> None:
    found: dict[str, set[str]] = {}
    for label in LABELS:
        assert set(label) == {"name", "color", "description"}
        assert re.fullmatch(r"[0-9a-f]{6}", label["color"])
        assert 0 < len(label["description"]) <= 100
        group, value = label["name"].split(": ")
        found.setdefault(group, set()).add(value)
    assert found == GROUPS
    assert len({label["name"] for label in LABELS}) == len(LABELS)


def test_there_is_a_template_for_each_type() -> None:
    assert {path.stem for path in TEMPLATES} == GROUPS["type"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_uses_labels_that_exist(template: Path) -> None:
    labels = yaml.safe_load(template.read_text())["labels"]
    assert set(labels) <= {label["name"] for label in LABELS}
    for group, values in options(template).items():
        assert set(values) == GROUPS[group]


def test_pull_requests_ask_for_scope_evidence_and_risk() -> None:
    text = (ROOT / ".github/pull_request_template.md").read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Scope", "Test evidence", "Risk"]


def test_the_workflow_runs_the_same_script_and_audits_dependencies() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    commands = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    assert ".ci/run" in commands
    assert any("pip-audit --strict" in command for command in commands)
    assert any("npm audit" in command for command in commands)


def test_readme_shows_the_gates_in_the_order_in_which_they_run() -> None:
    gates = re.search(r'^ALL="([^"]+)"', (ROOT / ".ci/run").read_text(), re.MULTILINE)
    assert gates is not None
    shown = re.findall(r"^\| `(\w+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert shown == gates[1].split()
