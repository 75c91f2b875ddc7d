"""One home being watched: builds the parts on a thread of their own, begins them, ends them, passes wishes on.

`start`, `stop` and what the faces ask may be called from any thread; whatever begins with an
underscore runs on the engine's own loop.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from trayapp import __version__, events
from trayapp.alerts.board import Rules
from trayapp.alerts.desk import Desk
from trayapp.alerts.notifier import Notifier, OnAction
from trayapp.alerts.outbox import Outbox
from trayapp.asking import Asking
from trayapp.config.load import Loaded
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.core.words import CheckResult, Service, ServiceView, Sight, Snapshot, StatusChange
from trayapp.desktop.instance import Owner
from trayapp.desktop.power import Hints, watch_power
from trayapp.engine import agenda
from trayapp.engine.answers import Answers
from trayapp.engine.broadcast import Broadcast
from trayapp.engine.in_force import InForce
from trayapp.engine.listening import Listening
from trayapp.engine.past import Past
from trayapp.engine.remembered_calls import RememberedCalls
from trayapp.engine.remembered_ways import RememberedWays
from trayapp.faults import Faults
from trayapp.history.memory import Remembered
from trayapp.history.writer import History
from trayapp.monitor.clock import Clock, SystemClock
from trayapp.monitor.ground_here import ground_here
from trayapp.monitor.monitor import Monitor
from trayapp.monitor.network import Network
from trayapp.monitor.openfiles import raise_limit
from trayapp.monitor.witness import Witness
from trayapp.probes.controls import control
from trayapp.probes.heartbeats import Heartbeats

T = TypeVar("T")
log = logging.getLogger("trayapp.engine")

LOOK = 4.0
"""Seconds between two looks at services.toml, at what went stale and at our own health."""

LOOK_SOON = 0.5
"""The same while services.toml is being changed."""

FAILED_INSIDE = "A part of Watchbell failed: the window says which, the log has the details"
"""What a notification says of a fault of ours: always the same, for each fault has a sentence of its own."""

STOP_PATIENCE = 2.0
"""Seconds in which everything has ended, whatever hangs: the shares below, and some to spare."""
CHECKS_PATIENCE = 0.3
TELLING_PATIENCE = 0.3
LISTENERS_PATIENCE = 0.2
TASKS_PATIENCE = 0.2
CALLS_PATIENCE = 0.1
HISTORY_PATIENCE = 0.6


@dataclass(frozen=True, slots=True)
class Faces:
    """Who is shown what. Each is called on the engine's thread and must not block."""

    publish: Callable[[Snapshot], None]
    observe: Callable[[events.Event], None]
    raise_window: Callable[[str | None], bool]
    """Shows the window, given the desktop's activation token; False where there is no window to show."""


class Engine:
    """From services.toml to the bell. Starts once and stops once."""

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
        self._remembered_calls = RememberedCalls(places.data / "heartbeats.json")
        self._heartbeats = Heartbeats(self._clock, self._remembered_calls.of)
        self._asking = Asking(secrets, self._clock, self._heartbeats)
        self._notifiers = notifiers
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(faults.loop_handler)
        self._up = asyncio.Event()
        self._stop_asked = asyncio.Event()
        self._reason = "stopped"
        self._wishes: list[Callable[[], object]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._telling = False
        self._loaded: Loaded | None = None
        self.beat = time.monotonic()
        """When it last showed a sign of life, in seconds: at least every LOOK while it runs."""
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)

    # From any thread

    def start(self) -> None:
        """Begin; returns at once."""
        raise_limit()
        self._thread.start()

    def stop(self, reason: str) -> bool:
        """End everything; False if something hung and was left behind after 2 s."""
        if self._thread.ident is None:
            self._loop.close()
            return True
        self._reason = reason
        self._call(self._stop_asked.set)
        self._thread.join(STOP_PATIENCE)
        return not self._thread.is_alive()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def check_now(self, services: Collection[str] | None) -> None:
        self._wish(lambda: self._monitor.check_now(services))

    def acknowledge(self, incident: int) -> None:
        self._wish(lambda: self._monitor.acknowledge(incident))

    def snooze(self, service: str, until: int | None) -> None:
        self._wish(lambda: self._monitor.snooze(service, until))

    def tell_when_back(self, service: str, wanted: bool) -> None:
        self._wish(lambda: self._monitor.tell_when_back(service, wanted))

    def pause(self, until: int | None) -> None:
        self._wish(lambda: self._monitor.pause(until))

    def pause_service(self, service: str, until: int | None) -> None:
        self._wish(lambda: self._monitor.pause_service(service, until))

    def reload(self) -> Future[Loaded]:
        """Look at services.toml now; done when what it says is in force."""
        return self._ask(self._reload())

    def try_out(self, service: Service) -> Future[CheckResult]:
        """Check a service once, configured or not; neither recorded nor told."""
        return self._ask(self._try_out(service))

    def correct(self, incident: int, verdict: str | None) -> Future[None]:
        """An incident was something else, or is as it was seen; the future raises what keeps it from the disk."""
        return self._ask(self._correct(incident, verdict))

    def keep_secret(self, name: str, value: str, target: str) -> Future[None]:
        """Put a secret into the keyring, bound to a target; the future raises SecretUnavailable or ValueError."""
        return self._ask(self._secrets.keep(name, value, target))

    def _wish(self, act: Callable[[], object]) -> None:
        """Do it as soon as everything is up."""
        self._call(lambda: act() if self._up.is_set() else self._wishes.append(act))

    def _call(self, act: Callable[[], object]) -> None:
        """Do it on the loop; after the end there is nobody to do it, and nothing to do."""
        try:
            self._loop.call_soon_threadsafe(act)
        except RuntimeError:
            log.debug("asked after the end")

    def _ask(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """What comes of work on the loop. After the end: a future that was cancelled."""
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:
            work.close()
            never: Future[T] = Future()
            never.cancel()
            return never

    # The life of the engine's thread

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._live())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        except BaseException as fault:  # noqa: BLE001 - the end of this thread must not pass unseen
            self._faults.record(fault, "the monitor's thread")
            self._publish(Snapshot(0, self._clock.now(), problems=(self._faults.sentence,)))
        finally:
            self._loop.close()

    async def _live(self) -> None:
        """From the first look at the file to the last word. Each part ends, whatever becomes of the others."""
        async with AsyncExitStack() as at_end:
            self._build(at_end)
            work = self._loop.create_task(self._work(), name="the engine's work")
            stop = self._loop.create_task(self._stop_asked.wait(), name="the wish to stop")
            await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()  # it has no end but by a fault
            log.info("stopping: %s", self._reason)

    def _build(self, at_end: AsyncExitStack) -> None:
        """Make the parts, and say how each ends: the last one here ends first."""
        self._history = History(
            self._places.history_db,
            on_fault=lambda fault: self._faults.record(fault, "the history"),
            version=__version__,
        )
        at_end.callback(self._history.close, HISTORY_PATIENCE)
        at_end.callback(self._asking.close)
        at_end.push_async_callback(self._cancel_what_is_left)
        self._listening = Listening(self._heartbeats, self._supervised)
        at_end.callback(self._listening.close)
        at_end.callback(lambda: self._remembered_calls.close(self._heartbeats.known(), CALLS_PATIENCE))
        self._broadcast = Broadcast(self._faces.observe, self._faults.record)
        at_end.push_async_callback(lambda: self._broadcast.close(events.stopped(self._reason), LISTENERS_PATIENCE))
        past = Past(self._history, self._clock)
        self._outbox = Outbox(
            self._notifiers(self._on_action),
            attempted=past.attempted,
            delivered=past.delivered,
            observe=lambda told: self._broadcast.emit(events.notification(told)),
            on_fault=self._faults.record,
        )
        at_end.push_async_callback(_within, 2 * TELLING_PATIENCE, self._outbox.close, TELLING_PATIENCE)
        self._desk = Desk(
            now=self._clock.now,
            view_of=self._view,
            suppressed=self._suppressed,
            keep=lambda notifications, notes: past.commit((), (), notifications, notes),
            tell=self._outbox.tell,
            on_fault=self._faults.record,
        )
        at_end.callback(self._desk.close)
        self._network = Network(ground_here(self._asking.about_the_network), self._clock)
        self._remembered_ways = RememberedWays(self._places.data / "networks.json")
        self._monitor = Monitor(
            clock=self._clock,
            means=self._asking.means,
            memory=past,
            desk=self._desk,
            network=self._network,
            publish=self._publish,
            observe=self._observe,
            on_fault=self._faults.record,
        )
        at_end.push_async_callback(self._monitor.stop, CHECKS_PATIENCE)
        self._in_force = InForce(
            self._places.services_toml,
            past,
            self._monitor,
            opening=self._open,
            resuming=self._resume_telling,
            prepare=self._prepare,
            on_fault=self._faults.record,
        )
        at_end.push_async_callback(self._in_force.close, CHECKS_PATIENCE)

    async def _try_out(self, service: Service) -> CheckResult:
        try:
            return await self._asking.ask(service, Witness(self._clock, self._network))
        finally:
            self._network.keep(self._in_force.services.values())

    async def _work(self) -> None:
        self._faults.subscribe(lambda sentence: self._call(self._report))
        self._outbox.start()
        await self._look()
        self._supervised(watch_power(Hints(self._woken, self._locked)), "the look at sleep and locks")
        if self._owner is not None:
            answers = Answers(
                self._monitor,
                self._in_force,
                self._broadcast,
                self._history,
                reload=self._reload,
                raise_window=self._faces.raise_window,
            )
            self._supervised(self._owner.serve(answers), "the control socket")
        if self._alongside is not None:
            self._supervised(self._alongside(), "the look for a tray")
        self._up.set()
        for act in self._wishes:
            self._loop.call_soon(act)
        await self._keep_looking()

    def _prepare(self, services: Iterable[Service]) -> None:
        """What takes its time before services are watched. Not on the loop."""
        self._asking.prepare(services)
        self._remembered_ways.read()
        self._remembered_calls.read()

    def _open(self, remembered: Remembered, services: int) -> None:
        """Go on from what is remembered, before the first service is watched."""
        self._monitor.number_from(remembered.next_incident)
        self._network.recall(self._remembered_ways.known)
        log.info("Watchbell %s begins to watch, services: %d", __version__, services)
        self._broadcast.emit(events.started(__version__, services))
        self._monitor.restore_pauses(remembered.paused_until, remembered.paused)

    def _resume_telling(self, remembered: Remembered) -> None:
        """Go on telling from where it was, with what a crash kept from being told."""
        self._put_in_force()  # it may be quiet
        self._desk.resume(remembered.telling, self._in_force.services.get)
        self._telling = True

    async def _keep_looking(self) -> None:
        look: asyncio.Task[None] | None = None
        while True:
            await asyncio.sleep(LOOK_SOON if self._in_force.settling else LOOK)
            self.beat = time.monotonic()
            agenda.look_where_we_are()
            self._monitor.look()
            self._report()
            self._remembered_ways.keep(self._network.whereabouts())
            self._remembered_calls.keep(self._heartbeats.known())
            if look is None or look.done():  # a disk that hangs keeps one look, and nothing else
                look = self._supervised(self._look(), "the look at services.toml")

    async def _look(self) -> None:
        await self._in_force.look()
        self._put_in_force()

    async def _reload(self) -> Loaded:
        await self._up.wait()
        loaded = await self._in_force.reload()
        self._put_in_force()
        return loaded

    async def _correct(self, incident: int, verdict: str | None) -> None:
        if verdict is None:
            await asyncio.wrap_future(self._history.undo_correction(incident))
        else:
            await asyncio.wrap_future(self._history.correct(incident, verdict))

    def _supervised(self, work: Coroutine[Any, Any, None], what: str) -> asyncio.Task[None]:
        """A task whose failure is recorded as a fault of ours."""

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (fault := task.exception()) is not None:
                self._faults.record(fault, what)

        task = self._loop.create_task(work, name=what)
        self._tasks.add(task)  # the loop itself refers to it weakly: it would go with the next garbage
        task.add_done_callback(ended)
        return task

    async def _cancel_what_is_left(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=TASKS_PATIENCE)

    # What others see and do

    def _view(self, service: str) -> ServiceView | None:
        return self._monitor.view(service)

    def _suppressed(self, service: Service) -> str:
        return self._monitor.suppressed(service)

    def _put_in_force(self) -> None:
        """What the file says besides its services, when that is news, and where it wants us to be called."""
        self._listening.keep(self._in_force.services.values())
        loaded = self._in_force.loaded
        if loaded is self._loaded:
            return
        self._loaded = loaded
        if (settings := loaded.settings) is not None:
            controls = tuple(map(control, settings.network.control))
            self._network.use(controls, ask_routers=settings.network.gateway)
            self._desk.use(Rules(reminder=settings.notifications.reminder or None))
            self._history.keep_for(settings.history.keep_checks)
        self._report()

    def _report(self) -> None:
        """What the screen says of ourselves, and of the hours."""
        stuck = "Notifications do not get through" if self._outbox.stuck else ""
        sentences = (self._faults.sentence, self._history.trouble, self._monitor.problem, stuck)
        problems = [sentence for sentence in sentences if sentence]
        loaded = self._in_force.loaded
        quiet = agenda.quiet_until(loaded.settings, self._clock.now()) if loaded.settings is not None else None
        self._desk.hold(quiet=quiet is not None)
        if self._telling:  # until then it does not know its ids
            lasting = (self._faults.sentence and FAILED_INSIDE, self._history.trouble)
            self._desk.suffer([sentence for sentence in lasting if sentence])
        self._monitor.report(problems, [str(fault) for fault in loaded.faults if not fault.warning], quiet)

    def _woken(self, begins: bool) -> None:
        """The system says that it is about to sleep, or that it slept: the clocks prove it."""
        self._monitor.look()

    def _locked(self, locked: bool) -> None:
        self._desk.hold(away=locked)

    def _publish(self, snapshot: Snapshot) -> None:
        self._faces.publish(replace(snapshot, demo=self._demo))

    def _observe(self, item: CheckResult | StatusChange | Sight) -> None:
        match item:
            case CheckResult():
                self._broadcast.emit(events.check(item))
            case StatusChange():
                self._broadcast.emit(events.status(item))
            case Sight():
                self._broadcast.emit(events.network(item, self._clock.now()))

    def _on_action(self, incident: int | None, services: tuple[str, ...], action: str, token: str | None) -> None:
        if action == "acknowledge":
            for view in filter(None, map(self._monitor.view, services)):  # one notification may tell of many
                if view.belief.incident is not None:
                    self._monitor.acknowledge(view.belief.incident.id)
        elif action == "open":
            self._faces.raise_window(token)


async def _within(seconds: float, close: Callable[[float], Awaitable[None]], patience: float) -> None:
    """Close something that has promised to take no longer than its patience, and be sure of it."""
    try:
        async with asyncio.timeout(seconds):
            await close(patience)
    except TimeoutError:
        log.warning("something did not close within %g s", seconds)
