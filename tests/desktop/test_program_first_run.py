"""The first minutes: an empty window, an address typed into it, the demo and the way out of it."""

from __future__ import annotations

import time

import pytest

from tests.desktop.parts import Desk, Panel, until
from tests.desktop.watchbell import PATIENCE, QUICK, Icon, Watchbell, watching
from tests.servers import HttpServer

pytestmark = pytest.mark.desktop

SETTLING = 1.5
"""Seconds in which a window has drawn what it is to show; nothing that X tells says when."""

DEMO = "town-clock"
"""A service of the demo."""


@pytest.fixture
def newcomer(watchbell: Watchbell, panel: Panel) -> Watchbell:
    """The program with nothing configured, yet to be run."""
    watchbell.places.services_toml.unlink()
    return watchbell


def shown(watchbell: Watchbell) -> set[str]:
    return {service["id"] for service in watchbell.status()["services"]}


def test_an_address_typed_into_the_first_page_is_watched(newcomer: Watchbell, panel: Panel, shop: HttpServer) -> None:
    newcomer.run()
    until(newcomer.is_active, "the window is active", PATIENCE)
    time.sleep(SETTLING)
    newcomer.type(shop.url)
    until(lambda: shown(newcomer), "it is watched", PATIENCE)
    (id_,) = shown(newcomer)
    newcomer.until_status(id_, "UP")
    assert shop.url in newcomer.places.services_toml.read_text()
    assert newcomer.places.services_toml.stat().st_mode & 0o777 == 0o600
    assert newcomer.say("config", "check")
    until(lambda: Icon(panel).tooltip.endswith(" is up"), "the icon says so", PATIENCE)


def test_what_is_no_address_is_said_and_nothing_is_written(newcomer: Watchbell) -> None:
    newcomer.run()
    until(newcomer.is_active, "the window is active", PATIENCE)
    time.sleep(SETTLING)
    newcomer.type("htp://nowhere")
    time.sleep(SETTLING)
    assert shown(newcomer) == set()
    assert not newcomer.places.services_toml.exists()


def test_the_demo_is_one_key_away_and_a_first_service_ends_it(
    desk: Desk, newcomer: Watchbell, shop: HttpServer
) -> None:
    newcomer.run()
    until(newcomer.is_active, "the window is active", PATIENCE)
    time.sleep(SETTLING)
    desk.run("xdotool", "key", "alt+d")
    until(lambda: DEMO in shown(newcomer), "the demo is shown", PATIENCE)
    newcomer.until_status(DEMO, "UP")
    assert not newcomer.places.services_toml.exists()

    newcomer.say("add", shop.url, "--name", "shop")
    until(lambda: shown(newcomer) == {"shop"}, "the first service took the demo's place", PATIENCE)
    newcomer.until_status("shop", "UP")


def test_make_run_begins_with_the_demo_and_its_banner_takes_a_first_service(
    desk: Desk, newcomer: Watchbell, shop: HttpServer
) -> None:
    newcomer.run("--window", "--demo-if-empty")
    newcomer.until_status(DEMO, "UP")
    until(newcomer.is_active, "the window is active", PATIENCE)
    desk.click(newcomer.window(), 120, 62)  # the field of the banner
    newcomer.type(shop.url)
    until(lambda: shown(newcomer) and DEMO not in shown(newcomer), "the demo is over", PATIENCE)
    (id_,) = shown(newcomer)
    newcomer.until_status(id_, "UP")


def test_a_demo_beside_the_running_program_leaves_it_alone(desk: Desk, watchbell: Watchbell, panel: Panel) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    with watchbell.begin("demo") as demo:
        try:
            until(lambda: len(panel.items()) == 2, "there is a second icon", PATIENCE)
            assert watchbell.window()
            assert shown(watchbell) == {"shop"}
        finally:
            demo.terminate()
        assert demo.communicate(timeout=PATIENCE) == ("", "")
        assert demo.returncode == 0
    assert watchbell.service("shop")["status"] == "UP"


def test_a_demo_that_is_outgrown_hands_over_to_the_running_program(
    desk: Desk, watchbell: Watchbell, panel: Panel, shop: HttpServer
) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    with watchbell.begin("demo") as demo:
        try:
            until(lambda: desk.windows("--name", ".+ Watchbell$"), "the demo's verdict is in its title", PATIENCE)
            watchbell.configure(QUICK + watching("shop", shop.url) + watching("cellar", shop.url))
            assert demo.wait(PATIENCE) == 0
        finally:
            demo.kill()
    assert watchbell.until_status("cellar", "UP")
    assert watchbell.windows()
