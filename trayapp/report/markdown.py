"""The report as Markdown, for a ticket or a chat: readable as it stands, tables where they are understood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trayapp.core.timeline import percent
from trayapp.core.wording import duration
from trayapp.report import moments, words
from trayapp.report.chapter import SHOWN
from trayapp.report.escaping import markdown as text
from trayapp.report.summary import summary
from trayapp.report.values import Chapter, Report, Told

_SIGNS = {"UP": "✓", "DEGRADED": "!", "DOWN": "✕", "UNKNOWN": "?", "MAINTENANCE": "‖", "PAUSED": "‖"}


def markdown(report: Report) -> str:
    """GitHub flavoured Markdown; whatever somebody else wrote stands in it as text."""
    chapters = report.worst_first
    parts = [
        f"# {text(report.title)}",
        text(f"{moments.window(report)} · times in {moments.zone_name(report)}"),
        "\n".join(f"- {text(sentence, 600)}" for sentence in summary(report)),
        _overview(chapters),
        *(part for chapter in chapters for part in _chapter(report, chapter)),
        *_changes(report),
        "---",
        text(words.made(report), 600),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _overview(chapters: Sequence[Chapter]) -> str:
    if not chapters:
        return ""
    heads = ("", "Service", "Available", "Observed", "Objective", "Outages", "Longest", "Median / p95")
    return _table(heads, 2, [_line(chapter) for chapter in chapters])


def _line(chapter: Chapter) -> Sequence[str]:
    figures, known = chapter.figures, bool(chapter.tally.known)
    status, word = words.verdict(chapter)
    objective = "—" if chapter.objective is None else words.objective(chapter.objective)
    return (
        f"{_SIGNS[status]} {word}",
        text(chapter.name),
        percent(figures.availability),
        percent(figures.coverage),
        f"{objective}, not met" if chapter.fell_short else objective,
        str(figures.incidents) if known else "—",
        duration(figures.longest_outage) if figures.incidents else "—",
        words.fastness(chapter.took),
    )


def _chapter(report: Report, chapter: Chapter) -> Iterator[str]:
    """Only of a service of which there is more to say than its line in the table."""
    if not chapter.incidents:
        return
    yield f"## {text(chapter.name)}"
    figures = chapter.figures
    if figures.coverage not in (None, 1) and chapter.tally.known:
        bounds = words.between(figures.least, figures.most)
        yield text(f"{percent(figures.availability)} available, {words.observed(chapter.tally)}: {bounds}.")
    shown = sorted(chapter.incidents, key=lambda told: -told.lasted)[:SHOWN]
    rows = [_outage(report, told) for told in chapter.incidents if told in shown]
    yield _table(("Outage", "Lasted", "What"), 1, rows)
    if more := len(chapter.incidents) - len(rows):
        yield f"… and {more} more, each shorter than these"


def _changes(report: Report) -> Iterator[str]:
    """The markers, once for all services."""
    if not report.markers:
        return
    yield "## Changes"
    names = {chapter.subject.id: chapter.name for chapter in report.chapters}
    lines = []
    for marker in report.markers[:SHOWN]:
        of = ", ".join(names[service] for service in marker.services if service in names)
        lines.append(
            f"- {moments.minute(marker.at, report.zone)} · {text(marker.text)}{f' ({text(of)})' if of else ''}"
        )
    if more := len(report.markers) - len(lines):
        lines.append(f"- … and {more} more")
    yield "\n".join(lines)


def _outage(report: Report, told: Told) -> Sequence[str]:
    what = "; ".join([words.trouble(told), *words.notes(told)])
    lasted = duration(told.lasted)
    return (
        moments.clock(told.incident.start, report.zone),
        f"~~{lasted}~~" if told.correction is not None else lasted,
        text(what, 600),
    )


def _table(heads: Sequence[str], left: int, rows: Sequence[Sequence[str]]) -> str:
    """The first `left` columns and the last are text; the others are numbers, which stand right."""
    rules = ["---" if n < left or n == len(heads) - 1 else "---:" for n in range(len(heads))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rules, *rows))
