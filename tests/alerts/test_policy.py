"""Who is told what, and that nobody is told twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trayapp.alerts import policy
from trayapp.core import verdict
from trayapp.core.words import (
    Belief,
    Blame,
    CheckResult,
    Finding,
    Incident,
    Notification,
    Outcome,
    Service,
    ServiceView,
    Status,
    Telling,
)

MINUTE = 60_000


@dataclass(frozen=True)
class Unasked:
    """A probe that nobody asks here."""

    kind: str = "none"
    target: str = "nowhere"

    async def check(self, means: Any) -> Finding:
        raise AssertionError("nobody asks")


SERVICE = Service(id="twitter", name="Twitter", probe=Unasked(), failure_threshold=1, success_threshold=1)
UNTOLD = Telling("twitter")


def incident(id_: int, start: int = 0) -> Incident:
    return Incident(id_, "twitter", start, start, "http.status", "HTTP 503")


def is_down(id_: int = 1, start: int = 0) -> Belief:
    return Belief("twitter", Status.DOWN, start, incident=incident(id_, start))


def is_up(since: int = 0) -> Belief:
    return Belief("twitter", Status.UP, since)


def test_a_confirmed_outage_is_told_once() -> None:
    telling, (told,) = policy.after(SERVICE, is_down(), UNTOLD, True, 20_000, 5)
    assert (told.id, told.kind, told.incident, told.services, told.urgent) == (5, "down", 1, ("twitter",), True)
    assert (told.title, told.body) == ("Twitter is down", "HTTP 503 for 20 s")
    assert telling.told == 1
    assert policy.after(SERVICE, is_down(), telling, True, 30_000, 6) == (telling, ())


def test_its_end_is_told_once_and_says_how_long_it_lasted() -> None:
    ended = replace(incident(1), end=4 * MINUTE, closing="recovered")
    told = replace(UNTOLD, told=1)
    telling, (closing,) = policy.after(SERVICE, is_up(), told, True, 5 * MINUTE, 6, ended)
    assert (closing.kind, closing.incident, closing.urgent) == ("recovered", 1, False)
    assert (closing.title, closing.body) == ("Twitter is back", "It was down for 4 min (HTTP 503)")
    assert telling == UNTOLD
    assert policy.after(SERVICE, is_up(), telling, True, 6 * MINUTE, 7, ended) == (UNTOLD, ())


def test_an_end_whose_incident_is_not_remembered_is_told_without_a_guess() -> None:
    told = replace(UNTOLD, told=1)
    _, (closing,) = policy.after(SERVICE, is_up(), told, True, 5 * MINUTE, 6, replace(incident(7), end=MINUTE))
    assert (closing.title, closing.body) == ("Twitter is back", "")


def test_a_result_that_decides_nothing_tells_nothing() -> None:
    assert policy.after(SERVICE, is_down(), UNTOLD, False, 0, 1) == (UNTOLD, ())


def test_an_outage_out_of_sight_is_neither_told_again_nor_told_to_be_over() -> None:
    unseen = replace(is_down(), status=Status.UNKNOWN, reason="stale", unseen=True)
    assert policy.after(SERVICE, unseen, UNTOLD, True, 0, 1) == (UNTOLD, ())
    told = replace(UNTOLD, told=1)
    assert policy.after(SERVICE, unseen, told, True, 0, 1) == (told, ())


def test_one_outage_after_another_tells_the_end_of_the_first_and_then_the_second() -> None:
    telling, notifications = policy.after(SERVICE, is_down(2), replace(UNTOLD, told=1), True, 0, 10)
    assert [(n.id, n.kind, n.incident) for n in notifications] == [(10, "recovered", 1), (11, "down", 2)]
    assert telling.told == 2


def test_a_snoozed_service_tells_the_difference_with_the_first_result_after_the_snooze() -> None:
    snoozed = policy.snooze(UNTOLD, 10 * MINUTE)
    assert policy.after(SERVICE, is_down(), snoozed, True, 9 * MINUTE, 1) == (snoozed, ())
    telling, (told,) = policy.after(SERVICE, is_down(), snoozed, True, 10 * MINUTE, 1)
    assert (told.kind, telling) == ("down", replace(UNTOLD, told=1))


def test_an_outage_that_began_and_ended_in_a_snooze_is_never_told() -> None:
    snoozed = policy.snooze(UNTOLD, 10 * MINUTE)
    telling, _ = policy.after(SERVICE, is_down(), snoozed, True, MINUTE, 1)
    assert policy.after(SERVICE, is_up(), telling, True, 11 * MINUTE, 1) == (UNTOLD, ())


def test_the_end_of_a_told_outage_is_told_after_the_snooze() -> None:
    snoozed = replace(UNTOLD, told=1, snoozed_until=10 * MINUTE)
    telling, notifications = policy.after(SERVICE, is_up(), snoozed, True, 5 * MINUTE, 1)
    assert (telling, notifications) == (snoozed, ())
    telling, (closing,) = policy.after(SERVICE, is_up(), telling, True, 10 * MINUTE, 1)
    assert (closing.kind, telling) == ("recovered", UNTOLD)


def test_a_snooze_can_be_ended_by_hand() -> None:
    assert policy.snooze(policy.snooze(UNTOLD, MINUTE), None) == UNTOLD


def test_a_service_that_tells_nothing_tells_nothing() -> None:
    silent = replace(SERVICE, notify="none")
    assert policy.after(silent, is_down(), UNTOLD, True, 0, 1) == (UNTOLD, ())


def test_a_service_that_tells_only_outages_counts_their_end_as_told() -> None:
    downs = replace(SERVICE, notify="down")
    telling, (told,) = policy.after(downs, is_down(), UNTOLD, True, 0, 1)
    assert told.kind == "down"
    assert policy.after(downs, is_up(), telling, True, MINUTE, 2) == (UNTOLD, ())
    _, notifications = policy.after(downs, is_down(2), telling, True, MINUTE, 2)
    assert [(n.id, n.kind) for n in notifications] == [(2, "down")]


def test_an_acknowledged_outage_still_tells_its_end_and_the_note_is_gone_with_it() -> None:
    telling = policy.acknowledge(replace(UNTOLD, told=1), 1)
    assert telling.acknowledged == 1
    assert policy.after(SERVICE, is_down(), telling, True, 0, 1) == (telling, ())
    telling, (closing,) = policy.after(SERVICE, is_up(), telling, True, 0, 1)
    assert (closing.kind, telling) == ("recovered", UNTOLD)


def test_what_was_told_of_a_changed_service_is_forgotten_in_silence() -> None:
    telling = policy.forget(Telling("twitter", told=1, acknowledged=1, snoozed_until=MINUTE))
    assert telling == Telling("twitter", snoozed_until=MINUTE)
    assert policy.after(SERVICE, is_up(), telling, True, MINUTE, 1) == (UNTOLD, ())


# After a restart


def notification(id_: int, kind: str, of: int) -> Notification:
    return Notification(id_, 0, kind, ("twitter",), of, f"{kind} {of}", "")


def after_restart(
    belief: Belief | None, *undelivered: tuple[Notification, bool]
) -> tuple[tuple[Notification, ...], tuple[int, ...]]:
    view = None if belief is None else ServiceView(SERVICE, belief, UNTOLD)
    return policy.after_restart(undelivered, lambda _: view, MINUTE)


def test_what_nobody_can_have_seen_is_told_as_it_is() -> None:
    down = notification(1, "down", 7)
    assert after_restart(is_down(7), (down, False)) == ((down,), ())
    unseen = replace(is_down(7), status=Status.UNKNOWN, reason="not running", unseen=True)
    assert after_restart(unseen, (down, False)) == ((down,), ())
    back = notification(2, "recovered", 7)
    assert after_restart(is_up(), (back, False)) == ((back,), ())


def test_what_may_have_been_seen_is_told_as_a_reminder_under_its_own_id() -> None:
    (reminder,), dropped = after_restart(is_down(7), (notification(1, "down", 7), True))
    assert (reminder.id, reminder.kind, reminder.at, reminder.incident) == (1, "reminder", MINUTE, 7)
    assert (reminder.title, reminder.body) == ("Twitter is still down", "HTTP 503 for 1 min")
    assert dropped == ()


def test_what_is_no_longer_true_is_not_told() -> None:
    assert after_restart(is_up(), (notification(1, "down", 7), False)) == ((), (1,))
    assert after_restart(is_up(), (notification(1, "down", 7), True)) == ((), (1,))
    assert after_restart(is_up(), (notification(1, "recovered", 7), True)) == ((), (1,))
    assert after_restart(None, (notification(1, "down", 7), True)) == ((), (1,))


def test_an_outage_whose_beginning_went_out_to_nobody_ends_untold() -> None:
    down, back = notification(1, "down", 7), notification(2, "recovered", 7)
    assert after_restart(is_up(), (down, False), (back, False)) == ((), (1, 2))
    assert after_restart(is_up(), (down, True), (back, False)) == ((back,), (1,))


# Whatever happens


@dataclass
class World:
    """One service through any history: what was true, what was told."""

    belief: Belief = field(default_factory=lambda: verdict.begin("twitter", 0))
    telling: Telling = UNTOLD
    ended: Incident | None = None
    told: list[Notification] = field(default_factory=list)
    now: int = 0
    incidents: int = 0

    def check(self, outcome: Outcome) -> None:
        self.now += MINUTE
        blame = Blame.NETWORK if outcome is Outcome.UNKNOWN else Blame.SERVICE
        result = CheckResult("twitter", self.now - 10, self.now, Finding(outcome, "x", blame))
        self.belief, changes = verdict.fold(self.belief, SERVICE, result, self.incidents + 1)
        for change in changes:
            if change.incident is not None:
                self.incidents = max(self.incidents, change.incident.id)
                if change.incident.end is not None and change.incident.id == self.telling.told:
                    self.ended = change.incident
        self.telling, notifications = policy.after(
            SERVICE, self.belief, self.telling, outcome is not Outcome.UNKNOWN, self.now, len(self.told), self.ended
        )
        self.told += notifications

    def act(self, step: Outcome | str) -> None:
        match step:
            case Outcome():
                self.check(step)
            case "snooze":
                self.telling = policy.snooze(self.telling, self.now + 3 * MINUTE)
            case "changed":
                self.belief, changes = verdict.interrupt(self.belief, self.now, Status.UNKNOWN, "changed")
                self.telling = policy.forget(self.telling) if changes else self.telling
            case "acknowledge" if self.belief.incident is not None:
                self.telling = policy.acknowledge(self.telling, self.belief.incident.id)


@given(st.lists(st.sampled_from([*Outcome, "snooze", "changed", "acknowledge"]), max_size=60))
def test_each_outage_is_told_at_most_once_and_so_is_its_end(steps: list[Outcome | str]) -> None:
    world = World()
    for step in steps:
        world.act(step)
    downs = [n.incident for n in world.told if n.kind == "down"]
    closings = [n.incident for n in world.told if n.kind == "recovered"]
    assert len(set(downs)) == len(downs)
    assert len(set(closings)) == len(closings)
    assert set(closings) <= set(downs)
    assert [n.id for n in world.told] == list(range(len(world.told)))
    assert all(n.body for n in world.told), "every end knows how long it lasted"


@given(st.lists(st.sampled_from([*Outcome, "snooze", "changed", "acknowledge"]), max_size=60))
def test_once_telling_goes_on_what_was_told_is_what_is_true(steps: list[Outcome | str]) -> None:
    world = World()
    for step in steps:
        world.act(step)
    world.telling = policy.snooze(world.telling, None)
    before = len(world.told)
    world.check(Outcome.CRITICAL)
    assert world.belief.incident is not None
    assert world.telling.told == world.belief.incident.id
    world.check(Outcome.OK)
    assert world.telling == UNTOLD
    assert [n.kind for n in world.told[before:]][-1] == "recovered"
