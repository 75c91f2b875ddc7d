from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trayapp.monitor.scheduler import Schedule, phase


def test_what_is_due_is_taken_the_longest_overdue_first():
    schedule = Schedule()
    schedule.set("late", 1.0)
    schedule.set("latest", 0.5)
    schedule.set("future", 9.0)
    assert list(schedule.take(2.0)) == [("latest", 0.5), ("late", 1.0)]
    assert schedule.earliest() == 9.0


def test_a_service_moved_is_due_at_its_new_moment_alone():
    schedule = Schedule()
    schedule.set("a", 1.0)
    schedule.set("a", 5.0)
    assert list(schedule.take(2.0)) == []
    assert schedule.due("a") == 5.0
    schedule.set("a", 1.5)
    assert list(schedule.take(9.0)) == [("a", 1.5)]


def test_a_service_removed_is_never_due():
    schedule = Schedule()
    schedule.set("a", 1.0)
    schedule.remove("a")
    assert schedule.earliest() is None
    assert list(schedule.take(9.0)) == []


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 100), st.booleans())))
def test_the_heap_agrees_with_a_plain_dictionary(steps: list[tuple[str, float, bool]]):
    schedule, plain = Schedule(), dict[str, float]()
    for service, due, keep in steps:
        if keep:
            schedule.set(service, due)
            plain[service] = due
        else:
            schedule.remove(service)
            plain.pop(service, None)
        assert schedule.earliest() == min(plain.values(), default=None)
    assert dict(schedule.take(50.0)) == {service: due for service, due in plain.items() if due <= 50.0}


def test_the_phases_of_any_number_of_services_fill_the_interval_evenly():
    for count in (1, 2, 7, 20, 100, 1000):
        phases = sorted(phase(index) for index in range(count))
        gaps = [b - a for a, b in zip([phases[-1] - 1, *phases], phases, strict=False)]
        assert all(0 < p <= 1 for p in phases)
        assert max(gaps) <= 3 / count
