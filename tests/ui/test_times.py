from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import QLocale

from trayapp.ui.times import clock, span, tomorrow


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute).timestamp() * 1000)


NOW = local(2026, 11, 24, 23, 30)


def test_until_tomorrow_is_eight_in_the_morning_local_time() -> None:
    assert tomorrow(NOW) == local(2026, 11, 25, 8)
    assert tomorrow(local(2026, 12, 31, 0, 1)) == local(2027, 1, 1, 8)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="needs tzset")
def test_until_tomorrow_is_eight_across_a_change_of_the_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert datetime.fromtimestamp(tomorrow(local(2026, 10, 24, 20)) / 1000).hour == 8
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_moment_has_as_much_date_as_it_needs() -> None:
    assert clock(local(2026, 11, 24, 14, 2), NOW) == "14:02"
    assert clock(local(2026, 11, 23, 14, 2), NOW) == "Mon 14:02"
    assert clock(local(2026, 11, 12, 14, 2), NOW) == "12 Nov 14:02"


def test_a_span_names_its_day_once() -> None:
    assert span(local(2026, 11, 24, 14), local(2026, 11, 24, 14, 30), NOW) == "14:00 – 14:30"
    assert span(local(2026, 11, 23, 12), local(2026, 11, 23, 18), NOW) == "Mon 12:00 – 18:00"
    assert span(local(2026, 11, 10, 14), local(2026, 11, 12, 14), NOW) == "10 Nov 14:00 – 12 Nov 14:00"
