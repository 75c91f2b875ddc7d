"""What other processes ask of the running program through its control socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from trayapp import __version__, events
from trayapp.config.load import Loaded
from trayapp.core.wording import plain
from trayapp.engine import requests
from trayapp.engine.broadcast import Broadcast
from trayapp.engine.in_force import InForce
from trayapp.history.faults import HistoryUnavailable, Impossible
from trayapp.history.writer import History
from trayapp.monitor.monitor import Monitor

T = TypeVar("T")


class Answers:
    """One method for each thing that can be asked. Belongs to the engine's loop.

    Called with a request it gives one reply, or many one by one; ValueError says what is wrong with it.
    A request that is wrong in any part does nothing at all.
    """

    def __init__(
        self,
        monitor: Monitor,
        in_force: InForce,
        broadcast: Broadcast,
        history: History,
        *,
        reload: Callable[[], Awaitable[Loaded]],
        raise_window: Callable[[str | None], bool],
    ) -> None:
        self._monitor = monitor
        self._in_force = in_force
        self._broadcast = broadcast
        self._history = history
        self._read_again = reload
        self._raise_window = raise_window

    def __call__(self, request: Mapping[str, Any]) -> Awaitable[events.Event] | AsyncIterator[events.Event]:
        match requests.read(request):
            case requests.Show(activation=activation):
                return self._show(activation)
            case requests.Status():
                return self._status()
            case requests.Events():
                return self._broadcast.follow(events.started(__version__, len(self._in_force.services)))
            case requests.Check(services=ids):
                return self._check(ids)
            case requests.Reload():
                return self._reload()
            case requests.Acknowledge(services=ids_or_all):
                return self._acknowledge(ids_or_all)
            case requests.Snooze(services=ids, until=until):
                return self._snooze(ids, until)
            case requests.Pause(services=list(ids), until=until):
                return self._pause_some(ids, until)
            case requests.Pause(until=until):
                return self._pause(until)
            case requests.WhenBack(services=ids, wanted=wanted):
                return self._tell_when_back(ids, wanted)
            case requests.Correct(incident=incident, verdict=verdict, note=note):
                return self._correct(incident, verdict, note)
            case requests.Mark(text=text, services=ids, at=at):
                return self._mark(text, ids, at)

    async def _show(self, activation: str | None) -> events.Event:
        return {"shown": self._raise_window(activation)}

    async def _status(self) -> events.Event:
        return events.status_object(__version__, self._monitor.snapshot())

    async def _check(self, ids: Sequence[str]) -> events.Event:
        self._monitor.check_now(self._known(ids))
        return {"checking": len(ids)}

    async def _reload(self) -> events.Event:
        loaded = await self._read_again()
        return {"faults": [str(fault) for fault in loaded.faults]}

    async def _acknowledge(self, ids: Sequence[str] | None) -> events.Event:
        """Of those with an open incident; the others have nothing to be acknowledged."""
        wanted = None if ids is None else frozenset(self._known(ids))
        done = []
        for view in self._monitor.snapshot().services:
            incident = view.belief.incident
            if (
                incident is not None
                and (wanted is None or view.service.id in wanted)
                and self._monitor.acknowledge(incident.id)
            ):
                done.append(view.service.id)
        return {"acknowledged": done}

    async def _snooze(self, ids: Sequence[str], until: int | None) -> events.Event:
        self._check_future(until)
        return {"snoozed": [id_ for id_ in self._known(ids) if self._monitor.snooze(id_, until)]}

    async def _pause(self, until: int | None) -> events.Event:
        self._check_future(until)
        self._monitor.pause(until)
        return {"paused": None}

    async def _pause_some(self, ids: Sequence[str], until: int | None) -> events.Event:
        self._check_future(until)
        return {"paused": [id_ for id_ in self._known(ids) if self._monitor.pause_service(id_, until)]}

    async def _tell_when_back(self, ids: Sequence[str], wanted: bool) -> events.Event:
        return {"when_back": [id_ for id_ in self._known(ids) if self._monitor.tell_when_back(id_, wanted)]}

    async def _correct(self, incident: int, verdict: str | None, note: str) -> events.Event:
        """The correction that stands now, or that was undone; None: there was nothing to undo."""
        if verdict is None:
            return events.corrected(await self._written(self._history.undo_correction(incident)))
        made = await self._written(self._history.correct(incident, verdict, plain(note, requests.MOST_NOTE)))
        return events.corrected(made)

    async def _mark(self, text: str, ids: Sequence[str], at: int | None) -> events.Event:
        words, now = plain(text, requests.MOST_NOTE), self._monitor.snapshot().at
        if not words:
            raise ValueError("a marker says what was changed")
        if at is not None and at > now:
            raise ValueError("that moment has not come yet")
        made = await self._written(self._history.mark(words, self._known(ids), now if at is None else at))
        return events.marked(made)

    async def _written(self, writing: Future[T]) -> T:
        """What the history answers. Raises ValueError where it cannot be, or cannot be written now."""
        try:
            return await asyncio.wrap_future(writing)
        except (Impossible, HistoryUnavailable) as no:
            raise ValueError(str(no)) from None
        except Exception as fault:
            if self._history.trouble is None:
                raise
            raise ValueError(self._history.trouble) from fault

    def _known(self, ids: Sequence[str]) -> Sequence[str]:
        """Each of them once. Raises ValueError where one is no service of ours."""
        for id_ in ids:
            if id_ not in self._in_force.services:
                raise ValueError(f'there is no service "{plain(id_)}"')
        return tuple(dict.fromkeys(ids))

    def _check_future(self, until: int | None) -> None:
        if until is not None and until <= self._monitor.snapshot().at:
            raise ValueError("that moment is over")
