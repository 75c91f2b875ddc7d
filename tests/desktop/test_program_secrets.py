"""A secret on its whole way: typed in a terminal, kept in the real keyring, sent with a check, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desktop.parts import Keyring, Panel, until
from tests.desktop.watchbell import PATIENCE, QUICK, Watchbell, watching
from tests.servers import HttpServer

pytestmark = pytest.mark.desktop

TOKEN = "Bearer s3cr3t-of-the-shop"
HEADER = 'headers = { Authorization = { secret = "shop-token" } }'


@pytest.fixture
def guarded(watchbell: Watchbell, panel: Panel, shop: HttpServer) -> Watchbell:
    """The program with two services at one server, one of which needs a secret that is not there yet."""
    watchbell.configure(QUICK + watching("shop", shop.url + "guarded", probe=HEADER) + watching("street", shop.url))
    return watchbell


def sent(shop: HttpServer) -> set[str | None]:
    """What came as Authorization with the guarded service's checks."""
    return {asked.headers.get("authorization") for asked in shop.requests if asked.path == "/guarded"}


def tried(watchbell: Watchbell) -> dict[str, Any]:
    """How the guarded service's last check went."""
    return dict(until(lambda: watchbell.service("shop")["last_check"], "the guarded one was tried", PATIENCE))


def written(watchbell: Watchbell) -> list[str]:
    """The files below the program's home that hold the secret."""
    home = watchbell.places.config.parent
    return [path.name for path in home.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]


def test_a_secret_goes_from_the_terminal_through_the_keyring_to_its_service(
    guarded: Watchbell, keyring: Keyring, shop: HttpServer
) -> None:
    guarded.run()
    assert guarded.until_status("street", "UP")
    missing = tried(guarded)
    assert (missing["outcome"], missing["cause"]) == ("UNKNOWN", "config.secret_missing")
    assert sent(shop) == set()

    assert "s3cr3t" not in guarded.say("secret", "set", "shop-token", stdin=f"{TOKEN}\n")
    guarded.until_status("shop", "UP")
    assert sent(shop) == {TOKEN}
    assert "kept" in guarded.say("secret", "list")
    assert written(guarded) == []


def test_a_locked_keyring_touches_only_those_who_need_it(guarded: Watchbell, keyring: Keyring) -> None:
    guarded.say("secret", "set", "shop-token", stdin=f"{TOKEN}\n")
    keyring.lock()
    guarded.run("--window")
    assert guarded.window()
    assert guarded.until_status("street", "UP")
    locked = tried(guarded)
    assert (locked["outcome"], locked["blame"]) == ("UNKNOWN", "config")
    assert guarded.service("shop")["status"] == "UNKNOWN"
    assert guarded.end()[0] == 0


def test_a_keyring_that_does_not_answer_holds_up_nobody(guarded: Watchbell, keyring: Keyring) -> None:
    guarded.say("secret", "set", "shop-token", stdin=f"{TOKEN}\n")
    keyring.pause()
    guarded.run("--window")
    assert guarded.window()
    assert guarded.until_status("street", "UP")
    silent = tried(guarded)
    assert (silent["outcome"], silent["blame"]) == ("UNKNOWN", "config")
    assert guarded.service("street")["status"] == "UP"
    assert guarded.end()[0] == 0
