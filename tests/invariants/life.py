"""One life of a laptop, drawn from a seed: `python -m tests.invariants.life SEED` tells it."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.invariants.laptop import ABROAD, Laptop
from tests.monitor.grounds import HOME, NOWHERE
from tests.monitor.virtual import play
from trayapp.core.words import FOR_EVER, Service

ACTS = 30
WAITS = [0.05, 1.0, 3.0, 7.0, 20.0, 45.0, 90.0, 200.0]
ILLNESSES = ["refuses", "errs", "silent", "limps", "raises", "silent", "errs"]
HEALTHY = ("well", "local")
"""Services to whom nothing ever happens; what befalls the machine befalls them too."""

MINUTE = 60_000


@dataclass
class Life:
    """What a seed makes of a laptop."""

    seed: int
    laptop: Laptop = field(init=False)
    told: list[str] = field(default_factory=list)

    def lead(self) -> Laptop:
        """All of it, to its rest."""
        return play(self._lead())

    async def _lead(self) -> Laptop:
        self.laptop = Laptop()
        chance = random.Random(self.seed)
        gone: list[Service] = []
        await self.laptop.start()
        await asyncio.sleep(70)
        for _ in range(ACTS):
            await self._befall(chance, gone)
            await asyncio.sleep(chance.choice(WAITS))
        await self._rest()
        self.laptop.last = self.laptop.monitor.snapshot()
        await self.laptop.stop(patience=5.0)
        return self.laptop

    async def _befall(self, chance: random.Random, gone: list[Service]) -> None:
        laptop, monitor = self.laptop, self.laptop.monitor
        ids = sorted(laptop.services)
        sick = [id_ for id_ in ids if id_ not in HEALTHY]
        id_, patient = chance.choice(ids), chance.choice(sick)
        until = laptop.clock.now() + chance.choice([30_000, 5 * MINUTE, 20 * MINUTE, FOR_EVER])
        acts: dict[str, tuple[int, Callable[[], object]]] = {
            "ill": (12, lambda: laptop.fall_ill(patient, chance.choice(ILLNESSES))),
            "all ill": (2, lambda: [laptop.fall_ill(each, "errs") for each in sick]),
            "mended": (8, lambda: laptop.ill.pop(patient, None)),
            "all mended": (2, laptop.ill.clear),
            "sleeps": (4, lambda: laptop.sleep(chance.choice([10.0, 600.0, 28_800.0]))),
            "nowhere": (2, lambda: laptop.move(NOWHERE)),
            "home": (4, lambda: laptop.move(HOME)),
            "abroad": (2, lambda: laptop.move(ABROAD)),
            "uplink": (3, lambda: laptop.cut_uplink(chance.random() < 0.5)),
            "clock": (2, lambda: laptop.step(chance.choice([-3_600_000, -2_500, 2_500, 3_600_000]))),
            "held up": (2, lambda: laptop.hold_up(chance.choice([0.3, 3.0, 40.0]))),
            "edited": (2, lambda: laptop.edit(patient)),
            "removed": (1, lambda: gone.append(laptop.services[patient]) or laptop.remove(patient)),
            "added": (2, lambda: laptop.add(gone.pop()) if gone else None),
            "maintenance": (2, lambda: laptop.maintain(patient, chance.choice([MINUTE, 10 * MINUTE]))),
            "check": (2, lambda: (laptop.meddle(), monitor.check_now([id_]))),
            "snoozed": (2, lambda: monitor.snooze(patient, chance.choice([until, None]))),
            "noted": (1, lambda: self._note(patient)),
            "when back": (1, lambda: laptop.want_back(patient)),
            "paused": (1, lambda: (laptop.meddle(), monitor.pause_service(patient, chance.choice([until, None])))),
            "all paused": (1, lambda: (laptop.meddle(), monitor.pause(laptop.clock.now() + 2 * MINUTE))),
            "quiet": (2, lambda: laptop.hold(quiet=chance.random() < 0.5)),
            "away": (2, lambda: laptop.hold(away=chance.random() < 0.5)),
            "restart": (3, lambda: laptop.restart(chance.choice([0.2, 30.0, 2_000.0]))),
        }
        what = chance.choices(list(acts), [weight for weight, _ in acts.values()])[0]
        self.told.append(f"{laptop.clock.monotonic():10.2f} {what} {patient} {id_}")
        done = acts[what][1]()
        if isinstance(done, Awaitable):
            await done

    def _note(self, id_: str) -> None:
        view = self.laptop.monitor.view(id_)
        if view is not None and view.belief.incident is not None:
            self.laptop.monitor.acknowledge(view.belief.incident.id)

    async def _rest(self) -> None:
        """Nothing is suppressed, nobody is away, and everything was looked at long enough to be told."""
        laptop = self.laptop
        laptop.meddle()
        laptop.move(HOME)
        laptop.cut_uplink(False)
        laptop.hold(quiet=False, away=False)
        laptop.monitor.pause(None)
        laptop.rules.clear()
        laptop.put()
        for id_ in laptop.services:
            laptop.monitor.pause_service(id_, None)
            laptop.monitor.snooze(id_, None)
        await asyncio.sleep(25 * 60)
        self.told.append(f"{laptop.clock.monotonic():10.2f} rest")


if __name__ == "__main__":
    life = Life(int(sys.argv[1]))
    try:
        life.lead()
    finally:
        print("\n".join(life.told))
