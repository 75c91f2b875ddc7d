"""What the set-up does on machines that are not this one: its programs see small stand-ins for dpkg, id and sudo."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SETUP = PROJECT / "packaging" / "setup"
TOOLS = "/usr/bin:/bin"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX shell")


def listed(name: str) -> list[str]:
    lines = (PROJECT / "packaging" / "debian" / f"{name}.txt").read_text().splitlines()
    return [package for line in lines for package in line.partition("#")[0].split()]


class Machine:
    """A folder of programs that come first in PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program("id", "echo 1000")
        self.program("sudo", "exit 1")

    def program(self, name: str, body: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def has(self, *lines: str) -> None:
        """Each line as dpkg-query prints it: status, package, what it provides."""
        self.program("dpkg-query", "cat <<'END'\n" + "\n".join(lines) + "\nEND")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SETUP, *arguments],
            env={"PATH": f"{self.folder}:{TOOLS}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_with_everything_there_it_does_nothing_and_says_nothing(machine: Machine) -> None:
    machine.has(*(f"installed, {package}, " for package in listed("run") + listed("test")))
    done = machine.run("packages", "run", "test")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_package_under_a_newer_name_that_provides_the_old_one_is_there(machine: Machine) -> None:
    others = [package for package in listed("run") if package != "libglib2.0-0"]
    machine.has(
        *(f"installed, {package}, " for package in others),
        "installed, libglib2.0-0t64, libglib2.0 (= 2.80), libglib2.0-0 (= 2.80)",
    )
    assert machine.run("packages", "run").stderr == ""


def test_a_removed_package_is_not_there(machine: Machine) -> None:
    machine.has(*(f"installed, {package}, " for package in listed("run")[1:]), f"config-files, {listed('run')[0]}, ")
    assert listed("run")[0] in machine.run("packages", "run").stderr


def test_without_root_the_tests_stop_with_the_exact_line_to_run(machine: Machine) -> None:
    machine.has(*(f"installed, {package}, " for package in listed("run") + listed("test")[2:]))
    done = machine.run("packages", "run", "test")
    assert done.returncode == 1
    assert f"\n  sudo {PROJECT}/packaging/install-debian-packages {' '.join(listed('test')[:2])}\n" in done.stderr


def test_without_root_running_goes_on_after_the_line(machine: Machine) -> None:
    machine.has("installed, libc6, ")
    done = machine.run("packages", "run")
    assert done.returncode == 0
    assert f"sudo {PROJECT}/packaging/install-debian-packages {' '.join(listed('run'))}\n" in done.stderr


def test_passwordless_sudo_is_used(machine: Machine) -> None:
    machine.has("installed, libc6, ")
    machine.program("sudo", f'[ "$2" = true ] || printf "%s " "$@" > {machine.folder}/asked')
    assert machine.run("packages", "run").returncode == 0
    asked = (machine.folder / "asked").read_text().split()
    assert asked == ["-n", str(PROJECT / "packaging" / "install-debian-packages"), *listed("run")]


def test_an_old_interpreter_is_named_with_the_way_out(machine: Machine) -> None:
    machine.program("python3.9", "exit 1")
    done = machine.run("environment", "python3.9", str(machine.folder / "venv"))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "make PYTHON=" in done.stderr


def test_no_package_is_listed_twice() -> None:
    packages = listed("run") + listed("test")
    assert len(packages) == len(set(packages))
