"""That a service turns us away: told once when it lasts, and forgotten as soon as it answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alerts.boards import board
from tests.alerts.world import MINUTE, START, a_service
from tests.faults.table import Property, row
from trayapp.alerts import hearing
from trayapp.alerts.board import Step
from trayapp.alerts.deciding import after_result
from trayapp.alerts.rebuffs import LASTING
from trayapp.alerts.resuming import resume
from trayapp.core import wording
from trayapp.core.news import Notes, Recalled, Standing
from trayapp.core.words import (
    Belief,
    Blame,
    CheckResult,
    Finding,
    Outcome,
    Service,
    ServiceView,
    Snapshot,
    Status,
    Telling,
)

SHOP = replace(a_service("shop"), name="Shop")
SAID = "it answers, but turns this computer away (HTTP 429: a rate limit)"
LAST = CheckResult("shop", START, START, Finding(Outcome.UNKNOWN, "turned_away", Blame.NETWORK, SAID))
REBUFFED = Belief("shop", Status.UNKNOWN, START, "turned_away", last=LAST, due=START + 5 * MINUTE)
STANDING = Standing("turned_away", "shop", START + LASTING)


def after(on=board(), belief: Belief = REBUFFED, now: int = START + LASTING, decisive: bool = False, **more) -> Step:  # noqa: B008
    service: Service = more.pop("service", SHOP)
    return after_result(on, service, belief, more.pop("told", Telling("shop")), decisive, now, **more)[1]


def test_it_is_told_once_when_it_lasts_and_anew_after_it_answered(record_property: Property) -> None:
    with row("found-T26", "turned away for 29 min 59 s, 30 min, 40 min", record_property) as seen:
        early = after(now=START + LASTING - 1)
        first = after(early.board)
        again = after(first.board, now=START + LASTING + 10 * MINUTE)
        seen.seen("told", ", ".join(str(len(step.notifications)) for step in (early, first, again)))
    (said,) = first.notifications
    assert (len(early.notifications), len(again.notifications)) == (0, 0)
    assert (said.kind, said.services, said.incident, said.urgent) == ("turned_away", ("shop",), None, False)
    assert (said.title, said.body) == ("Shop cannot be checked from here", f"{SAID}, for 30 min")
    assert first.notes == Notes(standing=(STANDING,))
    up = after(again.board, replace(REBUFFED, status=Status.UP, reason=""), decisive=True)
    assert (up.notifications, up.notes) == ((), Notes(lifted=(("turned_away", "shop"),)))
    assert len(after(up.board).notifications) == 1


@pytest.mark.parametrize(
    "how",
    [
        {"suppressed": "maintenance"},
        {"told": Telling("shop", snoozed_until=START + 2 * LASTING)},
        {"service": replace(SHOP, notify="none")},
        {"on": board(quiet=True)},
        {"belief": replace(REBUFFED, reason="network.offline")},
    ],
)
def test_nobody_is_told_who_does_not_want_to_be(how) -> None:
    assert after(**how) == Step(how.get("on", board()))


def test_a_critical_one_is_told_in_quiet_hours_too() -> None:
    assert len(after(board(quiet=True), service=replace(SHOP, critical=True)).notifications) == 1


def test_it_is_not_told_again_after_a_restart_unless_nobody_saw_it() -> None:
    step = resume(Recalled(standing=(STANDING,)), lambda _: SHOP, START)
    assert step.board.turned_away == {"shop"}
    (said,) = after().notifications
    unseen = resume(Recalled(standing=(STANDING,), undelivered=((said, False),)), lambda _: SHOP, START)
    assert unseen.board.turned_away == frozenset()
    gone = resume(Recalled(standing=(STANDING,)), lambda _: None, START)
    assert gone.notes.lifted == (("turned_away", "shop"),)


def test_nothing_stands_of_a_service_that_is_watched_no_more() -> None:
    step = hearing.leave(after().board, "shop")
    assert step.board.turned_away == frozenset()
    assert step.notes.lifted == (("turned_away", "shop"),)


@pytest.mark.usefixtures("in_berlin")
def test_the_window_says_so_and_when_it_is_asked_again() -> None:
    view = ServiceView(SHOP, REBUFFED, Telling("shop"))
    assert wording.condition(view, START) == f"{SAID}; asked again at 16:18"
    assert wording.headline(Snapshot(1, START, (view,)))[0] == "Shop answers, but turns this computer away"
    other = replace(view, service=replace(a_service("mail"), name="Mail"))
    two = wording.headline(Snapshot(1, START, (view, other)))[0]
    assert two == "2 services answer, but turn this computer away: Shop and Mail"
    lost = replace(other, belief=replace(REBUFFED, reason="self.bug"))
    assert wording.headline(Snapshot(1, START, (view, lost)))[0] == "2 services could not be checked: Shop and Mail"
