"""`pause` and `resume`: what is not checked, until when, and who switches it on again."""

from __future__ import annotations

import json
from typing import Any

from tests.cli.command import Home, service
from tests.servers import HttpServer, until


def state(home: Home, id_: str = "web") -> dict[str, Any]:
    row: dict[str, Any] = json.loads(home.run("status", id_, "--json").stdout)
    return row


def test_everything_is_paused_until_somebody_resumes_it(home: Home) -> None:
    with HttpServer() as server:
        home.configure(service("web", server.url, name="Web"), service("off", server.url, enabled=False))
        with home.watch() as watching:
            watching.until("check")
            assert home.run("resume").stdout == "Nothing is paused.\n"
            done = home.run("pause")
            assert done.stdout == (
                "Everything is paused until further notice: nothing is checked and nothing told. "
                "`watchbell resume` goes on.\n"
            )
            watching.until("status", to="PAUSED", service="web")
            asked = len(server.requests)
            paused = home.run("status")
            assert paused.returncode == 0
            assert paused.stdout.startswith("Everything is paused until further notice; `watchbell resume` goes on.\n")
            assert state(home)["paused_until"] == "9999-12-31T23:59:59.999Z"
            assert state(home, "off")["paused_until"] is None
            assert len(server.requests) <= asked + 1  # what was under way may have ended
            watching.end()
        with home.watch() as again:
            again.until("started")
            until(lambda: home.run("status", "web").stdout.startswith("Everything is paused"), 30)
            assert again.of("check") == []
            assert home.run("resume").stdout == "Watching goes on.\n"
            again.until("status", to="UP")
            again.end()


def test_one_service_is_paused_for_a_while_and_the_others_are_not(home: Home) -> None:
    with HttpServer() as server, HttpServer() as other:
        home.configure(service("web", server.url, name="Web"), service("other", other.url, name="Other"))
        with home.watch() as watching:
            watching.until("check", service="web")
            said = home.run("pause", "web", "2h").stdout
            assert said.startswith("Web: paused until ")
            assert said.endswith("; it is not checked. `watchbell resume web` goes on.\n")
            watching.until("status", to="PAUSED", service="web")
            asked = len(server.requests)
            watching.until("check", service="other", count=len(watching.of("check", service="other")) + 5)
            assert len(server.requests) <= asked + 1
            assert "‖  Web    PAUSED  paused until " in home.run("status").stdout
            assert home.run("resume", "other").stdout == "Other is not paused.\n"
            assert home.run("pause", "web", "off").stdout == "Web: it is checked again.\n"
            watching.until("status", to="UP", service="web", count=2)
            assert state(home)["paused_until"] is None
            watching.end()


def test_a_pause_of_a_while_ends_by_itself(home: Home) -> None:
    with HttpServer() as server, home.watch_of(server) as watching:
        watching.until("check")
        home.run("pause", "web", "1s")
        watching.until("status", to="PAUSED")
        watching.until("status", to="UP", count=2)
        home.run("pause", "for", "1s")
        watching.until("status", to="PAUSED", count=2)
        watching.until("status", to="UP", count=3)
        watching.end()


def test_resume_names_what_it_cannot_switch_on(home: Home) -> None:
    with HttpServer() as server:
        home.configure(service("web", server.url, name="Web"), service("off", server.url, enabled=False))
        with home.watch() as watching:
            watching.until("check")
            off = home.run("resume", "off")
            home.run("pause", "web", "1h")
            home.run("pause", "2h")
            own = home.run("resume", "web")
            assert "switched off (enabled = false)" in home.run("status").stdout
            watching.end()
    assert off.returncode == 78
    assert off.stdout == "off is switched off in services.toml (enabled = false); switch it on there.\n"
    first, second = own.stdout.splitlines()
    assert first == "Web: its own pause is over."
    assert second.startswith("Everything is paused until ")
    assert second.endswith("; `watchbell resume` without a name ends that.")


def test_nothing_named_resumes_also_what_was_paused_by_itself(home: Home) -> None:
    with HttpServer() as server, home.watch_of(server) as watching:
        watching.until("check")
        home.run("pause", "web")
        home.run("pause", "1h")
        assert home.run("resume").stdout == "Watching goes on.\nWeb: it is checked again.\n"
        watching.until("status", to="UP", count=2)
        watching.end()


def test_nobody_would_see_what_is_paused_come_back(home: Home) -> None:
    done = home.run("pause", "web", "until", "back")
    assert (done.returncode, done.stdout) == (64, "")
    assert "what is paused is not checked, so nobody would see it come back" in done.stderr
