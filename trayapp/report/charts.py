"""Strips and latency charts as SVG that stretches to the width it finds; words stand beside it as HTML.

What was not observed is a low stub in the colour of no status, and a gap in the line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from itertools import groupby

from trayapp.core.timeline import Cell
from trayapp.core.wording import latency
from trayapp.core.words import Marker, Status
from trayapp.report import moments, words
from trayapp.report.escaping import html
from trayapp.report.shapes import CLASS
from trayapp.report.values import Chapter, Took

WIDE = 1000.0
"""Units across every drawing."""
HIGH = 100.0

STUB = 24.0
"""How high what was not observed is drawn."""
_UP = 86.0
"""How high an observed cell is. One with an outage is higher, so that it stands out without its colour."""
_LEAST = 0.5
"""The share of its height that a cell keeps of which little was observed."""
_TITLED = frozenset({Status.DOWN, Status.DEGRADED, Status.MAINTENANCE, Status.PAUSED})

_MOST_TITLES = 120
"""In one strip; where there is more to say than that, the table of days says it."""


def strip(cells: Sequence[Cell], since: int, until: int, zone: tzinfo, *, titles: bool) -> str:
    """One service's time in cells. With titles, each cell with more in it than "up" says what, when pointed at."""
    drawn: dict[str, list[str]] = {}
    titled: list[str] = []
    titles = titles and sum(cell.status in _TITLED for cell in cells) <= _MOST_TITLES
    for cell in cells:
        path = _cell(cell, since, until)
        if titles and cell.status in _TITLED:
            title = html(f"{moments.span(cell.start, cell.end, zone)}: {words.shares(cell.tally)}")
            titled.append(f'<path class="{CLASS[cell.status]}" d="{path}"><title>{title}</title></path>')
        else:
            drawn.setdefault(CLASS[cell.status], []).append(path)
    paths = [f'<path class="{name}" d="{"".join(parts)}"/>' for name, parts in drawn.items()]
    label = html(described(cells))
    return _svg("strip", label, [*paths, *titled])


def described(cells: Sequence[Cell]) -> str:
    """A strip in words, for who does not see it."""
    counts = Counter(cell.status for cell in cells)
    told = (f"{counts[status]} {words.STATUS[status]}" for status in words.STATUS if counts[status])
    return f"{words.counted(len(cells), 'stretch', 'stretches')} of time, each by the worst in it: {', '.join(told)}"


def _cell(cell: Cell, since: int, until: int) -> str:
    left, right = (WIDE * (edge - since) / (until - since) for edge in (cell.start, cell.end))
    width = (right - left) - min(0.24 * (right - left), 7)
    seen = 1 - cell.tally.unknown / cell.tally.total if cell.tally.total else 0.0
    share = _LEAST + (1 - _LEAST) * seen
    x, w = _number(left), _number(width)
    match cell.status:
        case Status.UNKNOWN:
            return _box(x, w, HIGH - STUB, HIGH)
        case Status.DOWN:
            return _box(x, w, HIGH * (1 - share), HIGH)
        case Status.DEGRADED:  # with a point, as its shape has
            top = HIGH - _UP * share
            half, slope = _number(width / 2), _number(14)
            return f"M{x} {_number(top + 14)}l{half} -{slope} {half} {slope}V{_number(HIGH)}h-{w}z"
        case Status.MAINTENANCE | Status.PAUSED:  # in two pieces, as theirs
            top = HIGH - _UP * share
            middle = (top + HIGH) / 2
            return _box(x, w, top, middle - 5) + _box(x, w, middle + 5, HIGH)
        case _:
            return _box(x, w, HIGH - _UP * share, HIGH)


def _box(x: str, w: str, top: float, bottom: float) -> str:
    return f"M{x} {_number(top)}h{w}V{_number(bottom)}h-{w}z"


def chart(chapter: Chapter, since: int, until: int, zone: tzinfo, markers: Sequence[Marker]) -> str:
    """Strip, markers and latency of one service over the same time axis."""
    flags = list(_flags(markers, since, until, zone))
    rows = max((row for row, _ in flags), default=-1) + 1
    lanes = strip(chapter.strip, since, until, zone, titles=True)
    levels, limit = "", ""
    measured = [took for took in chapter.latency if took.p50 is not None]
    if measured:
        top, steps = _scale(measured, chapter.subject.slow_above)
        lanes += took_svg(chapter, since, until, top, steps)
        levels = "".join(
            f'<span style="bottom:{_level(step, top)}">{html(latency(step)) if step else "0"}</span>' for step in steps
        )
        if chapter.subject.slow_above is not None and chapter.subject.slow_above <= top:
            height, slow = _level(chapter.subject.slow_above, top), latency(chapter.subject.slow_above)
            limit = f'<span class="limit-name" style="bottom:{height}">degraded above {slow}</span>'
    names = "".join(
        f'<span style="left:{_percent(moment, since, until)}%">{html(name)}</span>'
        for moment, name in moments.ticks(since, until, zone, [cell.start for cell in chapter.strip])
    )
    nothing = "" if measured else '<p class="none">No latency was measured in this time.</p>'
    flagged = f' flagged" style="--flags:{rows}' if rows else ""
    return (
        f'<figure class="chart"><div class="ys"><span class="lane-name">Observed</span>{levels}</div>'
        f'<div class="plot{flagged}">{lanes}{limit}{"".join(flag for _, flag in flags)}</div>'
        f'<div class="xs" aria-hidden="true">{names}</div>{nothing}</figure>'
    )


def _level(ms: float, top: float) -> str:
    """How far above the time axis a word stands that belongs to so many ms."""
    return f"calc(var(--high)*{ms / top:.4g})"


def took_svg(chapter: Chapter, since: int, until: int, top: float, steps: Sequence[float]) -> str:
    """The median as a line in a band from the 5th to the 95th percentile; a gap where nothing was measured."""

    def x(moment: float) -> str:
        return _number(WIDE * (moment - since) / (until - since))

    def y(ms: float) -> str:
        return _number(HIGH - HIGH * ms / top)

    rules = "".join(f"M0 {y(step)}H{_number(WIDE)}" for step in steps)
    bands, lines = [], []
    for run in _runs(chapter.latency):
        at = [run[0].start, *((took.start + took.end) / 2 for took in run), run[-1].end]
        edged = [run[0], *run, run[-1]]
        over = [f"{x(moment)} {y(took.p95 or 0)}" for moment, took in zip(at, edged, strict=True)]
        under = [f"{x(moment)} {y(took.p5 or 0)}" for moment, took in zip(at, edged, strict=True)]
        bands.append(f"M{'L'.join(over)}L{'L'.join(reversed(under))}z")
        lines.append(f"M{'L'.join(f'{x(moment)} {y(took.p50 or 0)}' for moment, took in zip(at, edged, strict=True))}")
    paths = [
        f'<path class="rule" d="{rules}"/>',
        f'<path class="band" d="{"".join(bands)}"/>',
        f'<path class="median" d="{"".join(lines)}"/>',
    ]
    if chapter.subject.slow_above is not None and chapter.subject.slow_above <= top:
        paths.append(f'<path class="limit" d="M0 {y(chapter.subject.slow_above)}H{_number(WIDE)}"/>')
    return _svg("took", html(f"Latency: {in_words(chapter)}"), paths)


def in_words(chapter: Chapter) -> str:
    """A latency chart in words."""
    medians = [took.p50 for took in chapter.latency if took.p50 is not None]
    if not medians or chapter.took.p50 is None or chapter.took.p95 is None:
        return "nothing was measured"
    return (
        f"median {latency(chapter.took.p50)}, 95 of 100 answers within {latency(chapter.took.p95)}; "
        f"the median went from {latency(min(medians))} to {latency(max(medians))}"
    )


def _runs(cells: Sequence[Took]) -> Iterator[list[Took]]:
    for measured, run in groupby(cells, key=lambda took: took.p50 is not None):
        if measured:
            yield list(run)


def _scale(measured: Sequence[Took], limit: int | None) -> tuple[float, list[float]]:
    """The top of the chart in ms, and the levels that have a line: three to five, at round numbers."""
    highest = max(took.p95 or 0.0 for took in measured) or 1.0
    if limit is not None and highest < limit <= 3 * highest:
        highest = float(limit)
    size = 10.0 ** _power(highest)
    step = next(size * factor for factor in (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5) if highest / (size * factor) <= 4)
    levels = -int(-highest // step)
    return levels * step, [n * step for n in range(levels + 1)]


def _power(value: float) -> int:
    power = 0
    while value >= 10:
        value, power = value / 10, power + 1
    while value < 1:
        value, power = value * 10, power - 1
    return power


MOST_FLAGS = 8
"""Markers with a flag in one chart; more are listed below it."""


def _flags(markers: Sequence[Marker], since: int, until: int, zone: tzinfo) -> Iterator[tuple[int, str]]:
    """Markers as flags, in as many rows as keep their words apart."""
    ends = [-1.0] * 3
    for marker in sorted(markers, key=lambda marker: marker.at)[:MOST_FLAGS]:
        at = 100 * (marker.at - since) / (until - since)
        late = at > 55
        wide = min(5 + 0.85 * len(marker.text), 28)
        begin, end = (at - wide, at) if late else (at, at + wide)
        row = next((n for n, taken in enumerate(ends) if taken <= begin), len(ends) - 1)
        ends[row] = max(ends[row], end)
        title = html(f"{moments.minute(marker.at, zone)}: {marker.text}")
        yield (
            row,
            f'<div class="flag{" late" if late else ""}" style="left:{_number(at)}%;--row:{row}" title="{title}">'
            f"<b>{html(marker.text, 60)}</b></div>",
        )


def _percent(moment: int, since: int, until: int) -> str:
    return _number(100 * (moment - since) / (until - since))


def _svg(name: str, label: str, paths: Sequence[str]) -> str:
    box = f"0 0 {_number(WIDE)} {_number(HIGH)}"
    return (
        f'<svg class="{name}" role="img" aria-label="{label}" viewBox="{box}" preserveAspectRatio="none">'
        f"{''.join(paths)}</svg>"
    )


def _number(value: float) -> str:
    """As few characters as a tenth of a unit needs."""
    return f"{value:.1f}".removesuffix(".0")
