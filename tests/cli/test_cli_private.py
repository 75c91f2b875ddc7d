"""What the program writes: nothing secret, for nobody else to read; and what it does where it cannot write at all."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
from pathlib import Path

import pytest

from tests.cli.command import Home, service
from tests.servers import Asked, HttpServer, Reply, until

LOGGED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR) [\w.]+: .+")

SECRETS = {"env": "tok-3nv1r0nment", "file": "tok-f1l3ref", "password": "op3nsesame", "query": "qu3rysecret"}


def telltale(asked: Asked) -> Reply:
    """A server that says everything it was told, wherever it can."""
    told = " ".join(asked.headers.values()) + asked.path
    return Reply(status=500, body=told.encode(), headers={"Location": f"/{asked.path}", "X-Told": told, "Server": told})


def turning_away(asked: Asked) -> Reply:
    """A redirect to an address that holds what it was told."""
    return Reply(status=302, headers={"Location": f"http://u:{asked.headers.get('x-token', '')}@127.0.0.1:1/?token=x"})


def test_no_secret_reaches_any_file_or_output(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", WATCHBELL_TEST_TOKEN=SECRETS["env"])
    with HttpServer(answer=telltale) as telling, HttpServer(answer=turning_away) as turning:
        spoken = f"http://ann:{SECRETS['password']}@127.0.0.1:{telling.port}/?token={SECRETS['query']}"
        env_header = 'headers = { X-Token = { env = "WATCHBELL_TEST_TOKEN" } }\n'
        file_header = 'headers = { Authorization = { file = "token" } }\n'
        home.configure(
            service("env", telling.url, http=env_header),
            service("file", telling.url, http=file_header),
            service("words", telling.url, http=f'{file_header}expect_status = ["500"]\ncontains = "nowhere"'),
            service("turned", turning.url, http=env_header),
            service("spoken", spoken),
            service("bent", spoken.replace(str(telling.port), "99999")),
        )
        token = home.places.config / "token"
        token.write_text(f"{SECRETS['file']}\n")
        token.chmod(0o600)
        with home.watch() as watching:
            for id_ in ("env", "file", "words", "turned"):
                watching.until("status", service=id_, to="DOWN")
            watching.until("notification", kind="group")
            said = [home.run(command).stdout for command in ("status", "check", "doctor")]
            said += [home.run("status", "--json").stdout, home.run("config", "check").stderr]
            watching.kill()  # so that nothing is tidied up before we look
        with home.watch() as again:
            again.until("check", service="env", count=2)
            again.end()
    assert SECRETS["env"] in {asked.headers.get("x-token") for asked in telling.requests}
    assert SECRETS["file"] in {asked.headers.get("authorization") for asked in telling.requests}

    outputs = "".join([*said, *watching.lines, *again.lines, watching.complaints, again.complaints])
    for name, secret in SECRETS.items():
        if name == "query":  # part of the address, which people are shown; in the file it stands in plain sight
            continue
        for form in (
            secret,
            base64.b64encode(secret.encode()).decode(),
            base64.b64encode(f"ann:{secret}".encode()).decode(),
        ):
            holding = [path.name for path, content in home.written().items() if form.encode() in content]
            assert holding == [], (name, form)
            assert form not in outputs, (name, form)


def test_everything_it_writes_is_for_its_owner_alone(home: Home) -> None:
    with HttpServer() as server:
        home.places.home.mkdir(mode=0o755)  # type: ignore[union-attr]
        home.configure(service("web", server.url))
        home.places.services_toml.chmod(0o600)
        with home.watch() as watching:
            watching.until("check")
            home.run("add", server.url)
            modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in home.places.home.rglob("*")}  # type: ignore[union-attr]
            watching.end()
    files = {path for path in modes if not path.is_dir()}
    assert {path.name for path in files} >= {"history.db", "watchbell.log", "lock", "services.toml"}
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}


@pytest.mark.skipif(os.name != "posix", reason="there are no such modes")
def test_a_home_that_was_there_before_stays_as_it_is_and_doctor_says_who_may_change_it(home: Home) -> None:
    folder = home.places.home
    assert folder is not None
    for mode, fine in ((0o755, True), (0o777, False), (0o1777, True), (0o770, False), (0o700, True)):
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
        assert home.run("watch", "--for", "0s").returncode == 0
        assert stat.S_IMODE(folder.stat().st_mode) == mode
        assert stat.S_IMODE(home.places.config.stat().st_mode) == 0o700
        rows = map(json.loads, home.run("doctor", "--json").stdout.splitlines())
        (row,) = (row for row in rows if row["part"] == "Home")
        assert row["ok"] is fine
        assert fine or f"chmod go-w {folder}" in row["advice"]


def test_the_log_has_a_record_a_line(home: Home) -> None:
    # A history that is none makes it say something.
    home.configure(service("web", "http://127.0.0.1:1/"))
    home.places.data.mkdir(parents=True)
    home.places.history_db.write_text("not\na\ndatabase")
    with home.watch() as watching:
        watching.until("notification")
        watching.end()
    lines = home.places.log_file.read_text().splitlines()
    assert lines
    assert all(LOGGED.fullmatch(line) for line in lines), lines


@pytest.mark.parametrize("place", ["history_db", "log_file", "lock", "socket"])
def test_where_it_cannot_write_it_watches_all_the_same_and_says_so(home: Home, place: str) -> None:
    with HttpServer(status=503) as server:
        home.configure(service("web", server.url))
        blocked = getattr(home.places, place)
        (blocked / "in the way").mkdir(parents=True)  # a folder where a file is to be; also root cannot write it
        with home.watch() as watching:
            watching.until("notification", kind="down")
            shown = home.run("status").stdout
            assert watching.end() < 4
    assert watching.process.returncode == 0
    assert "Traceback" not in watching.complaints
    if place == "history_db":
        assert "history.db" in shown
        assert "history is kept in memory until it can be written again" in shown
        assert "Watchbell has a problem" not in shown
    else:
        assert watching.complaints.count("\n") == 1
        assert str(blocked) in watching.complaints or str(blocked.parent) in watching.complaints


def test_a_history_that_comes_back_gets_what_happened_meanwhile(home: Home) -> None:
    with HttpServer(status=503) as server:
        home.configure(service("web", server.url))
        in_the_way = home.places.history_db / "in the way"
        in_the_way.mkdir(parents=True)
        with home.watch() as watching:
            watching.until("notification", kind="down")
            in_the_way.rmdir()
            home.places.history_db.rmdir()
            until(lambda: home.places.history_db.is_file() and home.incidents(), 30)
            watching.end()
    assert [incident.id for incident in home.incidents()] == [watching.of("notification", kind="down")[0]["incident"]]


def test_a_home_that_cannot_be_one_is_refused_in_one_line(home: Home) -> None:
    home.configure(service("web", "http://127.0.0.1:1/"))
    home.places.data.write_text("a file where a folder is to be")
    done = home.run("watch", "--for", "1s")
    assert done.returncode == 75
    assert done.stderr.startswith(f"watchbell: cannot use {home.places.home}: ")
    assert done.stderr.count("\n") == 1
