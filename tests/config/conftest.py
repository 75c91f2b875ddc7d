"""A real keyring without a screen: gnome-keyring on a session bus and in folders of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.desk import OF_ANOTHER_SESSION, SessionBus
from tests.desktop.parts import Keyring

FOLDERS = ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")


class Cellar:
    """A session bus and folders, and `env` for the programs that shall live there: a desk without a display."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cellar-", dir="/tmp"))  # short: a socket's path holds 107 bytes
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(OF_ANOTHER_SESSION)}
        for name in FOLDERS:
            (self.folder / name.lower()).mkdir(mode=0o700)
            self.env[name] = str(self.folder / name.lower())
        self.bus = SessionBus(self.env, self.folder, activatable=())
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.bus.address
        self.bus.env = self.env


@pytest.fixture
def cellar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cellar]:
    """The bus; this process lives there too while the test runs."""
    cellar = Cellar()
    for name in list(os.environ):
        if name.startswith(OF_ANOTHER_SESSION) or name == "PYTHON_KEYRING_BACKEND":
            monkeypatch.delenv(name)
    for name in (*FOLDERS, "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(name, cellar.env[name])
    cellar.bus.begin()
    try:
        yield cellar
    finally:
        cellar.bus.stop()
        shutil.rmtree(cellar.folder)


@pytest.fixture
def gnome_keyring(cellar: Cellar) -> Iterator[Keyring]:
    """gnome-keyring with its login collection unlocked."""
    with Keyring(cellar) as keyring:
        yield keyring
