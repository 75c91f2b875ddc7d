"""Durations, written and read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.config.durations import format_duration, parse_duration
from trayapp.core.keys import Duration


@pytest.mark.parametrize(
    ("written", "ms"), [("800ms", 800), ("60s", 60_000), ("5m", 300_000), ("2h", 7_200_000), ("1d", 86_400_000)]
)
def test_every_unit_is_read_and_written_back(written: str, ms: int) -> None:
    assert parse_duration(written) == ms
    assert format_duration(Duration(ms)) == written


@pytest.mark.parametrize("written", ["", "60", "soon", "-1s", "1.5s", "1e99s", "60 s", "60s\n", "６０s", "1w", "s"])
def test_what_is_no_duration_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(written)


@settings(deadline=None)
@given(st.integers(0, 10**11))
def test_what_is_written_reads_as_the_same(ms: int) -> None:
    assert parse_duration(format_duration(Duration(ms))) == ms
