"""One life of Watchbell, to be cut short or hindered: `crash_life.py HOME NOW`. It ends in order when its input does.

The whole engine on a real home; only when nothing happens for a moment a few seconds pass ten times as fast, such as
those that a first notification waits for company. Every line it prints is JSON: {"told": …} at the very moment a person
sees a notification, the events, what Watchbell says is wrong with itself, and when it waited.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import selectors
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from trayapp.alerts.notifier import Action
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.core.words import Notification, Snapshot
from trayapp.desktop.instance import acquire
from trayapp.engine import Engine, Faces
from trayapp.faults import Faults

HURRY = 10.0
MOMENT, WAITING = 0.6, 4.2
"""Seconds: together a little less than the 5 of the wait for company, so that whatever happens then takes its time."""


def say(line: dict[str, Any]) -> None:
    os.write(1, f"{json.dumps(line, default=str)}\n".encode())


class Log(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say({"log": record.getMessage()})


class Tempo:
    """All clocks of the engine: as fast as it is told to, and never behind those of the life before."""

    def __init__(self, now: int) -> None:
        self._speed = 1.0
        self._real = time.monotonic()
        self._began = self._reached = self._real
        self._wall = max(now, time.time_ns() // 1_000_000)

    def monotonic(self) -> float:
        return self._reached + (time.monotonic() - self._real) * self._speed

    boot = monotonic

    def now(self) -> int:
        return self._wall + round((self.monotonic() - self._began) * 1000)

    def go(self, speed: float) -> None:
        self._reached, self._real = self.monotonic(), time.monotonic()
        self._speed = speed

    def real(self, seconds: float | None) -> float | None:
        return None if seconds is None else seconds / self._speed


class Selector(selectors.DefaultSelector):
    def __init__(self, tempo: Tempo) -> None:
        super().__init__()
        self._tempo = tempo

    def select(self, timeout: float | None = None) -> list[Any]:
        return super().select(self._tempo.real(timeout))


class Loop(asyncio.SelectorEventLoop):
    def __init__(self, tempo: Tempo) -> None:
        self._tempo = tempo
        super().__init__(Selector(tempo))

    def time(self) -> float:
        return self._tempo.monotonic()


class Policy(asyncio.DefaultEventLoopPolicy):
    def __init__(self, tempo: Tempo) -> None:
        super().__init__()
        self._tempo = tempo

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return Loop(self._tempo)


class Person:
    """Sees every notification as soon as it is there."""

    name = "person"

    async def show(self, notification: Notification, actions: Sequence[Action]) -> None:
        say({"told": notification.kind, "id": notification.id, "incident": notification.incident})

    async def close(self) -> None:
        pass


class Face:
    """Prints what it is shown, and hurries while nothing happens."""

    def __init__(self, tempo: Tempo) -> None:
        self._tempo = tempo
        self._problems: tuple[str, ...] = ()
        self._next: asyncio.TimerHandle | None = None

    def publish(self, snapshot: Snapshot) -> None:
        if snapshot.problems != self._problems:
            self._problems = snapshot.problems
            say({"problems": snapshot.problems})

    def observe(self, event: dict[str, Any]) -> None:
        say(event)
        if event["event"] != "check":
            self._go(1.0, MOMENT, self._hurry)

    def _hurry(self) -> None:
        self._go(HURRY, WAITING, self._waited)

    def _waited(self) -> None:
        say({"waited": WAITING})
        self._go(1.0, MOMENT, self._hurry)

    def _go(self, speed: float, seconds: float, then: Callable[[], None]) -> None:
        self._tempo.go(speed)
        if self._next is not None:
            self._next.cancel()
        self._next = asyncio.get_running_loop().call_later(seconds, then)


def main(home: Path, now: int) -> int:
    logging.getLogger().addHandler(Log())
    tempo = Tempo(now)
    asyncio.set_event_loop_policy(Policy(tempo))
    places = Places.under(home)
    places.prepare()
    try:
        owner = acquire(places.lock, places.socket)
    except OSError as fault:
        say({"alone": str(fault)})
        owner = None
    else:
        assert owner is not None, "somebody else runs here"
    face, faults = Face(tempo), Faults()
    engine = Engine(
        places,
        owner,
        Faces(face.publish, face.observe, lambda token: False),
        lambda on_action: [Person()],
        faults,
        Secrets(places.keyring_service, folder=places.config),
        clock=tempo,
    )
    engine.start()
    sys.stdin.buffer.read()
    ended = engine.stop("told to")
    say({"faults": faults.sentence, "ended": ended})
    if owner is not None:
        owner.release()
    return faults.count


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
