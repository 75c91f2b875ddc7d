"""`watchbell doctor`: what it says of the network, of sleep and of time, and that it asks nobody unasked."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.cli.command import Home, without_network
from tests.desktop.test_power import Logind
from tests.desktop.test_trayhost import Bus
from tests.faults.old_history import live_long
from tests.monitor.grounds import CONTROLS, NOWHERE, FakeGround
from trayapp.config.surroundings import Network
from trayapp.diagnosis.network import ask_all
from trayapp.monitor.ground import Answer, Names

PLAN = Network(control=tuple(each.target for each in CONTROLS))


def parts(home: Home, *words: str) -> dict[str, dict[str, object]]:
    return {row["part"]: row for row in map(json.loads, home.run("doctor", "--json", *words).stdout.splitlines())}


def test_who_would_be_asked_after_a_failure_is_named_and_not_asked(home: Home) -> None:
    usual = parts(home)["Network evidence"]
    assert usual["found"].startswith("asked after a failure only: the name servers, the router, http://")  # type: ignore[attr-defined]
    home.configure('[network]\ncontrol = ["tcp://127.0.0.1:1", "dns:zone.test"]\ngateway = false\n')
    named = parts(home)["Network evidence"]
    assert named["found"] == "asked after a failure only: the name servers, tcp://127.0.0.1:1, dns:zone.test"
    home.configure("[network]\ncontrol = []\ngateway = false\n")
    nobody = parts(home)
    assert nobody["Network evidence"]["found"] == "asked after a failure only: the name servers"
    assert "a login page or a firewall is harder to tell" in str(nobody["Network evidence"]["advice"])
    assert not any(part.endswith(" now") for part in nobody)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell less")
def test_links_name_servers_and_the_kernels_word_are_told(home: Home) -> None:
    found = parts(home)
    assert {"Network", "Network changes", "Sleep and locks", "Time zone"} <= set(found)
    assert "rtnetlink" in str(found["Network changes"]["found"])
    assert "UTC" in str(found["Time zone"]["found"])
    assert found["Sleep and locks"]["ok"] is True


@pytest.mark.skipif(without_network() is None, reason="this user may have no namespaces")
def test_a_machine_without_a_network_is_told_that_it_has_no_way_out(home: Home) -> None:
    alone = Home(home.places.home, program=())  # type: ignore[arg-type]
    alone.program = (*without_network(), *home.program)
    done = alone.run("doctor", "--json")
    assert done.returncode in (0, 1), done.stderr
    (network,) = (row for row in map(json.loads, done.stdout.splitlines()) if row["part"] == "Network")
    assert (network["ok"], network["found"]) == (False, "no way out, no connection at all")


@pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")
def test_logind_is_found_where_it_is_and_missed_where_it_is_not(home: Home, tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    home.env["DBUS_SYSTEM_BUS_ADDRESS"] = bus.address
    try:
        assert str(parts(home)["Sleep and locks"]["found"]).startswith("nobody tells of them")
        with Logind(bus):
            assert parts(home)["Sleep and locks"]["found"] == "systemd-logind tells of them"
    finally:
        bus.stop()


def test_when_asked_to_it_asks_name_servers_routers_and_every_control_target() -> None:
    ground = FakeGround(answers={"https://192.0.2.80": Answer.SILENT, "https://c.test": Answer.STRANGER})
    found = [(row.part, row.ok, row.found) for row in asyncio.run(ask_all(ground, PLAN))]
    assert found == [
        ("Name servers now", True, "answer, and know the world"),
        ("Router now", True, "192.168.7.1 answers"),
        ("Control target now", True, "http://204.test/generate_204: answers"),
        ("Control target now", False, "https://192.0.2.80: no answer"),
        (
            "Control target now",
            False,
            "https://c.test: somebody else answers in its place, such as a login page",
        ),
    ]


def test_where_there_is_nothing_it_says_so() -> None:
    ground = FakeGround(here=NOWHERE, silent=True, zone=Names.SILENT, neighbours=set())
    found = asyncio.run(ask_all(ground, PLAN))
    assert [row.ok for row in found] == [False] * 4
    quiet = asyncio.run(ask_all(ground, Network(control=(), gateway=False)))
    assert [(row.part, row.found) for row in quiet] == [("Name servers now", "no answer")]


def test_of_the_history_its_size_its_age_and_what_is_wrong_with_it_are_told(home: Home) -> None:
    home.places.prepare()
    assert parts(home)["History"]["found"] == f"SQLite {sqlite3.sqlite_version}; nothing is remembered yet"
    live_long(home.places.history_db, incidents=9)
    well = parts(home)["History"]
    assert (well["ok"], well["advice"]) == (True, None)
    assert re.fullmatch(
        r"SQLite [\d.]+; \S+history\.db, \d\.\d MB, \d\.\d MB of it to be given back, kept for 30 d, "
        r"journal_mode=delete",
        str(well["found"]),
    )
    content = home.places.history_db.read_bytes()
    home.places.history_db.write_bytes(content.replace(b"connection refused", b"connection refuseD", 1))
    home.places.history_db.with_name("history.db.corrupt-20260921T141320Z").touch()
    doubtful = parts(home)["History"]
    assert doubtful["ok"] is False
    assert "the disk changed what was written of incident " in str(doubtful["advice"])
    assert "are kept, and may be deleted: history.db.corrupt-20260921T141320Z" in str(doubtful["advice"])
