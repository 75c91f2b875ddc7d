"""The zone of this computer keeps its clock changes."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trayapp.config.here import HERE
from trayapp.core.calendar import instant

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.usefixtures("in_berlin")
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(946_684_800, 4_102_444_800))
def test_it_tells_the_time_as_the_zone_of_that_name_does(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)

    here, there = moment.astimezone(HERE), moment.astimezone(BERLIN)

    assert here.replace(tzinfo=None) == there.replace(tzinfo=None)
    assert (here.fold, here.utcoffset(), here.tzname()) == (there.fold, there.utcoffset(), there.tzname())


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize("wall", ["2027-03-28T02:30", "2027-10-31T02:30", "2027-07-01T00:00", "2199-12-31T23:59"])
def test_skipped_and_doubled_times_mean_the_same_moment(wall: str) -> None:
    written = datetime.fromisoformat(wall)

    assert instant(written, HERE) == instant(written, BERLIN)


def test_a_zone_asked_without_a_time_says_nothing() -> None:
    assert (HERE.utcoffset(None), HERE.dst(None), HERE.tzname(None)) == (None, None, None)
