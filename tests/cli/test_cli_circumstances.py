"""What `status` and `watch` say of the circumstances: networks out of sight, hours, maintenance, going to and fro."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from tests.cli.command import Home, service, without_network
from tests.cli.test_cli_table import Terminal
from tests.servers import Asked, HttpServer, Reply, until
from trayapp import events
from trayapp.cli.circumstances import above, row
from trayapp.cli.faces import said
from trayapp.core.words import FOR_EVER, Belief, Service, ServiceView, Sight, Snapshot, Status, Telling
from trayapp.probes import probe_for

NOW = int(datetime(2026, 11, 22, 14, 30).timestamp() * 1000)
BEFORE = int(datetime(2026, 11, 22, 14, 2).timestamp() * 1000)
LATER = int(datetime(2026, 11, 22, 18, 0).timestamp() * 1000)
NEXT_DAY = int(datetime(2026, 11, 23, 7, 0).timestamp() * 1000)


def lines(headline: str = "", **keys: Any) -> list[str]:
    return [line for line, _ in above(events.status_object("1", Snapshot(1, NOW, **keys)), NOW, headline)]


def of(status: Status, reason: str = "", telling: Telling | None = None, **keys: Any) -> str:
    asked = Service(id="web", probe=probe_for("http://127.0.0.1/"))
    view = ServiceView(asked, Belief("web", status, BEFORE, reason), telling or Telling("web"), **keys)
    return row(events.service_object(view, NOW), NOW)


@pytest.mark.parametrize(
    ("sight", "line"),
    [
        (Sight("internet", "online", "", BEFORE), None),
        (Sight("internet", "offline", "no network", BEFORE), "You are offline since 14:02: no network"),
        (Sight("internet", "portal", "", BEFORE), "You are behind a login page since 14:02"),
        (Sight("vpn:tun0", "vpn_down", "gone", BEFORE), "The VPN tun0 is down since 14:02: gone"),
        (Sight("lan", "offline", "", BEFORE), "The local network cannot be seen since 14:02"),
        (Sight("internet", "blocked", "", BEFORE), "Something keeps Watchbell from the network since 14:02"),
        (Sight("vpn:\x1b[2Jx", "vpn_down", "a\nb", BEFORE), "The VPN x is down since 14:02: a b"),
    ],
    ids=lambda value: f"{value.network} {value.state}" if isinstance(value, Sight) else "",
)
def test_a_network_that_cannot_be_seen_is_said_above_the_table(sight: Sight, line: str | None) -> None:
    assert lines(sights=(sight,)) == ([line] if line else [])


def test_what_the_headline_says_is_not_said_twice() -> None:
    offline = Sight("internet", "offline", "nothing answers", BEFORE)
    assert lines("You are offline", sights=(offline,)) == ["Since 14:02: nothing answers"]


def test_trouble_pauses_and_quiet_hours_are_said_in_this_order() -> None:
    assert lines(problems=("the disk is full",), faults=("a: b",), paused_until=LATER, quiet_until=NEXT_DAY) == [
        "the disk is full",
        "a: b",
        "Everything is paused until 18:00; `watchbell resume` goes on.",
        "Quiet hours until tomorrow 07:00: nothing rings but what is marked critical.",
    ]
    assert lines(paused_until=FOR_EVER) == ["Everything is paused until further notice; `watchbell resume` goes on."]


def test_the_line_beside_a_service_says_what_was_asked_and_until_when() -> None:
    assert of(Status.MAINTENANCE, "maintenance", maintenance_until=LATER) == "in maintenance until 18:00"
    assert of(Status.PAUSED, "paused", paused_until=FOR_EVER) == "paused until further notice"
    assert of(Status.PAUSED, "paused") == "paused"
    assert of(Status.PAUSED, "disabled") == "switched off (enabled = false)"
    snoozed = Telling("web", snoozed_until=LATER)
    assert of(Status.UNKNOWN, "asleep", snoozed) == "this computer was asleep · snoozed until 18:00"
    assert of(Status.UNKNOWN, "asleep", Telling("web", snoozed_until=BEFORE)) == "this computer was asleep"
    assert of(Status.UNKNOWN, "asleep", when_back=True) == "this computer was asleep · told when it is back"


def test_the_events_of_networks_are_json_for_programs_and_a_line_for_people() -> None:
    gone = events.network(Sight("internet", "offline", "no answer from any control target", BEFORE), NOW)
    assert list(gone) == ["event", "at", "class", "state", "reason"]
    assert (gone["event"], gone["class"], gone["state"]) == ("network", "internet", "offline")
    assert said(gone).endswith("  internet network: offline (no answer from any control target)")
    back = events.network(Sight("vpn:tun0", "vpn_down", "", BEFORE), NOW)
    assert back["reason"] is None
    assert said(back).endswith("  vpn:tun0 network: vpn down")


@pytest.mark.parametrize("ms", [0, BEFORE, FOR_EVER, 4_102_444_799_999])
def test_a_moment_is_read_as_it_was_written(ms: int) -> None:
    assert events.moment(events.timestamp(ms)) == ms


def around_now(hours: int) -> tuple[str, str]:
    """From some hours ago to as many hours from now, in local wall-clock time."""
    now = datetime.now()
    return ((now - timedelta(hours=hours)).isoformat()[:16], (now + timedelta(hours=hours)).isoformat()[:16])


def test_a_planned_maintenance_is_shown_with_its_end_whether_we_run_or_not(home: Home) -> None:
    begin, end = around_now(2)
    with HttpServer() as server:
        home.configure(
            service("web", server.url, name="Web"),
            service("other", server.url, name="Other"),
            f'[maintenance.now]\nservices = ["web"]\nstart = "{begin}"\nend = "{end}"\n',
        )
        planned = home.run("status")
        assert "‖  Web    MAINTENANCE  in maintenance until " in planned.stdout
        with home.watch() as watching:
            watching.until("status", service="other", to="UP")
            watching.until("status", service="web", to="MAINTENANCE")
            running = home.run("status", "--json", "web")
            table = home.run("status").stdout
            watching.end()
        ended = home.run("status", "--json", "web")
    for done in (running, ended):
        web = json.loads(done.stdout)
        assert (web["status"], web["maintenance"], done.returncode) == ("MAINTENANCE", True, 0)
        until_ = datetime.fromisoformat(web["maintenance_until"]).astimezone().replace(tzinfo=None)
        assert until_ == datetime.fromisoformat(end)
    assert "‖  Web    MAINTENANCE  in maintenance until " in table


def test_quiet_hours_are_said_above_the_table(home: Home) -> None:
    begin, end = (moment[11:] for moment in around_now(2))
    with HttpServer() as server:
        home.configure(f'[quiet_hours]\nfrom = "{begin}"\nto = "{end}"\n', service("web", server.url))
        with home.watch() as watching:
            watching.until("check")
            until(lambda: home.run("status").stdout.startswith("Quiet hours until "), 30)
            watching.end()
        terminal = Terminal(home, "watch")
        try:
            until(lambda: "Quiet hours until " in terminal.text, 30)
        finally:
            assert terminal.close() == 0


def test_a_service_that_goes_to_and_fro_is_said_to_be_flapping(home: Home) -> None:
    turns = count()

    def turn(_asked: Asked) -> Reply:
        return Reply(status=503 if next(turns) % 2 else 200)

    with HttpServer(answer=turn) as server, home.watch_of(server) as watching:
        watching.until("notification", kind="flapping")
        row_of_web = json.loads(home.run("status", "web", "--json").stdout)
        table = home.run("status").stdout
        watching.end()
    assert row_of_web["flapping"] is True
    assert "keeps failing and coming back" in table


@pytest.mark.skipif(without_network() is None, reason="this user may have no namespaces")
def test_a_machine_without_a_network_is_said_to_be_offline_and_nobody_to_be_down(home: Home) -> None:
    usual = home.program
    home.program = (*without_network(), *usual)
    home.configure(
        "[network]\ncontrol = []\ngateway = false\n",
        service("far", "http://192.0.2.10/", name="Far away"),
        service("near", "http://192.168.7.3/", name="Printer"),
    )
    with home.watch() as watching:
        offline = watching.until("network", **{"class": "internet", "state": "offline"})
        watching.until("network", **{"class": "lan", "state": "offline"})
        watching.until("check", service="far", outcome="UNKNOWN", count=5)
        home.program = usual
        table = home.run("status")
        watching.end()
    assert list(offline) == ["event", "at", "class", "state", "reason"]
    assert watching.of("check", outcome="CRITICAL") == []
    assert table.returncode == 3
    blind = [line for line in table.stdout.splitlines() if " since " in line]
    assert sorted(line.partition(" since ")[0] for line in blind) == [
        "The local network cannot be seen",
        "You are offline",
    ]
