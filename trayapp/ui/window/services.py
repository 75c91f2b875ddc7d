"""The page with the services: verdict, filter, rows and bar. Drawn from snapshots, told anew as time passes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from trayapp.core.words import ServiceView, Snapshot
from trayapp.ui.actions import ServiceActions
from trayapp.ui.asks import Asks
from trayapp.ui.attention import needing_you
from trayapp.ui.entries import LivingMenu
from trayapp.ui.palette import Appearance
from trayapp.ui.strips import Range, Strips
from trayapp.ui.window import sentences
from trayapp.ui.window.bar import BottomBar
from trayapp.ui.window.circumstances import Circumstances
from trayapp.ui.window.delegate import RowDelegate
from trayapp.ui.window.filter import FilterField
from trayapp.ui.window.heading import Heading
from trayapp.ui.window.model import ServiceRows
from trayapp.ui.window.rows import RowList

MINUTE = 60_000


class ServicesPage(QWidget):
    """Everything below the banners. `settings_asked` is the bar's button."""

    settings_asked = Signal()

    def __init__(
        self,
        appearance: Appearance,
        asks: Asks,
        actions: ServiceActions,
        strips: Strips,
        clock: Callable[[], int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._actions = actions
        self._strips = strips
        self._clock = clock
        self._snapshot = Snapshot(0, 0)
        self._drawn = 0
        self._heading = Heading(appearance, clock, self)
        self._circumstances = Circumstances(appearance, asks, clock, self)
        self._filter = FilterField(appearance, self)
        self._model = ServiceRows(self._sentence, self)
        self._list = RowList(self._model, RowDelegate(appearance, strips, clock, self), strips, clock, self)
        self._bar = BottomBar(appearance, clock, self)
        self._tick = QTimer(self)
        self._tick.timeout.connect(self._grow_older)
        self._lay_out()
        self._filter.textChanged.connect(self._model.filter)
        self._filter.left.connect(self._take_keyboard)
        self._list.typed.connect(self._filter.begin)
        self._list.left.connect(self._filter_again)
        self._list.menu_asked.connect(self._open_menu)
        self._bar.range_chosen.connect(self._choose_range)
        self._bar.pause_asked.connect(asks.pause)
        self._bar.settings_asked.connect(self.settings_asked)
        self.setFocusProxy(self._list)
        appearance.changed.connect(self._dress)
        self._dress()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw from this snapshot from now on."""
        before = {view.service.id: view for view in self._snapshot.services}
        self._snapshot = snapshot
        self._strips.age([name for view in snapshot.services if _turned(before.get(name := view.service.id), view)])
        self._heading.show_snapshot(snapshot)
        self._circumstances.show_snapshot(snapshot)
        self._bar.show_snapshot(snapshot)
        self._model.show(snapshot)
        self._list.choose_first()
        self._set_pace()

    @Slot(str)
    def read_again(self, service: str) -> None:
        """The past of this service is another now."""
        self._strips.age([service])
        self._list.viewport().update()

    def wake(self) -> None:
        """The page can be seen again."""
        self._grow_older()

    def sleep(self) -> None:
        """Nobody sees the page: nothing is to move on it."""
        self._tick.stop()

    def choose(self, service: str) -> None:
        """Go to a service, even if a filter hid it."""
        if not self._model.place_of(service).isValid():
            self._filter.stop()
        self._list.choose(service)

    def leave_filter(self) -> bool:
        """End filtering; False if nobody was."""
        if self._filter.isHidden():
            return False
        self._filter.stop()
        return True

    def begin_filter(self) -> None:
        """Filter, with nothing typed yet."""
        self._filter.begin("")

    def _lay_out(self) -> None:
        field = QHBoxLayout()
        field.setContentsMargins(12, 0, 12, 8)
        field.addWidget(self._filter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._heading)
        column.addWidget(self._circumstances)
        column.addLayout(field)
        column.addWidget(self._list, 1)
        column.addWidget(self._bar)

    def _sentence(self, view: ServiceView) -> str:
        return sentences.row_sentence(view, self._strips.of(view.service.id), self._clock())

    @Slot()
    def _grow_older(self) -> None:
        """Ages are told anew each second while they are short, and the rest each ten; strips each minute."""
        now = self._clock()
        self._heading.tell()
        if now // MINUTE != self._drawn // MINUTE:
            self._strips.age()
        if now // 10_000 != self._drawn // 10_000:
            self._list.viewport().update()
        self._drawn = now
        self._set_pace()

    def _set_pace(self) -> None:
        if not self.isVisible():
            return
        ends = [view.belief.last.ended for view in self._snapshot.services if view.belief.last is not None]
        young = bool(ends) and self._clock() - max(ends) < MINUTE
        self._tick.start(1_000 if young else 10_000)

    @Slot(object)
    def _choose_range(self, chosen: Range) -> None:
        self._strips.choose(chosen)
        self._list.viewport().update()

    @Slot()
    def _take_keyboard(self) -> None:
        self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._list.choose_first()

    @Slot()
    def _filter_again(self) -> None:
        if not self._filter.isHidden():
            self._filter.setFocus(Qt.FocusReason.BacktabFocusReason)

    @Slot(object, QPoint)
    def _open_menu(self, view: ServiceView, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        LivingMenu(menu).show(self._actions.everything(view, needing_you(self._snapshot)))
        menu.popup(where)

    @Slot()
    def _dress(self) -> None:
        colours = self._appearance.colours
        self._list.setStyleSheet(
            "QListView { background: transparent; border: none; outline: none; }"
            "QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; border: none; }"
            f"QScrollBar::handle:vertical {{ background: {colours.line}; border-radius: 3px; min-height: 28px; }}"
            f"QScrollBar::handle:vertical:hover {{ background: {colours.soft}; }}"
            "QScrollBar::add-line, QScrollBar::sub-line { height: 0; }"
            "QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }"
        )
        self._list.scheduleDelayedItemsLayout()


def _turned(before: ServiceView | None, now: ServiceView) -> bool:
    """Whether the strip of a service has more to show than that time went on."""
    return (
        before is not None
        and before is not now
        and (before.belief.status is not now.belief.status or before.belief.incident != now.belief.incident)
    )
