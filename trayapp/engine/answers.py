"""What other processes ask of the running program through its control socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from trayapp import __version__, events
from trayapp.config.load import Loaded
from trayapp.engine.broadcast import Broadcast
from trayapp.engine.in_force import InForce
from trayapp.monitor.monitor import Monitor


class Answers:
    """One method for each thing that can be asked. Belongs to the engine's loop.

    Called with a request it gives one reply, or many one by one; ValueError says what is wrong with it.
    """

    def __init__(
        self,
        monitor: Monitor,
        in_force: InForce,
        broadcast: Broadcast,
        *,
        reload: Callable[[], Awaitable[Loaded]],
        raise_window: Callable[[str | None], bool],
    ) -> None:
        self._monitor = monitor
        self._in_force = in_force
        self._broadcast = broadcast
        self._read_again = reload
        self._raise_window = raise_window

    def __call__(self, request: Mapping[str, Any]) -> Awaitable[events.Event] | AsyncIterator[events.Event]:
        match request:
            case {"do": "show", **rest}:
                return self._show(rest.get("token"))
            case {"do": "status"}:
                return self._status()
            case {"do": "events"}:
                return self._broadcast.follow(events.started(__version__, len(self._in_force.services)))
            case {"do": "check", "services": list(ids)}:
                return self._check(ids)
            case {"do": "reload"}:
                return self._reload()
        raise ValueError(f"nobody knows how to do {request.get('do')!r:.100}")

    async def _show(self, token: object) -> events.Event:
        return {"shown": self._raise_window(token if isinstance(token, str) else None)}

    async def _status(self) -> events.Event:
        snapshot = self._monitor.snapshot()
        return {
            "version": __version__,
            "services": [events.service_object(view, snapshot.at) for view in snapshot.services],
            "paused_until": None if snapshot.paused_until is None else events.timestamp(snapshot.paused_until),
            "problems": list(snapshot.problems),
            "faults": list(snapshot.faults),
        }

    async def _check(self, ids: list[Any]) -> events.Event:
        unknown = [id_ for id_ in ids if not (isinstance(id_, str) and id_ in self._in_force.services)]
        if unknown:
            raise ValueError(f"there is no service {unknown[0]!r:.100}")
        self._monitor.check_now(ids)
        return {"checking": len(ids)}

    async def _reload(self) -> events.Event:
        loaded = await self._read_again()
        return {"faults": [str(fault) for fault in loaded.faults]}
