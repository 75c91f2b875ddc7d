"""A hundred thousand checks, and nothing grows (K2); `make soak` is a million."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.faults.table import Row, keep

CHECKS = 100_000
MOST_MIB = 5.0
MOST_DESCRIPTORS = 40
"""More or fewer than before: as many as checks are under way."""


@pytest.mark.timeout(1500)
def test_a_hundred_thousand_checks_leave_memory_flat(record_property: Callable[[str, object], None]) -> None:
    row = Row("K2", f"{CHECKS} checks of pages and ports, some of them failing")
    row.begin()
    command = [sys.executable, "-m", "tests.bench.soak", str(CHECKS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = re.search(r"memory (\S+) MiB, descriptors (\S+), threads (\S+)", done.stdout)
    assert told is not None, done.stdout
    row.seen("", f"memory {told[1]} MiB")
    keep(row, record_property)
    assert float(told[1]) <= MOST_MIB
    assert abs(int(told[2])) <= MOST_DESCRIPTORS
    assert int(told[3]) <= 4
