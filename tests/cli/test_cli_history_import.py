"""`watchbell history import` and `export`, as a person types them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.command import PATIENCE, ROOT, Home, service
from tests.cli.pasts import Past
from tests.servers import until
from trayapp.cli import exits
from trayapp.cli.grammar_past import joined
from trayapp.history.queries import Reader

NEVER = "http://127.0.0.1:1/"


def past(*outcomes: str, service: str = "web", days: int = 3) -> str:
    """A check a minute, as JSON lines, that began so many days ago."""
    begun = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=days)
    lines = (
        {
            "at": (begun + timedelta(minutes=place)).isoformat(),
            "service": service,
            "outcome": outcome,
            "latency_ms": 7.5,
        }
        for place, outcome in enumerate(outcomes)
    )
    return "".join(f"{json.dumps(line)}\n" for line in lines)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("history import f", ["history import", "f"]),
        ("--home import history export", ["--home", "import", "history export"]),
        ("--home=x history import -", ["--home=x", "history import", "-"]),
        ("history web", ["history", "web"]),
        ("mark history import", ["mark", "history", "import"]),
        ("history", ["history"]),
        ("", []),
    ],
)
def test_history_import_is_one_command_wherever_it_stands_first(typed: str, meant: list[str]) -> None:
    assert joined(typed.split()) == meant


def test_a_past_is_brought_along_once_and_says_what_became_of_it(home: Home, tmp_path: Path) -> None:
    home.configure(service("web", NEVER, interval="60s"))
    file = tmp_path / "past.jsonl"
    file.write_text(past(*["up"] * 5, *["down"] * 4, *["up"] * 5))
    done = home.run("history", "import", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Imported 14 checks of 1 service from ")
    assert done.stdout.endswith(": 1 incident.\n")
    assert [incident.closing for incident in home.incidents()] == ["recovered"]
    again = home.run("history", "import", str(file))
    assert (again.returncode, again.stdout) == (
        0,
        "Nothing was imported. 14 lay in a time that is known already.\n",
    )
    assert not (home.places.data / "import.spool").exists()
    assert Reader(home.places.history_db).sessions(0, 1 << 60) == []


def test_what_is_exported_is_imported_elsewhere_as_it_was(home: Home, tmp_path: Path) -> None:
    home.configure(service("web", NEVER, interval="60s"))
    home.run("history", "import", "-", given=past(*["OK", "WARNING", "CRITICAL", "UNKNOWN"] * 5))
    lines = home.run("history", "export", "web")
    assert lines.returncode == 0, lines.stderr
    assert len(lines.stdout.splitlines()) == 20
    rows = home.run("history", "export", "--format", "csv")
    everything = home.run("history", "export", "--all")
    records = [json.loads(line)["record"] for line in everything.stdout.splitlines()]
    assert set(records) == {"check", "segment"}
    for number, given in enumerate((lines.stdout, rows.stdout, everything.stdout)):
        other = Home(tmp_path / f"other-{number}")
        other.configure(service("web", NEVER, interval="60s"))
        assert other.run("history", "import", "-", given=given).returncode == 0
        assert other.run("history", "export").stdout == lines.stdout


def test_whoever_reads_an_export_may_leave_at_any_time(home: Home) -> None:
    home.configure(service("web", NEVER, interval="60s"))
    home.run("history", "import", "-", given=past(*["OK"] * 3000))
    process = home.begin("history", "export")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() != ""
    process.stdout.close()
    assert (process.wait(PATIENCE), process.stderr.read()) == (exits.UNREAD, "")
    process.stderr.close()


def test_single_checks_are_kept_as_long_as_the_settings_say(home: Home) -> None:
    old = past(*["OK"] * 120, days=50)
    home.configure(service("web", NEVER, interval="60s"))
    assert "120 checks" in home.run("history", "import", "-", given=old).stdout
    assert home.run("history", "export").stdout == ""
    other = Home(home.places.data.parent.parent / "other")
    other.configure(service("web", NEVER, interval="60s"), '[history]\nkeep_checks = "60d"\n')
    other.run("history", "import", "-", given=old)
    assert len(other.run("history", "export").stdout.splitlines()) == 120


def test_an_export_never_writes_over_a_file(home: Home, tmp_path: Path) -> None:
    home.configure(service("web", NEVER))
    home.run("history", "import", "-", given=past("OK"))
    file = tmp_path / "kept"
    assert home.run("history", "export", "-o", str(file)).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    assert len(before.splitlines()) == 1
    refused = home.run("history", "export", "-o", str(file))
    assert refused.returncode == exits.NOT_WRITTEN
    assert "exists already" in refused.stderr
    assert file.read_bytes() == before
    assert home.run("history", "export", "--all", "--force", "-o", str(file)).returncode == 0
    assert len(file.read_bytes().splitlines()) > 1
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_export_that_cannot_be_written_whole_leaves_what_was_there(home: Home, tmp_path: Path) -> None:
    home.configure(service("web", NEVER))
    home.run("history", "import", "-", given=past("OK"))
    for file, why in ((tmp_path, "is a folder"), (tmp_path / "no" / "folder", "No such file")):
        refused = home.run("history", "export", "-o", str(file))
        assert (refused.returncode, refused.stdout) == (exits.NOT_WRITTEN, "")
        assert why in refused.stderr
    assert not list(tmp_path.glob("*.new"))


def test_the_records_of_an_export_are_those_of_the_other_commands(home: Home) -> None:
    Past(home)
    home.run("correct", "1", "false-alarm")
    home.run("mark", "deploy", "--service", "web")
    lines = [json.loads(line) for line in home.run("history", "export", "--all").stdout.splitlines()]
    told = [json.loads(line) for line in home.run("incidents", "--json").stdout.splitlines()]
    (marker,) = [json.loads(line) for line in home.run("markers", "--json").stdout.splitlines()]
    assert [line for line in lines if line["record"] == "marker"] == [{"record": "marker", **marker}]
    (correction,) = [line for line in lines if line["record"] == "correction"]
    assert {"record": "correction", **told[1]["corrections"][0]} == correction
    for incident in told:
        kept = {key: incident[key] for key in incident if key not in {"correction", "corrections", "evidence"}}
        assert {"record": "incident", **kept} in lines


def test_the_name_of_the_inner_command_is_nothing_to_type(home: Home) -> None:
    refused = home.run("history-import", "f")
    assert refused.returncode == exits.USAGE
    assert refused.stderr.endswith('there is no command "history-import"; did you mean "history import"?\n')


def test_an_export_to_a_spreadsheet_holds_no_formula(home: Home, tmp_path: Path) -> None:
    home.configure(service("web", NEVER, interval="60s"))
    line = {**json.loads(past("OK")), "message": "=cmd|' /C calc'!A0"}
    assert home.run("history", "import", "-", given=json.dumps(line)).returncode == 0
    rows = home.run("history", "export", "--format", "csv").stdout
    assert rows.endswith(",'=cmd|' /C calc'!A0\n")
    other = Home(tmp_path / "other")
    other.configure(service("web", NEVER, interval="60s"))
    other.run("history", "import", "-", given=rows)
    assert json.loads(other.run("history", "export").stdout)["message"] == line["message"]


def test_faulty_lines_are_told_and_nothing_is_imported_unless_they_may_be_skipped(home: Home) -> None:
    home.configure(service("web", NEVER))
    given = past("OK") + "rubbish\n" * 12 + past("OK", days=2)
    refused = home.run("history", "import", "-", given=given)
    told = refused.stderr.splitlines()
    assert refused.returncode == exits.DATA
    assert told[0].startswith("watchbell: standard input, line 2: JSON is malformed")
    assert told[9].startswith("watchbell: standard input, line 11: ")
    assert told[10:] == [
        "watchbell: … and 2 more faulty lines",
        "watchbell: nothing was imported because of 12 faulty lines; --skip-faulty imports the rest",
    ]
    assert Reader(home.places.history_db).services() == []
    done = home.run("history", "import", "--skip-faulty", "-", given=given)
    assert done.returncode == 0
    assert "2 checks of 1 service" in done.stdout
    assert "12 could not be read" in done.stdout


def test_unknown_services_are_listed_with_what_was_meant_perhaps(home: Home) -> None:
    home.configure(service("twitter", NEVER))
    given = past("OK", "OK", service="twiter") + past("OK", service="Main site")
    refused = home.run("history", "import", "-", given=given)
    assert refused.returncode == exits.DATA
    assert 'no service "twiter" (2 checks); did you mean "twitter"?' in refused.stderr
    assert 'no service "Main site" (1 check)' in refused.stderr
    assert "nothing was imported" in refused.stderr
    assert Reader(home.places.history_db).services() == []
    renamed = ("--as", "twiter=twitter", "--as", "Main site=twitter")
    done = home.run("history", "import", *renamed, "-", given=given)
    assert "Imported 2 checks of 1 service" in done.stdout
    wrong = home.run("history", "import", "--as", "x=twittr", "-", given=given)
    assert (wrong.returncode, 'did you mean "twitter"?' in wrong.stderr) == (exits.USAGE, True)


def test_a_service_that_is_watched_no_longer_may_still_be_given_an_older_past(home: Home) -> None:
    home.configure(service("web", NEVER, interval="60s"))
    home.run("history", "import", "-", given=past("OK", "OK"))
    home.configure(service("mail", NEVER, interval="60s"))
    done = home.run("history", "import", "-", given=past(*["CRITICAL"] * 3, days=9))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Imported 3 checks of 1 service" in done.stdout
    assert [incident.service for incident in home.incidents()] == ["web"]


def test_what_cannot_be_read_is_said_and_nothing_is_imported(home: Home, tmp_path: Path) -> None:
    home.configure(service("web", NEVER))
    (tmp_path / "array.json").write_text("[]")
    for file, status, why in (
        (tmp_path / "missing", exits.NO_INPUT, "No such file"),
        (tmp_path / "array.json", exits.DATA, "JSON array"),
        (ROOT, exits.NO_INPUT, "read"),
    ):
        refused = home.run("history", "import", str(file))
        assert refused.returncode == status
        assert why in refused.stderr
        assert "Traceback" not in refused.stderr


def test_neither_import_nor_restore_touches_what_is_watched_just_now(home: Home, tmp_path: Path) -> None:
    home.configure(service("web", NEVER))
    home.run("history", "import", "-", given=past("OK"))
    assert home.run("backup", str(tmp_path / "copy.db")).returncode == 0
    with home.watch() as watching:
        watching.until("started")
        for words in (("history", "import", "-"), ("restore", str(tmp_path / "copy.db"))):
            refused = home.run(*words, given=past("OK", days=9))
            assert refused.returncode == exits.NOT_RUNNING
            assert "Watchbell is running; quit it first" in refused.stderr
        backup = home.run("backup", str(tmp_path / "second.db"))
        assert backup.returncode == 0, backup.stderr
        watching.end()
    assert Reader(tmp_path / "second.db").services() == ["web"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_a_terminal_shows_how_far_it_has_come(home: Home) -> None:
    home.configure(service("web", NEVER, interval="60s"))
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        done = subprocess.run(
            [*home.program, "history", "import", "-"],
            cwd=ROOT,
            env={**home.env, "TERM": "xterm"},
            input=past(*["OK"] * 300),
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        shown = os.read(screen.fileno(), 100_000)
        os.close(theirs)
    assert b"Judging" in shown
    assert done.stdout.startswith("Imported 300 checks")


def test_ctrl_c_leaves_whole_services_and_no_spool(home: Home, tmp_path: Path) -> None:
    home.configure(service("web", NEVER))
    process = subprocess.Popen(
        [*home.program, "history", "import", "-"],
        cwd=ROOT,
        env=home.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever was started in the background ignores Ctrl-C, and so do its children, unless they are told to heed it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - the child has no threads yet
    )
    assert process.stdin is not None
    process.stdin.write(past(*["OK"] * 3000))
    process.stdin.flush()
    until((home.places.data / "import.spool").exists, PATIENCE)
    until(home.places.history_db.exists, PATIENCE)
    process.send_signal(signal.SIGINT)
    said, complaints = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (exits.INTERRUPTED, "")
    assert "the same command does the rest" in complaints
    assert "Traceback" not in complaints
    assert not (home.places.data / "import.spool").exists()
    assert home.run("history", "import", "-", given=past("OK")).returncode == 0
