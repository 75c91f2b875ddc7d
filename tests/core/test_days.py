"""Days of any zone tile time, whatever its clock did: 23 hours, 25 hours, and days that never were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.core.days import days
from trayapp.core.timeline import Tally, tally
from trayapp.core.words import Segment, Status

HOUR = 3_600_000
DAY = 24 * HOUR
ZONES = sorted(available_timezones())

moments = st.integers(0, 4_102_444_800_000)


def ms(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc, arg-type]


def shown(moment: int, zone: ZoneInfo) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment)).astimezone(zone)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(ZONES), moments, st.integers(0, 40 * DAY))
def test_the_days_of_any_zone_tile_any_window(name: str, since: int, length: int) -> None:
    until = since + length
    found = days(since, until, ZoneInfo(name))
    if not length:
        assert found == []
        return
    assert found[0][0] == since
    assert found[-1][1] == until
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(0 < end - start < 2 * DAY for start, end in found)
    segments = [Segment(since + length // 3, until - length // 5, Status.DOWN)] if length > 20 else []
    assert sum((tally(segments, *day) for day in found), Tally()) == tally(segments, since, until)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(ZONES), moments)
def test_a_day_ends_where_the_clock_shows_another_date(name: str, since: int) -> None:
    zone = ZoneInfo(name)
    for _, midnight in days(since, since + 5 * DAY, zone)[:-1]:
        before, after = shown(midnight - 1, zone), shown(midnight, zone)
        assert before.date() < after.date()


def test_in_a_year_with_all_its_clock_changes_every_date_of_every_zone_is_one_day() -> None:
    since, until = ms(2011, 1, 1), ms(2012, 1, 1)
    for zone in map(ZoneInfo, ZONES):
        dates = [shown(start, zone).date() for start, _ in days(since, until, zone)]
        assert dates == sorted(set(dates)), zone
        moments = [*range(since, until, 6 * HOUR), until - 1]
        assert set(dates) == {shown(moment, zone).date() for moment in moments}, zone


def test_the_clock_changes_make_days_of_23_and_25_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring = days(ms(2026, 3, 28, 23), ms(2026, 3, 29, 22), berlin)
    autumn = days(ms(2026, 10, 24, 22), ms(2026, 10, 25, 23), berlin)
    assert [(end - start) // HOUR for start, end in spring + autumn] == [23, 25]


def test_a_day_that_apia_skipped_is_not_there() -> None:
    apia = ZoneInfo("Pacific/Apia")
    found = days(ms(2011, 12, 29, 10), ms(2012, 1, 1, 10), apia)
    assert [shown(start, apia).date().isoformat() for start, _ in found] == ["2011-12-29", "2011-12-31", "2012-01-01"]
    assert [(end - start) // HOUR for start, end in found] == [24, 24, 24]


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        days(10, 9, ZoneInfo("UTC"))
