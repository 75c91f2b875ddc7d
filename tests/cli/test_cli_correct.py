"""`watchbell correct`: what an outage was is said afterwards, through the running program or without one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.command import Home
from tests.cli.pasts import Past
from tests.servers import HttpServer, until
from trayapp.desktop.instance import acquire


def history(home: Home, *words: str) -> dict[str, Any]:
    object_: dict[str, Any] = json.loads(home.run("history", "web", *words, "--json").stdout)
    return object_


def test_the_figures_follow_and_come_back(home: Home) -> None:
    past = Past(home)
    window = ("--since", "2026-01-01", "--until", str_(past.now))
    before = history(home, *window)
    done = home.run("correct", "2", "false-alarm", "--note", "my own firewall")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first.startswith("Incident 2 (Web, ")
    assert first.endswith(", 48 min) counts as a false alarm.")
    assert second == "Availability over 30 days: 99.78 % → 99.95 %"
    corrected = history(home, *window)
    assert (corrected["incidents"], corrected["seconds"]["down"]) == (1, 12 * 60)
    assert corrected["seconds"]["up"] == before["seconds"]["up"] + 48 * 60
    undone = home.run("correct", "#2", "--undo")
    assert undone.stdout.splitlines()[0].endswith(" counts again as it was seen.")
    assert undone.stdout.splitlines()[1] == "Availability over 30 days: 99.95 % → 99.78 %"
    assert history(home, *window) == before


def str_(ms: int) -> str:
    from trayapp import events

    return events.timestamp(ms)


def test_maintenance_is_left_out_of_the_figures(home: Home) -> None:
    past = Past(home)
    assert "counts as maintenance." in home.run("correct", "2", "maintenance").stdout
    object_ = history(home, "--until", str_(past.now))
    assert (object_["seconds"]["maintenance"], object_["availability"]) == (48 * 60, 1)


def test_saying_it_twice_is_saying_it_once(home: Home) -> None:
    Past(home)
    home.run("correct", "1", "false-alarm")
    again = home.run("correct", "1", "false-alarm")
    assert again.stdout.splitlines()[1] == "Availability over 30 days: 99.83 %, as before"
    (incident,) = [json.loads(line) for line in home.run("incidents", "1", "--json").stdout.splitlines()]
    assert len(incident["corrections"]) == 1
    home.run("correct", "1", "--undo")
    nothing = home.run("correct", "1", "--undo")
    assert nothing.returncode == 0
    assert nothing.stdout.endswith(" was not corrected, so there is nothing to undo.\n")


def test_through_the_program_that_runs_it_is_the_same(home: Home) -> None:
    with HttpServer(status=503) as server, home.watch_of(server, failure_threshold=1) as watching:
        watching.until("status", to="DOWN")
        until(lambda: history(home)["seconds"]["down"] > 0, 30)
        done = home.run("correct", "1", "maintenance", "--note", "planned")
        assert (done.returncode, done.stderr) == (0, "")
        assert "so far) counts as maintenance." in done.stdout
        object_ = history(home)
        assert (object_["seconds"]["down"], object_["incidents"]) == (0, 0)
        assert object_["seconds"]["maintenance"] > 0
        assert "counts again as it was seen" in home.run("correct", "1", "--undo").stdout
        assert history(home)["seconds"]["maintenance"] == 0
        watching.end()
    assert watching.complaints == ""


def test_without_the_program_the_home_is_free_again_afterwards(home: Home) -> None:
    Past(home)
    home.run("correct", "1", "false-alarm")
    owner = acquire(home.places.lock, home.places.socket)
    assert owner is not None
    owner.release()


def test_it_is_no_session_of_watching(home: Home) -> None:
    from trayapp.history.queries import Reader

    past = Past(home)
    before = Reader(home.places.history_db).sessions(0, past.now * 2)
    home.run("correct", "1", "false-alarm")
    assert Reader(home.places.history_db).sessions(0, past.now * 2) == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("17", "false-alarm"), "watchbell: there is no incident 17; `watchbell incidents` lists them"),
        (("1",), "watchbell: was it a false-alarm or maintenance? Or --undo takes back what was said before"),
        (("1", "maintenance", "--undo"), "watchbell: was it a false-alarm or maintenance?"),
        (("1", "fine"), 'watchbell: "fine" is no verdict; write false-alarm or maintenance'),
        (("web", "false-alarm"), 'watchbell correct: argument NUMBER: "web" is no number of an incident'),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(home: Home, words: tuple[str, ...], sentence: str) -> None:
    past = Past(home)
    before = history(home, "--until", str_(past.now), "--since", "2026-01-01")
    done = home.run("correct", *words)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.splitlines()[-1].startswith(sentence)
    assert history(home, "--until", str_(past.now), "--since", "2026-01-01") == before


def test_without_a_history_that_is_said(home: Home) -> None:
    done = home.run("correct", "1", "false-alarm")
    assert (done.returncode, done.stderr) == (66, "watchbell: There is no history yet.\n")
