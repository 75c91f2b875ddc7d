"""Every row of faults that concerns pages and their encryption: one typed finding in time, and nothing left behind."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing

import pytest

from tests.faults.table import Row, keep
from tests.probes.asking import ask
from tests.probes.rows_web import ROWS, Fault
from trayapp.core.words import Blame, Finding, Outcome


@pytest.mark.parametrize("fault", ROWS, ids=str)
def test_every_fault_of_the_web_has_its_verdict(fault: Fault, record_property: Callable[[str, object], None]) -> None:
    row = Row(fault.id, fault.what)
    with ExitStack() as stack:
        stage = fault.staging(stack, fault.rules)
        try:
            for probe in stage.probes:
                row.begin()
                finding = ask(probe, fault.timeout, tls=stage.tls)
                row.seen(finding.outcome.name, finding.cause)
                assert (finding.outcome, finding.cause) in [(fault.outcome, cause) for cause in fault.causes]
                assert_fit_to_be_told(finding)
            stage.afterwards()
        finally:
            keep(row, record_property)


def assert_fit_to_be_told(finding: Finding) -> None:
    assert (finding.message == "") == (finding.outcome is Outcome.OK)
    assert finding.message.isprintable()
    assert len(finding.message) <= 200
    assert "hush" not in repr(finding)
    assert finding.outcome is not Outcome.CRITICAL or finding.blame is Blame.SERVICE
    with closing(sqlite3.connect(":memory:")) as store:
        kept = (finding.message, json.dumps(dict(finding.details), allow_nan=False))
        assert store.execute("SELECT ?, ?", kept).fetchone() == kept


def test_no_two_rows_are_called_the_same() -> None:
    assert len({str(fault) for fault in ROWS}) == len(ROWS)
