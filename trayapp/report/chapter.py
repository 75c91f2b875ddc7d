"""One service: its figures, its time with markers and latency, its incidents, and its days as a table."""

from __future__ import annotations

from trayapp.core.timeline import percent
from trayapp.core.wording import duration, latency
from trayapp.core.words import Status
from trayapp.report import moments, words
from trayapp.report.charts import chart
from trayapp.report.escaping import html, html_lines
from trayapp.report.overview import told
from trayapp.report.shapes import shape
from trayapp.report.values import Chapter, Report, Told

SHOWN = 20
"""Incidents of one service in a report that is read; the longest of them. The JSON has them all."""

_MARKERS_SHOWN = 20
_MOST_DAYS, _MOST_ROWS = 92, 10_000
"""Days in the table of one service, and in all tables together."""


def chapter_html(report: Report, chapter: Chapter, number: int) -> str:
    """A section with everything that is known of the service in this time."""
    status, word = words.verdict(chapter)
    facts = [
        told(status, word),
        *(f"<bdi>{html(fact)}</bdi>" for fact in (chapter.subject.group, chapter.subject.target) if fact),
    ]
    parts = [
        f'<div class="whole"><div class="name">{shape(status)}<div><h2 class="few"><bdi>{html(chapter.name)}</bdi></h2>'
        f'<p class="soft">{" · ".join(facts)}</p></div></div>',
        _tiles(chapter),
        chart(chapter, report.since, report.until, report.zone, chapter.markers) if chapter.tally.total else "",
        "</div>",
        _blind(chapter),
        _incidents(report, chapter),
        _markers(report, chapter),
        _days(report, chapter),
    ]
    whole = "\n".join(part for part in parts if part)
    return f'<section id="s{number}">\n{whole}\n</section>'


def _tiles(chapter: Chapter) -> str:
    figures, took = chapter.figures, chapter.took
    unsure = figures.coverage not in (None, 1)
    bounds = words.between(figures.least, figures.most) if unsure and chapter.tally.known else ""
    answers = f"{took.count:,} answers measured".replace(",", " ") if took.count else "nothing was measured"
    longest = f"longest {duration(figures.longest_outage)}" if figures.incidents else ""
    void = sum(told.correction is not None for told in chapter.incidents)
    tiles = [
        _tile("Available", percent(figures.availability), words.observed(chapter.tally), bounds),
        _budget(chapter),
        _tile("Median / p95", words.fastness(took), answers),
        _tile(
            "Outages",
            str(figures.incidents) if chapter.tally.known else "—",
            longest,
            f"{duration(chapter.tally.down)} in all" if figures.incidents > 1 else "",
            f"{void} corrected afterwards" if void else "",
        ),
    ]
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _budget(chapter: Chapter) -> str:
    figures, budget = chapter.figures, chapter.budget
    if budget is not None:
        lines = [f"{words.objective(budget.objective)} objective", words.spent(budget)]
        return _tile("Budget left", words.left(budget), *lines, alarming=budget.overspent)
    back, apart = figures.mean_time_to_recovery, figures.mean_time_between_failures
    return _tile(
        "Back after",
        duration(back) if back is not None else "—",
        "on average, of outages whose end was seen" if back is not None else "no recovery was seen",
        f"{duration(apart)} up from one outage to the next" if apart is not None else "",
    )


def _tile(name: str, value: str, *lines: str, alarming: bool = False) -> str:
    below = "".join(f"<dd>{html(line)}</dd>" for line in lines if line)
    colour = " told-down" if alarming else ""
    return f'<dl class="tile"><dt>{name}</dt><dd class="big{colour}">{html(value)}</dd>{below}</dl>'


def _blind(chapter: Chapter) -> str:
    reasons = words.why_blind(chapter.blind)
    if not reasons or chapter.tally.coverage in (None, 1):
        return ""
    said = "; ".join(f"{duration(ms)} because {reason}" for reason, ms in reasons[:4])
    rest = f"; and {words.counted(len(reasons) - 4, 'other reason')}" if len(reasons) > 4 else ""
    return f'<p class="blind"><small>Not observed: {html(said + rest, 600)}.</small></p>'


def _incidents(report: Report, chapter: Chapter) -> str:
    if not chapter.incidents:
        return ""
    longest = sorted(chapter.incidents, key=lambda told: -told.lasted)[:SHOWN]
    chosen = {told.incident.id for told in longest}
    lines = [_incident(report, told) for told in chapter.incidents if told.incident.id in chosen]
    if more := len(chapter.incidents) - len(lines):
        lines.append(f'<li><span class="soft">… and {more} more, each shorter than these</span></li>')
    return f'<h3>Outages</h3><ul class="incidents">{"".join(lines)}</ul>'


def _incident(report: Report, said: Told) -> str:
    void = ' class="void"' if said.correction is not None else ""
    more = "".join(f'<span class="more">{html(note)}</span>' for note in words.notes(said))
    details = f"<details><summary>What was seen</summary><pre>{html_lines(said.account)}</pre></details>"
    return (
        f"<li><span>{moments.clock(said.incident.start, report.zone)}</span>"
        f"<b{void}>{duration(said.lasted)}</b>"
        f'<span class="what"><bdi>{html(words.trouble(said))}</bdi>{more}</span>{details if said.account else ""}</li>'
    )


def _markers(report: Report, chapter: Chapter) -> str:
    if not chapter.markers:
        return ""
    items = [
        f"<li>{moments.minute(marker.at, report.zone)} · <bdi>{html(marker.text)}</bdi></li>"
        for marker in chapter.markers[:_MARKERS_SHOWN]
    ]
    if more := len(chapter.markers) - len(items):
        items.append(f"<li>… and {more} more</li>")
    return f'<h3>Changes</h3><ul class="plain">{"".join(items)}</ul>'


def _days(report: Report, chapter: Chapter) -> str:
    """The chart once more, for who cannot see it or wants the numbers."""
    heads = ("Day", "Available", "Observed", "Down", "Degraded", "Median", "p95")
    head = "".join(f'<th scope="col"{"" if n == 0 else _N}>{name}</th>' for n, name in enumerate(heads))
    lines = []
    shown = min(len(chapter.days), _MOST_DAYS, _MOST_ROWS // len(report.chapters))
    if not shown:
        return ""
    for cell, took in list(zip(chapter.days, chapter.took_by_day, strict=True))[-shown:]:
        if cell.status is Status.UNKNOWN and cell.tally.unknown == cell.tally.total and took.p50 is None:
            values = ["—", "not observed", "", "", "", ""]
        else:
            tally = cell.tally
            values = [
                percent(tally.availability),
                percent(tally.coverage) if tally.watched else words.STATUS[cell.status],
                duration(tally.down) if tally.down else "",
                duration(tally.degraded) if tally.degraded else "",
                "" if took.p50 is None else latency(took.p50),
                "" if took.p95 is None else latency(took.p95),
            ]
        row = "".join(f"<td{_N}>{value}" for value in values)
        lines.append(f'<tr><th scope="row">{moments.short_weekday(cell.start, report.zone)}{row}')
    count, rows = _counted_days(shown, len(chapter.days)), "\n".join(lines)
    return (
        f'<details class="days"><summary>Day by day ({count})</summary><div class="scroll"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table></div></details>"
    )


def _counted_days(shown: int, all_: int) -> str:
    return words.counted(all_, "day") if shown == all_ else f"the last {shown} of {all_} days; the CSV has them all"


_N = ' class="n"'
