"""The report as one HTML file: nothing to load, no script, readable on a telephone and on paper."""

from __future__ import annotations

from trayapp.core.words import Status
from trayapp.report import moments, words
from trayapp.report.chapter import chapter_html
from trayapp.report.escaping import html as text
from trayapp.report.overview import overview
from trayapp.report.shapes import SHAPES, shape
from trayapp.report.style import STYLE
from trayapp.report.summary import summary
from trayapp.report.values import Report

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""Content Security Policy (W3C CSP 3): whatever stands in this file, it loads nothing and runs nothing."""

GENERATOR = "Watchbell"
"""By which a file is known to be such a report."""

_HOW = """Availability is the share of the observed time in which the service worked, counted in time and not in checks.
Time in which nobody looked counts neither as up nor as down; planned maintenance and pauses are left out of everything.
Percentages are cut and never rounded up. Latencies are exact to 2 %."""


def html(report: Report) -> str:
    """The whole page. Every text that somebody else wrote stands in it as text."""
    chapters = list(report.worst_first)
    sections = "\n".join(chapter_html(report, chapter, number) for number, chapter in enumerate(chapters, 1))
    title = text(report.title)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="generator" content="{GENERATOR} {text(report.version)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>{title} · {text(moments.window(report))}</title>
<style>{STYLE}</style>
</head>
<body>
{SHAPES}
<header>
<h1>{title}</h1>
<p class="when">{text(moments.window(report))} · times in {text(moments.zone_name(report))}</p>
{_summary(report)}
{_legend()}
</header>
<main>
{overview(report, chapters)}
{sections}
</main>
<footer>
<p>{_HOW}</p>
<p>{text(words.made(report))}</p>
</footer>
</body>
</html>
"""


def _summary(report: Report) -> str:
    return "\n".join(f'<p class="summary">{text(sentence, 600)}</p>' for sentence in summary(report))


def _legend() -> str:
    told = (
        (Status.UP, "up"),
        (Status.DEGRADED, "degraded"),
        (Status.DOWN, "down"),
        (Status.MAINTENANCE, "maintenance or paused"),
    )
    items = [f"<li>{shape(status)}{word}</li>" for status, word in told]
    return f'<ul class="legend">{"".join(items)}<li><span class="stub"></span>not observed</li></ul>'
