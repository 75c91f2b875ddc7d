"""What is to be told gets told: in order, once, by the first way that works, whatever breaks.

A notification comes here after it was committed. That its delivery was attempted is committed before
anybody may see it, and that it was delivered afterwards; so after a crash resuming.py knows what may have
been seen, and nobody is told twice as if it were new.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from trayapp.alerts.notifier import PATIENCE, CannotTell, Notifier, Withdraws, actions_for
from trayapp.core.words import Notification

log = logging.getLogger(__name__)

COMMIT_PATIENCE = 2.0
"""Seconds to wait for the disk before telling all the same."""


class Outbox:
    """The queue of notifications. Every method but `__init__` runs on the monitor's loop; `tell` never waits.

    `notifiers` are tried in order, the last one cannot fail. `attempted` and `delivered` commit that
    about a notification's id. `observe` is called with each notification once it was told.
    `on_fault` is called with a fault of ours and a sentence about it; telling goes on.
    """

    def __init__(
        self,
        notifiers: Sequence[Notifier],
        *,
        attempted: Callable[[int], Awaitable[object]],
        delivered: Callable[[int], Awaitable[object]],
        observe: Callable[[Notification], None],
        on_fault: Callable[[BaseException, str], None],
        patience: float = PATIENCE,
    ) -> None:
        self._notifiers = tuple(notifiers)
        self._attempted = attempted
        self._delivered = delivered
        self._observe = observe
        self._on_fault = on_fault
        self._patience = patience
        self._waiting: asyncio.Queue[Notification] = asyncio.Queue()
        self._began: float | None = None
        self._worker: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to deliver."""
        self._worker = asyncio.get_running_loop().create_task(self._deliver_all(), name="outbox")

    def tell(self, notification: Notification) -> None:
        """Deliver it after those before it. It must be committed already."""
        if self._began is None:
            self._began = asyncio.get_running_loop().time()
        self._waiting.put_nowait(notification)

    @property
    def stuck(self) -> bool:
        """Whether something waits to be told that should have been by now, whatever hangs."""
        allowed = COMMIT_PATIENCE + self._patience * len(self._notifiers)
        return self._began is not None and asyncio.get_running_loop().time() - self._began > 3 * allowed

    async def close(self, patience: float = 1.0) -> None:
        """Deliver what waits for at most `patience` seconds, then stop; the rest is told after the next start."""
        if self._worker is not None:
            try:
                async with asyncio.timeout(patience):
                    await self._waiting.join()
            except TimeoutError:
                log.info("stopped with %d notifications yet to tell", self._waiting.qsize())
            self._worker.cancel()
            await asyncio.wait([self._worker], timeout=patience)
        for notifier in self._notifiers:
            try:
                if isinstance(notifier, Withdraws):
                    notifier.withdraw()
                async with asyncio.timeout(patience):
                    await notifier.close()
            except Exception as fault:  # noqa: BLE001 - a fault at the end must not keep the program from ending
                self._on_fault(fault, f"the {notifier.name} could not be closed")

    async def _deliver_all(self) -> None:
        while True:
            notification = await self._waiting.get()
            try:
                await self._deliver(notification)
            except Exception as fault:  # noqa: BLE001 - a fault of one notification must not silence the next
                self._on_fault(fault, f"notification {notification.id} could not be told")
            finally:
                self._waiting.task_done()
                self._began = None if self._waiting.empty() else asyncio.get_running_loop().time()

    async def _deliver(self, notification: Notification) -> None:
        committed = self._mark(self._attempted, notification.id)
        await asyncio.wait([committed], timeout=COMMIT_PATIENCE)
        for notifier in self._notifiers:
            if await self._shown(notifier, notification):
                self._mark(self._delivered, notification.id)
                self._observe(notification)
                return
        log.error("notification %d was told to nobody", notification.id)

    async def _shown(self, notifier: Notifier, notification: Notification) -> bool:
        try:
            async with asyncio.timeout(self._patience):
                await notifier.show(notification, actions_for(notification))
        except CannotTell as reason:
            log.info("no %s for notification %d: %s", notifier.name, notification.id, reason)
        except TimeoutError:
            log.info("no %s for notification %d: no answer within %g s", notifier.name, notification.id, self._patience)
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with one way of telling, there is the next
            self._on_fault(fault, f"the {notifier.name} failed inside Watchbell")
        else:
            return True
        return False

    def _mark(self, commit: Callable[[int], Awaitable[object]], id_: int) -> asyncio.Future[object]:
        """Have something committed. Where that fails it is reported: storage never stands before a bell."""
        committed = asyncio.ensure_future(commit(id_))
        committed.add_done_callback(self._note_failed_commit)
        return committed

    def _note_failed_commit(self, committed: asyncio.Future[object]) -> None:
        if not committed.cancelled() and (fault := committed.exception()) is not None:
            self._on_fault(fault, "what was told could not be saved")
