"""A place for a history, and what it says is its own fault: nothing, unless a test says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.history.past import Faults


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.db"


@pytest.fixture
def faults() -> Iterator[Faults]:
    told = Faults()
    yield told
    assert not told


@pytest.fixture
def expected_faults() -> Faults:
    return Faults()
