"""A service answers, fails and answers again, watched by the real program: what is told, and what a kill leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from tests.cli.command import Home, Watching
from tests.servers import HttpServer

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

FIELDS = {
    "started": ["event", "version", "services"],
    "check": [
        *("event", "at", "service", "outcome", "cause", "blame", "message"),
        *("latency_ms", "phases_ms", "address", "details"),
    ],
    "status": ["event", "at", "service", "from", "to", "reason", "since", "suspect", "incident"],
    "notification": ["event", "at", "kind", "services", "incident", "title", "body"],
    "stopped": ["event", "reason"],
}


def kinds(watching: Watching) -> list[str]:
    return [event["kind"] for event in watching.of("notification")]


def test_an_outage_is_told_once_dated_to_its_first_failure_and_told_to_be_over_once(home: Home) -> None:
    with HttpServer() as server, home.watch_of(server, interval="1s", recheck_interval="500ms") as watching:
        watching.until("check", outcome="OK", count=2)
        server.status = 503
        watching.until("notification", kind="down")
        server.status = 200
        watching.until("notification", kind="recovered")
        watching.until("check", count=len(watching.of("check")) + 3)
        assert watching.end() < 4
    assert watching.process.returncode == 0

    failures, changes = watching.of("check", outcome="CRITICAL"), watching.of("status")
    assert [(change["from"], change["to"]) for change in changes] == [("UNKNOWN", "UP"), ("UP", "DOWN"), ("DOWN", "UP")]
    assert changes[1]["since"] == failures[0]["at"]
    assert (failures[0]["cause"], failures[0]["message"]) == ("http.status", "HTTP 503")
    back = next(check for check in watching.of("check", outcome="OK") if check["at"] > failures[-1]["at"])
    assert changes[2]["since"] == back["at"]
    assert kinds(watching) == ["down", "recovered"]
    down, recovered = watching.of("notification")
    assert down["title"] == "Web is down"
    assert down["body"].startswith("HTTP 503")
    assert recovered["title"] == "Web is back"
    assert down["incident"] == recovered["incident"] == changes[1]["incident"]
    assert watching.events[-1] == {"event": "stopped", "reason": "signal"}
    (incident,) = home.incidents()
    assert (incident.id, incident.closing, incident.end_uncertain) == (down["incident"], "recovered", False)


def test_every_event_is_one_line_of_json_with_the_promised_fields(home: Home) -> None:
    with HttpServer() as server, home.watch_of(server) as watching:
        watching.until("check")
        server.status = 503
        watching.until("notification")
        watching.end()
    assert {event["event"] for event in watching.events} == set(FIELDS)
    for event in watching.events:
        assert list(event) == FIELDS[event["event"]]
        assert all(RFC3339.fullmatch(event[key]) for key in ("at", "since") if key in event)
    good = watching.of("check", outcome="OK")[0]
    assert (good["cause"], good["blame"], good["message"]) == (None, "service", "")
    assert good["address"] == "127.0.0.1"
    assert good["latency_ms"] >= sum(good["phases_ms"].values()) * 0.5 > 0
    assert all("\n" not in line[:-1] and json.loads(line) for line in watching.lines)
    assert watching.complaints == ""


def suspect(server: HttpServer, watching: Watching) -> None:
    """One failure seen, nothing confirmed."""
    watching.until("check", outcome="CRITICAL")


def just_confirmed(server: HttpServer, watching: Watching) -> None:
    watching.until("status", to="DOWN")


def just_told(server: HttpServer, watching: Watching) -> None:
    watching.until("notification", kind="down")


def down_for_a_while(server: HttpServer, watching: Watching) -> None:
    watching.until("notification", kind="down")
    watching.until("check", count=len(watching.of("check")) + 2)


def recovering(server: HttpServer, watching: Watching) -> None:
    """One good answer seen, the end not confirmed."""
    watching.until("notification", kind="down")
    server.status = 200
    good = len(watching.of("check", outcome="OK"))
    watching.until("check", outcome="OK", count=good + 1)


def just_recovered(server: HttpServer, watching: Watching) -> None:
    watching.until("notification", kind="down")
    server.status = 200
    watching.until("notification", kind="recovered")


@pytest.mark.parametrize(
    "moment",
    [suspect, just_confirmed, just_told, down_for_a_while, recovering, just_recovered],
    ids=lambda m: m.__name__,
)
def test_a_kill_in_the_middle_loses_no_incident_and_tells_none_twice(
    home: Home, moment: Callable[[HttpServer, Watching], None]
) -> None:
    with HttpServer() as server:
        with home.watch_of(server) as first:
            first.until("check", outcome="OK")
            server.status = 503
            moment(server, first)
            first.kill()
        kept = home.incidents()  # a kill may come between the word and the disk
        with home.watch_of(server) as second:
            second.until("check", count=3)
            if server.status == 503 and "down" not in kinds(first):
                second.until("notification")
            server.status = 200
            if "recovered" not in kinds(first):
                second.until("notification", kind="recovered")
            second.until("check", count=len(second.of("check")) + 3)
            second.end()

    told = kinds(first) + kinds(second)
    assert told.count("recovered") == 1
    assert told.count("down") <= 1
    assert told[0] in ("down", "reminder")  # "reminder": it may have been shown just before the kill
    assert len(told) <= 3
    (incident,) = home.incidents()
    assert {event["incident"] for event in first.of("notification") + second.of("notification")} == {incident.id}
    assert incident.closing == "recovered"
    confirmed = [*(first.of("status", to="DOWN") if kept else ()), *second.of("status", to="DOWN")]
    late = first.of("status", reason="self.late") + second.of("status", reason="self.late")  # on a machine that is busy
    assert late or len({change["since"] for change in confirmed}) == 1
    assert [change["incident"] for change in confirmed] == [incident.id] * len(confirmed)


def test_an_incident_begins_at_the_same_moment_whether_we_were_killed_in_it_or_not(home: Home) -> None:
    with HttpServer() as server:
        with home.watch_of(server) as first:
            first.until("check", outcome="OK")
            server.status = 503
            failing = first.until("check", outcome="CRITICAL")["at"]
            first.until("notification")
            first.until("check", count=len(first.of("check")) + 2)  # by then its delivery is on record
            first.kill()
        (before,) = home.incidents()
        with home.watch_of(server) as second:
            second.until("check", count=2)
            second.end()
    (after,) = home.incidents()
    assert after == before
    assert second.of("status", to="DOWN") == []
    assert second.of("notification") == []
    assert first.of("status", to="DOWN")[0]["since"] == failing


def test_an_orderly_restart_while_down_tells_nothing_again(home: Home) -> None:
    with HttpServer(status=503) as server:
        with home.watch_of(server) as first:
            first.until("notification", kind="down")
            first.end()
        for _ in range(2):
            with home.watch_of(server) as again:
                again.until("check", count=4)
                again.end()
            assert kinds(again) == []
    assert len(home.incidents()) == 1


def test_a_single_failure_between_good_answers_tells_nothing_and_leaves_no_incident(home: Home) -> None:
    with HttpServer() as server, home.watch_of(server) as watching:
        watching.until("check", outcome="OK")
        server.status = 503
        watching.until("check", outcome="CRITICAL")
        server.status = 200
        watching.until("check", count=len(watching.of("check")) + 4)
        watching.end()
    assert watching.of("notification") == []
    assert [change["to"] for change in watching.of("status")] == ["UP"]
    assert home.incidents() == []
