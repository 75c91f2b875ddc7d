"""What can be done about one service, as entries of a menu: the same in the tray and in the window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from trayapp.core.wording import duration, latency, plain, why
from trayapp.core.words import ServiceView
from trayapp.ui.asks import Asks
from trayapp.ui.times import HOUR, clock, tomorrow


class ServiceActions:
    """Fills menus. `reveal` and `edit` show a service (its id) in the window or in the settings."""

    def __init__(
        self, asks: Asks, now: Callable[[], int], reveal: Callable[[str], None], edit: Callable[[str], None]
    ) -> None:
        self._asks = asks
        self._now = now
        self._reveal = reveal
        self._edit = edit

    def fill_urgent(self, menu: QMenu, view: ServiceView) -> None:
        """What somebody wants who is just told that something is wrong."""
        add(menu, "Open", partial(self._reveal, view.service.id))
        self._add_acknowledge(menu, view)
        self._add_snooze(menu, view)
        self._add_link(menu, view)

    def fill(self, menu: QMenu, view: ServiceView) -> None:
        """Everything, below the facts of the last check."""
        for line in self.facts(view):
            add(menu, line, None)
        menu.addSeparator()
        add(menu, "Check now", partial(self._asks.check_now, (view.service.id,)))
        self._add_acknowledge(menu, view)
        self._add_snooze(menu, view)
        menu.addSeparator()
        self._add_link(menu, view)
        add(menu, "Copy message", partial(self._copy, view))
        add(menu, "Edit…", partial(self._edit, view.service.id))

    def facts(self, view: ServiceView) -> list[str]:
        """What is dialled how often, and how the last check went."""
        lines = [plain(f"{view.service.probe.target}, every {duration(view.service.interval)}", 80)]
        last = view.belief.last
        if last is not None:
            took = f", {latency(last.finding.latency_ms)}" if last.finding.latency_ms is not None else ""
            said = plain(last.finding.message, 60) or last.finding.outcome.value
            lines.append(f"{clock(last.ended, self._now())}  {said}{took}")
        return lines

    def _add_acknowledge(self, menu: QMenu, view: ServiceView) -> None:
        incident = view.belief.incident
        if incident is not None and view.telling.acknowledged != incident.id:
            add(menu, "Acknowledge", partial(self._asks.acknowledge, incident.id))

    def _add_snooze(self, menu: QMenu, view: ServiceView) -> None:
        service, until, now = view.service.id, view.telling.snoozed_until, self._now()
        if until is not None and until > now:
            add(menu, f"End snooze ({clock(until, now)})", partial(self._asks.snooze, service, None))
            return
        snooze = menu.addMenu("Snooze")
        add(snooze, "For 1 hour", partial(self._snooze, service, lambda now: now + HOUR))
        add(snooze, "Until tomorrow", partial(self._snooze, service, tomorrow))

    def _snooze(self, service: str, until: Callable[[int], int]) -> None:
        self._asks.snooze(service, until(self._now()))

    def _add_link(self, menu: QMenu, view: ServiceView) -> None:
        link = next(filter(is_page, (view.service.link, view.service.probe.target)), None)
        if link is not None:
            add(menu, "Open link", partial(self._asks.open_link, link))

    def _copy(self, view: ServiceView) -> None:
        lines = (plain(view.service.title), plain(why(view, self._now())), plain(view.service.probe.target))
        QGuiApplication.clipboard().setText("\n".join(lines))


def is_page(url: str) -> bool:
    """Whether a browser may be given this: a file may say what it likes, only web pages are opened."""
    return url.startswith(("https://", "http://"))


def add(menu: QMenu, text: str, act: Callable[[], object] | None) -> QAction:
    """An entry that says exactly this text; one without an act is there to be read."""
    action = QAction(text.replace("&", "&&"), menu)
    if act is None:
        action.setEnabled(False)
    else:
        action.triggered.connect(act)
    menu.addAction(action)
    return action
