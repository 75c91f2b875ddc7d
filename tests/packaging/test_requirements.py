"""The exact versions that make installs are all there, with hashes, and inside what pyproject.toml allows."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.faults.table import Property, row
from tests.versions import direct

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "packaging" / "requirements.txt").read_text()
ENTRIES = [Requirement(line.removesuffix(" \\")) for line in TEXT.splitlines() if not line.startswith(" ")]
PYTHONS = ("3.11", "3.12", "3.13")
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text())
DIRECT = [Requirement(text) for text in DECLARED["project"]["dependencies"] + DECLARED["dependency-groups"]["dev"]]


def pinned(name: str, environment: dict[str, str]) -> list[Requirement]:
    """The entries that count on such a machine."""
    return [
        entry
        for entry in ENTRIES
        if canonicalize_name(entry.name) == canonicalize_name(name)
        and (entry.marker is None or entry.marker.evaluate(environment))
    ]


def machine(python: str) -> dict[str, str]:
    return {**default_environment(), "python_version": python, "python_full_version": f"{python}.0"}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("needed", DIRECT, ids=str)
def test_what_is_needed_has_one_exact_version_that_is_allowed(needed: Requirement, python: str) -> None:
    environment = machine(python)
    if needed.marker is not None and not needed.marker.evaluate(environment):
        return
    (entry,) = pinned(needed.name, environment)
    (exact,) = entry.specifier
    assert exact.operator == "=="
    assert needed.specifier.contains(exact.version)


def test_every_entry_has_hashes_and_names_no_place(record_property: Property) -> None:
    with row("found-F1", "what make installs", record_property) as seen:
        blocks = re.split(r"\n(?=\S)", TEXT.strip())
        assert len(blocks) == len(ENTRIES) > len(DIRECT)
        assert all("--hash=sha256:" in block for block in blocks)
        for word in ("://", "--index", "--find-links", "--extra", " @ ", "/"):
            assert word not in TEXT
        seen.seen(f"{len(blocks)} exact versions, all with hashes", "no place named")


def test_the_tools_of_the_build_are_pinned_too() -> None:
    for needed in map(Requirement, DECLARED["build-system"]["requires"]):
        (entry,) = pinned(needed.name, machine("3.11"))
        assert needed.specifier.contains(next(iter(entry.specifier)).version)


def test_what_is_installed_here_is_what_watchbell_needs() -> None:
    from importlib import metadata

    assert direct()
    for needed in direct():
        assert needed.specifier.contains(metadata.version(needed.name)), needed
    assert sys.version_info >= (3, 11)
