"""Passwords and tokens at the command line, with a keyring that is there."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Home, service
from tests.probes.real.redis import RedisServer
from tests.servers import HttpServer

BASIC = "Basic YW5uOnNlc2FtZQ=="
"""ann:sesame, as a browser would send it."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(
        tmp_path / "home",
        PYTHON_KEYRING_BACKEND="tests.cli.paper_keyring.Paper",
        PYTHONPATH=str(ROOT),
        PAPER_KEYRING=str(tmp_path / "keyring"),
    )


def test_a_password_in_an_address_goes_to_the_keyring_and_is_sent_from_there(home: Home) -> None:
    with HttpServer() as server:
        address = f"http://ann:sesame@127.0.0.1:{server.port}/"
        done = home.run("add", address, "--name", "Private", 'headers={X-Who="me"}')
        assert done.returncode == 0
        assert 'Its password is in the keyring, as "private-password".' in done.stdout
        tables = tomllib.loads(home.places.services_toml.read_text())["services"]
        assert tables["private"]["http"] == {
            "url": server.url,
            "headers": {"X-Who": "me", "Authorization": {"secret": "private-password"}},
        }
        server.requests.clear()
        assert home.run("check").returncode == 0
        assert server.requests[0].headers["authorization"] == BASIC
        assert server.requests[0].headers["x-who"] == "me"
        listed = home.run("secret", "list").stdout
    assert listed == f"private-password  (used by private): kept, for http://127.0.0.1:{server.port}\n"
    assert all(b"sesame" not in content for content in home.written().values())


def test_a_store_that_wants_a_password_gets_the_one_in_its_address_from_the_keyring(home: Home) -> None:
    with RedisServer("--requirepass", "sesame") as store:
        done = home.run("add", f"redis://:sesame@127.0.0.1:{store.port}", "--name", "Store")
        assert (done.returncode, done.stderr) == (0, "")
        tables = tomllib.loads(home.places.services_toml.read_text())["services"]
        assert tables["store"]["redis"] == {
            "host": "127.0.0.1",
            "port": store.port,
            "password": {"secret": "store-password"},
        }
        checked = home.run("check")
    assert checked.returncode == 0, checked.stdout
    assert all(b"sesame" not in content for content in home.written().values())


@pytest.fixture
def full(home: Home) -> Home:
    """A home whose services.toml is almost as large as it may be."""
    home.configure("x = 1\n" + "# filler\n" * 174_000)
    home.places.services_toml.write_text(home.places.services_toml.read_text().ljust(1_572_860))
    return home


def test_nothing_is_left_in_the_keyring_of_a_service_that_could_not_be_written(full: Home) -> None:
    with HttpServer() as server:
        done = full.run("add", f"http://ann:sesame@127.0.0.1:{server.port}/")
    assert done.returncode == 78
    assert "nothing was written" in done.stderr
    assert Path(full.env["PAPER_KEYRING"]).read_text() == "{}"


def test_a_secret_of_that_name_that_was_there_before_is_there_again_when_nothing_could_be_written(full: Home) -> None:
    with HttpServer() as server:
        full.run("secret", "set", "private-password", given="of old\n")
        before = Path(full.env["PAPER_KEYRING"]).read_text()
        done = full.run("add", f"http://ann:sesame@127.0.0.1:{server.port}/", "--name", "Private")
    assert done.returncode == 78
    assert "of old" in before
    assert Path(full.env["PAPER_KEYRING"]).read_text() == before


def test_a_secret_is_kept_for_those_who_use_it_and_for_nobody_else(home: Home) -> None:
    header = 'headers = { Authorization = { secret = "token" } }'
    with HttpServer() as server, HttpServer() as other:
        home.configure(service("web", server.url, http=header))
        kept = home.run("secret", "set", "token", given="s3cret\nsecond line\n")
        assert (kept.returncode, kept.stdout) == (0, '"token" is in the keyring, for web.\n')
        assert home.run("check").returncode == 0
        assert server.requests[-1].headers["authorization"] == "s3cret"

        home.configure(service("web", other.url, http=header))
        moved = home.run("check", "--json")
        assert moved.returncode == 3
        assert '"cause":"config.secret_origin"' in moved.stdout
        assert other.requests == []

        assert home.run("secret", "delete", "token").stdout == '"token" is forgotten.\n'
        assert home.run("check").returncode == 3
        gone = home.run("secret", "delete", "token")
    assert gone.returncode == 78
    assert 'there is no secret "token" in the keyring' in gone.stderr
