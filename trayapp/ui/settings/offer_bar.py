"""A bar with one sentence and one button: take it back, or do the thing that helps."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget


class OfferBar(QFrame):
    """Hidden until something is offered. `taken` carries what was offered."""

    taken = Signal(object)

    def __init__(self, button: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._offer: object = None
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._button = QPushButton(button, self)
        self._button.setAutoDefault(False)
        dismiss = QToolButton(self)
        dismiss.setText("✕")
        dismiss.setAccessibleName("Dismiss")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._button)
        row.addWidget(dismiss)
        self._button.clicked.connect(self._take)
        dismiss.clicked.connect(self.withdraw)
        self.hide()

    def offer(self, sentence: str, what: object) -> None:
        """Show the sentence; the button hands out `what`, and is not there for None."""
        self._offer = what
        self._button.setVisible(what is not None)
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self.show()

    @Slot()
    def withdraw(self) -> None:
        """Nothing is offered any more."""
        self._offer = None
        self.hide()

    @Slot()
    def _take(self) -> None:
        offer = self._offer
        self.withdraw()
        self.taken.emit(offer)
