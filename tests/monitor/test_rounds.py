"""Who may begin: not all at once, not for ever behind those that hang, and late ones are noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from tests.monitor.virtual import VirtualClock, play
from trayapp.monitor.openfiles import most_in_flight
from trayapp.monitor.rounds import AT_ONCE, PATIENT, Rounds


class Hanging:
    """Checks that all take so many seconds."""

    def __init__(self, seconds: float, most: int | None = None) -> None:
        self.seconds = seconds
        self.begun: list[tuple[str, float]] = []
        self.clock = VirtualClock()
        self.rounds = Rounds(self.clock, self._check, lambda *_: None, self._ended, most)

    def _check(self, id_: str, due: float) -> Coroutine[Any, Any, None]:
        self.begun.append((id_, self.clock.monotonic()))
        return asyncio.sleep(self.seconds)

    def _ended(self, id_: str, fault: BaseException | None) -> None:
        assert fault is None


def test_those_that_wait_for_somebody_make_room_one_patience_later() -> None:
    async def scene() -> None:
        hanging = Hanging(60.0)
        start = hanging.clock.monotonic()
        for n in range(AT_ONCE * 3):
            hanging.rounds.plan(f"s{n}", start)
        await asyncio.sleep(PATIENT / 2)
        assert len(hanging.begun) == AT_ONCE
        await asyncio.sleep(PATIENT)
        assert len(hanging.begun) == AT_ONCE * 2
        await asyncio.sleep(PATIENT)
        assert len(hanging.begun) == AT_ONCE * 3
        await hanging.rounds.stop(1.0)

    play(scene())


def test_no_more_than_the_system_allows_are_in_flight_and_who_waits_for_them_is_late() -> None:
    async def scene() -> None:
        hanging = Hanging(60.0, most=4)
        start = hanging.clock.monotonic()
        for n in range(6):
            hanging.rounds.plan(f"s{n}", start)
        await asyncio.sleep(30)
        assert len(hanging.begun) == 4
        assert hanging.rounds.lateness() == 30
        await asyncio.sleep(31)
        assert len(hanging.begun) == 6
        assert hanging.rounds.lateness() == 0
        await hanging.rounds.stop(1.0)

    play(scene())


def test_there_is_always_room_for_one() -> None:
    assert 1 <= most_in_flight() <= 2048
