"""What was not observed is a low stub and a gap, whatever lies beside it; every status has its shape and its word."""

from __future__ import annotations

import re
from datetime import UTC
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report.made import DAY, HOUR, MONDAY, a_chapter, a_report, an_outage
from tests.report.reading import Page
from trayapp.core.timeline import Cell
from trayapp.core.words import Marker, Segment, Status
from trayapp.history.latency import EMPTY, Histogram
from trayapp.report.assemble import Spans
from trayapp.report.charts import HIGH, STUB, described, strip, took_svg
from trayapp.report.html import html
from trayapp.report.style import DARK, LIGHT
from trayapp.report.values import Chapter, Subject
from trayapp.report.words import verdict
from trayapp.ui import palette

UNTIL = MONDAY + 7 * DAY
_PATH = re.compile(r'<path class="(\w+)" d="([^"]*)"')
_BOX = re.compile(r"M([\d.]+) ([\d.]+)")


def drawn(chapter: Chapter) -> dict[str, list[tuple[float, float]]]:
    """By the class that colours them, where the pieces of a strip begin: x, and y from the top."""
    found: dict[str, list[tuple[float, float]]] = {}
    svg = strip(chapter.strip, MONDAY, UNTIL, UTC, titles=True)
    for name, path in _PATH.findall(svg):
        found.setdefault(name, []).extend((float(x), float(y)) for x, y in _BOX.findall(path))
    return found


@settings(max_examples=100)
@given(st.lists(st.one_of(st.none(), st.sampled_from(Status)), min_size=84, max_size=84))
def test_a_stretch_that_nobody_observed_is_a_low_stub_and_never_green(statuses: list[Status | None]) -> None:
    cell = 2 * HOUR
    segments = [
        Segment(MONDAY + n * cell, MONDAY + (n + 1) * cell, status)
        for n, status in enumerate(statuses)
        if status is not None
    ]
    pieces = drawn(a_chapter(segments=segments))
    blind = [n for n, status in enumerate(statuses) if status in (None, Status.UNKNOWN)]
    assert sorted(x for x, _ in pieces.get("unknown", [])) == [pytest.approx(1000 * n / 84, abs=0.06) for n in blind]
    assert {y for _, y in pieces.get("unknown", [])} <= {HIGH - STUB}
    up = [n for n, status in enumerate(statuses) if status is Status.UP]
    assert sorted(x for x, _ in pieces.get("up", [])) == [pytest.approx(1000 * n / 84, abs=0.06) for n in up]


def test_an_outage_of_a_minute_is_higher_than_what_stands_beside_it() -> None:
    pieces = drawn(a_chapter(outages=[an_outage(1, MONDAY + DAY, 60_000)]))
    assert [y for _, y in pieces["down"]] == [0]
    assert min(y for _, y in pieces["up"]) > 10


def test_a_line_has_a_gap_where_nothing_was_measured() -> None:
    spans = Spans(MONDAY, UNTIL, UTC)
    middle = range(40, 60)
    cells = [EMPTY if n in middle else Histogram.of([10, 12]) for n in range(len(spans.took_edges) - 1)]
    chapter = spans.chapter(Subject("web", "Web"), [], [], cells, [])
    svg = took_svg(chapter, MONDAY, UNTIL, 20, [0, 10, 20])
    (line,) = re.findall(r'class="median" d="([^"]*)"', svg)
    runs = [[float(point.split()[0]) for point in run.split("L")] for run in line.split("M")[1:]]
    assert len(runs) == 2
    assert runs[0][-1] == pytest.approx(1000 * 40 / 168, abs=0.1)
    assert runs[1][0] == pytest.approx(1000 * 60 / 168, abs=0.1)


def test_a_strip_is_told_in_words_too() -> None:
    cells = [Cell(0, 1, a_chapter().tally, status) for status in (Status.UP, Status.UP, Status.DOWN, Status.UNKNOWN)]
    assert described(cells) == "4 stretches of time, each by the worst in it: 2 up, 1 down, 1 not observed"


def test_every_drawing_has_a_text_and_every_shape_stands_beside_its_word() -> None:
    page = Page(html(a_report(a_chapter(outages=[an_outage(1, MONDAY, HOUR)], took=[10]), a_chapter("Mail"))))
    drawings = [given for element, given in page.given if element == "svg"]
    assert all("aria-label" in found or found.get("aria-hidden") == "true" for found in drawings)
    assert "was down" in page.texts["section"][0]
    assert "no outage seen" in page.texts["section"][1]
    assert page.texts["li"][:5] == ["up", "degraded", "down", "maintenance or paused", "not observed"]


def test_markers_stand_as_flags_with_their_words() -> None:
    markers = [Marker(1, MONDAY + DAY, "left Joyent"), Marker(2, MONDAY + 6 * DAY, "new memcached deployed")]
    text = html(a_report(a_chapter(markers=markers, took=[10.0])))
    assert 'class="flag" style="left:14.3%;--row:0" title="17 Nov 00:00: left Joyent"' in text
    assert 'class="flag late"' in text


def test_the_page_has_one_heading_a_language_and_tables_with_heads() -> None:
    page = Page(html(a_report(a_chapter(), a_chapter("Mail"))))
    assert page.elements.count("h1") == 1
    assert ("html", "lang", "en") in page.attributes
    assert page.values("scope").count("row") == 2 + 2 * 7
    assert "script" not in page.elements
    assert not [value for value in page.values("href") if not value.startswith("#")]


def test_the_links_of_the_table_lead_to_the_sections() -> None:
    page = Page(html(a_report(a_chapter(), a_chapter("Mail"))))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {value[1:] for value in page.values("href")} <= set(ids)


@pytest.mark.parametrize(("ours", "theirs"), [(LIGHT, palette.LIGHT), (DARK, palette.DARK)])
def test_a_status_has_the_colour_that_it_has_on_the_screen(ours: dict[str, str], theirs: palette.Colours) -> None:
    assert [ours[name] for name in ("ground", "raised", "line", "ink", "accent", "up", "degraded", "down", "held")] == [
        theirs.ground,
        theirs.raised,
        theirs.line,
        theirs.ink,
        theirs.accent,
        theirs.up,
        theirs.degraded,
        theirs.down,
        theirs.paused,
    ]


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("ground", ["ground", "raised"])
@pytest.mark.parametrize("letters", ["ink", "soft", "degraded-text", "down-text"])
def test_letters_have_a_contrast_of_at_least_4_5(colours: dict[str, str], ground: str, letters: str) -> None:
    light, dark = sorted((luminance(colours[ground]), luminance(colours[letters])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_the_stub_is_no_status_and_can_still_be_seen(colours: dict[str, str]) -> None:
    assert colours["stub"] not in {colours[name] for name in ("up", "degraded", "down", "held", "ground", "raised")}
    light, dark = sorted((luminance(colours["ground"]), luminance(colours["stub"])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) > 1.3


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_flags_that_stand_close_do_not_cover_each_other() -> None:
    markers = [Marker(n, MONDAY + DAY + n * HOUR, f"change number {n}") for n in range(3)]
    text = html(a_report(a_chapter(markers=markers, took=[10.0])))
    rows = [int(row) for row in re.findall(r"--row:(\d)", text)]
    assert rows == [0, 1, 2]
    assert all(a != b for a, b in pairwise(rows))


def test_who_met_the_objective_is_not_shown_in_red() -> None:
    an_hour = an_outage(1, MONDAY, HOUR)  # of a week: 99.40 %
    assert verdict(a_chapter(outages=[an_hour], objective=99.0)) == (Status.UP, "met its objective")
    assert verdict(a_chapter(outages=[an_hour], objective=99.9)) == (Status.DOWN, "was down")
    assert verdict(a_chapter(outages=[an_hour])) == (Status.DOWN, "was down")
    assert verdict(a_chapter(objective=99.0)) == (Status.UP, "no outage seen")
