"""The table of all services: one line each, the worst first."""

from __future__ import annotations

from collections.abc import Sequence

from trayapp.core.timeline import percent
from trayapp.core.wording import duration
from trayapp.core.words import Status
from trayapp.report import words
from trayapp.report.charts import strip
from trayapp.report.escaping import html
from trayapp.report.shapes import CLASS, shape
from trayapp.report.values import Chapter, Report

_MOST_CELLS = 100
"""In a strip that is not as wide as the page; beyond that, the days are drawn."""


def overview(report: Report, chapters: Sequence[Chapter]) -> str:
    """Empty where there is but one service: its chapter says it all."""
    if len(chapters) < 2:
        return ""
    objectives = any(chapter.objective is not None for chapter in chapters)
    heads = ["Service", "", "Available", *(["Objective"] if objectives else []), "Outages", "Median / p95"]
    head = "".join(f'<th scope="col"{_numeric(n)}>{name}</th>' for n, name in enumerate(heads))
    lines = "\n".join(_line(report, chapter, number, objectives) for number, chapter in enumerate(chapters, 1))
    return f'<table class="all"><thead><tr>{head}</tr></thead><tbody>\n{lines}\n</tbody></table>'


def _numeric(column: int) -> str:
    return ' class="n"' if column > 1 else ""


def _line(report: Report, chapter: Chapter, number: int, objectives: bool) -> str:
    status, word = words.verdict(chapter)
    group = f" · <bdi>{html(chapter.subject.group)}</bdi>" if chapter.subject.group else ""
    figures = chapter.figures
    name = (
        f'<th scope="row"><span>{shape(status)}<span>'
        f'<a class="few" href="#s{number}"><bdi>{html(chapter.name)}</bdi></a>'
        f'<small class="few">{told(status, word)}{group}</small></span></span></th>'
    )
    cells = chapter.strip if len(chapter.strip) <= _MOST_CELLS else chapter.days
    drawn = strip(cells, report.since, report.until, report.zone, titles=False)
    share = f'<td class="n">{percent(figures.availability)}<small>{words.observed(chapter.tally)}</small></td>'
    outages = (
        f"{figures.incidents}<small>{duration(chapter.tally.down)} in all</small>" if figures.incidents else "none"
    )
    if not chapter.tally.known:
        outages = "—"
    took = words.fastness(chapter.took)
    columns = [
        name,
        f'<td class="lane">{drawn}</td>',
        share,
        f'<td class="n rest{"" if chapter.objective else " nil"}" data-of="Objective">{_objective(chapter)}</td>'
        if objectives
        else "",
        f'<td class="n rest{"" if figures.incidents else " nil"}" data-of="Outages">{outages}</td>',
        f'<td class="n rest{"" if chapter.took.count else " nil"}" data-of="Median / p95">{took}</td>',
    ]
    return f"<tr>{''.join(columns)}</tr>"


def told(status: Status, word: str) -> str:
    """A word in the colour of its status, where that is one to be told apart."""
    if status in {Status.DOWN, Status.DEGRADED}:
        return f'<span class="told-{CLASS[status]}">{word}</span>'
    return word


def _objective(chapter: Chapter) -> str:
    if chapter.objective is None:
        return "—"
    met = "not met" if chapter.fell_short else "met" if chapter.tally.known else "not known"
    return f"{words.objective(chapter.objective)}<small>{told(Status.DOWN, met) if chapter.fell_short else met}</small>"
