"""What failed once and passed when it was run again: told at the end with all it said, for it may well be a fault."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

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


class Scheduling(LoadFileScheduling):
    """A file for one process, as xdist's own; but what a crashed process had finished is not handed out again.

    xdist would do that, one such file each time that a test ends: a process whose last test waits for the next order
    then waits for ever, and the whole run with it.
    """

    def remove_node(self, node: WorkerController) -> str | None:
        work = self.assigned_work[node]
        for file in [file for file, tests in work.items() if all(tests.values())]:
            del work[file]
        return super().remove_node(node)


def tell(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for report in terminalreporter.stats.get("rerun", []) if isinstance(report, pytest.TestReport)]
    for report in reports:
        terminalreporter.section(f"failed once: {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)
