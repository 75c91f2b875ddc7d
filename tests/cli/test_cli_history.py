"""`watchbell history`: a past made of seconds, for people, programs and spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from tests.cli.command import Home, service
from tests.cli.pasts import DAY, HOUR, MINUTE, Past
from tests.cli.test_cli_table import Terminal
from tests.history.past import WAIT, Faults, a_history, a_service, turn
from tests.servers import HttpServer, until
from trayapp import events
from trayapp.core.words import Status


def told(home: Home, *words: str) -> dict[str, Any]:
    done = home.run("history", *words, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    object_: dict[str, Any] = json.loads(line)
    return object_


def stretches(object_: dict[str, Any]) -> list[tuple[int, int, str, str | None]]:
    return [
        (events.moment(each["start"]), events.moment(each["end"]), each["status"], each["reason"])
        for each in object_["segments"]
    ]


def test_json_is_one_object_whose_seconds_are_those_of_its_segments(home: Home) -> None:
    past = Past(home)
    since, until_ = events.timestamp(past.now - 15 * DAY), events.timestamp(past.now)
    object_ = told(home, "web", "--since", since, "--until", until_)
    assert list(object_) == [
        "service", "since", "until", "availability", "coverage", "seconds", "incidents", "longest_outage_s",
        "latency_ms", "segments",
    ]  # fmt: skip
    assert (object_["service"], object_["since"], object_["until"]) == ("web", since, until_)
    seconds = {"up": 15 * 86_400 - 8 * 3_600 - 3_600, "degraded": 0, "down": 3_600, "unknown": 8 * 3_600}
    assert object_["seconds"] == {**seconds, "maintenance": 0, "paused": 0}
    known = seconds["up"] + seconds["down"]
    assert object_["availability"] == seconds["up"] / known
    assert object_["coverage"] == known / (15 * 86_400)
    assert (object_["incidents"], object_["longest_outage_s"]) == (2, 48 * 60)
    pieces = stretches(object_)
    assert pieces[0][0] == past.now - 15 * DAY
    assert pieces[-1][1] == past.now
    assert all(before[1] == after[0] for before, after in pairwise(pieces))
    for status in Status:
        spent = sum(end - start for start, end, label, _ in pieces if label == status)
        assert object_["seconds"][status.lower()] == spent / 1000


def test_percentiles_are_those_of_the_answers_within_two_percent(home: Home) -> None:
    Past(home)
    took = told(home, "web")["latency_ms"]
    assert took == {
        "p50": pytest.approx(100, rel=0.03),
        "p95": pytest.approx(190, rel=0.03),
        "p99": pytest.approx(198, rel=0.03),
    }
    assert told(home, "web", "--since", "10d", "--until", "3d")["latency_ms"] == {"p50": None, "p95": None, "p99": None}


def test_a_duration_goes_back_from_the_end_of_the_stretch(home: Home) -> None:
    past = Past(home)
    end = past.now - 3 * DAY
    object_ = told(home, "web", "--since", "36h", "--until", events.timestamp(end))
    assert events.moment(object_["since"]) == end - 36 * HOUR
    assert events.moment(object_["until"]) == end


def test_an_end_that_has_not_come_yet_is_now(home: Home) -> None:
    past = Past(home)
    object_ = told(home, "web", "--until", events.timestamp(past.now + DAY))
    assert past.now <= events.moment(object_["until"]) < past.now + HOUR


def test_an_outage_that_began_before_the_stretch_counts_with_what_lies_inside(home: Home) -> None:
    past = Past(home)
    object_ = told(home, "web", "--since", events.timestamp(past.second[0].start + 40 * MINUTE))
    assert (object_["incidents"], object_["longest_outage_s"], object_["seconds"]["down"]) == (1, 480, 480)


def test_people_see_a_strip_the_figures_and_what_they_are_made_of(home: Home) -> None:
    Past(home)
    done = home.run("history", "web", "--since", "15d", LC_ALL="C.UTF-8")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[0] == "Web (web), last 15 d"
    assert len(lines[2]) == 76
    assert set(lines[2]) == {"━", "✕", "·"}
    assert 2 <= lines[2].count("✕") <= 4
    assert lines[3].endswith("now")
    said = dict(line.split("  ", 1) for line in lines[5:] if line[:1].isalpha())
    assert said["availability"].strip().startswith("99.71 %, 97.")
    assert said["made of"].strip().startswith("━ up 14 d 15 h   ✕ down 1 h   · not seen 8 h")
    assert said["outages"].strip() == "2, the longest 48 min"
    assert said["recovery"].strip() == "after 30 min on average"
    assert said["error budget"].strip() == "1 h 21 min of 2 h 21 min left (99.5 % over 30 days)"
    assert said["latency"].strip().startswith("p50 ")
    assert any("whatever happened unobserved" in line for line in lines)
    table = [line for line in lines if "DOWN" in line or "UNKNOWN" in line]
    assert [line.split("DOWN")[-1].strip() for line in table if "DOWN" in line] == [
        "incident 1: HTTP 503",
        "incident 2: HTTP 503",
    ]
    assert any(line.endswith("8 h  UNKNOWN  this computer was asleep") for line in table)


def test_many_segments_are_cut_for_people_and_not_for_programs(home: Home) -> None:
    past = Past(home)
    history = a_history(home.places.history_db, faults := Faults())
    spans = [(past.now + n * 100, (Status.DEGRADED, Status.UP)[n % 2]) for n in range(60)]
    history.commit([turn("web", at, status) for at, status in spans]).result(WAIT)
    assert history.close(WAIT)
    assert not faults
    until_ = events.timestamp(past.now + 6_000)
    until(lambda: events.moment(told(home, "web", "--until", until_)["until"]) == past.now + 6_000, 30)
    done = home.run("history", "web", "--until", until_)
    shown = [line for line in done.stdout.splitlines() if " DEGRADED" in line or line.endswith("UP")]
    total = len(told(home, "web", "--until", until_)["segments"])
    assert len(shown) == 20
    assert f"… {total - 20} more before; --json has them all" in done.stdout


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_no_line_is_wider_than_the_terminal(home: Home, columns: int) -> None:
    Past(home, message="a very long message " * 8)
    for words in (("history", "web", "--since", "15d"), ("incidents",)):
        terminal = Terminal(home, *words, columns=columns)
        try:
            terminal.process.wait(30)
            until(lambda: "UNKNOWN" in terminal.text or "back" in terminal.text, 30)  # noqa: B023
        finally:
            assert terminal.close() == 0
        lines = terminal.text.splitlines()
        assert max(len(line) for line in lines) <= columns
        if words == ("incidents",):
            assert len(lines) == 2, lines


def cells(home: Home, *words: str) -> list[list[str]]:
    done = home.run("history", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return list(csv.reader(io.StringIO(done.stdout)))


def test_csv_is_one_segment_a_line(home: Home) -> None:
    Past(home)
    object_ = told(home, "web", "--since", "15d")
    heading, *lines = cells(home, "web", "--since", "15d", "--csv")
    assert heading == ["service", "start", "end", "seconds", "status", "reason"]
    assert [line[4] for line in lines] == [each["status"] for each in object_["segments"]]
    assert sum(float(line[3]) for line in lines) == pytest.approx(15 * 86_400)


def test_no_cell_is_a_formula(home: Home) -> None:
    history = a_history(home.places.history_db, faults := Faults())
    ids: Sequence[str] = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1")
    history.register([a_service(id_) for id_ in ids], 1_790_000_000_000)
    for id_ in ids:
        history.commit([turn(id_, 1_790_000_000_001, Status.UNKNOWN, "=HYPERLINK(0)")]).result(WAIT)
    assert history.close(WAIT)
    assert not faults
    for id_ in ids:
        for line in cells(home, "--since", "2026-01-01", "--csv", "--", id_)[1:]:
            assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in line), line


def test_a_misspelt_id_is_hinted_at(home: Home) -> None:
    Past(home)
    done = home.run("history", "wbe")
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == 'watchbell: there is no service "wbe", and there never was; did you mean "web"?\n'


def test_a_service_that_is_no_longer_configured_is_still_asked_for(home: Home) -> None:
    past = Past(home)
    object_ = told(home, "mail", "--since", events.timestamp(past.now - 6 * DAY), "--until", events.timestamp(past.now))
    assert (object_["seconds"]["up"], object_["segments"][-1]["reason"]) == (86_400, "removed")
    assert home.run("history", "mail").stdout.startswith("mail, last 7 d\n")


def test_a_configuration_that_is_broken_keeps_nobody_from_the_past(home: Home) -> None:
    Past(home)
    home.configure("this is no TOML [")
    assert told(home, "web")["incidents"] == 1


def test_a_service_that_was_never_looked_at_has_a_past_of_which_nothing_is_known(home: Home) -> None:
    Past(home)
    home.configure(service("fresh", "http://127.0.0.1:9/"))
    object_ = told(home, "fresh")
    assert (object_["availability"], object_["coverage"], object_["incidents"]) == (None, 0, 0)
    assert [each["reason"] for each in object_["segments"]] == ["not watched"]


def test_without_a_history_that_is_said(home: Home) -> None:
    home.configure(service("web", "http://127.0.0.1:9/"))
    done = home.run("history", "web")
    assert (done.returncode, done.stderr) == (66, "watchbell: There is no history yet.\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--since", "3x"), '"3x" names no moment; write how long ago, such as 24h or 7d'),
        (("--since", "2026-02-30"), '"2026-02-30" names no moment'),
        (("--since", "25:00"), '"25:00" names no moment'),
        (("--until", "0001-01-01"), '"0001-01-01" is out of reach; write a year from 1970 to 2199'),
        (("--since", "9999-12-31"), '"9999-12-31" is out of reach'),
        (("--since", "\x1b[2Jnow"), '"now" names no moment'),
        (("--since", "today", "--until", "yesterday"), "nothing lies between --since today and --until yesterday"),
        (("--since", "now"), "nothing lies between --since now and --until now"),
        (("--since", "0d"), "nothing lies between --since 0d and --until now"),
    ],
)
def test_a_moment_that_is_none_is_said(home: Home, words: tuple[str, ...], sentence: str) -> None:
    Past(home)
    done = home.run("history", "web", *words)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith(f"watchbell: {sentence}")


def test_it_reads_while_the_program_runs(home: Home) -> None:
    with HttpServer(status=503) as server, home.watch_of(server, failure_threshold=1) as watching:
        watching.until("status", to="DOWN")
        until(lambda: told(home, "web")["seconds"]["down"] > 0, 30)
        object_ = told(home, "web")
        assert (object_["incidents"], object_["availability"]) == (1, 0)
        assert object_["latency_ms"]["p99"] is not None or object_["latency_ms"]["p50"] is None
        watching.end()


def test_json_and_csv_at_once_are_wrong_usage(home: Home) -> None:
    assert home.run("history", "web", "--json", "--csv").returncode == 64


def test_a_pipe_is_given_no_blanks_at_the_end_of_a_line(home: Home) -> None:
    Past(home)
    for words in (("history", "web"), ("incidents",), ("status",), ("doctor",)):
        lines = home.run(*words).stdout.splitlines()
        assert lines
        assert [line for line in lines if line != line.rstrip()] == []


def test_how_fast_the_budget_is_spent_is_said_of_today_alone(home: Home) -> None:
    past = Past(home)
    just_after = events.timestamp(past.second[1].end or 0)
    assert "so fast that all of it would last" not in home.run("history", "web", "--until", just_after).stdout
