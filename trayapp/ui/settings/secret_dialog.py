"""Asks for a secret's value and has it put into the keyring. The value stays nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from trayapp.core.wording import plain
from trayapp.ui.bridge import Bridge
from trayapp.ui.settings.dress import speak_as


class SecretDialog(QDialog):
    """One name, one value, and the origin it is for. `kept` carries the name once the keyring has it."""

    kept = Signal(str)

    def __init__(
        self,
        set_secret: Callable[[str, str, str], Future[None]],
        bridge: Bridge,
        origin: str,
        name: str,
        value: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._set_secret, self._bridge, self._origin = set_secret, bridge, origin
        self.setWindowTitle("Keep a secret")
        self.setMinimumWidth(440)
        self._name = QLineEdit(name, self)
        self._value = QLineEdit(value, self)
        self._value.setEchoMode(QLineEdit.EchoMode.Password)
        self._word = speak_as(QLabel(self), "note")
        self._word.setWordWrap(True)
        self._keep = QPushButton("&Keep in the keyring", self)
        self._keep.setProperty("role", "main")
        self._keep.setDefault(True)
        cancel = QPushButton("Cancel", self)
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        form.addRow("&Name", self._name)
        form.addRow("&Value", self._value)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._keep)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(22, 20, 22, 18)
        whole.setSpacing(14)
        whole.addLayout(form)
        whole.addWidget(self._word)
        whole.addLayout(buttons)
        self._say(f"Only the name goes into services.toml. The value is sent to {origin} alone.")
        self._keep.clicked.connect(self._put)
        cancel.clicked.connect(self.reject)
        self._name.textChanged.connect(self._judge)
        self._value.textChanged.connect(self._judge)
        self._judge()
        self._value.setFocus()

    def _say(self, sentence: str, wrong: bool = False) -> None:
        self._word.setProperty("role", "fault" if wrong else "note")
        self._word.style().polish(self._word)
        self._word.setText(sentence)

    @Slot()
    def _judge(self) -> None:
        self._keep.setEnabled(bool(self._name.text().strip() and self._value.text()))

    @Slot()
    def _put(self) -> None:
        self._keep.setEnabled(False)
        self._say("Asking the keyring…")
        future = self._set_secret(self._name.text().strip(), self._value.text(), self._origin)
        self._bridge.when_done(future, self._answered)

    def _answered(self, future: Future[None]) -> None:
        if future.cancelled() or (error := future.exception()) is not None:
            reason = "the keyring was not asked" if future.cancelled() else str(error)
            self._say(plain(reason, 300), wrong=True)
            self._judge()
            return
        self._value.clear()
        self.kept.emit(self._name.text().strip())
        self.accept()
