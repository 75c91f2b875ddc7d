"""The sentences of notifications that tell of several things at once, or of ourselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trayapp.alerts.board import Member, Thread, Waiting
from trayapp.alerts.grouping import HOST, PARENT, in_common
from trayapp.core import wording
from trayapp.core.news import Said
from trayapp.core.wording import clock, duration, listed, plain
from trayapp.core.words import Incident, Service, Sight

_NETWORKS = {"internet": "the internet", "lan": "the local network", "loopback": "this computer itself"}

_MOST_REASONS = 4


def of_thread(thread: Thread, now: int, *, reminder: bool) -> tuple[str, str]:
    """Title and body of all that the thread tells of."""
    members = list(thread.members.values())
    if len(members) == 1:
        return _of_one(members[0], now, reminder=reminder)
    down = thread.open
    if not down:
        longest = max((member.incident.end or 0) - member.incident.start for member in members)
        return f"All {len(members)} services are back", f"{_names(members)}; down for {duration(longest)} at most"
    if len(down) < len(members):
        title = f"{len(members) - len(down)} of {len(members)} are back"
        return title, f"Still down: {_named(down)}"
    still = " still" if reminder else ""
    if common := _common(members):
        return f"{common}: {len(down)} services are{still} down", _named(down)
    return f"{len(down)} services are{still} down: {_names(down)}", _troubles(down)


def _of_one(member: Member, now: int, *, reminder: bool) -> tuple[str, str]:
    service, incident = member.service, member.incident
    if not member.back:
        return wording.still_down(service, incident, now) if reminder else wording.down(service, incident, now)
    title, body = wording.recovered(service, incident, now)
    return title, body if incident.cause or incident.message else ""


def flapping(services: Sequence[Service]) -> tuple[str, str]:
    """Title and body of the notification that several go to and fro."""
    return f"{len(services)} services keep failing and coming back", _titled(services)


def summary(held: Sequence[Waiting], *, away: bool) -> tuple[str, str]:
    """Title and body of what happened while nothing rang."""
    down = [w for w in held if w.owed.said is Said.DOWN and w.owed.incident.end is None]
    was = [w for w in held if w.owed.said is Said.DOWN and w.owed.incident.end is not None]
    back = [w for w in held if w.owed.said is Said.BACK]
    when = "While you were away" if away else "In the quiet hours"
    told = [
        f"{_went(each)} {what}"
        for each, what in ((down, "went down"), (was, "went down and came back"), (back, "came back"))
        if each
    ]
    title = f"{when}: {told[0]}" if len(told) == 1 else f"{when}: {_went(held)} changed"
    sentences = [
        f"{what}: {_titled([w.service for w in each])}"
        for each, what in ((down, "Still down"), (was, "Down and back"), (back, "Back"))
        if each
    ]
    return title, ". ".join(sentences)


def blind(sights: Sequence[Sight], now: int) -> tuple[str, str]:
    """That these networks cannot be seen, and since when."""
    since = min(sight.since for sight in sights)
    what = listed([network(sight.network) for sight in sights])
    why = "; ".join(dict.fromkeys(plain(sight.reason) for sight in sights if sight.reason))
    return f"Watchbell cannot see {what} since {clock(since, now)}", why


def sight(networks: Sequence[str], since: int, now: int) -> tuple[str, str]:
    """That these can be seen again."""
    what = listed([network(name) for name in networks])
    return f"Watchbell sees {what} again", f"It could not for {duration(now - since)}"


def impaired(problems: Sequence[str]) -> tuple[str, str]:
    """That something is wrong with Watchbell itself."""
    return "Watchbell has a problem of its own", ". ".join(plain(problem).rstrip(".") for problem in problems[:3])


def network(name: str) -> str:
    """A reachability class as a person calls it."""
    return _NETWORKS.get(name) or plain(f"the VPN {name.removeprefix('vpn:')}" if name.startswith("vpn:") else name, 40)


def _names(members: Sequence[Member]) -> str:
    return _titled([member.service for member in members])


def _titled(services: Sequence[Service]) -> str:
    return listed([plain(service.title, 60) or plain(service.id, 60) for service in services])


def _went(held: Sequence[Waiting]) -> str:
    return _titled([held[0].service]) if len(held) == 1 else f"{len(held)} services"


def _named(members: Sequence[Member]) -> str:
    """Who fails, and with what."""
    reasons = _reasons(members)
    return f"{_names(members)} ({next(iter(reasons))})" if len(reasons) == 1 else _assigned(reasons)


def _troubles(members: Sequence[Member]) -> str:
    """What they fail with, where their names stand already: each reason with those it belongs to, if there are
    several.
    """
    reasons = _reasons(members)
    return next(iter(reasons)) if len(reasons) == 1 else _assigned(reasons)


def _reasons(members: Sequence[Member]) -> dict[str, list[Member]]:
    """Who fails with what, in the order in which they failed."""
    found: dict[str, list[Member]] = {}
    for member in members:
        found.setdefault(_trouble(member.incident), []).append(member)
    return found


def _assigned(reasons: Mapping[str, Sequence[Member]]) -> str:
    """ "json: HTTP 503; job: no call since 14:02"."""
    shown = [f"{_names(members)}: {reason}" for reason, members in list(reasons.items())[:_MOST_REASONS]]
    rest = sum(len(members) for members in list(reasons.values())[_MOST_REASONS:])
    return "; ".join([*shown, *([f"and {rest} more"] if rest else [])])


def _trouble(incident: Incident) -> str:
    return plain(incident.message, 60).rstrip(".!") or plain(incident.cause.replace(".", " ").replace("_", " "), 60)


def _common(members: Sequence[Member]) -> str:
    """What all of them share, as the beginning of a sentence; empty where it is nothing."""
    tie = in_common(member.ties for member in members)
    kind, _, name = tie.partition(":")
    if kind == PARENT:
        parents = [member.service.title for member in members if member.service.id == name]
        name = parents[0] if parents else name
    return plain(f"Host {name}" if kind == HOST else name, 60)
