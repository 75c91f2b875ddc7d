"""How a row looks: shape, name, one line of why, strip, percentage; and a heading over each group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from trayapp.core import timeline
from trayapp.core.wording import plain, why
from trayapp.core.words import ServiceView, Status
from trayapp.ui.palette import Appearance
from trayapp.ui.shapes import paint_shape
from trayapp.ui.strips import Strips
from trayapp.ui.window import strip as strip_painting
from trayapp.ui.window.model import GroupRow, Role

MARGIN = 20
INSET = 12
RADIUS = 8
SHAPE = 15
GAP = 10


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """Where the parts of a service's row lie, mirrored already where the text runs from the right."""

    shape: QRect
    name: QRect
    why: QRect
    strip: QRect
    number: QRect


class RowDelegate(QStyledItemDelegate):
    """Paints rows from the snapshot's values and the strips that have been read."""

    def __init__(
        self, appearance: Appearance, strips: Strips, clock: Callable[[], int], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._strips = strips
        self._clock = clock
        self.focused_cell: int | None = None
        """The cell of the current row that the keyboard is at."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        letters = self._appearance.letters
        if isinstance(index.data(Role.ROW), GroupRow):
            return QSize(0, letters.group_height)
        return QSize(0, letters.row_height)

    def places(self, row: QRect, widget: QWidget) -> RowPlaces:
        """The parts of a row that takes up this rectangle of a list."""
        letters = self._appearance.letters
        direction = widget.layoutDirection()
        end = self._card(row, widget).right() - 4
        number_width = letters.number_metrics.horizontalAdvance("99.99 %") + 2
        number = QRect(end - number_width, row.top(), number_width, row.height())
        strip = QRect(
            number.left() - GAP - strip_painting.ROOM,
            row.center().y() - strip_painting.HEIGHT // 2 + 1,
            strip_painting.ROOM,
            strip_painting.HEIGHT,
        )
        left = row.left() + MARGIN + SHAPE + 9
        name_height, why_height = letters.name_metrics.height(), letters.why_metrics.height()
        top = row.top() + (row.height() - name_height - why_height - 1) // 2
        name = QRect(left, top, strip.left() - 6 - left, name_height)
        reason = QRect(left, name.bottom() + 2, name.width(), why_height)
        shape = QRect(row.left() + MARGIN, name.center().y() - SHAPE // 2 + 1, SHAPE, SHAPE)
        parts = (QStyle.visualRect(direction, row, part) for part in (shape, name, reason, strip, number))
        return RowPlaces(*parts)

    def strip_place(self, row: QRect, widget: QWidget) -> strip_painting.StripPlace:
        """The strip of a row, cell by cell."""
        return strip_painting.StripPlace(
            self.places(row, widget).strip,
            self._strips.range.cells,
            widget.devicePixelRatioF(),
            widget.isRightToLeft(),
        )

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(Role.ROW)
        painter.save()
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # a text runs as its own letters do
        if isinstance(row, GroupRow):
            self._paint_heading(painter, option, row.title)
        else:
            self._paint_card(painter, option)
            self._paint_service(painter, option, row.view)
        painter.restore()

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, title: str) -> None:
        letters = self._appearance.letters
        area = option.rect.adjusted(MARGIN, 0, -MARGIN, -5)
        painter.setFont(letters.group)
        painter.setPen(QColor(self._appearance.colours.soft))
        text = letters.group_metrics.elidedText(plain(title).upper(), Qt.TextElideMode.ElideRight, area.width())
        leading, _ = _sides(option.direction, Qt.AlignmentFlag.AlignBottom)
        painter.drawText(area, leading, text)

    def _card(self, row: QRect, widget: QWidget) -> QRect:
        """The card of a row that is chosen, not mirrored yet. A scroll bar stands in for some of its margin."""
        scroll_bar = widget.width() - row.width()
        return row.adjusted(INSET, 1, -max(4, INSET - scroll_bar), -1)

    def _paint_card(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        state, colours = option.state, self._appearance.colours
        current, under_mouse = state & QStyle.StateFlag.State_Selected, state & QStyle.StateFlag.State_MouseOver
        if not current and not under_mouse:
            return
        ground = QColor(colours.raised)
        if not current:
            ground.setAlphaF(0.6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        by_key = state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange
        painter.setPen(QPen(QColor(colours.accent), 1.5) if by_key else Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        card = QStyle.visualRect(option.direction, option.rect, self._card(option.rect, option.widget))
        painter.drawRoundedRect(QRectF(card), RADIUS, RADIUS)

    def _paint_service(self, painter: QPainter, option: QStyleOptionViewItem, view: ServiceView) -> None:
        letters, colours = self._appearance.letters, self._appearance.colours
        places = self.places(option.rect, option.widget)
        status = view.belief.status
        paint_shape(painter, QRectF(places.shape), status, colours.fill(status))
        leading, trailing = _sides(option.direction)
        elide = Qt.TextElideMode.ElideRight

        painter.setFont(letters.name)
        painter.setPen(QColor(colours.ink))
        name = letters.name_metrics.elidedText(plain(view.service.title), elide, places.name.width())
        painter.drawText(places.name, leading, name)

        painter.setFont(letters.why)
        painter.setPen(colours.text(Status.DEGRADED if view.belief.suspect else status))
        reason = letters.why_metrics.elidedText(why(view, self._clock()), elide, places.why.width())
        painter.drawText(places.why, leading, reason)

        strip = self._strips.of(view.service.id)
        place = self.strip_place(option.rect, option.widget)
        strip_painting.paint_strip(painter, place, strip, colours)
        if self.focused_cell is not None and option.state & QStyle.StateFlag.State_Selected:
            strip_painting.paint_cell_focus(painter, place, self.focused_cell, colours)

        share = strip.tally.availability if strip is not None else None
        painter.setFont(letters.number)
        painter.setPen(QColor(colours.ink if share is not None else colours.soft))
        painter.drawText(places.number, trailing, timeline.percent(share))


def _sides(
    direction: Qt.LayoutDirection, vertical: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignVCenter
) -> tuple[Qt.AlignmentFlag, Qt.AlignmentFlag]:
    """Alignment to the leading and to the trailing side of a row, whichever way its text runs."""
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | vertical
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | vertical
    return (right, left) if direction is Qt.LayoutDirection.RightToLeft else (left, right)
