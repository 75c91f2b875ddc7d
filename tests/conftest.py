"""What every test stands on."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import settings
from xdist.remote import Producer

from tests import again, versions
from tests.faults import table
from tests.invariants import lives

# These machines are noisy: an example that takes long is no failure, and a failure prints how to repeat it.
settings.register_profile("watchbell", deadline=None, print_blob=True)
settings.load_profile("watchbell")


def pytest_report_header() -> list[str]:
    return [versions.header(), lives.header()]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    again.tell(terminalreporter)
    table.tell(terminalreporter)


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(crashitem: str, report: pytest.TestReport) -> None:
    again.forgive_once(crashitem, report)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> again.Scheduling | None:
    return again.Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture
def in_berlin() -> Iterator[None]:
    """This computer stands in Berlin: an hour before UTC in winter, two in summer."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.fixture(autouse=True)
def screens_garbage(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collects what a test of the screen leaves in the screen's own thread, as the program does.

    Python's collector runs in whichever thread allocates, and would destroy Qt's objects there.
    """
    if "qapp" not in request.fixturenames:
        yield
        return
    gc.disable()
    yield
    gc.collect()
    gc.enable()
