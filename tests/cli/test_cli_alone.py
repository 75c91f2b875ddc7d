"""A command owns the home for a moment: whoever comes meanwhile waits for it, and nobody fails for that."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing

import pytest

from tests.cli.command import Home, service
from tests.cli.pasts import Past
from trayapp.cli.alone import Ended, Silent, alone, own_or_ask
from trayapp.desktop.instance import Owner, acquire

SHORTLY = 0.5


def held(home: Home) -> Owner:
    home.places.prepare()
    owner = acquire(home.places.lock, home.places.socket)
    assert owner is not None
    return owner


def test_whoever_comes_while_a_command_writes_owns_the_home_afterwards(home: Home) -> None:
    first = held(home)
    leaving = threading.Timer(SHORTLY, first.release)
    leaving.start()
    second = own_or_ask(home.places, {"do": "status"}, 30)
    leaving.join()
    assert isinstance(second, Owner)
    second.release()


def test_it_does_not_wait_for_ever(home: Home) -> None:
    first = held(home)
    with pytest.raises(Silent):
        own_or_ask(home.places, {"do": "status"}, SHORTLY)
    first.release()


def test_a_program_that_is_started_meanwhile_watches(home: Home) -> None:
    home.configure(service("web", "http://127.0.0.1:9/"))
    first = held(home)
    with home.watch() as watching:
        calling, _ = first._door.listening.accept()  # it asks, and is hung up on
        first.release()
        calling.close()
        watching.until("check")
        watching.end()
    assert watching.complaints == ""


def test_many_at_once_all_leave_their_word(home: Home) -> None:
    Past(home)
    running = [home.begin("mark", f"change {number}") for number in range(6)]
    for process in running:
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (0, "")
    told = [json.loads(line)["text"] for line in home.run("markers", "--json").stdout.splitlines()]
    assert sorted(told) == [f"change {number}" for number in range(6)]


def test_what_must_be_alone_waits_for_a_moment_and_not_for_a_program(home: Home) -> None:
    home.configure(service("web", "http://127.0.0.1:9/"))
    first = held(home)
    leaving = threading.Timer(SHORTLY, first.release)
    leaving.start()
    with alone(home.places):
        assert acquire(home.places.lock, home.places.socket) is None
    leaving.join()
    with home.watch() as watching:
        watching.until("started")
        with pytest.raises(Ended, match="quit it first"), alone(home.places):
            pass
        watching.end()


def test_what_cannot_be_written_now_is_not_promised_for_later(home: Home) -> None:
    Past(home)
    with closing(sqlite3.connect(home.places.history_db, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = home.run("mark", "deploy")
    assert (done.returncode, done.stdout) == (74, "")
    assert done.stderr == "watchbell: Another program keeps history.db locked; nothing was written\n"
    assert home.run("markers", "--json").stdout == ""
