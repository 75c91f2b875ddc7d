"""`ack` and `snooze`: what somebody says from another terminal about an outage, and what he hears afterwards."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.command import Home, Watching, service
from tests.servers import HttpServer

REMINDING = '[notifications]\nreminder = "1s"\n'


def told(watching: Watching) -> list[tuple[str, str]]:
    """Kind and title of every notification so far."""
    return [(event["kind"], event["title"]) for event in watching.of("notification")]


def state(home: Home, id_: str = "web") -> dict[str, Any]:
    row: dict[str, Any] = json.loads(home.run("status", id_, "--json").stdout)
    return row


def let_pass(watching: Watching, checks: int) -> None:
    watching.until("check", count=len(watching.of("check")) + checks)


def test_who_acknowledges_an_outage_is_reminded_no_more_and_hears_of_its_end(home: Home) -> None:
    with HttpServer(status=503) as server:
        home.configure(REMINDING, service("web", server.url, name="Web"))
        with home.watch() as watching:
            watching.until("notification", kind="reminder")
            done = home.run("ack", "web")
            assert done.stdout == "Web: acknowledged; no more reminders. Its recovery will still be told.\n"
            assert done.returncode == 0
            let_pass(watching, 2)
            before = told(watching)
            let_pass(watching, 12)
            assert told(watching) == before
            assert state(home)["acknowledged"] is True
            assert "· acknowledged" in home.run("status").stdout
            again = home.run("ack")
            assert again.stdout.startswith("Web: was acknowledged before; no more reminders.")
            server.status = 200
            assert watching.until("notification", kind="recovered")["title"] == "Web is back"
            watching.end()


def test_without_a_name_all_that_is_down_is_acknowledged_and_nothing_else(home: Home) -> None:
    with HttpServer(status=503) as bad, HttpServer() as good:
        home.configure(
            service("a", bad.url, failure_threshold=1),
            service("b", bad.url, failure_threshold=1),
            service("good", good.url),
        )
        with home.watch() as watching:
            for id_ in ("a", "b"):
                watching.until("status", service=id_, to="DOWN")
            assert home.run("ack", "good").stdout == "good is up: there is nothing to acknowledge.\n"
            lines = home.run("ack").stdout.splitlines()
            bad.status = 200
            for id_ in ("a", "b"):
                watching.until("status", service=id_, to="UP")
            nothing = home.run("ack")
            watching.end()
    assert [line.partition(":")[0] for line in lines] == ["a", "b"]
    assert (nothing.returncode, nothing.stdout) == (0, "Nothing is down, so there is nothing to acknowledge.\n")


def test_nothing_is_told_of_a_service_that_is_snoozed_and_what_still_holds_is_told_afterwards(home: Home) -> None:
    with HttpServer() as server, home.watch_of(server) as watching:
        watching.until("check", outcome="OK")
        done = home.run("snooze", "web", "2h")
        assert done.stdout.startswith("Web: snoozed until ")
        assert state(home)["snoozed_until"] is not None
        assert "· snoozed until " in home.run("status").stdout
        server.status = 503
        watching.until("status", to="DOWN")
        let_pass(watching, 25)  # longer than the first "down" waits for company
        assert told(watching) == []
        assert home.run("snooze", "web", "off").stdout.startswith("Web: snoozed no more;")
        assert watching.until("notification")["kind"] == "down"
        assert state(home)["snoozed_until"] is None
        assert home.run("snooze", "web", "off").stdout == "Web: was not snoozed.\n"
        watching.end()


@pytest.mark.parametrize("key", ["notify", "snooze"])
def test_until_back_tells_once_when_it_is_back_whatever_else_is_set(home: Home, key: str) -> None:
    with HttpServer() as server, home.watch_of(server, notify="none" if key == "notify" else "all") as watching:
        watching.until("check", outcome="OK")
        assert home.run("snooze", "web", "until", "back").stdout == "Web is up: there is nothing to wait for.\n"
        if key == "snooze":
            home.run("snooze", "web", "until", "further", "notice")
            assert state(home)["snoozed_until"] == "9999-12-31T23:59:59.999Z"
            assert "snoozed until further notice" in home.run("status").stdout
        server.status = 503
        watching.until("status", to="DOWN")
        done = home.run("snooze", "web", "until", "back")
        assert done.stdout.startswith("Web: no more reminders; you will be told once when it is back")
        assert state(home)["when_back"] is True
        assert "told when it is back" in home.run("status").stdout
        server.status = 200
        assert watching.until("notification")["title"] == "Web is back"
        assert state(home)["when_back"] is False
        server.status = 503
        watching.until("status", to="DOWN", count=2)
        server.status = 200
        watching.until("status", to="UP", count=3)
        let_pass(watching, 5)
        assert [kind for kind, _ in told(watching)] == ["recovered"]
        watching.end()


def test_ack_says_so_where_the_recovery_would_not_be_told(home: Home) -> None:
    with HttpServer(status=503) as server, home.watch_of(server, notify="down", failure_threshold=1) as watching:
        watching.until("status", to="DOWN")
        said = home.run("ack", "web").stdout
        assert 'will not be told, as notify = "down" says; `watchbell snooze web until back` has it told.' in said
        home.run("snooze", "web", "until", "back")
        assert home.run("ack", "web").stdout.endswith("Its recovery will be told, whatever else is set.\n")
        watching.end()


def test_an_outage_that_was_acknowledged_stays_so_after_a_restart(home: Home) -> None:
    with HttpServer(status=503) as server:
        home.configure(REMINDING, service("web", server.url, name="Web"))
        with home.watch() as first:
            first.until("notification", kind="down")
            home.run("ack")
            let_pass(first, 4)  # by then it is on the disk
            first.kill()
        with home.watch() as second:
            second.until("check", count=12)
            assert state(home)["acknowledged"] is True
            assert told(second) == []
            second.end()


def test_what_was_asked_for_holds_after_a_restart(home: Home) -> None:
    with HttpServer(status=503) as server:
        home.configure(
            service("web", server.url, name="Web", notify="none"),
            service("api", server.url, name="API"),
        )
        with home.watch() as first:
            for id_ in ("web", "api"):
                first.until("status", service=id_, to="DOWN")
            home.run("snooze", "web", "until", "back")
            home.run("snooze", "api", "2h")
            let_pass(first, 4)  # by then it is on the disk
            first.kill()
        with home.watch() as second:
            second.until("check", service="web", count=3)
            assert state(home, "web")["when_back"] is True
            assert state(home, "api")["snoozed_until"] is not None
            server.status = 200
            assert second.until("notification")["title"] == "Web is back"
            let_pass(second, 20)
            assert [event["services"] for event in second.of("notification")] == [["web"]]
            second.end()


@pytest.mark.parametrize("words", [["ack"], ["ack", "web"], ["snooze", "web", "1h"], ["pause"], ["resume", "web"]])
def test_where_nothing_runs_one_sentence_says_what_to_do(home: Home, words: list[str]) -> None:
    home.configure(service("web", "http://127.0.0.1:1/"))
    done = home.run(*words)
    assert (done.returncode, done.stdout) == (75, "")
    sentence = "Watchbell is not running, and only a running one can do this; `watchbell` starts it"
    assert done.stderr == f"watchbell: {sentence}\n"


def test_a_service_that_nobody_knows_is_wrong_usage_with_a_hint_and_nothing_is_done(home: Home) -> None:
    with HttpServer() as server, home.watch_of(server) as watching:
        watching.until("check")
        for words in (["ack", "wob"], ["snooze", "web", "wob", "1h"], ["pause", "web", "wob"], ["resume", "wob"]):
            done = home.run(*words)
            assert (done.returncode, done.stdout) == (64, "")
            assert done.stderr == 'watchbell: the running Watchbell watches no "wob"; did you mean "web"?\n'
        assert (state(home)["snoozed_until"], state(home)["status"]) == (None, "UP")
        watching.end()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "which services? Write it like `watchbell snooze twitter 2h`"),
        (["2h"], "which services?"),
        (["web"], "until when?"),
        (["web", "25:00"], '"25:00" is no time of day; write it from 00:00 to 23:59'),
        (["web", "0s"], '"0s" is over already'),
        (["web", "until", "soon"], '"soon" names no moment; write how long, such as 30m, 2h or 1d'),
        (["web", "until", "2020-01-01"], '"2020-01-01" is over already'),
        (["web", "until"], '"until" names no moment'),
        (["web", "999999999d"], '"999999999d" is more than ten years; write "until further notice"'),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_time_that_makes_no_sense_is_wrong_usage(home: Home, words: list[str], sentence: str) -> None:
    done = home.run("snooze", *words)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith(f"watchbell: {sentence}")
    assert done.stderr.count("\n") == 1
