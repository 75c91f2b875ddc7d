"""Of several that are down, everybody can say which reason is whose; and no age stands still in a text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alerts.boards import member, thread
from tests.alerts.world import START, a_service
from tests.faults.table import Property, row
from tests.probes.test_heartbeat import World
from trayapp.alerts import sentences
from trayapp.alerts.board import Member
from trayapp.core.words import Outcome


def failing(number: int, title: str, message: str, end: int | None = None) -> Member:
    made = member(number, replace(a_service(f"s{number}"), name=title), end=end)
    return replace(made, incident=replace(made.incident, message=message))


def test_each_reason_stands_with_those_it_belongs_to(record_property: Property) -> None:
    told = thread(failing(1, "json", "HTTP 503"), failing(2, "job", "no call since 14:02"))
    with row("found-T24", "two services are down for reasons of their own", record_property) as seen:
        title, body = sentences.of_thread(told, START, reminder=False)
        seen.seen(title, body)
    assert title == "2 services are down: json and job"
    assert body == "json: HTTP 503; job: no call since 14:02"


def test_a_reason_that_all_share_is_said_once() -> None:
    told = thread(failing(1, "json", "HTTP 503"), failing(2, "job", "HTTP 503"))
    assert sentences.of_thread(told, START, reminder=False)[1] == "HTTP 503"


def test_those_that_share_one_stand_together_and_the_rest_is_counted() -> None:
    some = [failing(1, "a", "HTTP 503"), failing(2, "b", "refused"), failing(3, "c", "HTTP 503")]
    assert sentences.of_thread(thread(*some), START, reminder=True)[1] == "a and c: HTTP 503; b: refused"
    many = [failing(n, f"s{n}", f"reason {n}") for n in range(1, 8)]
    body = sentences.of_thread(thread(*many), START, reminder=False)[1]
    assert body == "s1: reason 1; s2: reason 2; s3: reason 3; s4: reason 4; and 3 more"


def test_what_is_still_down_says_why_one_by_one() -> None:
    told = thread(failing(1, "a", "x", end=START), failing(2, "json", "HTTP 503"), failing(3, "job", "refused"))
    title, body = sentences.of_thread(told, START, reminder=False)
    assert (title, body) == ("1 of 3 are back", "Still down: json: HTTP 503; job: refused")


@pytest.mark.parametrize("failed", [True, False], ids=["it failed", "it is missing"])
def test_what_a_heartbeat_says_is_as_right_an_hour_later(failed: bool) -> None:
    world = World()
    world.found()
    world.call(failed=failed)
    if not failed:
        world.clocks.wait(4_000)
    before = world.found()
    world.clocks.wait(3_000)
    after = world.found()
    assert before.outcome is after.outcome is Outcome.CRITICAL
    assert before.message == after.message
    assert " ago" not in after.message
