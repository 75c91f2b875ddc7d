"""Lives of a laptop with the real monitor, network, desk, outbox and tables, drawn from the seed of the run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from tests.invariants import judging
from tests.invariants.laptop import Laptop
from tests.invariants.life import Life
from tests.invariants.lives import SEED, lives

LED = lives(0.2)

ONCE_WRONG = (301842, 50281)
"""Lives in which something was wrong once: a check that began as the machine froze was given up when it thawed;
a printer that answered while the laptop moved was looked for in the new network, and down there.
"""

pytestmark = pytest.mark.timeout(120 + 3 * LED)

Complaints = dict[Callable[[Laptop], Iterator[str]], list[str]]

JUDGES = (
    judging.asked_twice_at_a_time,
    judging.asked_in_a_burst,
    judging.counted_though_disturbed,
    judging.disturbed_by_others,
    judging.told_wrong,
    judging.not_told,
    judging.believed_otherwise,
    judging.forgotten,
    judging.given_twice,
    judging.not_whole,  # the last one: it empties the tables
)


@pytest.fixture(scope="module")
def complaints() -> Complaints:
    """What the judges have to say of all lives of this run. `python -m tests.invariants.life SEED` tells one again."""
    found: Complaints = defaultdict(list)
    for seed in (*ONCE_WRONG, *range(SEED, SEED + LED)):
        laptop = Life(seed).lead()
        assert laptop.faults == [], f"seed {seed}"
        for judge in JUDGES:
            found[judge] += [f"seed {seed}: {complaint}" for complaint in judge(laptop)]
    print(f"{LED} lives were led, from seed {SEED}")
    return found


def test_no_service_is_asked_twice_at_a_time(complaints: Complaints) -> None:
    assert complaints[judging.asked_twice_at_a_time] == []


def test_after_a_sleep_nobody_is_asked_in_a_burst(complaints: Complaints) -> None:
    assert complaints[judging.asked_in_a_burst] == []


def test_nothing_counts_that_was_disturbed(complaints: Complaints) -> None:
    assert complaints[judging.counted_though_disturbed] == []


def test_whatever_befalls_others_the_healthy_are_asked_in_time_and_never_down(complaints: Complaints) -> None:
    assert complaints[judging.disturbed_by_others] == []


def test_what_is_told_in_any_life_is_told_once_in_turn_and_in_measure(complaints: Complaints) -> None:
    assert complaints[judging.told_wrong] == []


def test_no_incident_is_lost_on_its_way_to_the_person(complaints: Complaints) -> None:
    assert complaints[judging.not_told] == []


def test_at_rest_what_was_told_is_what_is_true(complaints: Complaints) -> None:
    assert complaints[judging.believed_otherwise] == []


def test_a_restart_believes_what_was_believed(complaints: Complaints) -> None:
    assert complaints[judging.forgotten] == []


def test_ids_only_grow(complaints: Complaints) -> None:
    assert complaints[judging.given_twice] == []


def test_what_is_remembered_of_any_life_is_whole(complaints: Complaints) -> None:
    assert complaints[judging.not_whole] == []
