"""What failed once and passed when it was run again: told at the end with all it said, for it may well be a fault."""

from __future__ import annotations

import pytest


def tell(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for report in terminalreporter.stats.get("rerun", []) if isinstance(report, pytest.TestReport)]
    for report in reports:
        terminalreporter.section(f"failed once: {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)
