"""What must be true of a home between two lives, and when the story is over."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.faults.crash_story import SERVICES, Story, ms
from tests.history.past import NOON, WAIT, Faults, a_history
from trayapp.config.load import load_file
from trayapp.core.news import Said
from trayapp.core.words import Belief, Incident, Service, Status
from trayapp.history.memory import Memory, Remembered
from trayapp.history.queries import Reader


def prove_kept(story: Story, aside: Path) -> frozenset[str]:
    """Everything that was acknowledged until now is on the disk, and a restart believes as it did.

    Looked at in a copy, as the next life will find it. Gives the kinds of notifications that may have been seen.
    """
    path = shutil.copytree(story.places.data, aside) / "history.db"
    remembered = recalled(path, story)
    prove_sound(path)
    memory, incidents = remembered.services.get("web"), Reader(path).incidents(0, NOON * 2)
    prove_believed(story, path, believed(story, memory) if memory is not None else None)
    assert incidents or not story.told("down", "recovered")
    assert not story.told("recovered") or incidents[0].closing == "recovered"
    if memory is not None and incidents:
        prove_told(remembered, memory, incidents)
    return frozenset(notification.kind for notification, attempted in remembered.telling.undelivered if attempted)


def prove_believed(story: Story, path: Path, belief: Belief | None) -> None:
    """What a restart believes is the newest turn that was seen, or one after the last that a person was told of.

    Notifications are committed after all turns before them, and turns with all results before them.
    """
    last = story.lives[-1]
    told = max((at for at, line in enumerate(last.lines) if "told" in line), default=0)
    safe = sum(line in last.turns("web") for line in last.lines[:told])
    turns = last.turns("web")
    seen = {(turn["to"], ms(turn["since"])): at for at, turn in enumerate(turns, 1)}
    believed = seen.get((belief.status, belief.since)) if belief is not None else None
    if believed is not None:
        assert believed >= safe
        before = last.lines[: last.lines.index(turns[believed - 1])]
        results = {result.at for result in Reader(path).last_results("web", 10_000)}
        assert results >= {ms(line["at"]) for line in before if line in last.checks("web")}
    else:
        # From before this life, or the very turn that it had no time to say.
        assert safe == 0 or (belief is not None and belief.since >= ms(turns[-1]["since"]))


def recalled(path: Path, story: Story) -> Remembered:
    """What a restart is told."""
    faults = Faults()
    history = a_history(path, faults)
    remembered = history.remembered(services(story)).result(WAIT)
    assert history.trouble is None
    assert history.close(WAIT)
    assert faults == []
    return remembered


def services(story: Story) -> tuple[Service, ...]:
    settings = load_file(story.places.services_toml).settings
    assert settings is not None
    return settings.services


def believed(story: Story, memory: Memory) -> Belief:
    service = next(service for service in services(story) if service.id == memory.service)
    return memory.belief(service)


def prove_told(remembered: Remembered, memory: Memory, incidents: list[Incident]) -> None:
    """The incident, what the user was told of it and what is owed to him agree."""
    (incident,) = incidents
    assert memory.incident == (incident if incident.end is None else None)
    assert memory.telling.told == (incident.id if incident.end is None else None)
    told = {(each.incident.id, each.said) for each in remembered.telling.mentioned}
    owed = {(each.incident.id, each.said) for each in remembered.telling.owed}
    said = Said.DOWN if incident.end is None or not told else Said.BACK
    assert (incident.id, said) in told | owed
    assert remembered.next_incident == incident.id + 1


def prove_sound(path: Path) -> None:
    """The file is whole, nothing was set aside for it, and outages lie in incidents."""
    assert not list(path.parent.glob("*corrupt*"))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        outages = connection.execute(
            """
            SELECT count(*) FROM segments WHERE status = 'DOWN' AND NOT EXISTS (
                SELECT 1 FROM incidents WHERE incidents.service = segments.service
                AND incidents.start <= segments.start AND coalesce("end" > segments.start, true)
            )
            """
        ).fetchone()
        assert outages == (0,)


def is_complete(story: Story) -> bool:
    """Whether the outage and its end are on the disk."""
    path = story.places.history_db
    return path.exists() and any(incident.closing for incident in Reader(path).incidents(0, NOON * 2))


def prove_over(story: Story) -> None:
    """All of it happened once: one incident from its first failure to its end, told once, and nothing left to tell."""
    path = story.places.history_db
    prove_sound(path)
    (incident,) = Reader(path).incidents(0, NOON * 2)
    assert (incident.service, incident.closing) == ("web", "recovered")
    assert incident.start <= incident.confirmed <= (incident.end or 0)
    # On a busy machine the last check may have been late, and its service be unknown.
    latest = {each.service: each.status for each in Reader(path).latest(0)}
    assert latest.keys() == set(SERVICES)
    assert Status.DOWN not in latest.values()
    remembered = recalled(path, story)
    assert remembered.telling.undelivered == remembered.telling.owed == ()
    assert {memory.telling.told for memory in remembered.services.values()} == {None}
    with closing(sqlite3.connect(path)) as connection:
        mentions = connection.execute("SELECT incident, said FROM mentions ORDER BY said").fetchall()
    assert mentions == [(incident.id, "back"), (incident.id, "down")]


def prove_heard_once(story: Story, maybe_seen: frozenset[str] = frozenset()) -> None:
    """The person heard of the outage, never twice as new, and once that it was over; of what one may have seen just
    when the program was killed, that it is over is not told again.
    """
    assert len(story.told("down")) <= 1
    assert story.told("down", "reminder")
    assert len(story.told("recovered")) == 1 or (not story.told("recovered") and "recovered" in maybe_seen)
    assert len({line["incident"] for line in story.told("down", "reminder", "recovered")}) == 1
    assert not story.told("group", "flapping", "blind", "summary")
    ids = [line["id"] for life in story.lives for line in life.lines if "told" in line]
    assert len(set(ids)) == len(ids)
