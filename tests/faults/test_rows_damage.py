"""The faults of a history's bytes: damage is told, what can be read goes on, and ten years are not too many."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults import old_history
from tests.faults.old_history import PAGE, live_long
from tests.faults.table import Property, row
from tests.history.past import NOON, WAIT, Faults, a_history, a_service
from tests.servers import until
from trayapp.history.queries import Reader

DAMAGES = {
    "a damaged header": old_history.header,
    "a damaged first page": old_history.first_page,
    "a file cut short": old_history.cut_short,
    "a file of text": old_history.text,
    "noise in a table": old_history.page_of_a_table,
    "noise at ten places": old_history.ten_pages,
    "noise in an index": old_history.index,
    "noise in the free list": old_history.free_list,
    "noise in the log": old_history.log,
}
HARMLESS = {"noise in an index", "noise in the free list", "noise in the log"}


def page_of(content: bytes, number: int) -> bytes:
    return content[number * PAGE : (number + 1) * PAGE]


@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_history_is_kept_and_what_can_be_read_of_it_goes_on(
    what: str, tmp_path: Path, record_property: Property
) -> None:
    with row("H5", what, record_property) as seen:
        path, faults = tmp_path / "history.db", Faults()
        live_long(path)
        good = path.read_bytes()
        DAMAGES[what](path)
        found = path.read_bytes()
        wrong = [n for n in range(len(good) // PAGE) if page_of(good, n) != page_of(found, n)]
        seen.begin()
        history = a_history(path, faults)
        history.register([a_service(f"s{n}") for n in range(1, 6)], NOON * 2).result(WAIT)
        until(lambda: history.trouble is not None or what in HARMLESS or what == "noise in a table", WAIT)
        kept = [file for file in tmp_path.glob("*.corrupt-*") if not file.name.endswith(("-wal", "-shm"))]
        came = len(Reader(path).incidents(0, 1 << 60)) if kept or what in HARMLESS else 0
        seen.seen(f"{came} of 3000 incidents", "set aside" if kept else "nothing to mend")
        assert history.close(WAIT)
        assert faults == []
        if kept:
            aside = kept[0].read_bytes()
            # What shows only while it is in use was written to until then, but for what is damaged.
            assert aside == found or all(page_of(aside, n) == page_of(found, n) for n in wrong)
            assert kept[0].name in (history.trouble or "")
        assert kept or what in HARMLESS
        assert came == 3000 or what in ("a file of text", "a file cut short", "noise in a table", "noise at ten places")
        assert came > 2700 or what == "a file of text"


def test_a_history_without_a_byte_is_missed(tmp_path: Path, record_property: Property) -> None:
    with row("H6", "history.db is empty, which SQLite finds in order", record_property) as seen:
        path = tmp_path / "history.db"
        path.touch()
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        history = a_history(path, Faults())
        assert history.close(WAIT)
        assert "history.db was empty" in (history.trouble or "")
        seen.seen("begun anew", "said so")


def test_a_bit_that_turned_over_in_an_incident_is_seen(tmp_path: Path, record_property: Property) -> None:
    with row("H6", "one bit of an incident turns over, which SQLite finds in order", record_property) as seen:
        path = tmp_path / "history.db"
        live_long(path, incidents=1200)
        content = bytearray(path.read_bytes())
        content[content.index(b"connection refused")] ^= 1
        path.write_bytes(content)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        history = a_history(path, Faults())

        def said() -> bool:
            history.commit().result(WAIT)
            return history.trouble is not None

        until(said, WAIT)
        assert re.fullmatch(
            r"Incident \d+ in the history does not read as it was written: the disk changed it\.", history.trouble or ""
        )
        (doubtful,) = Reader(path).doubtful()
        assert doubtful in {incident.id for incident in Reader(path).incidents(0, 1 << 60)}
        assert history.close(WAIT)
        seen.seen("shown as doubtful", "checksum")


Ask = Callable[[Reader, list[str]], object]

YEAR = 365 * 86_400_000
YEARS = 10 * YEAR
QUESTIONS: dict[str, Ask] = {
    "timelines": lambda reader, keys: reader.timelines(keys, NOON, NOON + YEARS, NOON + YEARS),
    "incidents": lambda reader, keys: reader.incidents(NOON + YEARS - YEAR // 12, NOON + YEARS),
    "latest": lambda reader, keys: reader.latest(NOON + YEARS),
    "last results": lambda reader, keys: reader.last_results(keys[0], 50),
    "checks": lambda reader, keys: reader.checks(keys[0], NOON, NOON + YEARS),
    "latency": lambda reader, keys: reader.latency(keys, NOON, NOON + YEARS),
    "size": lambda reader, keys: reader.size(),
}


@pytest.fixture(scope="module")
def ten_years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50 services, an incident of each every other day."""
    path = tmp_path_factory.mktemp("years") / "history.db"
    live_long(path, services=50, incidents=50 * 1825, segments=2 * 1825)
    return path


@pytest.mark.parametrize("what", QUESTIONS)
def test_ten_years_are_asked_through_indices(what: str, ten_years: Path, record_property: Property) -> None:
    with row("H18", f"ten years of segments and incidents, 50 services: {what}", record_property) as seen:
        keys = [f"s{n}" for n in range(1, 51)]
        reader = Overheard(ten_years)
        seen.begin()
        QUESTIONS[what](reader, keys)
        seen.seen(f"{ten_years.stat().st_size / 1e6:.1f} MB", "indices")
        assert reader.said
        scanned = {table for statement in reader.said for table in _scanned(ten_years, statement)}
        assert scanned <= {"services", "asked", "pieces", "json_each", "corrections", "incidents"} - (
            set() if what == "incidents" else {"incidents"}
        )


class Overheard(Reader):
    """A reader whose statements are heard."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.said: list[str] = []

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with super()._reading() as connection:
            connection.set_trace_callback(self.said.append)
            yield connection


def _scanned(path: Path, statement: str) -> set[str]:
    """Tables that it reads from one end to the other."""
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return set()
    with closing(sqlite3.connect(path)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    lines = [line for *_, line in plan]
    return {match[1] for line in lines if (match := re.match(r"SCAN (\w+)", line)) and "CONSTANT" not in line}
