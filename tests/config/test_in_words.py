"""Maintenance and quiet hours in words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.config.in_words import (
    clock_changes,
    is_over,
    maintenance_in_words,
    quiet_in_words,
    reminder_in_words,
)
from trayapp.config.maintenance import DAYS, Maintenance
from trayapp.config.quiet_hours import QuietHours
from trayapp.core.keys import Duration

BERLIN = ZoneInfo("Europe/Berlin")
NOW = int(datetime(2026, 11, 22, 12, tzinfo=BERLIN).timestamp() * 1000)
HOUR = 3_600_000


def maintenance(hours: float = 0, **keys: object) -> Maintenance:
    return Maintenance(id="x", duration=Duration(int(hours * HOUR)) if hours else None, **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            "Every Sunday 02:30–04:30 Europe/Berlin; next: 29 Nov",
            maintenance(2, every="week", days=("sun",), at="02:30", zone="Europe/Berlin"),
        ),
        ("Every day 23:30–00:30; next: today", maintenance(1, every="day", at="23:30")),
        ("Every day 02:30–04:30; next: tomorrow", maintenance(2, every="day", at="02:30")),
        ("Every day 11:30–13:00; going on until 13:00", maintenance(1.5, every="day", at="11:30")),
        (
            "Every Monday to Friday 09:00–10:00; next: tomorrow",
            maintenance(1, every="week", days=("mon", "tue", "wed", "thu", "fri"), at="09:00"),
        ),
        (
            "Every Tuesday, Thursday and Saturday from 22:00 for 1 d 2 h; going on until 23 Nov 00:00",
            maintenance(26, every="week", days=("sat", "tue", "thu"), at="22:00"),
        ),
        (
            "Every month on the 1st, 12th, 23rd and last day, 06:00–07:00; next: tomorrow",
            maintenance(1, every="month", days=("1", "12", "23", "last"), at="06:00"),
        ),
        (
            "Every day 02:30–03:30, from 1 Jan 2027 on, until 1 Feb 2027; next: 1 Jan 2027",
            maintenance(1, every="day", at="02:30", start="2027-01-01T00:00", end="2027-02-01T00:00"),
        ),
        (
            "Every day 02:30–03:30, until 1 Nov; it is over",
            maintenance(1, every="day", at="02:30", start="2026-01-01T00:00", end="2026-11-01T00:00"),
        ),
        ("Once, Tue 1 Dec 22:00–23:00; in 9 d 10 h", maintenance(1, start="2026-12-01T22:00")),
        (
            "Once, Tue 1 Dec 22:00 – Wed 2 Dec 04:00; in 9 d 10 h",
            maintenance(start="2026-12-01T22:00", end="2026-12-02T04:00"),
        ),
        ("Once, Sun 1 Nov 22:00–23:00; it is over", maintenance(1, start="2026-11-01T22:00")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_when_a_maintenance_is(said: str, meant: Maintenance) -> None:
    assert maintenance_in_words(meant, NOW, BERLIN) == said
    assert is_over(meant.rule(BERLIN), NOW) == ("over" in said)


@pytest.mark.parametrize(
    ("meant", "said"),
    [
        (
            maintenance(2, every="week", days=("sun",), at="02:30"),
            (
                "On 28 Mar 2027 the clock skips 02:30: it begins at 03:00 and ends at 05:00.",
                "On 31 Oct 2027 the clock shows 02:30 twice: it begins the first time, and only then.",
            ),
        ),
        (
            maintenance(4, every="day", at="01:30"),
            ("On 28 Mar 2027 the clock changes meanwhile: it ends at 06:30.",),
        ),
        (
            maintenance(start="2027-03-28T02:30", end="2027-03-28T06:00"),
            ("On 28 Mar 2027 the clock skips 02:30: it begins at 03:00 and ends at 06:00.",),
        ),
        (maintenance(2, every="week", days=("mon",), at="02:30"), ()),
        (maintenance(2, start="2026-03-29T02:30"), ()),
    ],
)
def test_what_a_change_of_the_clock_does_to_it(meant: Maintenance, said: tuple[str, ...]) -> None:
    assert clock_changes(meant.rule(BERLIN), NOW) == said


def test_without_clock_changes_there_is_nothing_to_say() -> None:
    assert clock_changes(maintenance(4, every="day", at="01:30", zone="Asia/Tokyo").rule(BERLIN), NOW) == ()


@pytest.mark.parametrize(
    ("quiet", "critical", "said"),
    [
        (None, 2, "It may ring at any time."),
        (
            QuietHours(from_="22:00", to="07:00"),
            2,
            "Nothing rings from 22:00 to 07:00, but for services marked critical (2 of 14). "
            "Then one summary tells what happened.",
        ),
        (
            QuietHours(from_="22:00", to="07:00", days=("sat", "fri"), zone="Europe/Berlin"),
            0,
            "Nothing rings from 22:00 to 07:00 Europe/Berlin on Fridays and Saturdays, and no service is critical. "
            "Then one summary tells what happened.",
        ),
    ],
)
def test_when_nothing_rings(quiet: QuietHours | None, critical: int, said: str) -> None:
    assert quiet_in_words(quiet, critical, 14) == said


def test_how_often_an_outage_is_told_again() -> None:
    assert reminder_in_words(Duration(4 * HOUR)) == "An outage that nobody took note of is told again every 4 h."
    assert reminder_in_words(Duration(0)) == "An outage is told once, and never again."


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["once", "day", "week", "month"]),
    st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31)),
    st.integers(60_000, 24 * HOUR - 1),
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "UTC"]),
    st.integers(NOW - 20 * 365 * 24 * HOUR, NOW + 20 * 365 * 24 * HOUR),
)
def test_whatever_is_right_has_a_sentence(every: str, start: datetime, lasting: int, zone: str, now: int) -> None:
    keys: dict[str, object] = {"start": f"{start:%Y-%m-%dT%H:%M}", "duration": Duration(lasting), "zone": zone}
    if every != "once":
        keys |= {"every": every, "at": f"{start:%H:%M}", "days": DAYS.get(every, ())[-2:]}
    meant = Maintenance(id="x", **keys)  # type: ignore[arg-type]

    said = maintenance_in_words(meant, now, BERLIN)

    assert zone in said
    assert ("over" in said) == is_over(meant.rule(BERLIN), now)
    assert all(sentence.endswith(".") for sentence in clock_changes(meant.rule(BERLIN), now))
