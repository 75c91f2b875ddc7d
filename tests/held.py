"""Do the tests of what was found fail on the code in which it was found?

    python -m tests.held COMMIT [pytest's words]

Today's tests run against the code of an older commit, in a folder of its own. Printed is, for every test that has a row
found-… in the table of faults, whether it failed there and with which words. Without more words all files with such
rows are run. A file that asks for something the old code does not have can not be run there, and is named.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from tests.faults.table import PROPERTY

PROJECT = Path(__file__).resolve().parents[1]


def found(files: Path) -> list[str]:
    """The files of tests that have rows of what was found."""
    paths = sorted(files.rglob("test_*.py"))
    return [str(path.relative_to(files.parent)) for path in paths if '"found-' in path.read_text()]


def main(commit: str, *words: str) -> None:
    with tempfile.TemporaryDirectory(prefix="watchbell-held-") as name:
        there = Path(name) / "there"
        subprocess.run(["git", "clone", "--quiet", "--shared", PROJECT, there], check=True)
        subprocess.run(["git", "-C", there, "checkout", "--quiet", commit], check=True)
        shutil.rmtree(there / "tests")
        shutil.copytree(PROJECT / "tests", there / "tests", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(PROJECT / "pyproject.toml", there)  # pytest's settings stand there
        results = Path(name) / "results.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "2",
            f"--junitxml={results}",
            "-o",
            "junit_family=xunit1",
        ]
        subprocess.run(
            [*command, *(words or found(there / "tests"))],
            cwd=there,
            env={**os.environ, "PYTHONPATH": str(there)},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        tell(ElementTree.parse(results).getroot())


def tell(results: ElementTree.Element) -> None:
    passed = 0
    for case in results.iter("testcase"):
        rows = [each.get("value", "") for each in case.iter("property") if each.get("name") == PROPERTY]
        trouble = case.find("failure") if case.find("failure") is not None else case.find("error")
        if trouble is not None:
            said = " ".join(trouble.get("message", "").split())[:160]
            print(f"fails there   {case.get('name')}")
            print(f"              {said}")
        elif any("found-" in row for row in rows):
            passed += 1
            print(f"PASSES there  {case.get('name')}")
    print(f"{passed} tests of what was found pass there too")


if __name__ == "__main__":
    main(*sys.argv[1:])
