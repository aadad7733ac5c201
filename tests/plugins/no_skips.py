"""With --no-skips (CI), a skipped test fails the run unless its reason is in tests/allowed-skips.txt.

A skip on CI is a gate that nobody sees open.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest

LIST = Path(__file__).parents[1] / "allowed-skips.txt"


def allowed() -> list[str]:
    """The patterns (as in fnmatch) that a reason may match, without comments and blank lines."""
    lines = (line.strip() for line in LIST.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


class NoSkips:
    """Remembers the skips whose reason is not listed, and turns the exit code."""

    def __init__(self) -> None:
        self.patterns = allowed()
        self.found: dict[str, str] = {}

    def remember(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        """Notes a report that is a skip (an expected failure is not one)."""
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if not any(fnmatch(reason, pattern) for pattern in self.patterns):
            self.found[report.nodeid] = reason

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.remember(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.remember(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.found and session.exitstatus in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.found:
            terminalreporter.section("skipped, and not in tests/allowed-skips.txt", red=True)
            for test, reason in sorted(self.found.items()):
                terminalreporter.line(f"{test}: {reason}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a skip with an unlisted reason is a failure")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--no-skips") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(NoSkips(), "no-skips")
