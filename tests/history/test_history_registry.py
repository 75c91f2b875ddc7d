"""Which services there are, and what an edit of the file between two runs does to their past."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, ok, turn
from trayapp.core.news import Mention, Notes, Owed, Said, Standing, Withheld
from trayapp.core.words import Status, Telling
from trayapp.history.queries import Reader
from trayapp.history.registry import Registration, fingerprint


def test_a_new_service_is_unknown_from_its_registration_on(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    assert history.register([a_service()], NOON).result(WAIT) == Registration(("web",), (), ())
    assert history.register([a_service()], NOON + 5).result(WAIT) == Registration((), (), ())
    (memory,) = history.remembered([a_service(), a_service("stranger")]).result(WAIT).services.values()
    assert (memory.status, memory.reason, memory.since) == (Status.UNKNOWN, "new", NOON)
    assert history.close(WAIT)


def test_another_target_closes_the_incident_and_forgets_what_was_told(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    down = turn("web", NOON, Status.DOWN, incident=an_incident(1, "web", NOON))
    history.commit([down], [Telling("web", told=1, snoozed_until=NOON * 2)])
    elsewhere = a_service(target="elsewhere:80")
    assert history.register([elsewhere], NOON + 50_000).result(WAIT) == Registration((), ("web",), ())
    memory = history.remembered([elsewhere]).result(WAIT).services["web"]
    assert (memory.status, memory.reason, memory.since) == (Status.UNKNOWN, "changed", NOON + 50_000)
    assert memory.incident is None
    assert memory.telling == Telling("web", snoozed_until=NOON * 2)
    (incident,) = Reader(path).incidents(0, NOON * 2)
    assert (incident.end, incident.closing, incident.end_uncertain) == (NOON + 50_000, "changed", True)
    assert history.close(WAIT)


def test_another_name_or_threshold_is_the_same_service(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    renamed = a_service(name="Shop", failure_threshold=9)
    assert history.register([renamed], NOON + 1).result(WAIT) == Registration((), (), ())
    assert history.close(WAIT)


def test_what_is_absent_is_only_reported_until_it_is_removed(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service("web"), a_service("mail")], NOON)
    history.commit([turn("mail", NOON, Status.DOWN, incident=an_incident(3, "mail", NOON))])
    assert history.register([a_service("web")], NOON + 1).result(WAIT).absent == ("mail",)
    assert Reader(path).incidents(0, NOON * 2)[0].end is None

    history.remove(["mail"], NOON + 90_000).result(WAIT)
    assert Reader(path).incidents(0, NOON * 2)[0].closing == "removed"
    assert [latest.service for latest in Reader(path).latest(NOON + 100_000)] == ["web"]
    assert history.register([a_service("web")], NOON + 100_000).result(WAIT).absent == ()
    assert history.close(WAIT)


def test_a_service_that_comes_back_is_new_and_has_its_past(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    history.commit([turn("web", NOON + 10, Status.UP)])
    history.remove(["web"], NOON + 20)
    assert history.register([a_service()], NOON + 30).result(WAIT).new == ("web",)
    segments = Reader(path).segments("web", NOON, NOON + 40, NOON + 40)
    assert [(s.start, s.reason or s.status) for s in segments] == [
        (NOON, "new"),
        (NOON + 10, Status.UP),
        (NOON + 20, "removed"),
        (NOON + 30, "new"),
    ]
    assert history.close(WAIT)


def test_a_service_that_comes_back_after_the_clock_was_set_back_goes_on_where_its_past_ends(
    path: Path, faults: Faults
) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    history.commit([turn("web", NOON, Status.DOWN, incident=an_incident(1, "web", NOON))])
    history.remove(["web"], NOON + 30_000)
    history.register([a_service()], NOON - 3_600_000)
    (memory,) = history.remembered([a_service()]).result(WAIT).services.values()
    assert (memory.reason, memory.since, memory.counted_since) == ("new", NOON + 30_000, NOON + 30_000)
    assert history.close(WAIT)


def test_what_was_asked_for_goes_with_a_service_that_is_removed(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service("web"), a_service("mail")], NOON)
    for key in ("web", "mail"):
        history.set_paused(NOON * 2, key)
        history.commit(
            [], [Telling(key, snoozed_until=NOON * 2)], [], Notes(standing=(Standing("when_back", key, NOON),))
        )
    history.commit(notes=Notes(standing=(Standing("blind", "web", NOON),)))
    history.remove(["web"], NOON + 1)
    history.register([a_service("web"), a_service("mail")], NOON + 2)
    remembered = history.remembered([a_service("web"), a_service("mail")]).result(WAIT)
    assert history.close(WAIT)
    assert remembered.paused == {"mail": NOON * 2}
    assert remembered.telling.standing == (Standing("blind", "web", NOON), Standing("when_back", "mail", NOON))
    tellings = [memory.telling for memory in remembered.services.values()]
    assert tellings == [Telling("web"), Telling("mail", snoozed_until=NOON * 2)]


def test_flapping_is_counted_anew_for_a_service_that_dials_something_else(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    history.commit([turn("web", NOON, Status.UP, flapping_since=NOON, counted_since=NOON)])
    elsewhere = a_service(target="elsewhere:80")
    history.register([elsewhere], NOON + 50_000)
    memory = history.remembered([elsewhere]).result(WAIT).services["web"]
    assert (memory.flapping_since, memory.counted_since) == (None, NOON + 50_000)
    assert history.close(WAIT)


def test_the_rows_of_a_service_go_with_its_own(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service("web"), a_service("mail")], NOON)
    for id_, key in ((1, "web"), (2, "mail")):
        incident = an_incident(id_, key, NOON)
        history.record(ok(key, NOON))
        history.set_paused(NOON * 2, key)
        notes = Notes(
            owed=(Owed(incident, Said.DOWN, NOON),),
            mentions=(Mention(id_, Said.DOWN, id_),),
            withheld=(Withheld(id_, "snoozed", NOON),),
            standing=(Standing("flapping", key, NOON), Standing("blind", key, NOON)),
        )
        history.commit([turn(key, NOON, Status.DOWN, incident=incident)], [Telling(key, told=id_)], [], notes)
    assert history.close(WAIT)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM services WHERE key = 'web'")

        def of(table: str, column: str) -> list[object]:
            return [value for (value,) in connection.execute(f"SELECT DISTINCT {column} FROM {table}")]

        for table in ("results", "segments", "incidents", "tellings", "pauses"):
            assert of(table, "service") == [2], table
        for table in ("mentions", "owed", "withheld"):
            assert of(table, "incident") == [2], table
        assert connection.execute("SELECT what, about FROM standing ORDER BY what, about").fetchall() == [
            ("blind", "mail"),
            ("blind", "web"),
            ("flapping", "mail"),
        ]


def test_a_fingerprint_does_not_show_the_target() -> None:
    assert fingerprint(a_service(target="a:1")) != fingerprint(a_service(target="b:1"))
    assert "secret-host" not in fingerprint(a_service(target="secret-host:1"))
