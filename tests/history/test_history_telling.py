"""What alerts remember comes back as it was, and an older history gains the room for it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.history.past import NOON, WAIT, Faults, a_history, a_notification, a_service, an_incident, turn
from trayapp.core.news import Mention, Notes, Owed, Said, Standing, Told, Withheld
from trayapp.core.words import Status, Telling
from trayapp.history import schema
from trayapp.history.beginning import begin
from trayapp.history.migrations import MIGRATIONS
from trayapp.history.telling import keep, recall

SERVICE = a_service("web")


def a_history_of_version_1(path: Path) -> None:
    """As the first release left it: one outage told and open, one told to be over."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        schema.migrate(connection, MIGRATIONS[:1])
        connection.execute("INSERT INTO services VALUES (1, 'web', 0, '', NULL, NULL, NULL)")
        for incident, end in ((1, 500), (2, None)):
            connection.execute(
                'INSERT INTO incidents VALUES (?, 1, 100, 200, ?, ?, 0, "refused", "")',
                (incident, end, "recovered" if end else ""),
            )
        for id_, kind, incident in ((1, "down", 1), (2, "recovered", 1), (3, "down", 2)):
            connection.execute(
                "INSERT INTO notifications VALUES (?, ?, ?, ?, ?, 'title', '', 1, 300, 300)",
                (id_, 300 + id_, kind, json.dumps(["web"]), incident),
            )


def test_a_history_of_version_1_keeps_what_was_told(path: Path, faults: Faults) -> None:
    a_history_of_version_1(path)
    history = a_history(path, faults)
    told = history.remembered([SERVICE]).result(WAIT).telling
    assert history.close(WAIT)
    assert history.trouble is None
    assert [(each.thread, each.incident.id, each.said, each.notification) for each in told.mentioned] == [
        (2, 2, Said.DOWN, 3)
    ]
    assert told.threads == (Told(2, 303, 303, None, 0),)
    with closing(sqlite3.connect(path)) as connection:
        assert schema.version(connection) == schema.CURRENT
        found = connection.execute("SELECT * FROM mentions ORDER BY notification").fetchall()
    assert found == [(1, "down", 1), (1, "back", 2), (2, "down", 3)]


def test_what_is_owed_is_committed_with_its_incident_and_comes_back(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([SERVICE], NOON)
    incident = an_incident(1, "web", NOON)
    owed = Owed(incident, Said.DOWN, NOON + 5, held=True)
    history.commit([turn("web", NOON, Status.DOWN, incident=incident)], notes=Notes(owed=(owed,))).result(WAIT)
    assert history.close(WAIT)
    again = a_history(path, faults)
    assert again.remembered([SERVICE]).result(WAIT).telling.owed == (owed,)
    again.commit(notes=Notes(settled=(1,))).result(WAIT)
    assert again.remembered([SERVICE]).result(WAIT).telling.owed == ()
    assert again.close(WAIT)


def test_changes_and_notes_are_written_together_or_not_at_all(path: Path, expected_faults: Faults) -> None:
    history = a_history(path, expected_faults)
    history.register([SERVICE], NOON)
    down = turn("web", NOON, Status.DOWN, incident=an_incident(1, "web", NOON))
    wrong = history.commit(
        [down], [Telling("web", told=1)], [a_notification(1)], Notes(mentions=(Mention(1 << 70, Said.DOWN, 1),))
    )
    assert isinstance(wrong.exception(WAIT), OverflowError)
    remembered = history.remembered([SERVICE]).result(WAIT)
    assert history.close(WAIT)
    memory = remembered.services["web"]
    assert (memory.status, memory.incident, memory.telling) == (Status.UNKNOWN, None, Telling("web"))
    assert (remembered.telling.undelivered, remembered.telling.next_id, len(expected_faults)) == ((), 1, 1)


def test_threads_and_their_reminders_come_back_while_they_matter(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([SERVICE], NOON)
    incident = an_incident(1, "web", NOON)
    history.commit(
        [turn("web", NOON, Status.DOWN, incident=incident)],
        (),
        [a_notification(1, incident=1), a_notification(2, incident=1)],
        Notes(
            mentions=(Mention(1, Said.DOWN, 1),),
            withheld=(Withheld(1, "snoozed", NOON), Withheld(1, "snoozed", NOON + 1)),
            standing=(Standing("when_back", "web", NOON),),
        ),
    ).result(WAIT)
    told = history.remembered([SERVICE]).result(WAIT).telling
    assert [(each.thread, each.incident, each.said) for each in told.mentioned] == [(1, incident, Said.DOWN)]
    assert [shown.ring for shown in told.shown] == [True, False]
    assert told.standing == (Standing("when_back", "web", NOON),)
    assert [notification.id for notification, _ in told.undelivered] == [1, 2]
    assert told.next_id == 3
    history.commit(notes=Notes(lifted=(("when_back", "web"),), dropped=(1, 2))).result(WAIT)
    told = history.remembered([SERVICE]).result(WAIT).telling
    assert (told.standing, told.undelivered) == ((), ())
    assert history.close(WAIT)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM withheld").fetchall() == [(1, "snoozed", NOON)]


def test_writing_it_twice_does_no_harm(path: Path) -> None:
    path.parent.mkdir()
    begin(path, NOON)
    notes = Notes(
        settled=(3,),
        mentions=(Mention(1, Said.DOWN, 1),),
        withheld=(Withheld(2, "maintenance", NOON),),
        standing=(Standing("blind", "internet", NOON),),
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        keep(connection, notes, NOON)
        before = list(connection.iterdump())
        keep(connection, notes, NOON)
        assert list(connection.iterdump()) == before
        assert recall(connection, NOON).shown == ()
