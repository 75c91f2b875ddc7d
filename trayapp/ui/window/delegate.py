"""How a row looks: shape, name, one line of why, strip, percentage; and a heading over each group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from trayapp.core import timeline
from trayapp.core.wording import plain
from trayapp.core.words import ServiceView, Status
from trayapp.ui import glyphs
from trayapp.ui.palette import Appearance
from trayapp.ui.shapes import paint_quiet_shape, paint_shape, paint_wave
from trayapp.ui.standing import is_hushed, is_out_of_sight, standing
from trayapp.ui.strips import Strips
from trayapp.ui.window import strip as strip_painting
from trayapp.ui.window.model import GroupRow, Role

MARGIN = 20
INSET = 12
RADIUS = 8
SHAPE = 15
GAP = 10
BELL = 11
ROOMY = 440
"""From this width on a strip is as wide as it likes; below, names and reasons are given some of its room."""


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
        room = strip_painting.ROOM if row.width() >= ROOMY else strip_painting.NARROW
        strip = QRect(
            number.left() - GAP - room,
            row.center().y() - strip_painting.HEIGHT // 2 + 1,
            room,
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
        leading, trailing = _sides(option.direction)
        self._paint_shape(painter, option, places.shape, view)
        self._paint_name(painter, option.direction, places.name, view)

        painter.setFont(letters.why)
        painter.setPen(self._tone(view))
        reason = standing(view, self._clock())
        painter.drawText(places.why, leading, cut(reason, letters.why_metrics, places.why.width(), view.belief.status))

        strip = self._strips.of(view.service.id)
        place = self.strip_place(option.rect, option.widget)
        strip_painting.paint_strip(painter, place, strip, colours)
        if self.focused_cell is not None and option.state & QStyle.StateFlag.State_Selected:
            strip_painting.paint_cell_focus(painter, place, self.focused_cell, colours)

        share = strip.tally.availability if strip is not None else None
        painter.setFont(letters.number)
        known = share is not None and not is_out_of_sight(view)
        painter.setPen(QColor(colours.ink if known else colours.soft))
        painter.drawText(places.number, trailing, timeline.percent(share))

    def _paint_shape(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, view: ServiceView) -> None:
        colours, status = self._appearance.colours, view.belief.status
        paint = paint_quiet_shape if is_hushed(view, self._clock()) else paint_shape
        paint(painter, QRectF(area), status, colours.fill(status))
        if view.belief.flapping:
            chosen = option.state & QStyle.StateFlag.State_Selected
            paint_wave(
                painter, QRectF(area), QColor(colours.degraded), QColor(colours.raised if chosen else colours.ground)
            )

    def _paint_name(self, painter: QPainter, direction: Qt.LayoutDirection, area: QRect, view: ServiceView) -> None:
        """The name, and behind it a bell where somebody waits to hear of this service."""
        letters, colours = self._appearance.letters, self._appearance.colours
        room = area.width() - (BELL + 5 if view.when_back else 0)
        name = letters.name_metrics.elidedText(plain(view.service.title), Qt.TextElideMode.ElideRight, room)
        painter.setFont(letters.name)
        painter.setPen(QColor(colours.soft if is_out_of_sight(view) else colours.ink))
        painter.drawText(area, _sides(direction)[0], name)
        if view.when_back:
            behind = area.left() + letters.name_metrics.horizontalAdvance(name) + 5
            bell = QRect(behind, area.center().y() - BELL // 2 + 1, BELL, BELL)
            glyphs.bell(painter, QRectF(QStyle.visualRect(direction, area, bell)), QColor(colours.soft))

    def _tone(self, view: ServiceView) -> QColor:
        """The colour of the line of why: only what is wrong and calls for somebody has one."""
        colours = self._appearance.colours
        if is_hushed(view, self._clock()):
            return QColor(colours.soft)
        uneasy = view.belief.suspect or (view.belief.flapping and view.belief.status is Status.UP)
        return colours.text(Status.DEGRADED if uneasy else view.belief.status)


def cut(text: str, metrics: QFontMetrics, width: int, status: Status) -> str:
    """The text as far as there is room. Of an outage, how long it lasts is told in any case."""
    if status is Status.DOWN and metrics.horizontalAdvance(text) > width:
        first, *_, last = parts = text.split(" · ")
        short = f"{first} · {last}" if len(parts) > 2 else text
        head, dot, tail = short.rpartition(" · ")
        room = width - metrics.horizontalAdvance(dot + tail)
        if room > width // 4:
            return metrics.elidedText(head, Qt.TextElideMode.ElideRight, room) + dot + tail
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


def _sides(
    direction: Qt.LayoutDirection, vertical: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignVCenter
) -> tuple[Qt.AlignmentFlag, Qt.AlignmentFlag]:
    """Alignment to the leading and to the trailing side of a row, whichever way its text runs."""
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | vertical
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | vertical
    return (right, left) if direction is Qt.LayoutDirection.RightToLeft else (left, right)
