"""Every invariant of the design is held by tests that exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.invariants.claims import CLAIMS

TESTS = Path(__file__).parents[1]


def names_in(file: Path) -> set[str]:
    """What pytest would run there: functions, and classes that are defined or assigned."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names


def test_all_twenty_are_claimed() -> None:
    assert list(CLAIMS) == [f"I{n}" for n in range(1, 21)]


@pytest.mark.parametrize("number", CLAIMS)
def test_each_claim_is_held_by_tests_that_exist(number: str) -> None:
    assert CLAIMS[number].tests
    for test in CLAIMS[number].tests:
        file, _, name = test.partition("::")
        assert name in names_in(TESTS / file), test
