"""`watchbell watch`: the same engine in the terminal, or the running program's events where there is one."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from trayapp import events
from trayapp.alerts.notifier import Notifier, OnAction
from trayapp.alerts.traymessage import TrayMessage
from trayapp.cli import exits, show
from trayapp.cli.home import configured, places_of
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.core import wording
from trayapp.core.words import Snapshot
from trayapp.desktop.control import NoAnswer, Refused, stream
from trayapp.desktop.door import NotRunning
from trayapp.desktop.instance import Owner, acquire
from trayapp.engine import Engine, Faces
from trayapp.faults import Faults
from trayapp.log import open_log
from trayapp.redaction import Redaction


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    configured(places)
    return watch(places, json=arguments.json, seconds=arguments.seconds, notify=arguments.notify)


def watch(places: Places, *, json: bool, seconds: float | None, notify: bool, demo: bool = False) -> int:
    """Watch until a signal, or for so many seconds, and print what happens."""
    try:
        places.prepare()
        owner = acquire(places.lock, places.socket)
    except OSError as fault:
        show.complain(f"cannot use {places.run}: {fault}")
        return exits.NOT_RUNNING
    with _until_signal() as over:
        if owner is None:
            return _follow(places, over, json=json, seconds=seconds)
        try:
            return _run(places, owner, over, json=json, seconds=seconds, notify=notify, demo=demo)
        finally:
            owner.release()


def _run(
    places: Places,
    owner: Owner,
    over: _Over,
    *,
    json: bool,
    seconds: float | None,
    notify: bool,
    demo: bool,
) -> int:
    redaction = Redaction()
    faults = Faults()
    opened = open_log(places.log_file, redaction)
    faults.install()
    face = JsonFace() if json else _live_face() if sys.stdout.isatty() else LineFace()
    engine = Engine(
        places,
        owner,
        Faces(publish=face.publish, observe=face.observe, raise_window=lambda token: False),
        lambda on_action: notifiers(on_action, notify=notify),
        faults,
        Secrets(places.keyring_service, folder=places.config, revealed=redaction.hide),
        demo=demo,
    )
    engine.start()
    try:
        with face.shown():
            over.wait(seconds, lambda: engine.running)
        return 0 if engine.running else 1
    finally:
        if not engine.stop(over.reason):
            show.complain("something did not end in time and was left behind")
        face.finish()
        opened.close()


def notifiers(on_action: OnAction, *, notify: bool) -> Sequence[Notifier]:
    """The desktop where it was asked for; the events that the terminal prints are the last resort."""
    printed = TrayMessage(lambda notification: None)
    if not notify:
        return (printed,)
    from trayapp.alerts.ways import desktop_ways  # noqa: PLC0415 - not needed without --notify

    return (*desktop_ways(on_action), printed)


def _follow(places: Places, over: _Over, *, json: bool, seconds: float | None) -> int:
    """Print the events of the program that is running already."""
    face = JsonFace() if json else LineFace()

    def read() -> None:
        try:
            for event in stream(places.socket, {"do": "events"}, 5.0):
                face.observe(event)
        except (NotRunning, NoAnswer, Refused) as fault:
            show.complain(str(fault) or "the running Watchbell ended")
        over.set("the running Watchbell ended")

    if not json:
        show.complain("Watchbell is running already; these are its events")
    threading.Thread(target=read, name="follow", daemon=True).start()
    over.wait(seconds, lambda: True)
    return 0


class _Over:
    """The end of watching, and why."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.reason = "finished"

    def set(self, reason: str) -> None:
        self.reason = reason
        self._event.set()

    def wait(self, seconds: float | None, still: Callable[[], bool]) -> None:
        """Until it is over, the seconds have passed, or something is not so any more."""
        end = None if seconds is None else time.monotonic() + seconds
        while still() and not self._event.is_set() and (end is None or time.monotonic() < end):
            left = 1.0 if end is None else min(1.0, end - time.monotonic())
            self._event.wait(max(left, 0.0))


@contextmanager
def _until_signal() -> Iterator[_Over]:
    over = _Over()

    def heard(number: int, frame: FrameType | None) -> None:
        over.set("signal")

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield over
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class LineFace:
    """A line for each event that a person wants to read."""

    def publish(self, snapshot: Snapshot) -> None:
        """Lines are made of events alone."""

    def observe(self, event: events.Event) -> None:
        line = said(event)
        if line:
            print(line, flush=True)

    @contextmanager
    def shown(self) -> Iterator[None]:
        yield

    def finish(self) -> None:
        """Everything is printed already."""


class JsonFace(LineFace):
    """Every event as one JSON object."""

    def observe(self, event: events.Event) -> None:
        print(events.line(event), flush=True)


def _live_face() -> LineFace:
    from trayapp.cli.live import LiveFace  # noqa: PLC0415 - rich is heavy, and only a terminal needs it

    return LiveFace()


def said(event: events.Event) -> str:
    """An event as a line, or nothing for what is of no interest one by one."""
    match event["event"]:
        case "started":
            count = event["services"]
            return f"Watchbell {event['version']} watches {count} service{'' if count == 1 else 's'}"
        case "status":
            reason = f" ({wording.reason_sentence(event['reason'])})" if event["reason"] else ""
            return f"{event['at']}  {event['service']}: {event['from']} -> {event['to']}{reason}"
        case "notification":
            return f"{event['at']}  ** {wording.plain(event['title'])}. {wording.plain(event['body'])}".rstrip()
        case "stopped":
            return f"stopped: {event['reason']}"
    return ""
