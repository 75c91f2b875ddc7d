"""A report says the same in every format, and it is what core says of the whole time."""

from __future__ import annotations

import csv as reading
import io
import json as decoding
from collections.abc import Sequence
from datetime import tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report.made import DAY, HOUR, MINUTE, MONDAY, a_chapter, a_report, an_outage
from trayapp.core.timeline import Tally, percent, tally
from trayapp.core.words import Segment, Status
from trayapp.history.latency import EMPTY, Histogram
from trayapp.report import words
from trayapp.report.assemble import Spans
from trayapp.report.grid import latency_edges, strip_edges
from trayapp.report.html import html
from trayapp.report.markdown import markdown
from trayapp.report.objects import json
from trayapp.report.sheet import csv
from trayapp.report.summary import summary
from trayapp.report.values import Report, Subject

ZONES = ("UTC", "Europe/Berlin", "America/Havana", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")


@st.composite
def pasts(draw: st.DrawFn) -> tuple[int, int, tzinfo, list[Segment]]:
    """Any window of up to four months, and segments with gaps in it."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    since = MONDAY + draw(st.integers(-400 * DAY, 0))
    until = since + draw(st.integers(1, 120 * DAY))
    cuts = sorted(draw(st.sets(st.integers(since, until), max_size=30)) | {since, until})
    statuses = st.one_of(st.none(), st.sampled_from(Status))
    return (
        since,
        until,
        zone,
        [Segment(start, end, status) for start, end in pairwise(cuts) if (status := draw(statuses)) is not None],
    )


@settings(max_examples=80)
@given(pasts())
def test_strip_and_days_add_up_to_the_whole_time(past: tuple[int, int, tzinfo, Sequence[Segment]]) -> None:
    since, until, zone, segments = past
    chapter = a_chapter(segments=segments, since=since, until=until, zone=zone)
    whole = tally(segments, since, until)
    assert chapter.figures.tally == whole
    for cells in (chapter.strip, chapter.days):
        assert sum((cell.tally for cell in cells), Tally()) == whole
        assert [cells[0].start, *(cell.end for cell in cells)] == [*(cell.start for cell in cells), until]


@settings(max_examples=80)
@given(pasts())
def test_the_lines_of_the_sheet_add_up_to_the_seconds_of_the_json(
    past: tuple[int, int, tzinfo, Sequence[Segment]],
) -> None:
    since, until, zone, segments = past
    report = a_report(
        a_chapter(segments=segments, since=since, until=until, zone=zone), since=since, until=until, zone=zone
    )
    lines = list(reading.DictReader(io.StringIO(csv(report), newline="")))
    seconds = decoding.loads(json(report))["services"][0]["seconds"]
    for name, value in seconds.items():
        assert sum(round(float(line[f"{name}_s"]) * 1000) for line in lines) == round(value * 1000)


@settings(max_examples=60)
@given(pasts())
def test_every_format_says_the_availability_of_core(past: tuple[int, int, tzinfo, Sequence[Segment]]) -> None:
    since, until, zone, segments = past
    report = a_report(
        a_chapter(segments=segments, since=since, until=until, zone=zone), since=since, until=until, zone=zone
    )
    share = tally(segments, since, until).availability
    assert f'<dd class="big">{percent(share)}</dd>' in html(report)
    assert f"| {percent(share)} |" in markdown(report)
    assert decoding.loads(json(report))["services"][0]["availability"] == share


@settings(max_examples=60)
@given(pasts())
def test_cells_are_few_and_those_of_the_chart_lie_in_days(
    past: tuple[int, int, tzinfo, Sequence[Segment]],
) -> None:
    since, until, zone, _ = past
    assert len(strip_edges(since, until, zone)) < 200
    assert len(latency_edges(since, until, zone)) < 220


def test_ten_years_have_no_more_cells_than_can_be_drawn() -> None:
    until = MONDAY + 3_650 * DAY
    assert len(strip_edges(MONDAY, until, ZoneInfo("UTC"))) <= 402
    assert len(latency_edges(MONDAY, until, ZoneInfo("UTC"))) <= 402


@settings(max_examples=40)
@given(st.lists(st.lists(st.floats(0.1, 10_000), max_size=20), min_size=84, max_size=84))
def test_latencies_of_days_and_of_the_chart_are_of_the_same_answers(answers: list[list[float]]) -> None:
    spans = Spans(MONDAY, MONDAY + 7 * DAY, ZoneInfo("UTC"))
    per_hour = [Histogram.of(answers[n % 84]) for n in range(len(spans.took_edges) - 1)]
    whole = sum(per_hour, EMPTY)
    chapter = spans.chapter(Subject("web", "Web"), [], [], per_hour, [])
    for cells in (chapter.latency, chapter.took_by_day):
        assert sum(took.count for took in cells) == whole.count == chapter.took.count
    monday = [each for hour in answers[:24] for each in hour]
    assert chapter.took_by_day[0].p95 == Histogram.of(monday).percentile(0.95)


def test_the_worst_stand_first_and_the_unobserved_last() -> None:
    outage = an_outage(1, MONDAY + DAY, HOUR)
    chapters = [
        a_chapter("never seen", segments=[]),
        a_chapter("fine"),
        a_chapter("down for an hour", outages=[outage]),
        a_chapter("short of its objective", outages=[an_outage(2, MONDAY, 30 * MINUTE)], objective=99.9),
    ]
    report = a_report(*chapters)
    assert [chapter.name for chapter in report.worst_first] == [
        "short of its objective",
        "down for an hour",
        "fine",
        "never seen",
    ]
    assert next(entry["name"] for entry in decoding.loads(json(report))["services"]) == "never seen"


def test_the_summary_says_who_fell_short_and_the_longest_outage() -> None:
    report = a_report(
        a_chapter("Web", outages=[an_outage(1, MONDAY, 3 * HOUR)], objective=99.5),
        a_chapter("Mail", outages=[an_outage(2, MONDAY, HOUR)], objective=99.0),
        a_chapter("Cache"),
    )
    assert summary(report) == [
        "1 of 2 services fell short of their objectives: Web.",
        "2 of 3 services were down for 4 h in all; the longest outage lasted 3 h (Web).",
        "All of the time was observed.",
    ]


def test_the_summary_of_a_time_that_nobody_saw_claims_nothing() -> None:
    assert summary(a_report(a_chapter(segments=[]))) == ["Nothing was observed in this time."]


def test_a_gap_is_told_with_its_reason_and_counts_for_nobody() -> None:
    half = [
        Segment(MONDAY, MONDAY + 3 * DAY, Status.UP),
        Segment(MONDAY + 3 * DAY, MONDAY + 7 * DAY, Status.UNKNOWN, "asleep"),
    ]
    report = a_report(a_chapter(segments=half))
    assert summary(report) == [
        "No outage was seen.",
        "42.85 % of the time was observed; the rest was not, mostly because the computer that watched was asleep. "
        "What was not observed counts neither as up nor as down.",
    ]
    assert "42.85 % observed" in html(report)
    assert "between 42.85 % and 100 % whatever happened unobserved" in html(report)


def test_a_false_alarm_stays_to_be_seen_and_is_no_outage() -> None:
    told = an_outage(1, MONDAY, HOUR, correction="false alarm")
    report = a_report(a_chapter(outages=[told]))
    page = html(report)
    assert '<b class="void">1 h</b>' in page
    assert "afterwards found to be a false alarm" in page
    assert "a note for myself" not in page + markdown(report) + json(report) + csv(report)
    assert report.chapters[0].figures.incidents == 0
    assert "~~1 h~~" in markdown(report)


def test_a_budget_that_was_overspent_many_times_says_how_often() -> None:
    chapter = a_chapter(outages=[an_outage(1, MONDAY, 14 * HOUR)], objective=99.0)
    assert chapter.budget is not None
    assert words.left(chapter.budget) == "−733 %"
    assert "told-down" in html(a_report(chapter))


def test_a_budget_of_which_a_hundred_times_as_much_was_spent_has_none_left() -> None:
    chapter = a_chapter(outages=[an_outage(1, MONDAY, 14 * HOUR)], objective=99.95)
    assert chapter.budget is not None
    assert words.left(chapter.budget) == "none"
    assert '<dd class="big told-down">none</dd>' in html(a_report(chapter))


def test_of_many_outages_the_longest_are_told_and_the_rest_counted() -> None:
    outages = [an_outage(n, MONDAY + n * HOUR, n * MINUTE) for n in range(1, 51)]
    report = a_report(a_chapter(outages=outages))
    for text in (html(report), markdown(report)):
        assert "… and 30 more, each shorter than these" in text
        assert "50 min" in text
    assert len(decoding.loads(json(report))["services"][0]["outages"]) == 50


def test_a_report_of_very_many_services_stays_small() -> None:
    def a_year_of(n: int) -> Report:
        until = MONDAY + 365 * DAY
        outages = [an_outage(number, MONDAY + number * DAY, HOUR) for number in range(1, 300)]
        chapter = a_chapter(outages=outages, until=until, took=[20.0], id=f"s{n}")
        return a_report(*[chapter] * n, until=until)

    assert len(html(a_year_of(200))) < 8_000_000
