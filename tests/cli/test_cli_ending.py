"""However watching ends, it ends soon and in order; and a reader of ours cannot hold it up."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.command import PATIENCE, ROOT, Home, service
from tests.cli.pasts import Past
from tests.servers import HttpServer, silent_port, until

SOON = 4.0
"""Twice the 2 s that ending may take, for machines that are busy."""

HUNG_NAMES = """
import socket, sys, threading
socket.getaddrinfo = lambda *_arguments, **_keys: threading.Event().wait()
from trayapp.cli.main import main
sys.exit(main())
"""
"""The program on a machine whose name server never answers."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_it_in_order(home: Home, number: signal.Signals) -> None:
    with HttpServer() as server, home.watch_of(server) as watching:
        watching.until("check")
        assert watching.end(number) < SOON
    assert watching.process.returncode == 0
    assert watching.events[-1] == {"event": "stopped", "reason": "signal"}
    assert watching.complaints == ""


def test_a_signal_while_it_is_starting_ends_it_too(home: Home) -> None:
    home.configure(service("web", "http://127.0.0.1:1/"))
    with home.watch() as watching:
        until(home.places.lock.exists, PATIENCE)
        assert watching.end() < SOON
    assert watching.process.returncode == 0
    assert watching.events[-1]["event"] == "stopped"


def test_forty_checks_and_all_names_hanging_do_not_hold_up_the_end(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", program=("-c", HUNG_NAMES))
    with silent_port() as port:
        hung = [service(f"hung{n}", f"http://127.0.0.1:{port}/{n}") for n in range(40)]
        nameless = [service(f"nameless{n}", f"http://name{n}.test/") for n in range(10)]
        home.configure(*nameless, *hung)
        with home.watch() as watching:
            watching.until("started")
            time.sleep(2)  # until all that may be in flight is
            assert watching.of("check") == []
            assert watching.end() < SOON
    assert watching.process.returncode == 0
    assert watching.events[-1] == {"event": "stopped", "reason": "signal"}


def test_it_ends_by_itself_after_the_time_that_was_asked_for(home: Home) -> None:
    home.configure(service("web", "http://127.0.0.1:1/"))
    with home.watch("--for", "1s") as watching:
        assert watching.wait() == 0
    assert watching.events[-1] == {"event": "stopped", "reason": "finished"}


def piped(home: Home, *words: str) -> tuple[subprocess.Popen[bytes], int]:
    """The command with its output in a pipe that nobody reads yet."""
    reading, writing = os.pipe()
    process = subprocess.Popen([*home.program, *words], cwd=ROOT, env=home.env, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    return process, reading


@pytest.mark.parametrize("words", [("watch", "--json"), ("watch",), ("demo", "--json")], ids=" ".join)
def test_a_reader_that_leaves_ends_it_without_a_complaint(home: Home, words: tuple[str, ...]) -> None:
    home.configure(service("web", "http://127.0.0.1:1/", failure_threshold=1))
    process, reading = piped(home, *words)
    assert os.read(reading, 1) != b""
    os.close(reading)
    _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (141, b"")


@pytest.mark.parametrize(
    "words", [("status", "--json"), ("check", "--json"), ("config", "schema"), ("status",)], ids=" ".join
)
def test_a_reader_that_left_before_anything_was_said_is_no_fault_either(home: Home, words: tuple[str, ...]) -> None:
    home.configure(service("web", "http://127.0.0.1:1/"))
    process, reading = piped(home, *words)
    os.close(reading)
    _, said = process.communicate(timeout=PATIENCE)
    assert b"Traceback" not in said
    assert b"Exception" not in said


@pytest.mark.parametrize(
    "words", ["history web", "history web --json", "incidents", "incidents 1", "report", "history export"]
)
def test_who_reads_of_the_past_may_leave_at_any_time(home: Home, words: str) -> None:
    Past(home)
    process, reading = piped(home, *words.split())
    os.close(reading)
    _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (141, b"")


def test_a_reader_that_does_not_read_holds_up_neither_the_checks_nor_the_end(home: Home) -> None:
    with HttpServer() as server:
        home.configure(*(service(f"s{n}", server.url, interval="200ms") for n in range(20)))
        process, reading = piped(home, "watch", "--json")
        try:
            until(lambda: len(server.requests) > 600, 60)  # their events fill the pipe several times over
            process.send_signal(signal.SIGTERM)
            process.wait(SOON)
        finally:
            process.kill()
            _, said = process.communicate()
            os.close(reading)
    assert (process.returncode, said) == (0, b"")


def test_a_full_disk_behind_its_output_is_said(home: Home) -> None:
    home.configure(service("web", "http://127.0.0.1:1/"))
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*home.program, "watch", "--json"],
            cwd=ROOT,
            env=home.env,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (74, b"watchbell: cannot write: No space left on device\n")


@pytest.mark.parametrize(
    "words",
    ["history web", "history web --csv", "incidents --json", "incidents 1", "markers", "report", "history export",
     "status", "doctor", "mark deploy", "correct 1 maintenance"],
)  # fmt: skip
def test_what_cannot_be_printed_is_said_by_every_command(home: Home, words: str) -> None:
    Past(home)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*home.program, *words.split()],
            cwd=ROOT,
            env=home.env,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 74
    assert done.stderr.startswith(b"watchbell: cannot write")
    assert done.stderr.endswith(b": No space left on device\n")
    assert done.stderr.count(b"\n") == 1


def test_a_second_watcher_follows_the_first_to_its_end(home: Home) -> None:
    with HttpServer() as server, home.watch_of(server) as first:
        first.until("check")
        with home.watch() as second:
            second.until("check", outcome="OK")
            server.status = 503
            second.until("notification", kind="down")
            requests = len(server.requests)
            first.until("check", count=len(first.of("check")) + 2)
            assert len(server.requests) <= requests + 6  # one of them asks, not both
            with home.watch("--for", "1s") as third:
                assert third.wait() == 0
            assert third.events[-1] == {"event": "stopped", "reason": "finished"}
            first.end()
            assert second.wait() == 0
    assert [event["event"] for event in second.events].count("started") == 1
    following = second.events[1:]
    assert following == first.events[-len(following) :]
    assert second.events[-1] == {"event": "stopped", "reason": "signal"}


def test_who_follows_a_program_that_is_killed_says_so(home: Home) -> None:
    with HttpServer() as server, home.watch_of(server) as first:
        first.until("check")
        with home.watch() as second:
            second.until("check")
            first.kill()
            assert second.wait() == 75
    assert second.events[-1] == {"event": "stopped", "reason": "the running Watchbell ended without a word"}
    assert second.complaints == "watchbell: the running Watchbell ended without a word\n"
