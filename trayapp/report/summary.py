"""What somebody reads who reads nothing else of a report."""

from __future__ import annotations

from collections.abc import Sequence

from trayapp.core.timeline import percent
from trayapp.core.wording import duration, plain
from trayapp.report.values import Report
from trayapp.report.words import objective, why_blind


def summary(report: Report) -> list[str]:
    """What somebody reads who reads nothing else: what fell short, how long, and how much of it was seen."""
    seen = [chapter for chapter in report.chapters if chapter.tally.known]
    if not seen:
        return ["Nothing was observed in this time." if report.chapters else "No services are in this report."]
    sentences = [*_short(report), _outages(report), _sight(report)]
    if unseen := [chapter for chapter in report.chapters if not chapter.tally.known]:
        sentences.append(f"Nothing is known of {_listed([chapter.name for chapter in unseen])}.")
    return [sentence for sentence in sentences if sentence]


def _short(report: Report) -> list[str]:
    asked = [chapter for chapter in report.chapters if chapter.objective is not None]
    if not asked:
        return []
    short = [chapter for chapter in report.worst_first if chapter.fell_short]
    objectives = {chapter.objective for chapter in asked}
    of_what = f"the objective of {objective(objectives.pop() or 0)}" if len(objectives) == 1 else "their objectives"
    if not short:
        who = plain(asked[0].name, 60) if len(asked) == 1 else f"all {len(asked)} services with an objective"
        return [f"In the time observed {'both services' if len(asked) == 2 else who} met {of_what}."]
    names = _listed([chapter.name for chapter in short])
    if len(asked) == 1:
        return [f"{names} fell short of the objective of {objective(asked[0].objective or 0)}."]
    return [f"{len(short)} of {len(asked)} services fell short of {of_what}: {names}."]


def _outages(report: Report) -> str:
    down = [chapter for chapter in report.chapters if chapter.tally.down]
    if not down:
        return "No outage was seen."
    worst = max(down, key=lambda chapter: chapter.figures.longest_outage)
    together = sum(chapter.tally.down for chapter in down)
    who = plain(down[0].name, 60) if len(report.chapters) == 1 else f"{len(down)} of {len(report.chapters)} services"
    was = "was" if len(down) == 1 else "were"
    longest = f"the longest outage lasted {duration(worst.figures.longest_outage)}"
    of = "" if len(report.chapters) == 1 else f" ({plain(worst.name, 60)})"
    return f"{who} {was} down for {duration(together)} in all; {longest}{of}."


def _sight(report: Report) -> str:
    coverage = report.total.coverage
    if coverage is None or coverage == 1:
        return "All of the time was observed." if coverage else ""
    parts = [f"{percent(coverage)} of the time was observed"]
    if reasons := why_blind(report.blind):
        parts.append(f"the rest was not, mostly because {reasons[0][0]}")
    return "; ".join(parts) + ". What was not observed counts neither as up nor as down."


def _listed(names: Sequence[str]) -> str:
    shown = [plain(name, 60) for name in names]
    named = shown if len(shown) <= 3 else [*shown[:3], f"{len(shown) - 3} more"]
    return f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
