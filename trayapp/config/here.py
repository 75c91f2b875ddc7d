"""The time zone of this computer, wherever it travels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


class _Here(tzinfo):
    """Asks the system anew each time (PEP 495 for what it answers where clocks change).

    On Unix the system looks at its settings again when `time.tzset` is called.
    """

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, dt: datetime | None) -> timedelta | None:
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, dt: datetime) -> datetime:
        local = dt.replace(tzinfo=UTC).astimezone()
        here = local.replace(tzinfo=self)
        return here if here.utcoffset() == local.utcoffset() else here.replace(fold=1)


HERE: tzinfo = _Here()
"""For whatever names no zone."""
