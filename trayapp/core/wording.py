"""Every sentence a person reads about a status, an incident or a change. Plain English, calm.

Texts from servers and files are hostile until `plain` has seen them. Durations and latencies
are cut, never rounded up, so that nothing is said to have lasted longer than it did.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from trayapp.core.reasons import REASONS, TURNED_AWAY, blindness, nearest_last
from trayapp.core.words import PHASES, Belief, Finding, Incident, Outcome, Service, ServiceView, Sight, Snapshot, Status

_TERMINAL_COMMAND = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_READ_AT_MOST = 20_000

TO_AND_FRO = "keeps failing and coming back"

_NOT_LOOKED_YET = frozenset({"new", "changed"})

_COUNTED = (
    (Status.DOWN, "down"),
    (Status.DEGRADED, "degraded"),
    (Status.UNKNOWN, "unknown"),
    (Status.UP, "up"),
    (Status.MAINTENANCE, "in maintenance"),
    (Status.PAUSED, "paused"),
)


def plain(text: str, limit: int = 200) -> str:
    """One line that shows what it holds: no control, bidi or zero-width characters, cut at `limit` with "…"."""
    visible = _TERMINAL_COMMAND.sub("", text[:_READ_AT_MOST])
    shown = " ".join("".join(_shown(character) for character in visible).split())
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def _shown(character: str) -> str:
    """A character as a line may hold it: itself, a blank for every kind of line break, or nothing."""
    if character.isspace():
        return " "
    if character in _INVISIBLE or unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs"}:
        return ""
    return character


def clock(moment: int, now: int) -> str:
    """A time of day here, with its date where that is another day's than the last."""
    shape = "%H:%M" if now - moment < 86_400_000 else "%Y-%m-%d %H:%M"
    return datetime.fromtimestamp(moment / 1000).astimezone().strftime(shape)


def duration(ms: int) -> str:
    """How long, in at most two words: "20 s", "4 min", "2 h 5 min", "3 d 4 h"; below a second "300 ms"."""
    if ms < 1_000:
        return f"{max(ms, 0)} ms"
    minutes, seconds = divmod(ms // 1_000, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"


def latency(ms: float) -> str:
    """How fast: "0.4 ms", "182 ms", "1.2 s"."""
    if ms >= 1_000:
        return f"{int(ms / 100) / 10:.12g} s"
    return f"{int(ms)} ms" if ms >= 10 else f"{int(ms * 10) / 10:g} ms"


def slow(took_ms: float, limit_ms: int) -> str:
    """Why a right answer counts as degraded."""
    return f"{latency(took_ms)}, slower than {latency(limit_ms)}"


def slow_phase(phase: str, took_ms: float, limit_ms: int) -> str:
    """The same where one part of the check took too long."""
    return f"answered, but slowly: {PHASES[phase]} after {latency(took_ms)}, more than {latency(limit_ms)}"


def dialled(service: Service, limit: int = 200) -> str:
    """What is asked, and that its certificate may be anybody's where the user wanted that."""
    unverified = " · certificate not verified" if getattr(service.probe, "verify", True) is False else ""
    return plain(service.probe.target, limit - len(unverified)) + unverified


def reason_sentence(reason: str) -> str:
    """Why a status is UNKNOWN or PAUSED, from the reason of its change."""
    return REASONS.get(reason) or plain(reason.replace(".", " ").replace("_", " "))


def headline(snapshot: Snapshot) -> tuple[str, str]:
    """The verdict on everything as a sentence, and the line of counts below it (empty when nothing is watched)."""
    if not snapshot.services:
        return "What do you want to watch?", ""
    counts = Counter(view.belief.status for view in snapshot.services)
    noted = sum(view.belief.status is Status.DOWN and acknowledged(view) for view in snapshot.services)
    counted = [f"{counts[status]} {word}" for status, word in _COUNTED if counts[status]]
    if noted:
        counted[0] += " (acknowledged)" if noted == counts[Status.DOWN] else f" ({noted} acknowledged)"
    line = " · ".join(counted)
    sentence = _verdict(snapshot)
    ends = [view.belief.last.ended for view in snapshot.services if view.belief.last is not None]
    checked = f"checked {_ago(snapshot.at - max(ends))}" if ends else ""
    if beside := ", ".join(filter(None, (_ourselves(snapshot, sentence), checked))):
        line += f" — {beside}"
    return sentence, line


def _verdict(snapshot: Snapshot) -> str:
    views = snapshot.services
    if snapshot.paused_until is not None:
        return "Watching is paused"
    if down := _titles(views, Status.DOWN):
        return _are(down, "down")
    if blind := blinded(snapshot):
        return blind
    if degraded := _titles(views, Status.DEGRADED):
        return _are(degraded, "degraded")
    unknown = [view for view in views if view.belief.status is Status.UNKNOWN]
    rebuffs = [view for view in unknown if view.belief.reason == TURNED_AWAY]
    if rebuffs and all(view in rebuffs or view.belief.reason in _NOT_LOOKED_YET for view in unknown):
        return _rebuffed([_title(view.service) for view in rebuffs])
    if unseen := [_title(view.service) for view in unknown if view.belief.reason not in _NOT_LOOKED_YET]:
        return _subject(unseen, "could not be checked")
    if len(unknown) == len(views) > 1:
        return "Nothing is checked yet"
    if unknown:
        return _are([_title(view.service) for view in unknown], "not checked yet")
    return _all_well(views)


def _rebuffed(titles: Sequence[str]) -> str:
    if len(titles) == 1:
        return f"{titles[0]} answers, but turns this computer away"
    return _subject(titles, "answer, but turn this computer away")


def blinded(snapshot: Snapshot) -> str:
    """What keeps us from seeing services that we are to judge, as a sentence; empty where nothing does."""
    unseen = (view for view in snapshot.services if view.belief.status is Status.UNKNOWN)
    if not any(view.belief.reason.startswith("network") for view in unseen):
        return ""
    return next(filter(None, map(out_of_sight, nearest_last(snapshot.sights))), "")


def out_of_sight(sight: Sight) -> str:
    """What keeps us from seeing this network, as a sentence; empty while we see it."""
    return plain(blindness(sight))


def _ourselves(snapshot: Snapshot, headline: str) -> str:
    """Whether it is us, beside a headline that does not say it: the other half of "is it me or them?"."""
    internet = next((sight for sight in snapshot.sights if sight.network == "internet"), None)
    if internet is None:
        return ""
    sentence = out_of_sight(internet) or "You are online"
    return "" if sentence == headline else sentence[0].lower() + sentence[1:]


def _all_well(views: Sequence[ServiceView]) -> str:
    """The sentence when nothing that we look at is in trouble."""
    up = _titles(views, Status.UP)
    if not up:
        kept = _titles(views, Status.MAINTENANCE)
        return _are(kept, "in maintenance") if kept else "Watching is paused"
    if len(up) == 1:
        return f"{up[0]} is up"
    return f"All {len(up)} services are up" if len(up) == len(views) else f"All {len(up)} watched services are up"


def _are(titles: Sequence[str], word: str) -> str:
    """ "Twitter is down"; "2 services are down: X and Y"."""
    return f"{titles[0]} is {word}" if len(titles) == 1 else _subject(titles, f"are {word}")


def _subject(titles: Sequence[str], predicate: str) -> str:
    """One by its name, several by their number with the first of them named."""
    if len(titles) == 1:
        return f"{titles[0]} {predicate}"
    return f"{len(titles)} services {predicate}: {listed(titles)}"


def listed(titles: Sequence[str]) -> str:
    """ "X", "X and Y", "X, Y and Z", "X, Y and 3 others"."""
    named = list(titles) if len(titles) <= 3 else [*titles[:2], f"{len(titles) - 2} others"]
    return f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else "".join(named)


def tooltip(snapshot: Snapshot) -> str:
    """What the tray icon says: the headline, whether it is us while something is wrong, and a trouble of our own."""
    if not snapshot.services:
        lines = ["Watchbell watches nothing yet"]
    else:
        sentence = _verdict(snapshot)
        ourselves = _ourselves(snapshot, sentence)
        troubled = ourselves != "you are online" or any(v.belief.status is Status.DOWN for v in snapshot.services)
        lines = [sentence, ourselves[:1].upper() + ourselves[1:]] if ourselves and troubled else [sentence]
    lines += [plain(problem) for problem in (*snapshot.problems, *snapshot.faults)[:1]]
    return "\n".join(lines)


def why(view: ServiceView, now: int) -> str:
    """The line below a service's name: why its status is what it is."""
    parts = [condition(view, now)]
    if acknowledged(view):
        parts.append("acknowledged")
    if view.belief.flapping:
        parts.append(TO_AND_FRO)
    return " · ".join(parts)


def acknowledged(view: ServiceView) -> bool:
    """Whether the user took note of the outage that is on."""
    incident = view.belief.incident
    return incident is not None and view.telling.acknowledged == incident.id


def condition(view: ServiceView, now: int) -> str:
    """Why its status is what it is, and nothing of what the user asked for."""
    belief, last = view.belief, view.belief.last
    finding = last.finding if last is not None else None
    match belief.status:
        case Status.DOWN if belief.incident is not None:
            trouble = "answering again" if belief.recovering else _trouble_now(belief.incident, finding)
            lasted = now - belief.incident.start
            return f"{trouble} · down {duration(lasted) if lasted >= 1_000 else 'just now'}"
        case _ if belief.suspect and finding is not None:
            return f"{_said(finding.message, finding.cause)} · checking again"
        case Status.UNKNOWN:
            explained = finding is not None and finding.message and belief.reason == finding.cause
            sentence = plain(finding.message) if explained and finding else reason_sentence(belief.reason)
            sentence += _asked_again(belief)
            return f"{sentence} · was down" if belief.incident is not None else sentence
        case Status.DEGRADED if finding is not None:
            return _said(finding.message, finding.cause)
        case Status.UP if finding is not None and finding.latency_ms is not None:
            return latency(finding.latency_ms)
        case Status.MAINTENANCE:
            return in_maintenance(view.maintenance_until, now)
        case Status.PAUSED:
            return reason_sentence(belief.reason or "paused")
    return belief.status.value.lower()


def _asked_again(belief: Belief) -> str:
    """When a service is asked again that turned us away: it may have said how long it wants to be left alone."""
    if belief.reason != TURNED_AWAY or belief.due is None:
        return ""
    return f"; asked again at {datetime.fromtimestamp(belief.due / 1000).astimezone().strftime('%H:%M')}"


def turned_away(service: Service, belief: Belief, now: int) -> tuple[str, str]:
    """Title and body of the notification that it turns us away, and has done so for long."""
    said = belief.last.finding.message if belief.last is not None else ""
    why = _said(said, TURNED_AWAY)
    return f"{_title(service)} cannot be checked from here", f"{why}, for {duration(now - belief.since)}"


def needs(parent: Service, status: Status) -> str:
    """Why a child cannot be judged, by the parent that stands in the way, or came back too late for this check."""
    what = {
        Status.DOWN: "is down",
        Status.MAINTENANCE: "is in maintenance",
        Status.UNKNOWN: "could not be checked",
    }.get(status, "was not back yet")
    return f"needs {_title(parent)}, which {what}"


def in_maintenance(until: int | None, now: int) -> str:
    """That it is in maintenance, and for how long where that is known."""
    return f"in maintenance for {duration(until - now)} more" if until is not None else "in maintenance"


def flapping(service: Service, raw: Sequence[bool]) -> tuple[str, str]:
    """Title and body of the notification that it goes to and fro; `raw` are its newest results, True: failed."""
    return f"{_title(service)} {TO_AND_FRO}", f"{sum(raw)} of the last {len(raw)} checks failed"


def stable(service: Service, status: Status) -> tuple[str, str]:
    """Title and body of the notification that it goes to and fro no more."""
    is_now = {
        Status.UP: "is stable again",
        Status.DEGRADED: "is stable, and degraded",
        Status.DOWN: "is down and stays down",
    }
    return f"{_title(service)} {is_now.get(status, 'goes to and fro no more')}", "It no longer fails and comes back"


def down(service: Service, incident: Incident, now: int) -> tuple[str, str]:
    """Title and body of the notification that an outage is confirmed."""
    return f"{_title(service)} is down", _for_how_long(incident, now)


def still_down(service: Service, incident: Incident, now: int) -> tuple[str, str]:
    """Title and body of the reminder of an outage that was told before."""
    return f"{_title(service)} is still down", _for_how_long(incident, now)


def recovered(service: Service, incident: Incident, now: int) -> tuple[str, str]:
    """Title and body of the notification that an outage is over.

    Where nobody saw the end, the time from first failure to first success is the most it can have been.
    """
    lasted = duration((now if incident.end is None else incident.end) - incident.start)
    trouble = _said(incident.message, incident.cause)
    if incident.end_uncertain:
        return f"{_title(service)} is back", f"It was down for at most {lasted} ({trouble}), and came back unseen"
    return f"{_title(service)} is back", f"It was down for {lasted} ({trouble})"


def _for_how_long(incident: Incident, now: int) -> str:
    trouble = _said(incident.message, incident.cause)
    return f"{trouble} for {duration(now - incident.start)}" if now - incident.start >= 1_000 else trouble


def _trouble_now(incident: Incident, finding: Finding | None) -> str:
    """What fails at present, which need not be what failed when the outage was confirmed."""
    if finding is not None and finding.outcome is Outcome.CRITICAL:
        return _said(finding.message, finding.cause)
    return _said(incident.message, incident.cause)


def _said(message: str, cause: str) -> str:
    """What went wrong, to stand inside a sentence of ours; cut so that the rest of it still fits."""
    return plain(message, 120).rstrip(".!") or plain(cause.replace(".", " ").replace("_", " "), 120) or "it fails"


def _ago(ms: int) -> str:
    return "just now" if ms < 1_000 else f"{duration(ms)} ago"


def _title(service: Service) -> str:
    return _clean(service.title) or _clean(service.id)


@lru_cache(maxsize=20_000)
def _clean(title: str) -> str:
    # The headline is made of all titles, several times a second.
    return plain(title, 60)


def _titles(views: Sequence[ServiceView], status: Status) -> list[str]:
    return [_title(view.service) for view in views if view.belief.status is status]
