"""`watchbell report` as it is typed: where the report goes, what it says there, and what is refused."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Home, service
from tests.history.past import WAIT, Faults, a_history, a_service, an_incident, turn
from trayapp.cli import exits
from trayapp.core.words import Status

HOUR = 3_600_000


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two services, one of which was down for an hour the day before; a third that is not configured any more."""
    home = Home(tmp_path / "home", TZ="UTC")
    home.configure(
        service("web", "http://127.0.0.1:9/", name="Web <b>site</b>", objective=99.5),
        service("mail", "http://127.0.0.1:9/", name="Mail"),
    )
    home.places.prepare()
    now = time.time_ns() // 1_000_000
    start = now - 24 * HOUR
    history = a_history(home.places.history_db, Faults(), clock=lambda: now)
    history.register([a_service("web"), a_service("mail"), a_service("gone")], start - 24 * HOUR)
    ended = an_incident(1, "web", start, end=start + HOUR, closing="recovered")
    history.commit(
        [
            turn("web", start - HOUR, Status.UP),
            turn("web", start, Status.DOWN, incident=an_incident(1, "web", start)),
            turn("web", start + HOUR, Status.UP, incident=ended),
            turn("mail", start, Status.UP),
        ]
    ).result(WAIT)
    history.close(WAIT)
    return home


def test_into_a_pipe_goes_the_page_and_nothing_else(home: Home) -> None:
    done = home.run("report")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert "Web &lt;b&gt;site&lt;/b&gt;" in done.stdout
    assert "Mail" in done.stdout


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.html", "<!DOCTYPE html>"), ("a.md", "# Availability report"), ("a.csv", "service,name,"), ("a.json", "{")],
)
def test_the_name_of_the_file_says_which_format(home: Home, tmp_path: Path, name: str, begins: str) -> None:
    path = tmp_path / name
    done = home.run("report", "-o", str(path))
    assert done.returncode == 0
    assert path.read_text().startswith(begins)
    assert done.stdout.startswith(f"Wrote {path}\n")
    assert "Web <b>site</b> fell short of the objective of 99.5 %." in done.stdout


def test_the_format_that_is_named_wins_over_the_name(home: Home, tmp_path: Path) -> None:
    assert home.run("report", "-o", str(tmp_path / "a.html"), "--format", "json").returncode == 0
    assert json.loads((tmp_path / "a.html").read_text())["services"][0]["service"] == "web"


def test_only_what_was_asked_for_is_told_and_gone_services_can_be(home: Home) -> None:
    whole = json.loads(home.run("report", "mail", "gone", "--format", "json").stdout)
    assert [entry["service"] for entry in whole["services"]] == ["mail", "gone"]
    everything = json.loads(home.run("report", "--format", "json").stdout)
    assert [entry["service"] for entry in everything["services"]] == ["web", "mail"]


def test_the_window_and_the_title_are_those_that_were_asked_for(home: Home) -> None:
    done = home.run("report", "--since", "12h", "--format", "json", "--title", "For the vendor")
    whole = json.loads(done.stdout)
    assert whole["title"] == "For the vendor"
    assert whole["services"][0]["incidents"] == 0


def test_a_service_that_never_was_is_refused_with_a_hint(home: Home) -> None:
    done = home.run("report", "wbe")
    assert done.returncode == exits.USAGE
    assert 'did you mean "web"?' in done.stderr
    assert done.stdout == ""


def test_a_suffix_that_no_report_has_is_refused(home: Home, tmp_path: Path) -> None:
    done = home.run("report", "-o", str(tmp_path / "a.pdf"))
    assert done.returncode == exits.USAGE
    assert "open the HTML in a browser and print it" in done.stderr
    assert not (tmp_path / "a.pdf").exists()


def test_without_a_history_it_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path / "empty")
    home.configure(service("web", "http://127.0.0.1:9/"))
    done = home.run("report")
    assert (done.returncode, done.stdout) == (exits.NO_INPUT, "")
    assert "no history yet" in done.stderr


def test_a_folder_that_is_not_there_is_said_and_nothing_is_left(home: Home, tmp_path: Path) -> None:
    done = home.run("report", "-o", str(tmp_path / "none" / "a.html"))
    assert done.returncode == exits.NOT_WRITTEN
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_is_as_readable_as_others_that_its_maker_writes(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    subprocess.run(
        ["sh", "-c", 'umask 022; exec "$@"', "sh", *home.program, "report", "-o", str(path)],
        env=home.env,
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def on_a_terminal(home: Home, folder: Path, *words: str) -> tuple[int, str]:
    """Run in a folder with a terminal as standard output; its exit status and all that it printed."""
    ours, theirs = pty.openpty()
    env = {**home.env, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    process = subprocess.Popen([*home.program, "report", *words], cwd=folder, env=env, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed = b""
    while True:
        try:
            some = os.read(ours, 65_536)
        except OSError:  # EIO: the other side is closed
            break
        if not some:
            break
        printed += some
    os.close(ours)
    return process.wait(60), printed.decode()


def test_at_a_terminal_a_page_becomes_a_file_named_after_its_days(home: Home, tmp_path: Path) -> None:
    status, printed = on_a_terminal(home, tmp_path)
    assert status == 0
    (path,) = tmp_path.glob("watchbell-report-*-*.html")
    assert path.name in printed
    assert path.read_text().startswith("<!DOCTYPE html>")
    path.write_text(path.read_text().replace("Availability report", "An older report"))
    assert on_a_terminal(home, tmp_path)[0] == 0  # an earlier report is replaced
    assert "An older report" not in path.read_text()


def test_at_a_terminal_what_can_be_read_there_is_shown(home: Home, tmp_path: Path) -> None:
    status, printed = on_a_terminal(home, tmp_path, "--format", "md")
    assert status == 0
    assert printed.startswith("# Availability report")
    assert not list(tmp_path.glob("watchbell-report*"))


def test_a_file_of_somebody_else_is_not_written_over_unless_it_was_named(home: Home, tmp_path: Path) -> None:
    assert on_a_terminal(home, tmp_path)[0] == 0
    (path,) = tmp_path.glob("watchbell-report-*.html")
    path.write_text("my notes")
    status, printed = on_a_terminal(home, tmp_path)
    assert status == exits.NOT_WRITTEN
    assert "is no report" in printed
    assert path.read_text() == "my notes"
    assert home.run("report", "-o", str(path)).returncode == 0
    assert path.read_text().startswith("<!DOCTYPE html>")


def test_a_pipe_that_was_named_is_written_into(home: Home, tmp_path: Path) -> None:
    done = home.run("report", "--format", "csv", "-o", "/dev/stderr")
    assert done.returncode == 0
    assert "service,name," in done.stderr
