"""The colours, light and dark: quiet grounds, one accent, and a colour for each status.

`Appearance` follows the desktop live. Text colours keep a contrast of at least 4.5 : 1 on both
grounds; a test holds them to it. Where a status colour is too pale for letters, it has a
darker sister for them.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from trayapp.core.words import Status
from trayapp.ui.lettering import Lettering


@dataclass(frozen=True, slots=True)
class Colours:
    """One scheme, as "#rrggbb". `ground` is the window, `raised` what lies on it, `edge` the border of what
    can be typed into, `soft` is for what matters less."""

    dark: bool
    ground: str
    raised: str
    line: str
    edge: str
    stub: str
    ink: str
    soft: str
    accent: str
    on_accent: str
    up: str
    degraded: str
    down: str
    paused: str
    unknown: str
    degraded_text: str
    down_text: str

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


LIGHT = Colours(
    dark=False,
    ground="#fbfbfa",
    raised="#ffffff",
    line="#e4e4e2",
    edge="#cfcfcc",
    stub="#e4e4e2",
    ink="#1c1c1e",
    soft="#6a6a6f",
    accent="#2f6fde",
    on_accent="#ffffff",
    up="#2e9e5b",
    degraded="#e0a100",
    down="#d6342c",
    paused="#3e7bd6",
    unknown="#6e6e73",
    degraded_text="#8a6100",
    down_text="#cc2d25",
)

DARK = Colours(
    dark=True,
    ground="#1b1c1e",
    raised="#242628",
    line="#34363a",
    edge="#4a4d52",
    stub="#34363a",
    ink="#f2f2f3",
    soft="#9a9aa0",
    accent="#6ea0ff",
    on_accent="#0d1a33",
    up="#3db873",
    degraded="#e8b339",
    down="#f0574e",
    paused="#5e97ea",
    unknown="#9a9aa0",
    degraded_text="#e8b339",
    down_text="#f4675e",
)


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
