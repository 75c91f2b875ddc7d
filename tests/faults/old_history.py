"""A history with years in it, made in a moment, and ways to damage its file."""

from __future__ import annotations

import os
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

from tests.history.past import NOON
from trayapp.history import seals
from trayapp.history.beginning import begin

PAGE = 4096
HOUR = 3_600_000


def live_long(path: Path, services: int = 5, incidents: int = 3000, segments: int = 2000) -> None:
    """So many incidents, and so many segments of each service, an hour each; and room that was given back."""
    begin(path, NOON)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        numbers = range(1, services + 1)
        connection.executemany(
            "INSERT INTO services VALUES (?, ?, ?, 'x', 60000, 10000, NULL)", [(n, f"s{n}", NOON) for n in numbers]
        )
        connection.executemany(
            "INSERT INTO segments (service, start, status, reason, confirmed) VALUES (?, ?, ?, '', ?)",
            [(n, NOON + at * HOUR, ("UP", "DOWN")[at % 2], NOON) for n in numbers for at in range(segments)],
        )
        connection.executemany(
            "INSERT INTO incidents VALUES (?, ?, ?, ?, ?, 'recovered', 0, 'refused', 'connection refused')",
            [
                (n, 1 + n % services, NOON + n * HOUR, NOON + n * HOUR + 5, NOON + n * HOUR + 500)
                for n in range(1, incidents + 1)
            ],
        )
        for _ in range(incidents // 500 + 1):
            seals.seal(connection)
        connection.executemany("INSERT INTO meta VALUES (?, 1)", [(f"{n}" * 200,) for n in range(500)])
        connection.execute("COMMIT")
        connection.execute("DELETE FROM meta")


def noise_at(path: Path, page: int) -> None:
    """Pages are counted from 1."""
    kept = path.read_bytes()
    path.write_bytes(kept[: (page - 1) * PAGE] + os.urandom(PAGE) + kept[page * PAGE :])


def header(path: Path) -> None:
    path.write_bytes(os.urandom(100) + path.read_bytes()[100:])


def first_page(path: Path) -> None:
    noise_at(path, 1)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: -20 * PAGE - 77])


def text(path: Path) -> None:
    path.write_text("dear diary\n" * 500)


def page_of_a_table(path: Path) -> None:
    kept = path.read_bytes()
    full = [n for n in range(len(kept) // PAGE) if kept[n * PAGE : (n + 1) * PAGE].count(b"connection refused") > 20]
    noise_at(path, full[len(full) // 2] + 1)


def ten_pages(path: Path) -> None:
    pages = path.stat().st_size // PAGE
    for n in range(10):
        noise_at(path, pages // 4 + 7 * n)


def index(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        ((root,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'notifications_at'")
    noise_at(path, root)


def free_list(path: Path) -> None:
    (first,) = struct.unpack_from(">I", path.read_bytes(), 32)
    assert first
    noise_at(path, first)


def names(path: Path) -> None:
    """Where the services are listed."""
    with closing(sqlite3.connect(path)) as connection:
        ((root,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'services'")
    noise_at(path, root)


def log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").write_bytes(os.urandom(40_000))
