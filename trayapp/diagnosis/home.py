"""What is ours on this machine: the folders, services.toml, the history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from trayapp.config.load import load_file
from trayapp.config.places import Places
from trayapp.diagnosis.row import Row
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.queries import Reader
from trayapp.monitor.clock import SystemClock


def rows(places: Places) -> Iterator[Row]:
    if places.home is not None:
        yield _home(places)
    yield _configuration(places)
    yield _history(places)


def _home(places: Places) -> Row:
    if (folder := places.open_to_others) is None:
        return Row("Home", True, str(places.home))
    advice = f"what is in it is closed to them, but could be exchanged: chmod go-w {folder}"
    return Row("Home", False, f"others of this machine may change {folder}", advice)


def _configuration(places: Places) -> Row:
    loaded = load_file(places.services_toml)
    count = len(loaded.settings.services) if loaded.settings is not None else 0
    if loaded.right:
        return Row("Configuration", True, f"{places.services_toml}: {count} service{'' if count == 1 else 's'}")
    return Row("Configuration", False, str(loaded.faults[0]), "`watchbell config check` lists every fault")


def _history(places: Places) -> Row:
    version = f"SQLite {sqlite3.sqlite_version}"
    try:
        Reader(places.history_db).latest(SystemClock().now())
    except HistoryUnavailable as fault:
        if not places.history_db.exists():
            return Row("History", True, f"{version}; nothing is remembered yet")
        return Row("History", False, f"{version}; {fault}")
    size = places.history_db.stat().st_size / 1_000_000
    return Row("History", True, f"{version}; {places.history_db}, {size:.1f} MB")
