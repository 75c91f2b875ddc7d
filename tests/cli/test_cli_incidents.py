"""`watchbell incidents`: every outage of a while, its corrections, and what was seen of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

from tests.cli.command import Home
from tests.cli.pasts import DAY, MINUTE, Past
from tests.servers import HttpServer, until
from trayapp import events


def told(home: Home, *words: str) -> list[dict[str, Any]]:
    done = home.run("incidents", *words, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_json_is_one_incident_a_line_the_newest_first(home: Home) -> None:
    past = Past(home)
    second, first = told(home)
    assert first == {
        "id": 1,
        "service": "web",
        "start": events.timestamp(past.first[0].start),
        "confirmed": events.timestamp(past.first[0].confirmed),
        "end": events.timestamp(past.first[0].start + 12 * MINUTE),
        "end_uncertain": False,
        "closing": "recovered",
        "cause": "http.status",
        "message": "HTTP 503",
        "doubtful": False,
        "correction": None,
        "corrections": [],
        "evidence": {"opening": None, "closing": None},
    }
    assert second["id"] == 2
    assert told(home, "--since", "3d") == [second]
    assert told(home, "--since", events.timestamp(past.now - 15 * DAY), "--until", "5d") == [first]
    assert told(home, "web") == [second, first]
    assert told(home, "mail") == []
    assert told(home, "1") == [first]
    assert told(home, "1", "2", "1") == [first, second]


def test_people_see_one_a_line(home: Home) -> None:
    Past(home)
    done = home.run("incidents")
    second, first = done.stdout.splitlines()
    assert second.startswith("2  Web  ")
    assert second.endswith("  48 min  back  HTTP 503")
    assert first.endswith("  12 min  back  HTTP 503")


def test_nothing_to_tell_is_told(home: Home) -> None:
    Past(home)
    assert home.run("incidents", "mail").stdout == "No outage was seen in the last 30 d.\n"
    assert home.run("incidents", "--since", "1d").stdout == "No outage was seen in the last 24 h.\n"


def test_a_correction_stays_to_be_seen_once_it_is_undone(home: Home) -> None:
    Past(home)
    home.run("correct", "2", "false-alarm", "--note", "my own firewall")
    corrected = told(home, "2")[0]
    assert corrected["correction"] == "false alarm"
    assert home.run("incidents").stdout.splitlines()[1].startswith("    false alarm, marked ")
    home.run("correct", "2", "--undo")
    (undone,) = told(home, "2")
    assert undone["correction"] is None
    (each,) = undone["corrections"]
    assert (each["incident"], each["verdict"], each["note"]) == (2, "false alarm", "my own firewall")
    assert events.moment(each["at"]) <= events.moment(each["undone_at"])
    line = home.run("incidents").stdout.splitlines()[1]
    assert ", undone " in line
    assert line.endswith(": my own firewall")
    assert "False alarm, marked " in home.run("incidents", "2").stdout


def test_one_by_its_number_is_the_text_that_a_person_passes_on(home: Home) -> None:
    Past(home)
    done = home.run("incidents", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Outage of Web\n")
    assert "48 min" in done.stdout
    assert "HTTP 503" in done.stdout


def test_what_was_seen_of_an_outage_is_kept_and_told(home: Home) -> None:
    with HttpServer(status=503) as server, home.watch_of(server, failure_threshold=1) as watching:
        watching.until("status", to="DOWN")
        until(lambda: len(told(home)) == 1, 30)
        (incident,) = told(home)
        watching.end()
    assert incident["end"] is None
    assert incident["evidence"]["closing"] is None
    assert "503" in json.dumps(incident["evidence"]["opening"])
    assert "503" in home.run("incidents", str(incident["id"])).stdout
    assert "  still down  " in home.run("incidents").stdout


def test_what_is_not_there_is_said(home: Home) -> None:
    Past(home)
    for words, sentence in (
        (("17",), "there is no incident 17; `watchbell incidents` lists them"),
        (("wbe",), 'there is no service "wbe", and there never was; did you mean "web"?'),
        (("1", "web"), "ask for incidents by their numbers, or for those of services by their ids"),
        (("--since", "soon"), '"soon" names no moment'),
    ):
        done = home.run("incidents", *words)
        assert (done.returncode, done.stdout) == (64, "")
        assert done.stderr.startswith(f"watchbell: {sentence}")


def test_a_message_from_a_server_cannot_speak_to_the_terminal(home: Home) -> None:
    Past(home, message="\x1b]0;owned\x07\x1b[2J\u202e[bold]503")
    for words in (("incidents",), ("history", "web"), ("incidents", "2")):
        out = home.run(*words).stdout
        assert "[bold]503" in out
        assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_of_a_damaged_record_it_is_said_that_it_may_be_wrong(home: Home) -> None:
    Past(home)
    with closing(sqlite3.connect(home.places.history_db)) as connection, connection:
        for name in [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            connection.execute(f"DROP TRIGGER {name}")  # nobody tells the file that a bit has turned over
        connection.execute("UPDATE incidents SET message = 'HTTQ 503' WHERE id = 2")
    assert [each["doubtful"] for each in told(home)] == [True, False]
    second, remark, first = home.run("incidents").stdout.splitlines()
    assert second.endswith("  HTTQ 503")
    assert remark == "    its record was damaged, so what it says may be wrong"
    assert first.endswith("  HTTP 503")
    assert home.run("incidents", "2").stdout.endswith("\nIts record was damaged, so what it says may be wrong\n")
    assert "damaged" not in home.run("incidents", "1").stdout
    assert "incident 2 (its record was damaged): HTTQ 503" in home.run("history", "web").stdout
