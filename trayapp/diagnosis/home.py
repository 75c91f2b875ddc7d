"""What is ours on this machine: the folders, services.toml, the history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from trayapp.config.load import load_file
from trayapp.config.places import Places
from trayapp.core.wording import duration
from trayapp.diagnosis.row import Row
from trayapp.history.extent import crowded
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.queries import Reader
from trayapp.monitor.clock import SystemClock

_MOST_NAMED = 5


def rows(places: Places) -> Iterator[Row]:
    if places.home is not None:
        yield _home(places)
    yield _configuration(places)
    yield _history(places)


def examine_history(places: Places) -> list[Row]:
    """What is remembered, and how much room it takes."""
    return [_history(places)]


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
    reader = Reader(places.history_db)
    now = SystemClock().now()
    try:
        reader.latest(now)
        size, journal, doubtful = reader.size(), reader.journal(), sorted(reader.doubtful())
    except HistoryUnavailable as fault:
        if not places.history_db.exists():
            return Row("History", True, f"{version}; nothing is remembered yet")
        return Row("History", False, f"{version}; {fault}")
    settings = load_file(places.services_toml).settings
    found = [f"{version}; {places.history_db}, {size.bytes / 1_000_000:.1f} MB"]
    if size.free_bytes:
        found.append(f"{size.free_bytes / 1_000_000:.1f} MB of it to be given back")
    if size.oldest_check is not None:
        found.append(f"single checks since {datetime.fromtimestamp(size.oldest_check / 1000, UTC):%Y-%m-%d}")
    if settings is not None:
        found.append(f"kept for {duration(settings.history.keep_checks)}")
    found.append(f"journal_mode={journal}")
    return Row("History", not doubtful, ", ".join(found), _notices(places, doubtful))


def _notices(places: Places, doubtful: Sequence[int]) -> str:
    """What is to be known of it besides."""
    said = []
    if doubtful:
        named = ", ".join(map(str, doubtful[:_MOST_NAMED])) + (" and others" if len(doubtful) > _MOST_NAMED else "")
        said.append(f"the disk changed what was written of incident {named}: `watchbell restore` takes a backup over")
    kept = sorted(places.data.glob(f"{places.history_db.name}.corrupt-*[0-9Z]"))
    if kept:
        said.append(f"damaged histories are kept, and may be deleted: {', '.join(file.name for file in kept)}")
    if (strain := crowded(places.history_db)) is not None:
        said.append(strain)
    return "; ".join(said)
