"""What the window says above everything else: this is a demo, the file has faults, Watchbell itself is unwell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from trayapp.ui import glyphs
from trayapp.ui.palette import Appearance
from trayapp.ui.window.buttons import FlatButton
from trayapp.ui.window.field import Field
from trayapp.ui.window.paragraph import Paragraph

INSET = 12
RADIUS = 8


class Banner(QWidget):
    """A card with a sentence and, beside it, what can be done about it."""

    dismissed = Signal()

    def __init__(self, appearance: Appearance, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._label = Paragraph(text, self)
        self._label.setAccessibleName(text)
        self._row = QHBoxLayout()
        self._row.setSpacing(4)
        self._row.addWidget(self._label, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(INSET + 12, 8, INSET + 6, 8)
        self._column.setSpacing(8)
        self._column.addLayout(self._row)
        appearance.changed.connect(self._dress)
        self._dress()

    def offer(self, text: str, act: Callable[[], object]) -> None:
        """A button beside the sentence."""
        button = FlatButton(self._appearance, text, None, self)
        button.clicked.connect(act)
        self._row.addWidget(button)

    def make_dismissable(self) -> None:
        """A cross at the end; whoever shows the banner hears of it by `dismissed`."""
        button = FlatButton(self._appearance, "", glyphs.cross, self)
        button.setAccessibleName("Dismiss")
        button.setToolTip("Dismiss")
        button.clicked.connect(self.dismissed)
        self._row.addWidget(button)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._appearance.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.line))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(INSET + 0.5, 0.5, -INSET - 0.5, -0.5), RADIUS, RADIUS)
        painter.end()

    @Slot()
    def _dress(self) -> None:
        self._label.setFont(self._appearance.letters.text)
        palette = QPalette(self._label.palette())
        palette.setColor(QPalette.ColorRole.WindowText, QColor(self._appearance.colours.ink))
        self._label.setPalette(palette)


class DemoBanner(Banner):
    """Says that nothing here is real, and takes the address of something that is."""

    entered = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(appearance, "This is a demo: nothing here is real.", parent)
        self._field = Field(appearance, self)
        self._field.setPlaceholderText("Add your first service: https://… or a host")
        self._field.setAccessibleName("Add your first service")
        self._field.returnPressed.connect(self._enter)
        self.last = add = FlatButton(appearance, "&Add", None, self)
        add.clicked.connect(self._enter)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self._field, 1)
        line.addWidget(add)
        self._column.addLayout(line)

    @Slot()
    def _enter(self) -> None:
        target = self._field.text().strip()
        if target:
            self.entered.emit(target)


@dataclass(frozen=True, slots=True)
class Notice:
    """A banner to be: its sentence, the word on its button, and what the button does."""

    text: str
    button: str = ""
    act: Callable[[], object] | None = None


class Notices(QWidget):
    """Banners one below the other. What was dismissed stays away for as long as it is the same trouble."""

    def __init__(self, appearance: Appearance, above: QWidget, parent: QWidget | None = None) -> None:
        """`above` is the control from which Tab leads here."""
        super().__init__(parent)
        self._appearance = appearance
        self._above = above
        self._dismissed: set[str] = set()
        self._shown: dict[str, Banner] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def show_only(self, notices: Sequence[Notice]) -> None:
        """Show these, but for the dismissed ones, and take away all others."""
        wanted = {notice.text: notice for notice in notices}
        self._dismissed &= wanted.keys()
        for text in self._shown.keys() - wanted.keys():
            self._take_away(text)
        for text, notice in wanted.items():
            if text not in self._shown and text not in self._dismissed:
                self._shown[text] = self._banner(notice)
                self._column.addWidget(self._shown[text])
        self._put_in_order()
        self.setVisible(bool(self._shown))

    def _put_in_order(self) -> None:
        """Tab comes by here from top to bottom: Qt would have what was made last come last in the whole window."""
        before = self._above
        for banner in self._shown.values():
            for button in banner.findChildren(FlatButton):
                QWidget.setTabOrder(before, button)
                before = button

    def _banner(self, notice: Notice) -> Banner:
        banner = Banner(self._appearance, notice.text, self)
        if notice.act is not None:
            banner.offer(notice.button, notice.act)
        banner.make_dismissable()
        banner.dismissed.connect(self._dismiss)
        return banner

    @Slot()
    def _dismiss(self) -> None:
        for text, banner in list(self._shown.items()):
            if banner is self.sender():
                self._dismissed.add(text)
                self._take_away(text)
        self.setVisible(bool(self._shown))

    def _take_away(self, text: str) -> None:
        banner = self._shown.pop(text)
        self._column.removeWidget(banner)
        banner.hide()
        banner.deleteLater()
