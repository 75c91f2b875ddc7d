"""Many more lives than hypothesis has time for, each from a seed of its own, which is printed when it fails."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.alerts.test_telling_machine import SERVICES, Lives
from tests.alerts.world import DAY, HOUR, MINUTE, SECOND
from tests.invariants.lives import SEED, lives
from trayapp.core.words import Status

STEPS = 40
TIMES = [1, 700, SECOND, 3 * SECOND, 5 * SECOND, 11 * SECOND, MINUTE, 11 * MINUTE, 5 * HOUR, 2 * DAY]
STATUSES = [Status.UP, Status.DOWN, Status.DOWN, Status.UNKNOWN]
CUTS = ["before the commit", "before the attempt", "before it was delivered"]
IDS = sorted(SERVICES)


def live(seed: int) -> None:
    chance = random.Random(seed)
    life = Lives()
    life.begin()
    acts: dict[Callable[[], object], int] = {
        lambda: life.check(chance.choice(IDS), chance.choice(STATUSES)): 30,
        lambda: life.check_many(chance.sample(IDS, chance.randint(2, 10)), chance.choice(STATUSES)): 10,
        lambda: life.wait(chance.choice(TIMES)): 25,
        lambda: life.snooze(chance.choice(IDS), chance.choice(TIMES)): 5,
        lambda: life.acknowledge(chance.choice(IDS)): 2,
        lambda: life.edit(chance.choice(IDS)): 3,
        lambda: life.ask_when_back(chance.choice(IDS)): 3,
        lambda: life.maintenance(chance.choice(IDS)): 2,
        lambda: life.unsteady(chance.choice(IDS)): 3,
        lambda: life.hold(chance.choice(["quiet", "away"]), chance.random() < 0.5): 4,
        lambda: life.look(chance.choice(["online", "offline"])): 3,
        lambda: life.cut_power(chance.choice(CUTS)): 5,
        life.restart: 2,
        life.come_to_rest: 3,
    }
    for act in chance.choices(list(acts), list(acts.values()), k=STEPS):
        act()
        life.every_incident_is_accounted_for()


def test_no_life_breaks_a_rule_of_telling() -> None:
    for seed in range(SEED, SEED + lives()):
        print(f"seed {seed}")
        live(seed)
