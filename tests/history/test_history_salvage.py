"""What can be read of a damaged history comes along, the damaged file is kept as it was, and a person is told."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults import old_history
from tests.faults.old_history import PAGE, live_long
from tests.history.past import NOON, WAIT, Faults, a_history, a_service
from trayapp.history.beginning import begin
from trayapp.history.queries import Reader
from trayapp.history.salvage import Salvaged, salvage
from trayapp.history.stretches import Placed, Stretches

EVERYBODY = [a_service(f"s{n}") for n in range(1, 6)]


def taken_over(damaged: Path, fresh: Path) -> tuple[Salvaged, dict[str, int]]:
    """What is said to have come along, and how many rows of each table did."""
    begin(fresh, NOON)
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        salvaged = salvage(damaged, connection)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = ("services", "segments", "incidents", "seals")
        return salvaged, {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}


WHOLE = [old_history.header, old_history.first_page, old_history.index, old_history.free_list, old_history.log]


@pytest.mark.parametrize("damage", WHOLE, ids=lambda damage: damage.__name__)
def test_damage_beside_what_is_remembered_costs_nothing(damage: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    live_long(path)
    damage(path)
    before = path.read_bytes()
    salvaged, counts = taken_over(path, tmp_path / "fresh.db")
    assert counts == {"services": 5, "segments": 10_000, "incidents": 3000, "seals": 3000}
    assert (salvaged.taken, salvaged.lost) == (13_005, 0)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir() if "salvage" in file.name) == []


def test_the_names_of_services_are_found_in_their_index(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    live_long(path)
    old_history.names(path)
    _, counts = taken_over(path, tmp_path / "fresh.db")
    assert counts == {"services": 5, "segments": 10_000, "incidents": 3000, "seals": 3000}
    with closing(sqlite3.connect(tmp_path / "fresh.db")) as fresh:
        assert fresh.execute("SELECT key, created FROM services WHERE id = 3").fetchone() == ("s3", NOON)


def test_around_a_damaged_page_everything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    live_long(path)
    old_history.page_of_a_table(path)
    salvaged, counts = taken_over(path, tmp_path / "fresh.db")
    assert 2900 < counts["incidents"] < 3000
    assert counts["segments"] == 10_000
    assert 13_005 - 3 <= salvaged.taken + salvaged.lost <= 13_005 + 3
    assert str(salvaged).startswith(f"{salvaged.taken:,} of about 13,0")


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_damaged_what_is_taken_over_was_there(seed: int, tmp_path: Path) -> None:
    path, chance = tmp_path / "history.db", random.Random(seed)
    live_long(path, incidents=600, segments=400)
    with closing(sqlite3.connect(path)) as connection:
        were = set(connection.execute("SELECT id, start FROM incidents").fetchall())
    content = bytearray(path.read_bytes())
    for _ in range(chance.randrange(1, 12)):
        page = chance.randrange(len(content) // PAGE)
        content[page * PAGE : (page + 1) * PAGE] = chance.randbytes(PAGE)
    path.write_bytes(content)
    salvaged, counts = taken_over(path, tmp_path / "fresh.db")
    with closing(sqlite3.connect(tmp_path / "fresh.db")) as connection:
        assert set(connection.execute("SELECT id, start FROM incidents").fetchall()) <= were
    assert salvaged.taken == counts["services"] + counts["segments"] + counts["incidents"]


def test_after_a_start_people_are_told_how_much_came_along_and_ids_go_on_above(path: Path, faults: Faults) -> None:
    live_long(path)
    old_history.header(path)
    history = a_history(path, faults)
    remembered = history.remembered(EVERYBODY).result(WAIT)
    assert history.trouble is not None
    assert re.fullmatch(
        r"history\.db was damaged: it is kept as history\.db\.corrupt-\w+, and a new history was begun; "
        r"all 13,0\d\d entries of it could be read and were taken over\.",
        history.trouble,
    )
    assert remembered.next_incident == NOON // 1000
    assert set(remembered.services) == {service.id for service in EVERYBODY}
    assert len(Reader(path).incidents(0, 1 << 60)) == 3000
    assert Reader(path).doubtful() == set()
    assert history.close(WAIT)


def test_an_incident_whose_bytes_were_changed_stays_doubtful_when_it_is_salvaged(tmp_path: Path) -> None:
    path, fresh = tmp_path / "history.db", tmp_path / "fresh.db"
    live_long(path, incidents=9)
    content = path.read_bytes()
    place = content.index(b"connection refused")
    path.write_bytes(content[:place] + b"C" + content[place + 1 :])
    assert len(Reader(path).doubtful()) == 1
    taken_over(path, fresh)
    assert Reader(fresh).doubtful() == Reader(path).doubtful()


def test_killed_in_the_middle_it_is_done_again(path: Path, faults: Faults) -> None:
    """The damaged file stays in its place until the new one is complete."""
    live_long(path)
    old_history.header(path)
    path.with_name("history.db.new").write_bytes(b"half of it")
    path.with_name("history.db.salvage").write_bytes(b"half of it")
    history = a_history(path, faults)
    assert history.close(WAIT)
    assert len(Reader(path).incidents(0, 1 << 60)) == 3000
    kept = sorted(file.name for file in path.parent.iterdir() if not file.name.endswith(("-wal", "-shm")))
    assert [re.sub(r"corrupt-.*", "corrupt", name) for name in kept] == ["history.db", "history.db.corrupt"]


@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize(
    "damaged", [range(50, 60), range(10), range(90, 100), range(100), [*range(3), *range(40, 80), 99], []]
)
def test_stretches_yield_every_row_that_can_be_reached(damaged: list[int], dense: bool) -> None:
    step = 1 if dense else 3_600_000
    first = 1 if dense else NOON
    places = [first + n * step for n in range(100)]
    bad = {places[n] for n in damaged}

    def read(low: int, high: int, backwards: bool) -> Placed:
        there = [place for place in places if low <= place <= high]
        for place in reversed(there) if backwards else there:
            if place in bad:
                raise sqlite3.DatabaseError("malformed")
            yield place, (place,)

    stretches = Stretches(read, 2**43, dense=dense)
    found = {row[0] for rows in stretches for row in rows}
    assert found == set(places) - bad
    assert stretches.blind is (len(bad) == 100)
    if 0 < len(bad) < 100:
        assert 1 <= stretches.lost <= 130
    elif not bad:
        assert stretches.lost == 0
