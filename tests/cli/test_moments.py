"""Moments as people write them at the command line, in the time zone of the computer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from trayapp.cli.moments import LONGEST, When, clock, split, until
from trayapp.core.words import FOR_EVER

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000


def at(written: str) -> int:
    return int(datetime.fromisoformat(written).replace(tzinfo=BERLIN).timestamp() * 1000)


NOW = at("2026-11-22 14:30")
"""A Sunday."""


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be set here")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2h", NOW + 2 * HOUR),
        ("for 2h", NOW + 2 * HOUR),
        ("for 90 m", NOW + 90 * 60_000),
        ("18:00", at("2026-11-22 18:00")),
        ("until 18:00", at("2026-11-22 18:00")),
        ("9:05", at("2026-11-23 09:05")),
        ("14:30", at("2026-11-23 14:30")),
        ("tomorrow", at("2026-11-23 08:00")),
        ("Tomorrow", at("2026-11-23 08:00")),
        ("tomorrow 9:30", at("2026-11-23 09:30")),
        ("until tomorrow 23:59", at("2026-11-23 23:59")),
        ("until fri", at("2026-11-27 08:00")),
        ("until Friday 17:00", at("2026-11-27 17:00")),
        ("until sun", at("2026-11-29 08:00")),
        ("until 2026-12-24", at("2026-12-24 08:00")),
        ("until 2026-12-24 18:00", at("2026-12-24 18:00")),
        ("until 2026-12-24T18:00", at("2026-12-24 18:00")),
        ("until further notice", FOR_EVER),
        ("for ever", FOR_EVER),
        ("off", None),
    ],
)
def test_a_moment_stands_after_the_ids(written: str, moment: int | None) -> None:
    assert split(["web", "api", *written.split()], NOW) == (["web", "api"], When(moment))
    assert split(written.split(), NOW) == ([], When(moment))


def test_until_back_lasts_as_long_as_the_outage() -> None:
    assert split(["web", "until", "back"], NOW) == (["web"], When(FOR_EVER, back=True))


def test_what_names_no_time_is_an_id() -> None:
    ids = ["web", "fri", "2h-of-fame", "back", "2026-12-24", "18-00"]
    assert split(ids, NOW) == (ids, None)
    assert split([], NOW) == ([], None)
    assert split(["2h", "2h"], NOW) == (["2h"], When(NOW + 2 * HOUR))


@pytest.mark.parametrize(
    "written",
    [
        *("until", "for", "until x", "for x", "until 2h", "for 18:00", "until 24:00", "until 2026-13-01", "0s"),
        *("until 2026-11-22", "until 0001-01-01", "until 9999-12-31", "999999999999d", "until friday x", "until ١٨:٠٠"),
        *("until 18:00:00", "until tomorrow x", "for", "until back again", "until further", "until 2026-12-24 x"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match=r"moment|time of day|over already|ten years"):
        split(["web", *written.split()], NOW)


def test_a_time_that_the_clock_skips_or_shows_twice_is_still_one_moment() -> None:
    before_spring = at("2026-03-28 12:00")
    assert split(["tomorrow", "2:30"], before_spring)[1] == When(at("2026-03-29 03:30"))
    before_autumn = at("2026-10-24 12:00")
    assert split(["tomorrow", "2:30"], before_autumn)[1] == When(at("2026-10-25 02:30"))


def test_a_moment_is_said_with_as_much_of_its_date_as_is_needed() -> None:
    assert clock(at("2026-11-22 18:00"), NOW) == "18:00"
    assert clock(at("2026-11-22 09:05"), NOW) == "09:05"
    assert clock(at("2026-11-23 08:00"), NOW) == "tomorrow 08:00"
    assert clock(at("2026-11-21 23:59"), NOW) == "yesterday 23:59"
    assert clock(at("2026-11-27 08:00"), NOW) == "Fri 08:00"
    assert clock(at("2026-12-01 08:00"), NOW) == "1 Dec 08:00"
    assert clock(at("2027-01-05 08:00"), NOW) == "5 Jan 2027 08:00"
    assert until(at("2026-11-22 18:00"), NOW) == "until 18:00"
    assert until(FOR_EVER, NOW) == "until further notice"


def test_every_moment_that_is_understood_can_be_said() -> None:
    assert until(NOW + LONGEST, NOW) == "until 29 Nov 2036 14:30"
