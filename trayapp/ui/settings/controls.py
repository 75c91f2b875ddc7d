"""Controls that the plain style draws poorly: a switch, a tick, and a box to choose from."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QStyle, QWidget

from trayapp.ui.palette import Appearance, Colours
from trayapp.ui.settings.dress import is_plain

SWITCH = QSize(36, 20)


def paint_switch(painter: QPainter, area: QRectF, on: bool, focused: bool, colours: Colours) -> None:
    """A switch as a pill with a knob: right and coloured when on."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pill = area.adjusted(1.5, 1.5, -1.5, -1.5)
    edge = colours.accent if on or focused else colours.unknown
    painter.setPen(QPen(QColor(edge), 1.4))
    painter.setBrush(QColor(colours.accent) if on else QColor(colours.raised))
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    knob = pill.height() - 6
    left = pill.right() - knob - 3 if on else pill.left() + 3
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.on_accent if on else colours.unknown))
    painter.drawEllipse(QRectF(left, pill.top() + 3, knob, knob))


def paint_tick(painter: QPainter, area: QRectF, ticked: bool, colours: Colours) -> None:
    """A box to tick, in the colours of the switch."""
    box = area.adjusted(0.7, 0.7, -0.7, -0.7)
    painter.setPen(QPen(QColor(colours.accent if ticked else colours.unknown), 1.4))
    painter.setBrush(QColor(colours.accent if ticked else colours.raised))
    painter.drawRoundedRect(box, 4, 4)
    if ticked:
        pen = QPen(QColor(colours.on_accent), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        width, height = box.width(), box.height()
        corners = ((0.26, 0.52), (0.44, 0.70), (0.76, 0.32))
        painter.drawPolyline([QPointF(box.left() + x * width, box.top() + y * height) for x, y in corners])


class Switch(QCheckBox):
    """A check box that looks like a switch; to the keyboard and a screen reader it is a check box."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.setFixedSize(SWITCH + QSize(4, 4))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        appearance.changed.connect(self.update)

    def hitButton(self, pos: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self._appearance.colours
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        area = QRectF(2, 2, SWITCH.width(), SWITCH.height())
        paint_switch(painter, area, self.isChecked(), False, colours)


class ChoiceBox(QComboBox):
    """A combo box with the same edge and corners as the fields beside it."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        appearance.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        return QSize(size.width() + 16, max(size.height(), self.fontMetrics().height() + 14))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page; a value changed in passing would go unnoticed."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not is_plain():
            super().paintEvent(event)
            return
        colours = self._appearance.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        editor = self.parentWidget()
        faulty = editor is not None and bool(editor.property("faulty"))
        painter.setPen(QColor(colours.down if faulty else colours.accent if self.hasFocus() else colours.edge))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        ink = QColor(colours.ink if self.isEnabled() else colours.soft)
        painter.setPen(ink)
        mirror = self.layoutDirection(), self.rect()
        text = QStyle.visualRect(*mirror, self.rect().adjusted(10, 0, -28, 0))
        shown = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, text.width())
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | side, shown)
        painter.setPen(QPen(QColor(colours.soft), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        middle = QPointF(QStyle.visualPos(*mirror, QPoint(self.width() - 16, self.height() // 2)))
        painter.drawPolyline([middle + QPointF(-4, -2), middle + QPointF(0, 2), middle + QPointF(4, -2)])
