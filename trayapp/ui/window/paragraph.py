"""A text that wraps wherever it must: a QLabel would make the window as wide as the longest address in it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

NARROWEST = 80


class Paragraph(QLabel):
    """Plain text in the colour and font of the widget, as high as its width makes it."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        width = max(NARROWEST, self.fontMetrics().horizontalAdvance(self.text()))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(NARROWEST, self.fontMetrics().height())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        _, height = self._lines(width)
        return height

    def paintEvent(self, event: QPaintEvent) -> None:
        lines, height = self._lines(self.width())
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        lines.draw(painter, QPointF(0, max(0, (self.height() - height) // 2)))
        painter.end()

    def _lines(self, width: int) -> tuple[QTextLayout, int]:
        """The text laid out in lines of this width, and their height together."""
        option = QTextOption(QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft))
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        lines = QTextLayout(self.text().replace("\n", "\u2028"), self.font(), self)  # it knows no other line break
        lines.setTextOption(option)
        lines.beginLayout()
        height = 0.0
        while (line := lines.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height()
        lines.endLayout()
        return lines, int(height + 0.999)
