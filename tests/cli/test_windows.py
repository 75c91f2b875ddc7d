"""--since and --until: what people write about the past, by the clock of this computer."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime

import pytest

from trayapp.cli import windows

HOUR = 3_600_000
DAY = 24 * HOUR


def ms(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return round(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


NOW = ms(2026, 11, 22, 18, 30)


pytestmark = [
    pytest.mark.usefixtures("in_berlin"),
    pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows keeps its zone to itself"),
]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("now", NOW),
        ("24h", NOW - DAY),
        ("7D", NOW - 7 * DAY),
        ("90m", NOW - 90 * 60_000),
        ("99999999d", 0),
        ("today", ms(2026, 11, 21, 23)),
        ("yesterday", ms(2026, 11, 20, 23)),
        ("19:30", NOW),
        ("18:00", ms(2026, 11, 22, 17)),
        ("7:05", ms(2026, 11, 22, 6, 5)),
        ("19:31", ms(2026, 11, 21, 18, 31)),
        ("2026-11-01", ms(2026, 10, 31, 23)),
        ("2026-07-01", ms(2026, 6, 30, 22)),
        ("2026-11-01 18:00", ms(2026, 11, 1, 17)),
        (" 2026-11-01T18:00 ", ms(2026, 11, 1, 17)),
        ("2026-11-01T18:00:00Z", ms(2026, 11, 1, 18)),
        ("2026-11-01T18:00:00.250+05:30", ms(2026, 11, 1, 12, 30) + 250),
        ("1970-01-01", 0),
        ("2100-01-01", ms(2099, 12, 31, 23)),
    ],
)
def test_a_moment_is_what_a_person_means_by_it(written: str, meant: int) -> None:
    assert windows.moment(written, NOW) == meant


@pytest.mark.parametrize(
    ("since", "until", "meant", "said"),
    [
        (None, None, (NOW - 7 * DAY, NOW), "last 7 d"),
        ("24h", None, (NOW - DAY, NOW), "last 24 h"),
        ("90m", None, (NOW - 90 * 60_000, NOW), "since 18:00"),
        ("2d", "2026-11-01", (ms(2026, 10, 29, 23), ms(2026, 10, 31, 23)), "30 Oct 00:00 to 1 Nov 00:00"),
        (None, "yesterday", (ms(2026, 11, 13, 23), ms(2026, 11, 20, 23)), "14 Nov 00:00 to yesterday 00:00"),
        ("today", "2100-01-01", (ms(2026, 11, 21, 23), NOW), "since 00:00"),
    ],
)
def test_a_stretch_ends_now_or_before_and_says_so(
    since: str | None, until: str | None, meant: tuple[int, int], said: str
) -> None:
    stretch = windows.chosen(argparse.Namespace(since=since, until=until), "7d", NOW)
    assert (stretch.since, stretch.until) == meant
    assert stretch.said == said


def test_a_column_of_moments_has_their_days() -> None:
    assert windows.stamp(NOW, NOW) == "22 Nov 19:30"
    assert windows.stamp(ms(2025, 3, 1, 7), NOW) == "1 Mar 2025 08:00"
