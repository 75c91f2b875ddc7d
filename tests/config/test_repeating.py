"""A maintenance begun, and turned from once to every day, week or month and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.config.load import parse
from trayapp.config.repeating import begun, repeated
from trayapp.config.save_table import put_table

NOW = datetime(2026, 11, 22, 12)
BEGUN = {"start": "2026-11-23T22:00", "duration": "2h"}


def faults(table: dict[str, Any]) -> list[str]:
    return [str(fault) for fault in parse(put_table("", ("maintenance", "x"), table, ())).faults]


def test_a_new_one_is_tomorrow_evening() -> None:
    assert begun(NOW) == BEGUN
    assert faults(BEGUN) == []


@pytest.mark.parametrize(
    ("table", "every", "after"),
    [
        (BEGUN, "day", {"every": "day", "at": "22:00", "duration": "2h"}),
        (BEGUN, "week", {"every": "week", "at": "22:00", "duration": "2h", "days": ["mon"]}),
        (BEGUN, "month", {"every": "month", "at": "22:00", "duration": "2h", "days": ["23"]}),
        (
            {"note": "n", "start": "2026-12-01T22:00", "end": "2026-12-01T23:30", "odd": 1},
            "week",
            {"note": "n", "every": "week", "at": "22:00", "duration": "90m", "days": ["tue"], "odd": 1},
        ),
        (
            {"every": "week", "days": ["mon", "sun"], "at": "02:30", "duration": "1h"},
            "month",
            {"every": "month", "days": ["22"], "at": "02:30", "duration": "1h"},
        ),
        (
            {"every": "week", "days": ["mon", "sun"], "at": "02:30", "duration": "1h"},
            "day",
            {"every": "day", "at": "02:30", "duration": "1h"},
        ),
        (
            {"every": "day", "at": "02:30", "duration": "1h", "start": "2026-01-01T00:00", "end": "2027-01-01T00:00"},
            "week",
            {
                "every": "week",
                "days": ["thu"],
                "at": "02:30",
                "duration": "1h",
                "start": "2026-01-01T00:00",
                "end": "2027-01-01T00:00",
            },
        ),
        (
            {"every": "week", "days": ["mon"], "at": "02:30", "duration": "1h", "end": "2027-01-01T00:00"},
            "once",
            {"start": "2026-11-23T02:30", "duration": "1h"},
        ),
    ],
)
def test_it_keeps_what_makes_sense_and_gets_what_it_needs(
    table: dict[str, Any], every: str, after: dict[str, Any]
) -> None:
    turned = repeated(table, every, NOW)

    assert turned == after
    assert [said for said in faults(turned) if "odd" not in said] == []


@given(
    st.dictionaries(
        st.sampled_from(["every", "start", "end", "at", "days", "duration"]),
        st.sampled_from(
            ["week", "day", "once", "never", 5, True, "2026-12-01T22:00", "0001-01-01T00:00", [1], ["mon"]]
        ),
    ),
    st.sampled_from(["once", "day", "week", "month"]),
)
def test_whatever_stood_there_it_can_be_turned(table: dict[str, Any], every: str) -> None:
    assert repeated(table, every, NOW).get("every", "once") == every
