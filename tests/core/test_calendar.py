"""Maintenance windows and quiet hours, where clocks go forward, back and over the date line."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.core.calendar import FORESEEN, LAST_DAY, Once, Repeated, Rule, Window, active, instant, next_change

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
APIA = ZoneInfo("Pacific/Apia")
KIRITIMATI = ZoneInfo("Pacific/Kiritimati")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [BERLIN, LORD_HOWE, APIA, KIRITIMATI, NEW_YORK, ZoneInfo("America/St_Johns"), ZoneInfo("Asia/Kolkata"), UTC]
HOUR = 3_600_000
DAY = 24 * HOUR
MONDAY, SATURDAY, SUNDAY = 0, 5, 6


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text + "+00:00").timestamp() * 1000)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def written(window: Window | None) -> tuple[str, str] | None:
    """A window in UTC."""
    if window is None:
        return None
    start, end = (
        datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M") for ms in (window.start, window.end)
    )
    return start, end


def ahead(rule: Rule, now: str, n: int) -> list[tuple[str, str] | None]:
    return [written(window) for window in islice(rule.windows(utc(now)), n)]


# A wall clock's time as an instant


@pytest.mark.parametrize(
    ("zone", "shown", "moment"),
    [
        (BERLIN, "2026-01-15T12:00", "2026-01-15T11:00"),
        (BERLIN, "2026-03-29T01:59:59", "2026-03-29T00:59:59"),
        (BERLIN, "2026-03-29T02:00", "2026-03-29T01:00"),
        (BERLIN, "2026-03-29T02:30", "2026-03-29T01:00"),
        (BERLIN, "2026-03-29T02:59:59", "2026-03-29T01:00"),
        (BERLIN, "2026-03-29T03:00", "2026-03-29T01:00"),
        (BERLIN, "2026-03-29T03:01", "2026-03-29T01:01"),
        (BERLIN, "2026-10-25T02:30", "2026-10-25T00:30"),
        (BERLIN, "2026-10-25T03:00", "2026-10-25T02:00"),
        (LORD_HOWE, "2026-10-04T02:15", "2026-10-03T15:30"),
        (LORD_HOWE, "2026-10-04T02:30", "2026-10-03T15:30"),
        (LORD_HOWE, "2026-04-05T01:45", "2026-04-04T14:45"),
        (APIA, "2011-12-29T23:59", "2011-12-30T09:59"),
        (APIA, "2011-12-30T02:30", "2011-12-30T10:00"),
        (APIA, "2011-12-30T23:59", "2011-12-30T10:00"),
        (APIA, "2011-12-31T02:30", "2011-12-30T12:30"),
        (KIRITIMATI, "1994-12-31T02:30", "1994-12-31T10:00"),
        (KIRITIMATI, "1995-01-01T02:30", "1994-12-31T12:30"),
        (UTC, "2026-03-29T02:30", "2026-03-29T02:30"),
        (timezone(timedelta(hours=-3, minutes=-30)), "2026-03-29T02:30", "2026-03-29T06:00"),
    ],
)
def test_a_skipped_time_is_the_end_of_the_gap_and_a_repeated_one_its_first(
    zone: tzinfo, shown: str, moment: str
) -> None:
    assert instant(wall(shown), zone) == utc(moment)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)))
def test_an_instant_is_the_first_at_which_the_clock_shows_the_time_or_has_passed_it(zone: tzinfo, at: datetime) -> None:
    at = at.replace(microsecond=0)
    moment = instant(at, zone)

    def shown(ms: int) -> datetime:
        return datetime.fromtimestamp(ms // 1000, zone).replace(tzinfo=None)

    assert shown(moment) >= at
    assert shown(moment - 1_000) < at
    there = at.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    assert (shown(moment) == at) == (there == at)


# Once


@pytest.mark.parametrize(
    ("begin", "lasting", "window"),
    [
        ("2026-12-01T22:00", 2 * HOUR, ("2026-12-01T21:00", "2026-12-01T23:00")),
        ("2026-12-01T22:00", wall("2026-12-02T01:00"), ("2026-12-01T21:00", "2026-12-02T00:00")),
        ("2026-03-29T02:30", HOUR, ("2026-03-29T01:00", "2026-03-29T02:00")),
        ("2026-03-28T22:00", wall("2026-03-29T06:00"), ("2026-03-28T21:00", "2026-03-29T04:00")),
        ("2026-03-29T02:15", wall("2026-03-29T02:45"), ("2026-03-29T01:00", "2026-03-29T01:30")),
        ("2026-10-25T02:30", HOUR, ("2026-10-25T00:30", "2026-10-25T01:30")),
        ("2026-10-24T22:00", wall("2026-10-25T06:00"), ("2026-10-24T20:00", "2026-10-25T05:00")),
    ],
)
def test_a_window_lasts_its_length_or_until_the_clock_says_so(
    begin: str, lasting: datetime | int, window: tuple[str, str]
) -> None:
    rule = Once(wall(begin), lasting, BERLIN)
    assert ahead(rule, "2026-01-01T00:00", 2) == [window]
    assert ahead(rule, window[1], 2) == []


# Repeated


@pytest.mark.parametrize(
    ("zone", "now", "windows"),
    [
        (
            BERLIN,
            "2026-03-28T12:00",
            [("2026-03-29T01:00", "2026-03-29T02:00"), ("2026-03-30T00:30", "2026-03-30T01:30")],
        ),
        (
            BERLIN,
            "2026-10-24T12:00",
            [("2026-10-25T00:30", "2026-10-25T01:30"), ("2026-10-26T01:30", "2026-10-26T02:30")],
        ),
        (
            LORD_HOWE,
            "2026-10-03T12:00",
            [("2026-10-03T15:30", "2026-10-03T16:30"), ("2026-10-04T15:30", "2026-10-04T16:30")],
        ),
        (
            LORD_HOWE,
            "2026-04-04T12:00",
            [("2026-04-04T16:00", "2026-04-04T17:00"), ("2026-04-05T16:00", "2026-04-05T17:00")],
        ),
        (
            APIA,
            "2011-12-29T14:00",
            [("2011-12-30T10:00", "2011-12-30T11:00"), ("2011-12-30T12:30", "2011-12-30T13:30")],
        ),
        (
            KIRITIMATI,
            "1994-12-30T14:00",
            [("1994-12-31T10:00", "1994-12-31T11:00"), ("1994-12-31T12:30", "1994-12-31T13:30")],
        ),
    ],
)
def test_half_past_two_runs_once_on_the_night_the_clocks_change(
    zone: tzinfo, now: str, windows: list[tuple[str, str]]
) -> None:
    assert ahead(Repeated(time(2, 30), HOUR, zone), now, 2) == windows


def test_a_day_that_the_date_line_took_still_has_its_weekly_window() -> None:
    """The last Friday of 2011 was none on Samoa: its window begins with the first moment after it."""
    friday = Repeated(time(2, 30), HOUR, APIA, weekdays=frozenset({4}))
    assert ahead(friday, "2011-12-25T00:00", 2) == [
        ("2011-12-30T10:00", "2011-12-30T11:00"),
        ("2012-01-05T12:30", "2012-01-05T13:30"),
    ]


def test_quiet_hours_end_by_the_clock_in_short_nights_and_in_long_ones() -> None:
    quiet = Repeated(time(22), time(7), BERLIN)
    assert ahead(quiet, "2026-03-28T12:00", 2) == [
        ("2026-03-28T21:00", "2026-03-29T05:00"),
        ("2026-03-29T20:00", "2026-03-30T05:00"),
    ]
    assert ahead(quiet, "2026-10-24T12:00", 1) == [("2026-10-24T20:00", "2026-10-25T06:00")]


def test_hours_of_one_day_do_not_cross_midnight() -> None:
    assert ahead(Repeated(time(12), time(13, 30), UTC), "2026-11-22T12:30", 2) == [
        ("2026-11-22T12:00", "2026-11-22T13:30"),
        ("2026-11-23T12:00", "2026-11-23T13:30"),
    ]


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    weekend = Repeated(time(22), time(7), UTC, weekdays=frozenset({SATURDAY, SUNDAY}))
    assert ahead(weekend, "2026-11-22T10:00", 2) == [
        ("2026-11-22T22:00", "2026-11-23T07:00"),
        ("2026-11-28T22:00", "2026-11-29T07:00"),
    ]


def test_days_of_the_month_are_left_out_in_months_that_have_none() -> None:
    rule = Repeated(time(1), HOUR, UTC, monthdays=frozenset({1, 31}))
    starts = [window[0] for window in ahead(rule, "2026-01-31T03:00", 5) if window]
    assert starts == [
        "2026-02-01T01:00",
        "2026-03-01T01:00",
        "2026-03-31T01:00",
        "2026-04-01T01:00",
        "2026-05-01T01:00",
    ]


def test_the_last_day_of_a_month_is_one_in_every_month() -> None:
    rule = Repeated(time(1), HOUR, UTC, monthdays=frozenset({LAST_DAY}))
    starts = [window[0] for window in ahead(rule, "2028-01-01T00:00", 3) if window]
    assert starts == ["2028-01-31T01:00", "2028-02-29T01:00", "2028-03-31T01:00"]


def test_no_window_begins_before_the_first_or_beyond_the_end() -> None:
    rule = Repeated(time(1), 3 * HOUR, UTC, first=wall("2026-11-23T01:00"), beyond=wall("2026-11-25T01:00"))
    assert ahead(rule, "2020-01-01T00:00", 9) == [
        ("2026-11-23T01:00", "2026-11-23T04:00"),
        ("2026-11-24T01:00", "2026-11-24T04:00"),
    ]
    late = Repeated(time(1), HOUR, UTC, first=wall("2026-11-23T01:01"), beyond=wall("2026-11-25T01:01"))
    assert [window[0] for window in ahead(late, "2020-01-01T00:00", 9) if window] == [
        "2026-11-24T01:00",
        "2026-11-25T01:00",
    ]
    assert ahead(rule, "2026-11-24T04:00", 9) == []


def test_a_window_of_many_days_is_found_at_its_end() -> None:
    rule = Repeated(time(1), 10 * DAY, UTC, monthdays=frozenset({1}))
    assert written(active([rule], utc("2026-11-11T00:59"))) == ("2026-11-01T01:00", "2026-11-11T01:00")


def test_the_calendar_ends_with_the_year_9999() -> None:
    assert list(Repeated(time(1), HOUR, UTC).windows(utc("9999-12-30T00:30"))) != []


# Now


TEA = Repeated(time(15), HOUR, UTC)
BACKUP = Repeated(time(15, 30), 2 * HOUR, UTC, weekdays=frozenset({SUNDAY}))


@pytest.mark.parametrize(
    ("now", "window", "change"),
    [
        ("2026-11-22T14:59", None, "2026-11-22T15:00"),
        ("2026-11-22T15:00", ("2026-11-22T15:00", "2026-11-22T17:30"), "2026-11-22T17:30"),
        ("2026-11-22T16:15", ("2026-11-22T15:30", "2026-11-22T17:30"), "2026-11-22T17:30"),
        ("2026-11-22T17:30", None, "2026-11-23T15:00"),
        ("2026-11-23T15:59", ("2026-11-23T15:00", "2026-11-23T16:00"), "2026-11-23T16:00"),
    ],
)
def test_overlapping_windows_are_one(now: str, window: tuple[str, str] | None, change: str) -> None:
    rules = [BACKUP, TEA]
    assert written(active(rules, utc(now))) == window
    assert next_change(rules, utc(now)) == utc(change)
    assert next_change(iter(rules), utc(now)) == utc(change)


def test_touching_windows_are_one() -> None:
    rules = [Once(wall("2026-11-22T01:00"), HOUR, UTC), Once(wall("2026-11-22T02:00"), HOUR, UTC)]
    assert written(active(rules, utc("2026-11-22T01:30"))) == ("2026-11-22T01:00", "2026-11-22T03:00")


def test_without_rules_nothing_is_active_and_nothing_will_change() -> None:
    assert active([], 0) is None
    assert next_change([], 0) is None
    over = Once(wall("2026-11-22T01:00"), HOUR, UTC)
    assert next_change([over], utc("2026-11-22T02:00")) is None
    assert next_change([over, TEA], utc("2026-11-22T02:00")) == utc("2026-11-22T15:00")


@pytest.mark.parametrize(
    ("now", "end"),
    [("2026-11-22T12:00", "2027-01-02T00:00"), ("2026-11-22T00:00", "2027-01-01T00:00")],
)
def test_what_never_ends_is_looked_at_again_after_forty_days(now: str, end: str) -> None:
    always = Repeated(time(0), DAY, UTC)
    assert written(active([always], utc(now))) == ("2026-11-22T00:00", end)
    long = Once(wall("2026-11-22T00:00"), 400 * DAY, UTC)
    assert active([long], utc(now)) == Window(utc("2026-11-22T00:00"), utc("2026-11-22T00:00") + 400 * DAY)


def test_travel_moves_quiet_hours_with_the_zone_they_are_given() -> None:
    now = utc("2026-11-22T22:30")
    assert active([Repeated(time(22), time(7), BERLIN)], now) is not None
    assert active([Repeated(time(22), time(7), NEW_YORK)], now) is None


# Whatever the rule


rules = st.builds(
    Repeated,
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.one_of(st.integers(60_000, 3 * DAY), st.times().map(lambda at: at.replace(second=0, microsecond=0))),
    st.sampled_from(ZONES),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from([LAST_DAY, 1, 15, 29, 30, 31]), min_size=1)),
)
turns = st.sampled_from(
    [
        "2026-03-29T01:00", "2026-10-25T01:00", "2026-10-03T15:30", "2026-04-04T15:00",
        "2011-12-30T10:00", "1994-12-31T10:00", "2026-11-01T06:00", "2028-02-29T00:00",
    ]
)  # fmt: skip
moments = st.builds(lambda at, ms: utc(at) + ms, turns, st.integers(-4 * DAY, 4 * DAY))


@settings(max_examples=200, deadline=None)
@given(st.lists(rules, min_size=1, max_size=3), moments)
def test_what_is_active_stays_so_until_its_end_and_not_beyond(some: list[Repeated], now: int) -> None:
    window = active(some, now)
    change = next_change(some, now)
    assert change is not None
    assert change > now
    if window is None:
        started = active(some, change)
        assert started is not None
        assert started.start == change
        assert active(some, change - 1) is None
        return
    assert window.start <= now < window.end == change
    for moment in (window.start, (window.start + window.end) // 2, window.end - 1):
        assert active(some, moment) is not None
    if window.end < now + FORESEEN:
        assert active(some, window.end) is None


@settings(max_examples=200, deadline=None)
@given(rules, moments)
def test_windows_come_in_order_each_on_a_day_that_fits_and_none_is_missed(rule: Repeated, now: int) -> None:
    """Held against every day by itself, from long before until long after."""
    found = list(islice(rule.windows(now), 5))
    assert all(window.start < window.end for window in found)
    first_day = datetime.fromtimestamp(now / 1000, UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    expected = []
    for offset in range(-9, 400):
        day = first_day + timedelta(days=offset)
        last = (day + timedelta(days=1)).day == 1
        fits = day.day in rule.monthdays or (LAST_DAY in rule.monthdays and last)
        if not (fits if rule.monthdays else day.weekday() in rule.weekdays):
            continue
        begin = datetime.combine(day, rule.at)
        start = instant(begin, rule.zone)
        if isinstance(rule.lasting, int):
            end = start + rule.lasting
        else:
            finish = datetime.combine(day, rule.lasting)
            finish += timedelta(days=finish <= begin)
            end = instant(finish, rule.zone)
            if end == start:
                end += (finish - begin) // timedelta(milliseconds=1)
        if end > now:
            expected.append(Window(start, end))
    assert found == expected[:5]
