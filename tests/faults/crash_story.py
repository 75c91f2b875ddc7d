"""The story that must come to the same end wherever its first life is cut short.

Three services are well, one goes down, a person is told, it comes back, a person is told. Who is outside, the server
and the person, only ever goes by what was seen.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from tests.cli.command import service
from tests.history.injection import ENVIRONMENT
from tests.servers import Asked, HttpServer, Reply
from trayapp.config.places import Places

SERVICES = ("web", "mail", "cache")
PATIENCE = 60.0
LONG = 4
"""Waits after which nothing will be told any more: longer than the 10 s in which only so much may be."""

WELL, DOWN, BACK, OVER = range(4)
"""How far the story got: all is well; "web" is down and nobody knows; it is back; the person knows that it is."""

Line = dict[str, Any]


def ms(written: str) -> int:
    """The milliseconds that an event means."""
    return round(datetime.fromisoformat(written).timestamp() * 1000)


@dataclass
class Life:
    """What one process said, and how it ended; `broken_off`: it was killed."""

    lines: list[Line] = field(default_factory=list)
    broken_off: bool = False

    def told(self, *kinds: str) -> list[Line]:
        return [line for line in self.lines if line.get("told") in kinds]

    def turns(self, service: str) -> list[Line]:
        return [line for line in self.lines if line.get("event") == "status" and line["service"] == service]

    def checks(self, service: str) -> list[Line]:
        return [line for line in self.lines if line.get("event") == "check" and line["service"] == service]

    @property
    def problems(self) -> list[str]:
        """What it said is wrong with itself."""
        return [sentence for line in self.lines for sentence in line.get("problems", ())]

    @property
    def complaints(self) -> list[str]:
        """What it told the person of that."""
        told = (line for line in self.lines if line.get("event") == "notification" and line["kind"] == "impaired")
        return [line["body"] for line in told]


class Story:
    """One home and the world around it, through as many lives as it takes."""

    def __init__(self, home: Path, url: str) -> None:
        self.places = Places.under(home)
        self.places.prepare()
        self.lives: list[Life] = []
        self._chapter = WELL
        self._begin()
        tables = [service(id_, f"{url}/{id_}", failure_threshold=2) for id_ in SERVICES]
        self.places.services_toml.write_text("\n".join(["[network]", "control = []", "gateway = false", *tables]))

    def told(self, *kinds: str) -> list[Line]:
        return [line for life in self.lives for line in life.told(*kinds)]

    def answer(self, asked: Asked) -> Reply:
        return Reply(503 if self._chapter == DOWN and asked.path.endswith("/web") else 200)

    def live(self, under: Sequence[str] = (), killed_when_told: str = "") -> Life:
        """Go on with the story until it is over or the process is killed.

        `under` is what to run it under; `killed_when_told` is the kind of a notification that it does not outlive.
        """
        life = Life()
        self.lives.append(life)
        self._begin()
        command = [*under, sys.executable, "-m", "tests.faults.crash_life", f"{self.places.home}", f"{self._now()}"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
        ) as process:
            assert process.stdin and process.stdout and process.stderr
            watchdog = threading.Timer(PATIENCE, process.kill)
            watchdog.start()
            for line in process.stdout:
                life.lines.append(json.loads(line))
                if self._ends(life.lines[-1]):
                    process.stdin.close()
                if killed_when_told and life.lines[-1].get("told") == killed_when_told:
                    process.kill()
            complaint = process.stderr.read().decode()
            status = process.wait()
            overdue = not watchdog.is_alive()
            watchdog.cancel()
        assert not overdue, f"stuck in chapter {self._chapter}: {life.lines[-20:]} {complaint}"
        life.broken_off = status == -signal.SIGKILL
        assert life.broken_off or (status, complaint) == (0, ""), f"{life.lines[-20:]} {status} {complaint}"
        return life

    def _now(self) -> int:
        """The newest moment that anybody knows of."""
        return max((ms(line["at"]) for life in self.lives for line in life.lines if "at" in line), default=0) + 1_000

    def _ends(self, line: Line) -> bool:
        """Turn the world on by what was seen; True when nothing more will happen."""
        self._waits += "waited" in line
        self._checks += line.get("event") == "check" and line["service"] == "web"
        if self._chapter == WELL and self._checks == 2:
            self._turn(DOWN)
        elif self._chapter == DOWN and line.get("told") in ("down", "reminder"):
            self._turn(BACK)
        elif self._chapter == BACK and line.get("told") == "recovered":
            self._turn(OVER)
        elif self._chapter == BACK:
            return self._waits == LONG  # somebody may have been told just when the life before this one ended
        return self._chapter == OVER and self._waits == 1

    def _turn(self, chapter: int) -> None:
        self._chapter = chapter
        self._begin()

    def _begin(self) -> None:
        self._checks = self._waits = 0


@contextmanager
def stories() -> Iterator[Callable[[Path], Story]]:
    """A maker of stories, each given its home; they share one server."""
    known: dict[str, Story] = {}
    numbers = count()
    with HttpServer(answer=lambda asked: known[asked.path.split("/")[1]].answer(asked)) as server:

        def story(home: Path) -> Story:
            name = str(next(numbers))
            known[name] = Story(home, f"{server.url}{name}")
            return known[name]

        yield story
