"""`watchbell mark` and `markers`: changes that somebody made, written down with the program running and without."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.cli.command import Home
from tests.cli.pasts import DAY, Past
from tests.servers import HttpServer
from trayapp import events


def markers(home: Home, *words: str) -> list[dict[str, Any]]:
    done = home.run("markers", *words, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_change_is_written_down_with_its_moment(home: Home) -> None:
    past = Past(home)
    done = home.run("mark", "new", "memcached deployed")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Marked ")
    assert done.stdout.endswith(" for all services: new memcached deployed\n")
    at = events.timestamp(past.now - 3 * DAY)
    assert home.run("mark", "renewed", "--service", "web", "--at", at).stdout.endswith(" for Web: renewed\n")
    earlier, later = markers(home)
    assert earlier == {"id": 2, "at": at, "text": "renewed", "services": ["web"]}
    assert (later["text"], later["services"]) == ("new memcached deployed", [])
    assert past.now <= events.moment(later["at"]) < past.now + DAY
    assert markers(home, "--since", "1d") == [later]
    assert markers(home, "--until", "1d") == [earlier]


def test_people_see_one_a_line(home: Home) -> None:
    past = Past(home)
    assert home.run("markers").stdout == "No change was marked in the last 30 d.\n"
    home.run("mark", "renewed", "--service", "web", "--at", events.timestamp(past.now - 3 * DAY))
    home.run("mark", "a deploy")
    first, second = home.run("markers").stdout.splitlines()
    assert first.endswith("  Web           renewed")
    assert second.endswith("  all services  a deploy")


def test_through_the_program_that_runs_it_is_the_same(home: Home) -> None:
    with HttpServer() as server, home.watch_of(server) as watching:
        watching.until("check")
        assert home.run("mark", "deploy", "--service", "web").returncode == 0
        assert [(each["text"], each["services"]) for each in markers(home)] == [("deploy", ["web"])]
        watching.end()
    assert watching.complaints == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((" ",), "watchbell: what was changed? Write it like"),
        (("\u202e\x1b[2J",), "watchbell: what was changed?"),
        (
            ("deploy", "--at", "2199-01-01"),
            'watchbell: "2199-01-01" has not come yet; a marker is for what was changed',
        ),
        (("deploy", "--at", "soon"), 'watchbell: "soon" names no moment'),
        (("deploy", "--service", "wbe"), 'watchbell: there is no service "wbe" in '),
        ((), "watchbell mark: the following arguments are required: TEXT"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(home: Home, words: tuple[str, ...], sentence: str) -> None:
    Past(home)
    done = home.run("mark", *words)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.splitlines()[-1].startswith(sentence)
    assert markers(home) == []


def test_words_that_would_speak_to_the_terminal_are_kept_without_that(home: Home) -> None:
    Past(home)
    home.run("mark", "de\x1b[2Jploy\nof [bold]two\u202e")
    assert [each["text"] for each in markers(home)] == ["deploy of [bold]two"]


def test_a_history_of_a_newer_program_is_left_as_it_is(home: Home) -> None:
    Past(home)
    with closing(sqlite3.connect(home.places.history_db)) as connection:
        connection.execute("PRAGMA user_version = 99")
    done = home.run("mark", "deploy")
    assert (done.returncode, done.stdout) == (74, "")
    assert "was written by a newer Watchbell (schema 99)" in done.stderr


def test_where_nobody_may_write_that_is_said(home: Home) -> None:
    Past(home)
    home.places.data.rename(home.places.data.with_name("elsewhere"))
    home.places.data.write_text("in the way")
    done = home.run("mark", "deploy")
    assert (done.returncode, done.stdout) == (74, "")
    assert done.stderr.startswith("watchbell: cannot use ")
