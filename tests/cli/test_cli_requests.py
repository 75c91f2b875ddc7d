"""What other processes write to the control socket: typed, bounded, and never done by halves."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from tests.cli.command import Home, Watching, service
from tests.servers import HttpServer
from trayapp import __version__
from trayapp.core.words import FOR_EVER
from trayapp.desktop.control import Refused, ask
from trayapp.desktop.conversation import Answer
from trayapp.desktop.instance import acquire
from trayapp.engine import requests
from trayapp.engine.answers import Answers

PATIENCE = 20.0

HOSTILE: list[tuple[dict[str, Any], str]] = [
    ({}, "nobody knows how to do None"),
    ({"do": "dance"}, "nobody knows how to do 'dance'"),
    ({"do": "\x1b[31m\udcff" * 100}, "nobody knows how to do '\\x1b[31m\\udcff"),
    ({"do": ["pause"]}, "nobody knows how to do ['pause']"),
    ({"do": "acknowledge"}, "missing required field `services`"),
    ({"do": "acknowledge", "services": "web"}, "Expected `array | null`"),
    ({"do": "acknowledge", "services": ["web", "wob"]}, 'there is no service "wob"'),
    ({"do": "acknowledge", "services": [17]}, "Expected `str`, got `int`"),
    ({"do": "acknowledge", "services": ["w" * 101]}, "Expected `str` of length <= 100"),
    ({"do": "acknowledge", "services": ["w"] * 10_001}, "Expected `array` of length <= 10000"),
    ({"do": "snooze", "services": ["web"]}, "missing required field `until`"),
    ({"do": "snooze", "services": None, "until": FOR_EVER}, "Expected `array`, got `null`"),
    ({"do": "snooze", "services": ["web"], "until": "tomorrow"}, "Expected `int | null`, got `str`"),
    ({"do": "snooze", "services": ["web"], "until": True}, "Expected `int | null`, got `bool`"),
    ({"do": "snooze", "services": ["web"], "until": 1.5}, "Expected `int | null`, got `float`"),
    ({"do": "snooze", "services": ["web"], "until": FOR_EVER + 1}, "Expected `int` <= 9007199254740991"),
    ({"do": "snooze", "services": ["web"], "until": -1}, "Expected `int` >= 0"),
    ({"do": "snooze", "services": ["web"], "until": 1}, "that moment is over"),
    ({"do": "snooze", "services": ["web", {}], "until": FOR_EVER}, "Expected `str`, got `object`"),
    ({"do": "pause"}, "missing required field `until`"),
    ({"do": "pause", "services": "web", "until": FOR_EVER}, "Expected `array`, got `str`"),
    ({"do": "pause", "services": None, "until": FOR_EVER}, "Expected `array`, got `null`"),
    ({"do": "pause", "services": ["wob"], "until": FOR_EVER}, 'there is no service "wob"'),
    ({"do": "pause", "until": 1}, "that moment is over"),
    ({"do": "when_back", "services": ["web"], "wanted": "yes"}, "Expected `bool`, got `str`"),
    ({"do": "correct", "incident": 10**9, "verdict": "false alarm"}, "There is no incident 1000000000."),
    ({"do": "correct", "incident": 10**9, "verdict": None}, "There is no incident 1000000000."),
    ({"do": "correct", "incident": 0, "verdict": None}, "Expected `int` >= 1"),
    ({"do": "correct", "incident": True, "verdict": None}, "Expected `int`, got `bool`"),
    ({"do": "correct", "incident": 1}, "missing required field `verdict`"),
    ({"do": "correct", "incident": 1, "verdict": "all fine"}, "Invalid enum value 'all fine'"),
    ({"do": "correct", "incident": 1, "verdict": None, "note": "n" * 1_001}, "Expected `str` of length <= 1000"),
    ({"do": "mark", "text": "", "services": [], "at": None}, "Expected `str` of length >= 1"),
    ({"do": "mark", "text": "\u202e\x1b[2J", "services": [], "at": None}, "a marker says what was changed"),
    ({"do": "mark", "text": "t" * 1_001, "services": [], "at": None}, "Expected `str` of length <= 1000"),
    ({"do": "mark", "text": "deploy", "services": ["wob"], "at": None}, 'there is no service "wob"'),
    ({"do": "mark", "text": "deploy", "services": [], "at": FOR_EVER}, "that moment has not come yet"),
    ({"do": "mark", "text": "deploy", "services": []}, "missing required field `at`"),
    ({"do": "check", "services": ["web", ""]}, "Expected `str` of length >= 1"),
    ({"do": "show", "activation": 7}, "Expected `str | null`, got `int`"),
    ({"do": "show", "activation": "x" * 1_001}, "Expected `str` of length <= 1000"),
]


def said(watching: Watching, home: Home) -> dict[str, Any]:
    return ask(home.places.socket, {"do": "status"}, PATIENCE)


def test_a_request_that_is_wrong_in_any_part_is_refused_in_one_sentence_and_does_nothing(home: Home) -> None:
    with HttpServer(status=503) as server, home.watch_of(server, failure_threshold=1, interval="60s") as watching:
        watching.until("status", to="DOWN")
        before = said(watching, home)
        for request, sentence in HOSTILE:
            with pytest.raises(Refused) as refusal:
                ask(home.places.socket, request, PATIENCE)
            assert sentence in str(refusal.value), request
            assert len(str(refusal.value)) < 300
        assert said(watching, home) | {"services": []} == before | {"services": []}
        unlike = {"last_check", "why"}
        (was,), (is_,) = before["services"], said(watching, home)["services"]
        assert {key: is_[key] for key in is_ if key not in unlike} == {
            key: was[key] for key in was if key not in unlike
        }
        watching.end()
    assert watching.complaints == ""
    assert watching.of("status", to="PAUSED") == []


def test_keys_that_a_newer_program_may_send_are_ignored() -> None:
    assert requests.read({"do": "reload", "why": "just so"}) == requests.Reload()


def test_what_a_request_leads_to_is_what_its_reply_says(home: Home) -> None:
    with HttpServer(status=503) as bad, HttpServer() as good:
        home.configure(
            service("bad", bad.url, failure_threshold=1, interval="5s"), service("good", good.url, interval="5s")
        )
        with home.watch() as watching:
            watching.until("status", service="bad", to="DOWN")
            watching.until("status", service="good", to="UP")
            ids = ["bad", "good", "bad"]
            replies = [
                ask(home.places.socket, request, PATIENCE)
                for request in (
                    {"do": "acknowledge", "services": ids},
                    {"do": "acknowledge", "services": None},
                    {"do": "snooze", "services": ids, "until": FOR_EVER},
                    {"do": "when_back", "services": ["bad"], "wanted": True},
                    {"do": "pause", "services": ["good"], "until": FOR_EVER},
                    {"do": "pause", "until": FOR_EVER},
                    {"do": "pause", "until": None},
                )
            ]
            watching.end()
    assert replies == [
        {"acknowledged": ["bad"]},
        {"acknowledged": ["bad"]},
        {"snoozed": ["bad", "good"]},
        {"when_back": ["bad"]},
        {"paused": ["good"]},
        {"paused": None},
        {"paused": None},
    ]


@contextmanager
def serving(run: Path, answer: Answer) -> Iterator[None]:
    """A program that answers like this at the control socket in this folder."""
    owner = acquire(run / "lock", run / "control.sock")
    assert owner is not None
    loop = asyncio.new_event_loop()
    task = loop.create_task(owner.serve(answer))
    task.add_done_callback(lambda _done: loop.stop())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(PATIENCE)
        loop.close()
        owner.release()


@pytest.mark.parametrize("folder", ["short", "long" * 30], ids=["socket", "port and token"])
def test_the_desktops_leave_to_take_the_focus_comes_through_either_door(tmp_path: Path, folder: str) -> None:
    run = tmp_path / folder
    run.mkdir()
    heard: list[str | None] = []
    nobody = cast(Any, None)
    answers = Answers(
        nobody, nobody, nobody, nobody, reload=nobody, raise_window=lambda leave: heard.append(leave) is None
    )
    with serving(run, answers):
        assert ask(run / "control.sock", {"do": "show", "activation": "leave-1"}, PATIENCE) == {"shown": True}
        assert ask(run / "control.sock", {"do": "show"}, PATIENCE) == {"shown": True}
    assert heard == ["leave-1", None]


def test_a_program_of_another_version_is_not_misunderstood(home: Home) -> None:
    async def of_old(_request: dict[str, Any]) -> dict[str, Any]:
        return {"version": "0.0.9\x1b[2J", "services": [{"id": "web"}]}

    home.configure(service("web", "http://127.0.0.1:1/"))
    home.places.prepare()
    with serving(home.places.run, of_old):
        status, ack = home.run("status"), home.run("ack")
    said = f"the running Watchbell is version 0.0.9 and this one is {__version__}; quit it and start it again"
    assert status.stderr == f"watchbell: {said}; this is what history holds\nwatchbell: There is no history yet.\n"
    assert (ack.returncode, ack.stderr) == (75, f"watchbell: {said}\n")


def test_the_commands_work_through_a_port_and_a_token_too(tmp_path: Path) -> None:
    home = Home(tmp_path / ("far" * 30) / "home")
    with HttpServer() as server, home.watch_of(server) as watching:
        watching.until("check")
        assert json.loads(home.places.socket.read_text()).keys() == {"port", "token"}
        assert home.run("snooze", "web", "1h").stdout.startswith("Web: snoozed until ")
        assert home.run("status").returncode == 0
        watching.end()
