"""Old results go, a slice at a time; what they amounted to stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, ok, refused, turn
from trayapp.core.words import Status
from trayapp.history.pruning import KEPT_FOR, SLICE
from trayapp.history.queries import Reader

LONG_AGO = NOON - KEPT_FOR - 2 * 86_400_000


def reasons(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {message for (message,) in connection.execute("SELECT message FROM reasons")}


def test_results_of_more_than_thirty_days_ago_go_in_slices_and_their_reasons_with_them(
    path: Path, faults: Faults
) -> None:
    moment = [LONG_AGO]
    history = a_history(path, faults, clock=lambda: moment[0], company=0)
    history.register([a_service("web"), a_service("mail")], LONG_AGO)
    for n in range(SLICE + 200):
        history.record(refused("web", LONG_AGO + n))
        history.record(ok("mail", LONG_AGO + n))
    incident = an_incident(1, "web", LONG_AGO, end=NOON, closing="recovered")
    history.commit([turn("web", LONG_AGO, Status.DOWN, incident=incident)]).result(WAIT)
    moment[0] = NOON
    left = []
    for n in range(5):
        history.record(ok("web", NOON - 2 * 86_400_000 + n))
        history.commit().result(WAIT)
        history.commit().result(WAIT)
        left.append(len(Reader(path).last_results("web", 9999)) + len(Reader(path).last_results("mail", 9999)))
    assert left[-1] == 5
    assert all(before - after <= 2 * SLICE for before, after in pairwise(left))
    assert history.close(WAIT)
    assert reasons(path) == {""}
    assert Reader(path).incidents(0, NOON * 2) == [incident]
    assert Reader(path).segments("web", LONG_AGO, LONG_AGO + 9, NOON)[0].status is Status.DOWN


def test_a_reason_that_went_is_written_again_when_it_comes_back(path: Path, faults: Faults) -> None:
    moment = [LONG_AGO]
    history = a_history(path, faults, clock=lambda: moment[0], company=0)
    history.register([a_service()], LONG_AGO)
    history.record(refused("web", LONG_AGO))
    history.commit().result(WAIT)
    moment[0] = NOON
    history.commit().result(WAIT)
    history.commit().result(WAIT)
    assert Reader(path).last_results("web", 9) == []
    history.record(refused("web", NOON))
    assert history.close(WAIT)
    assert Reader(path).last_results("web", 9) == [refused("web", NOON)]
