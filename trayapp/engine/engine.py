"""Everything but a face: configuration, monitor, history and alerts, joined on one thread.

The tray program and the terminal run the same engine; what differs is who is shown the snapshots
and which ways of telling there are. `start`, `stop` and the asking methods may be called from any
thread; whatever begins with an underscore runs on the engine's own loop.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from trayapp import __version__, events
from trayapp.alerts import policy
from trayapp.alerts.notifier import Notifier, OnAction
from trayapp.alerts.outbox import Outbox
from trayapp.asking import Asking
from trayapp.config.load import Loaded
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.config.watch import Watched
from trayapp.core import verdict
from trayapp.core.words import Belief, CheckResult, Notification, Service, Snapshot, StatusChange, Telling
from trayapp.desktop.instance import Owner
from trayapp.faults import Faults
from trayapp.history.memory import Memory, Remembered
from trayapp.history.writer import History
from trayapp.monitor.clock import Clock, SystemClock
from trayapp.monitor.monitor import Monitor

T = TypeVar("T")
log = logging.getLogger("trayapp.engine")

LOOK_AT_FILE = 2.0
"""Seconds between two looks at services.toml and at our own health."""

HISTORY_PATIENCE = 3.0
"""Seconds to wait for what history remembers, before going on without."""

STOP_PATIENCE = 2.0
"""Seconds in which everything has ended, whatever hangs."""

LISTENER_BACKLOG = 10_000
"""Events kept for a listener that does not read; a slower one is dropped."""


@dataclasses.dataclass(frozen=True, slots=True)
class Faces:
    """Who is shown what. Each is called on the engine's thread and must not block."""

    publish: Callable[[Snapshot], None]
    observe: Callable[[events.Event], None]
    raise_window: Callable[[str | None], bool]
    """Shows the window, given the desktop's activation token; False where there is no window to show."""


class Engine:
    """One home being watched: from services.toml to the bell."""

    def __init__(
        self,
        places: Places,
        owner: Owner | None,
        faces: Faces,
        notifiers: Callable[[OnAction], Sequence[Notifier]],
        faults: Faults,
        secrets: Secrets,
        *,
        demo: bool = False,
        alongside: Callable[[], Coroutine[Any, Any, None]] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`alongside` is work of the face that needs a loop; it runs on this one until the end."""
        self._places = places
        self._owner = owner
        self._faces = faces
        self._faults = faults
        self._demo = demo
        self._alongside = alongside
        self._clock = clock or SystemClock()
        self._secrets = secrets
        self._asking = Asking(secrets, self._clock)
        self._notifiers = notifiers
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(faults.loop_handler)
        self._stop_asked = asyncio.Event()
        self._reason = "stopped"
        self._ready = threading.Event()
        self._listeners: set[asyncio.Queue[events.Event | None]] = set()
        self._loaded = Loaded(None)
        self._services: dict[str, Service] = {}
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)

    # From any thread

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self, reason: str) -> bool:
        """End everything; False if something hung and was left behind after 2 s."""
        self._reason = reason
        self._post(self._stop_asked.set)
        self._thread.join(STOP_PATIENCE)
        return not self._thread.is_alive()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def check_now(self, services: Collection[str] | None) -> None:
        self._post(lambda: self._monitor.check_now(services))

    def acknowledge(self, incident: int) -> None:
        self._post(lambda: self._monitor.acknowledge(incident))

    def snooze(self, service: str, until: int | None) -> None:
        self._post(lambda: self._monitor.snooze(service, until))

    def pause(self, until: int | None) -> None:
        self._post(lambda: self._monitor.pause(until))

    def reload(self) -> Future[Loaded]:
        """Look at services.toml now; done when what it says is in force."""
        return asyncio.run_coroutine_threadsafe(self._reload(), self._loop)

    def try_out(self, service: Service) -> Future[CheckResult]:
        """Check a service once, configured or not; neither recorded nor told."""
        return asyncio.run_coroutine_threadsafe(self._asking.ask(service), self._loop)

    def keep_secret(self, name: str, value: str, target: str) -> Future[None]:
        """Put a secret into the keyring, bound to a target; the future raises SecretUnavailable or ValueError."""
        return asyncio.run_coroutine_threadsafe(self._secrets.keep(name, value, target), self._loop)

    def _post(self, act: Callable[[], object]) -> None:
        """Do it on the loop, once the engine is up; after the end there is nobody to do it, and nothing to do."""

        def when_up() -> None:
            if self._ready.is_set():
                act()
            else:
                self._loop.call_later(0.02, when_up)

        try:
            self._loop.call_soon_threadsafe(when_up)
        except RuntimeError:
            log.debug("asked after the end")

    # On the engine's thread

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._live())
        except BaseException as fault:  # noqa: BLE001 - the end of this thread must not pass unseen
            self._faults.record(fault, "the monitor's thread")
        finally:
            self._loop.close()

    async def _live(self) -> None:
        self._history = History(
            self._places.history_db, on_fault=lambda fault: self._faults.record(fault, "the history")
        )
        self._outbox = Outbox(
            self._notifiers(self._on_action),
            attempted=lambda id_: asyncio.wrap_future(self._history.attempted(id_)),
            delivered=lambda id_: asyncio.wrap_future(self._history.delivered(id_)),
            observe=lambda told: self._emit(events.notification(told)),
            on_fault=self._faults.record,
        )
        tasks = [asyncio.ensure_future(self._begin())]
        try:
            await tasks[0]
            tasks += [
                self._supervised(self._keep_looking(), "the look at services.toml"),
            ]
            if self._owner is not None:
                tasks.append(self._supervised(self._owner.serve(self._answer), "the control socket"))
            if self._alongside is not None:
                tasks.append(self._supervised(self._alongside(), "the look for a tray"))
            self._ready.set()
            await self._stop_asked.wait()
        finally:
            for task in tasks:
                task.cancel()
            await self._end()

    async def _begin(self) -> None:
        loaded = self._read_afresh()
        services = loaded.settings.services if loaded.settings is not None else ()
        remembered = await self._recall(services)
        self._monitor = Monitor(
            clock=self._clock,
            means=self._asking.means,
            memory=_Memory(self._history),
            policy=policy,
            tell=self._outbox.tell,
            publish=self._publish,
            observe=self._observe,
            on_fault=self._faults.record,
            next_incident=remembered.next_incident,
            next_notification=remembered.next_notification,
        )
        self._emit(events.started(__version__, len(services)))
        self._monitor.restore_pause(remembered.paused_until)
        self._put_in_force(loaded, remembered)
        self._faults.subscribe(lambda sentence: self._post(self._report))
        views = {view.service.id: view for view in self._monitor.snapshot().services}
        undelivered = [(waiting.notification, waiting.attempted) for waiting in remembered.undelivered]
        self._outbox.start()
        self._outbox.resume(*policy.after_restart(undelivered, views.get, self._clock.now()))

    async def _end(self) -> None:
        """Everything ends within its share of the patience; what hangs is left to the daemon threads."""
        if self._ready.is_set():
            await self._monitor.stop(0.3)
        await self._outbox.close(0.5)
        self._emit(events.stopped(self._reason))
        for listener in self._listeners:
            listener.put_nowait(None)
        await asyncio.sleep(0)
        self._history.close(1.0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=0.2)

    def _supervised(self, work: Coroutine[Any, Any, None], what: str) -> asyncio.Task[None]:
        """Work that is not meant to end; when it does by a fault of ours the fault is recorded."""

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (fault := task.exception()) is not None:
                self._faults.record(fault, what)

        task = self._loop.create_task(work, name=what)
        task.add_done_callback(ended)
        return task

    # Configuration

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AT_FILE)
            loaded = self._watched.poll()
            if loaded is not None:
                await self._take_over(loaded)
            self._report()

    async def _reload(self) -> Loaded:
        loaded = self._read_afresh()
        await self._take_over(loaded)
        return loaded

    def _read_afresh(self) -> Loaded:
        """What the file says this very moment; whoever just saved it need not wait for the next look."""
        self._watched = Watched(self._places.services_toml)
        loaded = self._watched.poll()
        assert loaded is not None  # the first look always reads
        return loaded

    async def _take_over(self, loaded: Loaded) -> None:
        services = loaded.settings.services if loaded.settings is not None else ()
        fresh = [service for service in services if service.id not in self._services]
        self._put_in_force(loaded, await self._recall(fresh))

    def _put_in_force(self, loaded: Loaded, remembered: Remembered) -> None:
        """Watch what the file says. A file that cannot be used, or a service that is wrong now, stays as it was."""
        self._loaded = loaded
        if loaded.settings is not None:
            kept = [self._services[id_] for id_ in loaded.left_out if id_ in self._services]
            services = {service.id: service for service in (*loaded.settings.services, *kept)}
            gone = self._services.keys() - services.keys()
            beliefs = {
                id_: _rebuilt(services[id_], memory) for id_, memory in remembered.services.items() if id_ in services
            }
            tellings = {id_: memory.telling for id_, memory in remembered.services.items()}
            self._monitor.apply(services.values(), beliefs, tellings)
            self._register(list(services.values()), gone)
            self._services = services
        self._report()

    async def _recall(self, services: Sequence[Service]) -> Remembered:
        """What history knows of these services, told first what they dial now. Without an answer in time: nothing."""
        registered = self._history.register(services, self._clock.now())
        recalled = self._history.remembered(services)
        try:
            async with asyncio.timeout(HISTORY_PATIENCE):
                await asyncio.wrap_future(registered)
                return await asyncio.wrap_future(recalled)
        except Exception as fault:  # noqa: BLE001 - watching goes on without a past
            log.warning("the history could not be read: %s", fault)
            return Remembered.nothing(self._clock.now())

    def _register(self, services: Sequence[Service], gone: Collection[str]) -> None:
        now = self._clock.now()
        for future in (self._history.register(services, now), self._history.remove(tuple(gone), now)):
            future.add_done_callback(_log_failure)

    def _report(self) -> None:
        problems = [sentence for sentence in (self._faults.sentence, self._history.trouble) if sentence]
        self._monitor.report(problems, [str(fault) for fault in self._loaded.faults if not fault.warning])

    # What others see

    def _publish(self, snapshot: Snapshot) -> None:
        self._faces.publish(dataclasses.replace(snapshot, demo=self._demo))

    def _observe(self, item: CheckResult | StatusChange) -> None:
        self._emit(events.check(item) if isinstance(item, CheckResult) else events.status(item))

    def _emit(self, event: events.Event) -> None:
        self._faces.observe(event)
        for listener in list(self._listeners):
            if listener.qsize() >= LISTENER_BACKLOG:
                self._listeners.discard(listener)
                listener.put_nowait(None)
            else:
                listener.put_nowait(event)

    def _on_action(self, incident: int | None, services: tuple[str, ...], action: str, token: str | None) -> None:
        if action == "acknowledge" and incident is not None:
            self._monitor.acknowledge(incident)
        elif action == "open":
            self._faces.raise_window(token)

    def _answer(self, request: Mapping[str, Any]) -> Awaitable[events.Event] | AsyncIterator[events.Event]:
        """What another process asks through the control socket."""
        match request:
            case {"do": "show", **rest}:
                token = rest.get("token")
                return _at_once({"shown": self._faces.raise_window(token if isinstance(token, str) else None)})
            case {"do": "status"}:
                return _at_once(self._status())
            case {"do": "events"}:
                return self._follow()
            case {"do": "check", "services": list(ids)}:
                self._monitor.check_now([id_ for id_ in ids if isinstance(id_, str)])
                return _at_once({"checking": len(ids)})
            case {"do": "reload"}:
                return self._answer_reload()
        raise ValueError(f"nobody knows how to do {request.get('do')!r:.100}")

    def _status(self) -> events.Event:
        snapshot = self._monitor.snapshot()
        return {
            "version": __version__,
            "services": [events.service_object(view, snapshot.at) for view in snapshot.services],
            "paused_until": None if snapshot.paused_until is None else events.timestamp(snapshot.paused_until),
            "problems": list(snapshot.problems),
            "faults": list(snapshot.faults),
        }

    async def _answer_reload(self) -> events.Event:
        loaded = await self._reload()
        return {"faults": [str(fault) for fault in loaded.faults]}

    async def _follow(self) -> AsyncIterator[events.Event]:
        """Every event from now on, for one listener."""
        listener: asyncio.Queue[events.Event | None] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            yield events.started(__version__, len(self._services))
            while (event := await listener.get()) is not None:
                yield event
        finally:
            self._listeners.discard(listener)


class _Memory:
    """The history, as the monitor's loop awaits it."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.record = history.record

    def commit(
        self,
        changes: Sequence[StatusChange],
        tellings: Sequence[Telling],
        notifications: Sequence[Notification],
    ) -> Awaitable[None]:
        return asyncio.wrap_future(self._history.commit(changes, tellings, notifications))

    def pause(self, until: int | None) -> None:
        self._history.set_paused(until).add_done_callback(_log_failure)


def _rebuilt(service: Service, memory: Memory) -> Belief:
    return verdict.rebuild(
        service, memory.status, memory.since, memory.reason, memory.confirmed, memory.incident, memory.results
    )


def _log_failure(future: Future[Any]) -> None:
    if not future.cancelled() and (fault := future.exception()) is not None:
        log.warning("the history could not be written: %s", fault)


async def _at_once(answer: events.Event) -> events.Event:
    return answer
