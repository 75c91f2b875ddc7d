"""Which libraries the tests run with: those of packaging/requirements.txt, or the oldest or newest that are allowed."""

from __future__ import annotations

import sys
from importlib import metadata

from packaging.requirements import Requirement


def direct() -> list[Requirement]:
    """What Watchbell itself needs on this machine, as pyproject.toml says."""
    needed = [Requirement(line) for line in metadata.requires("watchbell") or ()]
    return [requirement for requirement in needed if requirement.marker is None or requirement.marker.evaluate()]


def header() -> str:
    """What pytest says of them before it begins."""
    libraries = sorted(f"{needed.name} {metadata.version(needed.name)}" for needed in direct())
    python = ".".join(map(str, sys.version_info[:3]))
    return f"versions: Python {python}, {', '.join(libraries)}"
