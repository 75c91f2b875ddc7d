"""What semantics §5 demands of a life that was led: each function gives what it has to complain of.

It knows what befell the laptop, what its servers were asked, what its screen showed and what its book says; nothing
of the program in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from tests.invariants.laptop import Laptop, Result
from tests.invariants.life import HEALTHY
from trayapp.core.words import Outcome, Status

DECISIVE = (Outcome.OK, Outcome.WARNING, Outcome.CRITICAL)
VOID = ("changed", "removed")
RELATED = ("web", "behind")

MUTE = "mute"

PAUSE = 130.0
"""Seconds for which a pause of all of them may go on after somebody meddled."""


SOON = 1.0
"""Seconds by which a check of the healthy may be late."""


def asked_twice_at_a_time(laptop: Laptop) -> Iterator[str]:
    """I11."""
    yield from laptop.doubled


def asked_in_a_burst(laptop: Laptop) -> Iterator[str]:
    """I12: from each waking until somebody meddles, or all are to be asked anew for another reason."""
    for woke in laptop.woken:
        anew = (*laptop.meddled, *(t for t, what in laptop.disturbed if what == "all"))
        over = min((t for t in anew if t > woke), default=float("inf"))
        if any(woke - PAUSE < t <= woke for t in laptop.meddled):
            continue  # the end of a pause has all asked at once, whenever that is
        for service, starts in _starts(laptop).items():
            if service not in laptop.services or service in laptop.maintained or service in RELATED:
                continue  # the end of a maintenance has it asked at once, and relatives ask for each other
            recheck = laptop.services[service].recheck / 1000
            after = [start for start in starts if woke < start < over]
            for one, next_ in pairwise(after):
                if any(one < t < next_ for t, _ in laptop.disturbed):
                    continue  # a network that went and came back has those that it kept out of sight asked at once
                if next_ - one < recheck - 0.01:
                    yield f"{service} at {one:.2f} and {next_:.2f} after waking at {woke:.2f}"


def counted_though_disturbed(laptop: Laptop) -> Iterator[str]:
    """I13."""
    for each in laptop.results:
        if each.result.finding.outcome is Outcome.CRITICAL and _disturbed(laptop, each):
            yield f"{each.result.service} asked at {each.began:.2f}"


def disturbed_by_others(laptop: Laptop) -> Iterator[str]:
    """I18, and that there are no false alarms: only who was ill is ever down."""
    for service, incident in laptop.book.read("SELECT key, i.id FROM incidents i JOIN services s ON s.id = service"):
        if service not in laptop.ever_ill:
            yield f"{service} was never ill and has incident {incident}"
    unusual = [*(t for t, _ in laptop.disturbed), *laptop.meddled]
    for service in HEALTHY:
        starts = _starts(laptop)[service]
        late = laptop.services[service].interval / 1000 + SOON
        for one, next_ in pairwise(starts):
            if next_ - one > late and not any(one <= t <= next_ for t in unusual):
                yield f"{service} was asked at {one:.2f} and again at {next_:.2f}"


def told_wrong(laptop: Laptop) -> Iterator[str]:
    """I5, I6, I14."""
    moments = [moment for moment, _ in laptop.shown]
    for first, sixth in zip(moments, moments[5:], strict=False):
        if sixth - first < 10:
            yield f"six notifications from {first:.2f} to {sixth:.2f}"
    told = laptop.book.read(
        """
        SELECT key, mentions.incident, said = 'back', notification, closing FROM mentions
        JOIN incidents ON incidents.id = mentions.incident JOIN services ON services.id = service ORDER BY 1, 2, 3
        """
    )
    for service, news in groupby(told, key=lambda row: row[0]):
        is_told: object = None
        last = 0
        for _, incident, is_back, notification, closing in news:
            if notification < last:
                yield f"{service}: the news of {incident} came before older ones"
            last = notification
            if not is_back and is_told is not None:
                yield f"{service}: {incident} is down while {is_told} was"
            if is_back and is_told != incident and service not in laptop.wanted_back:
                yield f"{service}: {incident} is back and was not told to be down"
            is_told = None if is_back or closing in VOID else incident
    for _, notification in laptop.shown:
        if MUTE in notification.services and MUTE not in laptop.wanted_back:
            yield f"{MUTE} was told of: {notification.title}"


def not_told(laptop: Laptop) -> Iterator[str]:
    """I16: of each incident there is a delivered notification, or a reason why there is none.

    What went out of sight before it could be told waits to be seen again.
    """
    seen = {view.service.id for view in laptop.last.services if view.belief.status is Status.DOWN}
    for incident, service, closing in laptop.book.read(
        """
        SELECT incidents.id, key, closing FROM incidents JOIN services ON services.id = service
        WHERE NOT EXISTS (SELECT 1 FROM withheld WHERE incident = incidents.id)
        AND NOT EXISTS (SELECT 1 FROM mentions JOIN notifications ON notifications.id = notification
                        WHERE mentions.incident = incidents.id AND said = 'down' AND delivered_at IS NOT NULL)
        """
    ):
        if closing or service in seen:
            yield f"incident {incident} of {service} ({closing or 'open'})"


def believed_otherwise(laptop: Laptop) -> Iterator[str]:
    """I7: of what is seen, unsuppressed and steady, what was told is what is true."""
    for view in laptop.last.services:
        last, belief, told = view.belief.last, view.belief, view.telling.told
        seen = last is not None and last.finding.outcome in DECISIVE and belief.status is not Status.UNKNOWN
        true = belief.incident.id if belief.incident is not None else None
        if seen and not belief.flapping and view.service.notify == "all" and told != true:
            yield f"{view.service.id}: told {told}, true {true}"


def forgotten(laptop: Laptop) -> Iterator[str]:
    """I15."""
    for before, after in laptop.forgotten:
        yield f"{before}\nbecame {after}"


def given_twice(laptop: Laptop) -> Iterator[str]:
    """I19: an id that was not given yet is above all that were, and one that was is of the same thing."""
    known: dict[tuple[str, int], str] = {}
    highest = {"incident": 0, "notification": 0}
    for kind, id_, what in laptop.book.given:
        if (kind, id_) in known:
            if known[kind, id_] != what:
                yield f"{kind} {id_} was {known[kind, id_]} and is {what}"
        elif id_ <= highest[kind]:
            yield f"{kind} {id_} came after {highest[kind]}"
        known[kind, id_] = what
        highest[kind] = max(highest[kind], id_)


def not_whole(laptop: Laptop) -> Iterator[str]:
    """I1, I3, I4, I20: of what the book says."""
    now = laptop.last.at
    read = laptop.book.read
    yield from (f"orphan {row}" for row in read("PRAGMA foreign_key_check"))
    for service, created in read("SELECT id, created FROM services"):
        starts = read(f"SELECT start, status FROM segments WHERE service = {service} ORDER BY start")
        incidents = read(f'SELECT id, start, confirmed, "end" FROM incidents WHERE service = {service} ORDER BY id')
        if not starts or (starts[0][0] != created and not laptop.set_back):
            yield f"service {service}: nothing is known from {created} on, but {starts[:1]}"
        ends = [start for start, _ in starts[1:]] + [max(now, *(start + 1 for start, _ in starts))]
        for id_, start, confirmed, end in incidents:
            if not start <= confirmed <= (confirmed if end is None else end):
                yield f"incident {id_}: {start}, {confirmed}, {end}"
        for (one, _, _, end), (two, start, _, _) in pairwise(incidents):
            if end is None or end > start:
                yield f"incidents {one} and {two} overlap"
        for (start, status), until in zip(starts, ends, strict=True):
            around = [i for i, begun, _, end in incidents if begun <= start and (end is None or until <= end)]
            if status == "DOWN" and len(around) != 1:
                yield f"service {service} is DOWN from {start} to {until}, in incidents {around}"
    laptop.book.read("DELETE FROM services")
    for (table,) in read("SELECT name FROM sqlite_master WHERE type = 'table'"):
        rows = read(f"SELECT * FROM {table}") if table in OF_SERVICES else []
        kept = [row for row in rows if row[0] != "blind"]
        yield from (f"{table} keeps {row}" for row in kept)


OF_SERVICES = {"results", "segments", "incidents", "tellings", "pauses", "mentions", "owed", "withheld", "standing"}


def _starts(laptop: Laptop) -> dict[str, list[float]]:
    starts: dict[str, list[float]] = {service: [] for service in (*HEALTHY, *laptop.services)}
    for each in laptop.asked:
        starts.setdefault(each.service, []).append(each.began)
    return starts


def _disturbed(laptop: Laptop, each: Result) -> bool:
    here = each.result.service == "local"
    return any(each.began < t < each.counted and not (here and what == "network") for t, what in laptop.disturbed)
