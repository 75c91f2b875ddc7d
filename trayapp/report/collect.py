"""History is asked, in a few questions for all services together, and the answers become a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import tzinfo

from trayapp import __version__
from trayapp.core.account import as_text
from trayapp.core.words import Correction, Incident, Session
from trayapp.history.queries import Reader
from trayapp.report.assemble import Spans
from trayapp.report.grid import local
from trayapp.report.values import Chapter, Report, Subject, Told

TITLE = "Availability report"

MOST_ACCOUNTS = 200
"""Incidents of which a report tells what was seen: the longest."""

_MOST_TOLD = 500_000
"""Characters of all these accounts together."""


def collect(
    reader: Reader,
    subjects: Sequence[Subject],
    since: int,
    until: int,
    now: int,
    zone: tzinfo,
    title: str = TITLE,
) -> Report:
    """What history holds of these services in [since, min(until, now)), by the days of a zone.

    Raises HistoryUnavailable where there is none, and ValueError where that window is empty.
    """
    local.cache_clear()  # the zone of this machine may have been another one when the last report was made
    until = min(until, now)
    if until <= since:
        raise ValueError("a report is about some time in the past")
    ids = [subject.id for subject in subjects]
    timelines = reader.timelines(ids, since, until, now)
    incidents: dict[str, list[Incident]] = defaultdict(list)
    for incident in reader.incidents(since, until):
        if incident.service in timelines:
            incidents[incident.service].append(incident)
    every = [incident for each in incidents.values() for incident in each]
    told = {each.incident.id: each for each in _told(reader, every, subjects, until, now, zone)}
    markers = reader.markers(since, until)
    spans = Spans(since, until, zone)
    took = reader.latency_cells(ids, since, until, spans.took_edges)
    chapters = [
        spans.chapter(
            subject,
            timelines[subject.id],
            [told[incident.id] for incident in incidents[subject.id]],
            took[subject.id],
            [marker for marker in markers if not marker.services or subject.id in marker.services],
        )
        for subject in subjects
    ]
    return Report(
        title=title,
        since=since,
        until=until,
        made=now,
        zone=zone,
        version=__version__,
        chapters=tuple(chapters),
        markers=tuple(
            marker for marker in markers if not marker.services or not timelines.keys().isdisjoint(marker.services)
        ),
        ran=_ran(reader.sessions(since, until), since, until, chapters),
    )


def _told(
    reader: Reader, incidents: Sequence[Incident], subjects: Sequence[Subject], until: int, now: int, zone: tzinfo
) -> Iterator[Told]:
    """The incidents with what was said of them afterwards, and the longest with what was seen."""
    names = {subject.id: subject.name for subject in subjects}
    corrections = reader.corrections([incident.id for incident in incidents]) if incidents else {}
    damaged = reader.doubtful()
    room = _MOST_TOLD
    for n, incident in enumerate(sorted(incidents, key=lambda incident: -_lasted(incident, until))):
        account = ""
        if n < MOST_ACCOUNTS and room > 0:
            opening, closing = reader.evidence(incident.id)
            if opening is not None or closing is not None:
                account = as_text(incident, opening, closing, title=names[incident.service], now=now, zone=zone)
        if len(account) > room:
            account = ""
        room -= len(account)
        still = incident.end is None or incident.end > until
        correction = _standing(corrections.get(incident.id, ()))
        yield Told(incident, _lasted(incident, until), still, correction, account, incident.id in damaged)


def _lasted(incident: Incident, until: int) -> int:
    return (until if incident.end is None else min(incident.end, until)) - incident.start


def _standing(corrections: Sequence[Correction]) -> Correction | None:
    """The correction that nobody undid."""
    return next((each for each in corrections if each.undone_at is None), None)


def _ran(sessions: Sequence[Session], since: int, until: int, chapters: Sequence[Chapter]) -> int | None:
    """How long Watchbell ran; None where more was observed than that, because sessions were not written down yet."""
    ran = sum(max(0, min(each.until, until) - max(each.began, since)) for each in sessions)
    return ran if ran >= max((chapter.tally.known for chapter in chapters), default=1) else None
