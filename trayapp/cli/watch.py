"""`watchbell watch`: the same engine in the terminal, or the running program's events where there is one."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from trayapp import events
from trayapp.alerts.notifier import Notifier, OnAction
from trayapp.alerts.traymessage import TrayMessage
from trayapp.cli import exits, show
from trayapp.cli.alone import Silent, own_or_ask
from trayapp.cli.faces import Face, JsonFace, LineFace
from trayapp.cli.home import configured, places_of
from trayapp.cli.over import Over
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.desktop.control import NoAnswer, Refused, stream
from trayapp.desktop.door import NotRunning
from trayapp.desktop.instance import Owner
from trayapp.engine import Engine, Faces
from trayapp.faults import Faults
from trayapp.log import open_log
from trayapp.redaction import Redaction

STARTING = 15.0
"""Seconds for a program that is starting just now to tell its first event."""


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    configured(places)
    return watch(places, json=arguments.json, seconds=arguments.seconds, notify=arguments.notify)


def watch(places: Places, *, json: bool, seconds: float | None, notify: bool, demo: bool = False) -> int:
    """Watch until a signal, or for so many seconds, and print what happens."""
    try:
        limits = places.prepare_what_can_be()
    except OSError as fault:
        show.complain(f"cannot use {places.home or places.data}: {fault}")
        return exits.NOT_RUNNING
    if limits:
        show.complain(limits)
    with ExitStack() as at_end:
        over = at_end.enter_context(Over.at_signal())
        try:
            owner = own_or_ask(places, {"do": "status"})
        except Silent:  # it may be starting still, or of another version
            return _follow(places, over, json=json, seconds=seconds)
        except OSError as fault:
            show.complain(f"cannot use {places.run}: {fault}; watching all the same, and nobody else can ask this one")
            owner = None
        else:
            if not isinstance(owner, Owner):
                return _follow(places, over, json=json, seconds=seconds)
            at_end.callback(owner.release)
        return _run(places, owner, over, at_end, json=json, seconds=seconds, notify=notify, demo=demo)


def _run(
    places: Places,
    owner: Owner | None,
    over: Over,
    at_end: ExitStack,
    *,
    json: bool,
    seconds: float | None,
    notify: bool,
    demo: bool,
) -> int:
    redaction = Redaction()
    faults = Faults()
    try:
        at_end.callback(open_log(places.log_file, redaction).close)
    except OSError as fault:
        show.complain(f"no log is written: {fault}")
    faults.install()
    face = _face(over.lose, json=json)
    engine = Engine(
        places,
        owner,
        Faces(publish=face.publish, observe=face.observe, raise_window=lambda token: False),
        lambda on_action: notifiers(on_action, notify=notify),
        faults,
        Secrets(places.keyring_service, folder=places.config, revealed=redaction.hide),
        demo=demo,
    )
    with face.shown():
        engine.start()
        over.wait(seconds, lambda: engine.running)
        broken = not engine.running
        if not engine.stop(over.reason):
            show.complain("something did not end in time and was left behind")
    if broken:
        show.complain(faults.sentence)
        return exits.FAULT
    return _exit_status(over)


def notifiers(on_action: OnAction, *, notify: bool) -> Sequence[Notifier]:
    """The desktop where it was asked for; the events that the terminal prints are the last resort."""
    printed = TrayMessage(lambda notification: None)
    if not notify:
        return (printed,)
    from trayapp.alerts.ways import desktop_ways  # noqa: PLC0415 - not needed without --notify

    return (*desktop_ways(on_action), printed)


def _follow(places: Places, over: Over, *, json: bool, seconds: float | None) -> int:
    """Print the events of the program that is running already, for as long as it runs."""
    if not json:
        show.complain("Watchbell is running already; these are its events")
    face = JsonFace(over.lose) if json else LineFace(over.lose)
    ended: list[str] = []

    def read() -> None:
        sentence = "the running Watchbell ended without a word"
        try:
            for event in stream(places.socket, {"do": "events"}, STARTING):
                face.observe(event)
                if event.get("event") == "stopped":
                    sentence = ""
        except (NotRunning, NoAnswer, Refused) as fault:
            sentence = str(fault)
        ended.append(sentence)
        over.set(sentence or "the running Watchbell ended")

    with face.shown():
        threading.Thread(target=read, name="follow", daemon=True).start()
        over.wait(seconds, lambda: True)
        if ended != [""]:
            face.observe(events.stopped(over.reason))
    if ended and ended[0]:
        show.complain(ended[0])
        return exits.NOT_RUNNING
    return _exit_status(over)


def _face(lost: Callable[[str], None], *, json: bool) -> Face:
    if json:
        return JsonFace(lost)
    if not sys.stdout.isatty():
        return LineFace(lost)
    from trayapp.cli.live import LiveFace  # noqa: PLC0415 - rich is heavy, and only a terminal needs it

    return LiveFace()


def _exit_status(over: Over) -> int:
    if over.lost is None:
        return 0
    if over.lost:
        show.complain(over.lost)
        return exits.NOT_WRITTEN
    return exits.UNREAD
