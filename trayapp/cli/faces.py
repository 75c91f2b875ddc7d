"""How watching looks where it is not a table on a terminal: lines for people, or JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from trayapp import events
from trayapp.cli import show
from trayapp.cli.output import Output
from trayapp.core import wording
from trayapp.core.words import Snapshot

PATIENCE = 0.5
"""Seconds for whoever reads us to take the last lines."""


class Face(Protocol):
    """What shows the engine's doings. `publish` and `observe` are called on its thread and never wait."""

    def publish(self, snapshot: Snapshot) -> None: ...

    def observe(self, event: events.Event) -> None: ...

    def shown(self) -> AbstractContextManager[None]:
        """While this lasts something is shown; afterwards all of it is."""
        ...


class LineFace:
    """A line for each event that a person wants to read. `lost` is told when nobody can read them any more."""

    def __init__(self, lost: Callable[[str], None]) -> None:
        self._output = Output(lost)

    def publish(self, snapshot: Snapshot) -> None:
        """Lines are made of events alone."""

    def observe(self, event: events.Event) -> None:
        if line := said(event):
            self._output.line(line)

    @contextmanager
    def shown(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._output.close(PATIENCE)
            if self._output.dropped:
                show.complain(f"{show.counted(self._output.dropped, 'line')} lost, for nobody read them in time")


class JsonFace(LineFace):
    """Every event as one JSON object."""

    def observe(self, event: events.Event) -> None:
        self._output.line(events.line(event))


def said(event: events.Event) -> str:
    """An event as a line, or nothing for what is of no interest one by one."""
    match event["event"]:
        case "started":
            return f"Watchbell {event['version']} watches {show.counted(event['services'], 'service')}"
        case "status":
            reason = f" ({wording.reason_sentence(event['reason'])})" if event["reason"] else ""
            return f"{event['at']}  {event['service']}: {event['from']} -> {event['to']}{reason}"
        case "network":
            reason = f" ({wording.plain(event['reason'])})" if event["reason"] else ""
            return f"{event['at']}  {wording.plain(event['class'])} network: {event['state'].replace('_', ' ')}{reason}"
        case "notification":
            return f"{event['at']}  ** {wording.plain(event['title'])}. {wording.plain(event['body'])}".rstrip()
        case "stopped":
            return f"stopped: {event['reason']}"
    return ""
