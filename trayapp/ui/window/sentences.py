"""What a row and a cell say in words: to the mouse that rests on them, and to a screen reader."""

from __future__ import annotations

import html
from collections.abc import Sequence

from trayapp.core import timeline
from trayapp.core.wording import condition, dialled, duration, plain
from trayapp.core.words import Incident, ServiceView, Status
from trayapp.ui.standing import awaited, standing
from trayapp.ui.strips import Strip
from trayapp.ui.times import clock, span

_SHARES = (
    (Status.UP, "up"),
    (Status.DEGRADED, "degraded"),
    (Status.DOWN, "down"),
    (Status.MAINTENANCE, "in maintenance"),
    (Status.PAUSED, "paused"),
    (Status.UNKNOWN, "not observed"),
)
_BY_INTENT = (Status.PAUSED, Status.MAINTENANCE)
_INCIDENTS_AT_MOST = 3


def cell_lines(cell: timeline.Cell, incidents: Sequence[Incident], now: int) -> list[str]:
    """A cell's span, its shares of each status, and the incidents in it."""
    held = [(word, cell.tally.of(status)) for status, word in _SHARES if cell.tally.of(status)]
    shares = (
        f"{held[0][0]} all the time" if len(held) == 1 else ", ".join(f"{word} {duration(ms)}" for word, ms in held)
    )
    lines = [span(cell.start, cell.end, now), shares]
    lines += [_incident_line(incident, now) for incident in incidents[:_INCIDENTS_AT_MOST]]
    if len(incidents) > _INCIDENTS_AT_MOST:
        lines.append(f"and {len(incidents) - _INCIDENTS_AT_MOST} more incidents")
    return lines


def _incident_line(incident: Incident, now: int) -> str:
    said = plain(incident.message or incident.cause, 80)
    lasted = duration((now if incident.end is None else incident.end) - incident.start)
    return f"{said}: {'since' if incident.end is None else 'from'} {clock(incident.start, now)}, {lasted}"


def availability_line(strip: Strip | None) -> str:
    """The percentage with its coverage."""
    if strip is None or strip.tally.availability is None:
        return "Availability: no data yet."
    share, observed = timeline.percent(strip.tally.availability), timeline.percent(strip.tally.coverage)
    return f"Available {share} of the time observed, which is {observed} of the last {strip.range.words}."


def row_lines(view: ServiceView, now: int) -> list[str]:
    """What a row is about, in full where the row had to cut it."""
    service = view.service
    lines = [plain(service.title), *_told(view, now), dialled(service)]
    if view.belief.last is not None:
        lines.append(f"last checked {duration(now - view.belief.last.ended)} ago, every {duration(service.interval)}")
    if service.note:
        lines.append(plain(service.note))
    return lines


def _told(view: ServiceView, now: int) -> list[str]:
    """How it stands, and the exact reason where the row gave a short one."""
    said, reason = plain(standing(view, now)), plain(condition(view, now))
    lines = [said] if reason in said or view.belief.status in _BY_INTENT else [said, reason]
    return [*lines, awaited(view)] if view.when_back else lines


def row_sentence(view: ServiceView, strip: Strip | None, now: int) -> str:
    """What a screen reader says of a row."""
    status = view.belief.status.value.lower()
    reason = standing(view, now)
    said = f"{plain(view.service.title)}: {status}." + (f" {reason}." if reason != status else "")
    if view.when_back:
        said += f" {awaited(view).capitalize()}."
    return f"{said} {availability_line(strip)}"


def tooltip_html(lines: Sequence[str]) -> str:
    """The lines as a tooltip that shows them as they are: Qt takes whatever looks like HTML for HTML."""
    return "<p style='white-space:pre'>" + "<br>".join(html.escape(line) for line in lines) + "</p>"
