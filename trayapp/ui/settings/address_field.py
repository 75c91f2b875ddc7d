"""One field that takes any address, and a line under it that says what was understood."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from trayapp.core.wording import plain
from trayapp.ui.settings.dress import repolish, speak_as

_HOST = re.compile(r"([a-z]+\.)?example\.org")

PAUSE_MS = 500
"""How long a person must stop typing before being told that it is no address yet."""


class AddressField(QWidget):
    """`submitted` carries a text that `understand` accepted; it raises ValueError(sentence) for others."""

    submitted = Signal(str)

    def __init__(self, understand: Callable[[str], str], button: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._understand = understand
        self._line = QLineEdit(self)
        self._line.setPlaceholderText("https://example.org, or host:port")
        self._line.setAccessibleName("Address to watch")
        self._add = QPushButton(button, self)
        self._add.setProperty("role", "main")
        self._add.setAutoDefault(False)  # the field itself answers to Enter
        self._hint = speak_as(QLabel(self), "note")
        self._hint.setWordWrap(True)
        self._hint.setMinimumHeight(2 * self._hint.fontMetrics().height())
        self._complaint = QTimer(self)
        self._complaint.setSingleShot(True)
        self._complaint.setInterval(PAUSE_MS)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._line, 1)
        row.addWidget(self._add)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addLayout(row)
        whole.addWidget(self._hint)
        self.setFocusProxy(self._line)
        self._line.textChanged.connect(self._listen)
        self._line.returnPressed.connect(self._submit)
        self._add.clicked.connect(self._submit)
        self._complaint.timeout.connect(self._say)
        self._listen()

    @property
    def text(self) -> str:
        return self._line.text().strip()

    def show_example(self, address: str) -> None:
        """An address to be made one's own: its host is selected, so that typing replaces it."""
        self._line.setText(address)
        self._line.setFocus()
        host = _HOST.search(address)
        if host is not None:
            self._line.setSelection(host.start(), len(host[0]))

    @Slot()
    def _listen(self) -> None:
        """What is right is said at once, what is wrong only when the typing pauses."""
        right, sentence = self._heard()
        self._add.setEnabled(bool(self.text))
        if right or not self.text:
            self._complaint.stop()
            self._show(sentence, wrong=False)
        else:
            self._show("", wrong=False)
            self._complaint.start()

    @Slot()
    def _say(self) -> bool:
        right, sentence = self._heard()
        self._show(sentence, wrong=not right)
        return right

    @Slot()
    def _submit(self) -> None:
        if self.text and self._say():
            self.submitted.emit(self.text)

    def _heard(self) -> tuple[bool, str]:
        if not self.text:
            return False, ""
        try:
            return True, self._understand(self.text)
        except ValueError as error:
            return False, str(error)

    def _show(self, sentence: str, wrong: bool) -> None:
        self._hint.setProperty("role", "fault" if wrong else "note")
        repolish(self._hint)
        self._hint.setText(plain(sentence, 300))
        self._line.setAccessibleDescription(sentence)
