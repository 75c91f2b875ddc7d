"""The colours as Qt wants them.

`Appearance` follows the desktop live.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from trayapp.core import colours
from trayapp.core.words import Status
from trayapp.ui.lettering import Lettering


@dataclass(frozen=True, slots=True)
class Colours(colours.Scheme):
    """One scheme (core.colours), as Qt paints with it."""

    def fill(self, status: Status) -> QColor:
        """The colour of a status as an area: a shape, a cell of a strip."""
        return QColor(
            {
                Status.UP: self.up,
                Status.DEGRADED: self.degraded,
                Status.DOWN: self.down,
                Status.UNKNOWN: self.unknown,
                Status.MAINTENANCE: self.paused,
                Status.PAUSED: self.paused,
            }[status]
        )

    def text(self, status: Status) -> QColor:
        """The colour of the line of why: only what is wrong has one."""
        return QColor({Status.DOWN: self.down_text, Status.DEGRADED: self.degraded_text}.get(status, self.soft))


LIGHT, DARK = (Colours(**asdict(scheme)) for scheme in (colours.LIGHT, colours.DARK))


def as_palette(colours: Colours) -> QPalette:
    """The same colours for Qt's own controls: menus, fields, dialogs."""
    ground, raised, ink = QColor(colours.ground), QColor(colours.raised), QColor(colours.ink)
    role = QPalette.ColorRole
    palette = QPalette(QColor(colours.raised), ground)
    for which, colour in {
        role.Window: ground,
        role.WindowText: ink,
        role.Base: raised,
        role.AlternateBase: ground,
        role.Text: ink,
        role.Button: raised,
        role.ButtonText: ink,
        role.BrightText: ink,
        role.PlaceholderText: QColor(colours.soft),
        role.ToolTipBase: raised,
        role.ToolTipText: ink,
        role.Highlight: QColor(colours.accent),
        role.HighlightedText: QColor(colours.on_accent),
        role.Accent: QColor(colours.accent),
        role.Link: QColor(colours.accent),
    }.items():
        palette.setColor(which, colour)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(colours.soft))
    return palette


class Appearance(QObject):
    """The colours and letters that the desktop asks for now; `changed` when it asks for others.

    Desktops that tell Qt no colour scheme are judged by the palette they gave the application.
    Native styles keep their own palette; Fusion, which has none of its own, is given ours.
    """

    changed = Signal()

    def __init__(self, app: QApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._given_dark = app.palette().color(QPalette.ColorRole.Window).lightness() < 128
        self._colours = LIGHT
        self._letters = Lettering(app.font())
        self._follow(app.styleHints().colorScheme())
        app.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def colours(self) -> Colours:
        return self._colours

    @property
    def letters(self) -> Lettering:
        return self._letters

    def follow_font(self) -> None:
        """The desktop's font changed: Qt tells that to windows alone, so one of them passes it on."""
        self._letters = Lettering(self._app.font())
        self.changed.emit()

    @Slot(Qt.ColorScheme)
    def _follow(self, scheme: Qt.ColorScheme) -> None:
        dark = self._given_dark if scheme is Qt.ColorScheme.Unknown else scheme is Qt.ColorScheme.Dark
        self._colours = DARK if dark else LIGHT
        if self._app.style().name() == "fusion":
            self._app.setPalette(as_palette(self._colours))
        self.changed.emit()
