"""What the clocks prove: sleep, a set clock, a loop that was held up."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import pytest

from tests.monitor.virtual import VirtualClock, VirtualLoop, play
from trayapp.monitor.clock import Divergence, Reading, SystemClock
from trayapp.monitor.pulse import Pulse
from trayapp.monitor.vigil import Gap, Vigil

HOUR, YEAR = 3_600_000, 365 * 86_400_000


@dataclass
class Hands:
    """A clock that shows what it is set to; `pauses` are seconds that pass after each reading of monotonic time."""

    wall: int = 1_800_000_000_000
    mono: float = 50.0
    asleep: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def now(self) -> int:
        return self.wall

    def monotonic(self) -> float:
        now = self.mono
        self.mono += self.pauses.pop(0) if self.pauses else 0.0
        return now

    def boot(self) -> float:
        return self.mono + self.asleep

    def run(self, seconds: float) -> None:
        self.mono += seconds
        self.wall += round(seconds * 1000)

    def sleep(self, seconds: float) -> None:
        self.asleep += seconds
        self.wall += round(seconds * 1000)


def test_the_systems_clocks_agree_while_it_is_awake():
    before = Reading.of(SystemClock())
    time.sleep(0.05)
    passed = Divergence.between(before, Reading.of(SystemClock()))
    assert passed.awake >= 50
    assert not passed.is_sleep
    assert abs(passed.slept) < 50


@pytest.mark.parametrize("seconds", [10, 600, 8 * 3600, 21 * 86_400])
def test_sleep_is_what_boot_time_has_and_monotonic_time_has_not(seconds: int):
    clock = Hands()
    before = Reading.of(clock)
    clock.run(2)
    clock.sleep(seconds)
    passed = Divergence.between(before, Reading.of(clock))
    assert (passed.awake, passed.slept, passed.stepped) == (2_000, seconds * 1000, 0)
    assert passed.is_sleep
    assert not passed.is_step


@pytest.mark.parametrize("step", [HOUR, -HOUR, 10 * YEAR, -10 * YEAR, 2_000, -2_000])
def test_a_wall_clock_that_was_set_is_no_sleep(step: int):
    clock = Hands()
    before = Reading.of(clock)
    clock.run(2)
    clock.wall += step
    passed = Divergence.between(before, Reading.of(clock))
    assert (passed.slept, passed.stepped) == (0, step)
    assert passed.is_step


def test_what_a_time_server_corrects_is_no_step():
    clock = Hands()
    before = Reading.of(clock)
    clock.wall += 1_999
    assert not Divergence.between(before, Reading.of(clock)).is_step


def test_a_pause_between_two_clocks_is_not_taken_for_sleep():
    clock = Hands(pauses=[30.0])
    before = Reading.of(clock)
    assert not Divergence.between(before, Reading.of(clock)).is_sleep
    assert clock.mono == 80.0


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (lambda clock: clock.run(2), None),
        (lambda clock: clock.run(29), None),
        (lambda clock: clock.sleep(3_600), ("asleep", HOUR)),
        (lambda clock: clock.run(35), ("self.late", 35_000)),
        (lambda clock: setattr(clock, "wall", clock.wall - HOUR), ("self.clock_step", -HOUR)),
    ],
    ids=["nothing", "a busy machine", "sleep", "stopped", "clock set back"],
)
def test_a_gap_begins_at_the_last_look_before_it(happens, expected: tuple[str, int] | None):
    clock = Hands()
    vigil = Vigil(clock)
    clock.run(2)
    assert vigil.look() is None
    last = clock.now()
    happens(clock)
    gap = vigil.look()
    assert gap == (None if expected is None else Gap(last, expected[1], expected[0]))
    assert vigil.look() is None


def held_for(seconds: float, *, before_beat: bool) -> bool:
    """Whether a pulse feels that the loop was held up during a check, asked before its beat comes or after."""

    async def scene() -> bool:
        clock = VirtualClock()
        pulse = Pulse(clock)
        pulse.begin()
        began = clock.monotonic()
        await asyncio.sleep(0.1)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.hold(seconds)
        if not before_beat:
            await asyncio.sleep(0.3)
        pulse.end()
        return pulse.late_since(began)

    return play(scene())


@pytest.mark.parametrize("before_beat", [True, False])
def test_a_loop_that_was_held_up_is_felt_whichever_comes_first(before_beat: bool):
    assert held_for(3.0, before_beat=before_beat)
    assert not held_for(0.4, before_beat=before_beat)


def test_lateness_before_a_check_began_does_not_concern_it():
    async def scene() -> None:
        clock = VirtualClock()
        pulse = Pulse(clock)
        pulse.begin()
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.hold(3.0)
        await asyncio.sleep(1)
        began = clock.monotonic()
        await asyncio.sleep(10)
        assert not pulse.late_since(began)

    play(scene())


def test_the_pulse_rests_while_nobody_is_asked():
    async def scene() -> None:
        clock = VirtualClock()
        pulse = Pulse(clock)
        pulse.begin()
        pulse.end()
        await asyncio.sleep(1)
        assert pulse._timer is None
        pulse.begin()
        await asyncio.sleep(1)
        assert not pulse.late_since(0)

    play(scene())
