"""Fixtures of the real desktop. `desk` is shared by a module's tests; those that break it take `own_desk`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.desktop.parts import Desk, Dunst, Keyring, Panel, Tint2, Trayer, WindowManager, Xfce4Notifyd
from tests.desktop.watchbell import QUICK, Watchbell, watching
from tests.servers import HttpServer

_HOMES = (f"home-{number}" for number in count(1))


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """Display, session bus and window manager."""
    with Desk() as desk, WindowManager(desk):
        yield desk


@pytest.fixture
def own_desk() -> Iterator[Desk]:
    """A desk for one test, which may kill its bus."""
    with Desk() as desk:
        yield desk


@pytest.fixture
def dunst(desk: Desk) -> Iterator[Dunst]:
    with Dunst(desk) as dunst:
        yield dunst


@pytest.fixture
def xfce4_notifyd(desk: Desk) -> Iterator[Xfce4Notifyd]:
    with Xfce4Notifyd(desk) as daemon:
        yield daemon


@pytest.fixture
def panel(desk: Desk) -> Iterator[Panel]:
    """A panel with a StatusNotifier host."""
    with Panel(desk) as panel:
        yield panel


@pytest.fixture
def tint2(desk: Desk) -> Iterator[Tint2]:
    """An XEmbed tray."""
    with Tint2(desk) as tray:
        yield tray


@pytest.fixture
def trayer(desk: Desk) -> Iterator[Trayer]:
    """Another XEmbed tray."""
    with Trayer(desk) as tray:
        yield tray


@pytest.fixture
def keyring(desk: Desk) -> Iterator[Keyring]:
    """gnome-keyring, unlocked. Give `desk.env` to the program that uses it."""
    with Keyring(desk) as keyring:
        yield keyring


@pytest.fixture
def shop() -> Iterator[HttpServer]:
    """The server that the program watches."""
    with HttpServer() as server:
        yield server


@pytest.fixture
def watchbell(desk: Desk, shop: HttpServer) -> Iterator[Watchbell]:
    """The whole program in a home of its own, configured to watch "shop" and yet to be run.

    In the end nothing may have troubled it but what `foreseen` holds.
    """
    with Watchbell(desk, next(_HOMES)) as program:
        program.configure(QUICK + watching("shop", shop.url))
        yield program
    assert program.unforeseen() == []
