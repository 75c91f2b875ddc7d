"""What failed once and passed when it was run again: told at the end with all it said, for it may well be a fault."""

from __future__ import annotations

import pytest

_CRASHED: set[str] = set()


def forgive_once(test: str, report: pytest.TestReport) -> None:
    """A process that ran tests crashed in this one: Qt and a hundred threads do that once in many runs.

    xdist gives the rest of the file, beginning with this test, to a new process. A second crash in it ends the run,
    which xdist would not outlive.
    """
    if test in _CRASHED:
        pytest.exit(f"a process that ran tests crashed twice in {test}", returncode=1)
    _CRASHED.add(test)
    report.outcome = "rerun"


def tell(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for report in terminalreporter.stats.get("rerun", []) if isinstance(report, pytest.TestReport)]
    for report in reports:
        terminalreporter.section(f"failed once: {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)
