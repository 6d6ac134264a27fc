"""The rules of a test run: in CI a skip is a failure, and both databases run the same number of tests."""

from collections import Counter
from collections.abc import Generator

import pytest

from tests.house import tools
from tests.house.databases import KINDS

KIND = "database"


class Rules:
    """Counts what ran on which database, and what was skipped for which reason."""

    def __init__(self, strict: bool) -> None:
        self.strict = strict
        self.ran: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        parameters = getattr(item, "callspec", None)
        if parameters and "database_kind" in parameters.params:
            item.user_properties.append((KIND, parameters.params["database_kind"]))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if self.is_skip(report):
            report.outcome = "failed"
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if self.is_skip(report):
            report.outcome = "failed"
        return report

    def is_skip(self, report: pytest.TestReport | pytest.CollectReport) -> bool:
        """Whether this is a skip that must not pass."""
        if not report.skipped or hasattr(report, "wasxfail"):
            return False
        if self.strict:
            report.longrepr = f"In CI nothing is skipped: {_reason(report)}"
        return self.strict

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.skipped[_reason(report)] += 1

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped[_reason(report)] += 1
        if report.when == "call" and not report.skipped:
            self.ran.update(str(kind) for name, kind in report.user_properties if name == KIND)

    def unequal(self) -> bool:
        return len({self.ran[kind] for kind in KINDS}) > 1

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        whole = not hasattr(session.config, "workerinput")  # a worker process sees only its share
        if whole and self.strict and self.unequal() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        say = terminalreporter.write_line
        if self.ran:
            say(f"Tests per database: {', '.join(f'{kind}: {self.ran[kind]}' for kind in KINDS)}")
            if self.strict and self.unequal():
                say("Both databases must run the same tests.", red=True, bold=True)
        for reason, number in self.skipped.items():
            say(f"SKIPPED {number} × {reason}", yellow=True, bold=True)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(reason).removeprefix("Skipped: ")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Rules(strict=tools.CI), "concentric-rules")
