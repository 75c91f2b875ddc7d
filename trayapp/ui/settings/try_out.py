""" "Try it": one check of the service as it stands in the form, run at once and shown beside it.

Nothing is recorded and nobody is told. What was asked for last is what is shown: an answer to
an older form is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QToolButton, QWidget

from trayapp.core.wording import latency, plain
from trayapp.core.words import CheckResult, Finding, Outcome, Service, Status
from trayapp.ui.bridge import Bridge
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.dress import speak_as
from trayapp.ui.settings.phase_bar import PhaseBar
from trayapp.ui.window.heading import Shape

LOOKS = {
    Outcome.OK: Status.UP,
    Outcome.WARNING: Status.DEGRADED,
    Outcome.CRITICAL: Status.DOWN,
    Outcome.UNKNOWN: Status.UNKNOWN,
}
"""The shape of an outcome is the shape of the status it leads to."""


class TryOut(QFrame):
    """A card that is hidden until something was tried."""

    def __init__(
        self,
        ask: Callable[[Service], Future[CheckResult]],
        bridge: Bridge,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._ask, self._bridge = ask, bridge
        self._running: Future[CheckResult] | None = None
        self._outdated = False
        self._shape = Shape(appearance, 18, self)
        self._sentence = speak_as(QLabel(self), "heading")
        self._detail = speak_as(QLabel(self), "note")
        for label in (self._sentence, self._detail):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._phases = PhaseBar(appearance, self)
        self.dismiss = dismiss = QToolButton(self)
        dismiss.setText("✕")
        dismiss.setAccessibleName("Give it up")
        dismiss.setToolTip("Give it up")
        grid = QGridLayout(self)
        grid.setContentsMargins(18, 14, 12, 14)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._shape, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._sentence, 0, 1)
        grid.addWidget(dismiss, 0, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._detail, 1, 1)
        grid.setRowMinimumHeight(2, 4)
        grid.addWidget(self._phases, 3, 1, 1, 2)
        dismiss.clicked.connect(self.give_up)
        self.hide()

    @property
    def running(self) -> bool:
        return self._running is not None

    def run(self, service: Service) -> None:
        """Check this service now."""
        self.give_up()
        self._show(None, "Asking…", plain(service.probe.target))
        self._phases.show_phases({})
        self.show()
        self._running = self._ask(service)
        self._bridge.when_done(self._running, self._answered)

    @Slot()
    def give_up(self) -> None:
        """Stop what runs, and hide."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
        self.hide()

    def outdate(self) -> None:
        """The form has changed: what is shown is about what it said before."""
        if self._running is None and not self._outdated:
            self._outdated = True
            detail = " · ".join(text for text in (self._detail.text(), "before your last change") if text)
            self._detail.setText(detail)
            self._detail.show()

    def _answered(self, future: Future[CheckResult]) -> None:
        if future is not self._running:
            return
        self._running = None
        if future.cancelled():
            self.hide()
            return
        finding = future.result().finding
        self._show(LOOKS[finding.outcome], sentence_of(finding), _detail(finding))
        self._phases.show_phases(finding.phases_ms)

    def _show(self, status: Status | None, sentence: str, detail: str) -> None:
        self._outdated = False
        self._sentence.setText(sentence)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self.setAccessibleName(f"Result of trying it: {sentence}")
        self._shape.setVisible(status is not None)
        if status is not None:
            self._shape.show_status(status)


def sentence_of(finding: Finding) -> str:
    """What came out, as one sentence."""
    if finding.message:
        return plain(finding.message)
    if finding.latency_ms is not None:
        return f"Answers in {latency(finding.latency_ms)}"
    return "All is well" if finding.outcome is Outcome.OK else finding.cause or "No answer"


def _detail(finding: Finding) -> str:
    time = f"in {latency(finding.latency_ms)}" if finding.latency_ms is not None and finding.message else ""
    parts = [f"from {plain(finding.address)}" if finding.address else "", time, plain(finding.cause)]
    return " · ".join(part for part in parts if part)
