"""Histograms of latency: percentiles within 2 % of the exact ones, however the values were divided and stored."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.history import schema
from trayapp.history.durations import cells, latency
from trayapp.history.latency import EMPTY, Histogram

SHARES = [0.0, 0.01, 0.05, 0.07, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0]

latencies = st.floats(0.001, 40_000_000.0)
many = st.lists(latencies | st.just(0.0) | st.floats(20, 30), min_size=1, max_size=300)


def exact(values: list[float], share: float) -> float:
    """The value by nearest rank, with a share taken as the decimal number that is written."""
    return sorted(values)[max(1, math.ceil(Fraction(str(share)) * len(values))) - 1]


@given(many, st.sampled_from(SHARES))
def test_a_percentile_is_within_two_percent_of_the_exact_one(values: list[float], share: float) -> None:
    told = Histogram.of(values).percentile(share)
    assert told is not None
    assert abs(told - exact(values, share)) <= 0.02 * exact(values, share) * (1 + 1e-9)


@given(st.lists(st.lists(latencies), max_size=8))
def test_merged_parts_are_the_histogram_of_all_values_in_any_order(parts: list[list[float]]) -> None:
    whole = Histogram.of(value for part in parts for value in part)
    histograms = [Histogram.of(part) for part in parts]
    assert Histogram.total(histograms) == sum(histograms, EMPTY) == whole
    assert sum(reversed(histograms), EMPTY) == whole
    assert Histogram.merged(histogram.encode() for histogram in histograms) == whole
    assert whole.count == sum(map(len, parts))


counted = st.dictionaries(
    st.integers(0, 1023), st.integers(1, 40) | st.sampled_from([255, 256, 65_535, 65_536, 2**32 - 1]), max_size=60
).map(Histogram.of_buckets)


@given(many)
def test_percentiles_in_one_pass_are_those_of_the_values(values: list[float]) -> None:
    histogram = Histogram.of(values)
    assert histogram.percentiles(SHARES) == [histogram.percentile(share) for share in SHARES]
    assert sum(count for _, count in histogram.buckets) == histogram.count == len(values)


@given(counted)
def test_what_is_encoded_is_decoded_again(histogram: Histogram) -> None:
    assert Histogram.decode(histogram.encode()) == histogram
    assert Histogram.merged([histogram.encode()] * 3).count == 3 * histogram.count


prefixes = counted.flatmap(lambda histogram: st.integers(0, 300).map(lambda end: histogram.encode()[:end]))


@given(st.binary(max_size=80) | st.binary(max_size=40).map(lambda rest: b"\x00\x10\x00\x01" + rest) | prefixes)
def test_any_bytes_are_a_histogram_or_nonsense_and_nothing_worse(encoded: bytes) -> None:
    try:
        found = Histogram.decode(encoded)
    except ValueError:
        return
    assert Histogram.decode(found.encode()) == found


def test_of_nothing_there_is_no_percentile() -> None:
    assert (EMPTY.count, EMPTY.percentile(0.5), EMPTY.encode()) == (0, None, b"")
    assert Histogram.decode(b"") == Histogram.of([None, None]) == EMPTY


def test_what_took_no_time_and_what_was_not_measured_are_different_things() -> None:
    histogram = Histogram.of([0.0, None, 0.0, 5.0])
    assert (histogram.count, histogram.percentile(0.5)) == (3, 0.0)
    assert histogram.percentile(1.0) == pytest.approx(5.0, rel=0.02)


@pytest.mark.parametrize("value", [-0.001, math.inf, math.nan])
def test_what_is_no_duration_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no answer takes"):
        Histogram.of([1.0, value])


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_a_share_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Histogram.of([1.0]).percentile(share)


def test_nonsense_among_many_is_left_out_where_somebody_is_told() -> None:
    good = Histogram.of([3.0, 4.0])
    told: list[ValueError] = []
    assert Histogram.merged([good.encode(), b"\x09\x00\x00\x00", good.encode()], told.append) == good + good
    assert len(told) == 1
    with pytest.raises(ValueError, match="not known"):
        Histogram.merged([good.encode(), b"\x09\x00\x00\x00"])


def test_an_hour_of_a_check_a_minute_takes_about_a_byte_for_each_bucket() -> None:
    hour = Histogram.of(100 * 1.03**n for n in range(60))
    assert len(hour.encode()) <= 3 + len(hour.buckets)


@given(counted, counted)
def test_what_was_added_can_be_taken_away_again(one: Histogram, other: Histogram) -> None:
    assert (one + other) - other == one
    assert one - (one + other) == EMPTY


HOUR = 3_600_000
FIRST = 20_000 * 24
"""An hour that begins a day of UTC."""
ANSWERS = {FIRST + n: Histogram.of([1.07**n, 1.07**n, 500.0]) for n in range(6 * 24) if n % 24 < 19 or n % 5 == 0}


@pytest.fixture(scope="module")
def summed_up() -> Iterator[sqlite3.Connection]:
    """Six days of one service, and another one that never answered."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.migrate(connection)
        for key in ("web", "mail"):
            connection.execute("INSERT INTO services (key, created, fingerprint) VALUES (?, 0, '')", (key,))
        for hour, answers in ANSWERS.items():
            connection.execute("INSERT INTO latency_hours VALUES (1, ?, ?)", (hour, answers.encode()))
        for day in {hour // 24 for hour in ANSWERS}:
            whole = Histogram.total(answers for hour, answers in ANSWERS.items() if hour // 24 == day)
            connection.execute("INSERT INTO latency_days VALUES (1, ?, ?)", (day, whole.encode()))
        yield connection


moments = st.integers((FIRST - 30) * HOUR, (FIRST + 7 * 24) * HOUR)
shifted = st.tuples(st.integers(-14 * 4, 14 * 4), st.integers(0, 3), st.integers(4, 7)).map(
    lambda found: [FIRST * HOUR + found[0] * HOUR // 4 + 24 * HOUR * n for n in range(found[1], found[2] + 1)]
)


@given(shifted | st.lists(moments, min_size=2, max_size=9).map(sorted), moments | st.just(0))
def test_cells_are_the_hours_that_begin_in_them_in_whatever_zone_their_days_are(
    summed_up: sqlite3.Connection, edges: list[int], since: int
) -> None:
    """Most of them are read as days, or as days without some hours."""
    expected = [
        Histogram.total(answers for hour, answers in ANSWERS.items() if max(start, since) <= hour * HOUR < end)
        for start, end in pairwise(edges)
    ]
    found = cells(summed_up, ["web", "mail", "stranger"], since, edges[-1], edges)
    assert found == {"web": expected, "mail": [EMPTY] * len(expected), "stranger": [EMPTY] * len(expected)}
    window = max(since, edges[0]), edges[-1]
    assert latency(summed_up, ["web"], *window) == {"web": Histogram.total(expected)}
