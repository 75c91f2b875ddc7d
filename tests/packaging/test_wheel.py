"""The wheel, installed where nothing of the checkout can be seen, starts from "/" and finds its resources."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.faults.table import Property, row
from trayapp.desktop.resources import resource

PROJECT = Path(__file__).resolve().parents[2]
RESOURCES = sorted(path.relative_to(PROJECT) for path in (PROJECT / "resources").rglob("*") if path.is_file())


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", PROJECT, "--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir", folder)
    (built,) = folder.glob("watchbell-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel. Libraries are lent to it by ours: as a path, so that ours' own
    pointer to the checkout is not followed."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=110)
    pip("--python", folder / "bin" / "python", "install", "--no-deps", "--no-index", "--quiet", wheel)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def run(program: Path, *arguments: str, home: Path) -> str:
    done = subprocess.run(
        [program, *arguments],
        cwd="/",
        env={"HOME": str(home), "WATCHBELL_HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_carries_every_resource_and_no_test(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"trayapp/{path.as_posix()}" for path in RESOURCES} <= names
    assert not [name for name in names if name.startswith(("tests/", "resources/", "packaging/"))]


def test_the_wheel_puts_the_program_into_the_desktops_menu(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith(".data/data/share/applications/watchbell.desktop") for name in names)
    assert any(name.endswith(".data/data/share/icons/hicolor/scalable/apps/watchbell.svg") for name in names)


@pytest.mark.skipif(sys.platform != "linux", reason="desktop entries are freedesktop.org's")
def test_the_entry_of_the_menu_is_valid_where_it_is_installed(
    wheel: Path, tmp_path: Path, record_property: Property
) -> None:
    with row("found-F4", "the wheel's desktop entry, read by this distribution's validator", record_property) as seen:
        with zipfile.ZipFile(wheel) as archive:
            (name,) = (name for name in archive.namelist() if name.endswith("applications/watchbell.desktop"))
            entry = Path(archive.extract(name, tmp_path))
        done = subprocess.run(["desktop-file-validate", entry], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")
        seen.seen("valid, no warning", "desktop-file-validate")


@pytest.mark.skipif(sys.platform == "win32", reason="the layout of the environment is POSIX's")
def test_installed_it_finds_its_resources_from_anywhere(installed: Path, tmp_path: Path) -> None:
    ask = "from trayapp.desktop.resources import resource; print(resource('demo', 'post-office.pem'))"
    found = Path(run(installed / "bin" / "python", "-I", "-c", ask, home=tmp_path).strip())
    assert found.is_relative_to(installed)
    assert found.read_bytes() == (PROJECT / "resources" / "demo" / "post-office.pem").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="the layout of the environment is POSIX's")
def test_installed_the_command_starts(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "bin" / "watchbell", "--version", home=tmp_path).startswith("Watchbell ")


def test_in_the_checkout_every_resource_is_found_too() -> None:
    for path in RESOURCES:
        assert resource(*path.parts[1:]) == PROJECT / path


def test_a_resource_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"demo/nobody\.pem"):
        resource("demo", "nobody.pem")
