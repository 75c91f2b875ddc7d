"""Below the verdict: what keeps us from seeing, since when, and what can still be judged. Calm, for it is not them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from trayapp.core.reasons import nearest_last
from trayapp.core.wording import headline, out_of_sight, plain
from trayapp.core.words import Outcome, ServiceView, Sight, Snapshot, Status
from trayapp.ui import glyphs
from trayapp.ui.asks import Asks
from trayapp.ui.palette import Appearance
from trayapp.ui.standing import is_beyond_a_network
from trayapp.ui.times import clock
from trayapp.ui.window.banner import INSET, RADIUS
from trayapp.ui.window.buttons import FlatButton
from trayapp.ui.window.paragraph import Paragraph

LOGIN_PAGE = "http://detectportal.firefox.com/canonical.html"
"""Asked for without TLS, so that a portal can answer in its place with the page that it wants to show."""

SIGN = 14
BELOW = 6
"""From the card to the services, which keep a distance of their own."""


class Circumstances(QWidget):
    """A card with a sentence for each network that is lost; not there while all of them are seen."""

    def __init__(
        self, appearance: Appearance, asks: Asks, now: Callable[[], int], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._now = now
        self._text = Paragraph("", self)
        self._login = FlatButton(appearance, "Open &login page", None, self)
        self._login.clicked.connect(partial(asks.open_link, LOGIN_PAGE))
        self._login.invite()
        column = QVBoxLayout(self)
        column.setContentsMargins(INSET + 12 + SIGN + 10, 8, INSET + 12, 8 + BELOW)
        column.setSpacing(2)
        column.addWidget(self._text)
        column.addWidget(self._login, 0, Qt.AlignmentFlag.AlignLeading)
        appearance.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw from this snapshot from now on."""
        text = "\n".join(sentences(snapshot, self._now()))
        self._text.setText(text)
        self._text.setAccessibleName(text)
        self._login.setVisible(any(sight.state == "portal" for sight in snapshot.sights))
        self.setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._appearance.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.line))
        painter.setBrush(QColor(colours.raised))
        card = QRectF(self.rect()).adjusted(INSET + 0.5, 0.5, -INSET - 0.5, -BELOW - 0.5)
        painter.drawRoundedRect(card, RADIUS, RADIUS)
        left = card.right() - 12 - SIGN if self.isRightToLeft() else card.left() + 12
        sign = QRectF(left, self._text.y() + (self._text.fontMetrics().height() - SIGN) / 2, SIGN, SIGN)
        glyphs.unplugged(painter, sign, QColor(colours.soft))
        painter.end()

    @Slot()
    def _dress(self) -> None:
        self._text.setFont(self._appearance.letters.why)
        palette = QPalette(self._text.palette())
        palette.setColor(QPalette.ColorRole.WindowText, QColor(self._appearance.colours.ink))
        self._text.setPalette(palette)


def sentences(snapshot: Snapshot, now: int) -> list[str]:
    """For each lost network, since when and why; then what that leaves. What the headline says is not repeated."""
    lost = [sight for sight in nearest_last(snapshot.sights) if out_of_sight(sight)]
    if not lost:
        return []
    said = headline(snapshot)[0]
    left = _judged(snapshot.services, min(sight.since for sight in lost))
    return [*(_sentence(sight, said, now) for sight in lost), *([left] if left else [])]


def _sentence(sight: Sight, headline_: str, now: int) -> str:
    sentence = out_of_sight(sight)
    begun = clock(sight.since, now)
    told = f"Since {begun}" if sentence == headline_ else f"{sentence} since {begun}"
    reason = plain(sight.reason)
    return f"{told}: {reason}." if reason else f"{told}."


def _judged(views: tuple[ServiceView, ...], since: int) -> str:
    """How many cannot be judged now, and how many have been judged since all the same."""
    unseen = sum(is_beyond_a_network(view) for view in views)
    others = sum(_was_judged(view, since) for view in views)
    if not unseen:
        return ""
    told = f"{unseen} {'service' if unseen == 1 else 'services'} cannot be judged"
    return f"{told}; {others} {'other' if others == 1 else 'others'} still can." if others else f"{told}."


def _was_judged(view: ServiceView, since: int) -> bool:
    last = view.belief.last
    return (
        view.belief.status in (Status.UP, Status.DEGRADED, Status.DOWN)
        and last is not None
        and last.ended >= since
        and last.finding.outcome is not Outcome.UNKNOWN
    )
