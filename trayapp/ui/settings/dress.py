"""How the settings look: one style sheet made from the colours.

Cards, quiet notes and pills are dressed everywhere. Fields and buttons are dressed only where
the desktop has no style of its own (Fusion); native styles keep theirs.
"""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QWidget

from trayapp.ui.palette import Colours

SIZES = {"title": 1.5, "heading": 1.12, "note": 0.92}
"""How large the letters of a role are against those of the desktop."""


def is_plain() -> bool:
    """Whether the desktop has no style of its own, so that ours may take its place."""
    return QApplication.style().name() == "fusion"


def style_sheet(colours: Colours) -> str:
    """The style sheet of everything in the settings and on the first page."""
    return (_controls(colours) if is_plain() else "") + _everywhere(colours)


def speak_as(label: QLabel, role: str) -> QLabel:
    """Give a label its role: "title", "heading", "note" or "fault", for the style sheet and its letters."""
    label.setProperty("role", role)
    font = QFont(label.font())
    size = SIZES.get(role, SIZES["note"] if role == "fault" else 1.0)
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * size)
    else:
        font.setPixelSize(round(font.pixelSize() * size))
    font.setWeight(QFont.Weight.DemiBold if role in {"title", "heading"} else QFont.Weight.Normal)
    label.setFont(font)
    return label


def rule(parent: QWidget, *, upright: bool = False) -> QFrame:
    """A hairline between two parts of a window."""
    line = QFrame(parent)
    line.setProperty("role", "rule")
    if upright:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def repolish(widget: QWidget) -> None:
    """Apply the style sheet again after a property that it looks at has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def _everywhere(c: Colours) -> str:
    return f"""
    QFrame[role="card"] {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: 10px; }}
    QFrame[role="side"] {{ background: {c.raised}; border: none; }}
    QFrame[role="rule"] {{ background: {c.line}; border: none; }}
    QFrame[role="bar"] {{ background: {c.ink}; border-radius: 8px; }}
    QFrame[role="bar"] QLabel {{ color: {c.ground}; }}
    QFrame[role="bar"] QToolButton {{ color: {c.ground}; background: transparent; border: none; padding: 6px; }}
    QFrame[role="bar"] QPushButton {{ color: {c.ground}; background: transparent; border: 1px solid {c.soft}; }}
    QLabel[role="note"] {{ color: {c.soft}; }}
    QLabel[role="fault"] {{ color: {c.down_text}; }}
    QScrollArea, QScrollArea > QWidget > QWidget[role="page"] {{ background: transparent; border: none; }}
    QTabBar::tab {{
        color: {c.soft}; padding: 6px 13px; margin-right: 4px; border: 1px solid transparent; border-radius: 7px;
    }}
    QTabBar::tab:hover {{ background: {c.line}; color: {c.ink}; }}
    QTabBar::tab:selected {{ background: {c.accent}; color: {c.on_accent}; }}
    QTabBar::tab:selected:focus {{ border: 1px solid {c.ink}; }}
    QListView[role="lines"] {{ background: transparent; border: none; outline: none; }}
    QListView[role="picks"] {{
        background: {c.raised}; border: 1px solid {c.edge}; border-radius: 6px; padding: 4px; outline: none;
    }}
    QListView[role="picks"]:focus {{ border: 1px solid {c.accent}; }}
    QWidget[faulty="true"] QListView[role="picks"] {{ border: 1px solid {c.down}; }}
    QPushButton[role="chip"] {{
        background: {c.raised}; color: {c.ink}; border: 1px solid {c.edge}; border-radius: 6px; padding: 4px 6px;
        min-width: 30px;
    }}
    QPushButton[role="chip"]:checked {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
    QPushButton[role="chip"]:focus {{ border: 1px solid {c.ink}; }}
    """


def _controls(c: Colours) -> str:
    hover = "#f4f4f2" if not c.dark else "#2e3033"
    return f"""
    QLineEdit, QPlainTextEdit {{
        background: {c.raised}; color: {c.ink}; border: 1px solid {c.edge}; border-radius: 6px;
        padding: 5px 8px; selection-background-color: {c.accent}; selection-color: {c.on_accent};
    }}
    QLineEdit:focus, QPlainTextEdit:focus {{ border: 1px solid {c.accent}; }}
    QLineEdit:disabled {{ color: {c.soft}; background: {c.ground}; }}
    QWidget[faulty="true"] QLineEdit {{ border: 1px solid {c.down}; }}
    QPushButton {{
        background: {c.raised}; color: {c.ink}; border: 1px solid {c.edge}; border-radius: 6px;
        padding: 6px 14px; min-height: 17px;
    }}
    QPushButton:hover {{ background: {hover}; }}
    QPushButton:focus {{ border: 1px solid {c.accent}; }}
    QPushButton:disabled {{ color: {c.soft}; background: {c.ground}; border-color: {c.line}; }}
    QPushButton[role="main"] {{ background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent}; }}
    QPushButton[role="main"]:focus {{ border: 1px solid {c.ink}; }}
    QPushButton[role="main"]:disabled {{ background: {c.line}; color: {c.soft}; border-color: {c.line}; }}
    QPushButton[role="quiet"], QToolButton {{
        background: transparent; color: {c.ink}; border: 1px solid transparent; border-radius: 6px; padding: 5px 9px;
    }}
    QPushButton[role="quiet"]:hover, QToolButton:hover {{ background: {hover}; }}
    QPushButton[role="quiet"]:focus, QToolButton:focus {{ border: 1px solid {c.accent}; }}
    QPushButton[role="quiet"]:disabled, QToolButton:disabled {{ color: {c.soft}; }}
    QComboBox QAbstractItemView {{ background: {c.raised}; border: 1px solid {c.edge}; padding: 4px; outline: none; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
    QScrollBar::handle:vertical {{ background: {c.edge}; border-radius: 3px; min-height: 28px; }}
    QAbstractScrollArea::corner {{ background: transparent; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 2px; }}
    QScrollBar::handle:horizontal {{ background: {c.edge}; border-radius: 3px; min-width: 28px; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
        background: transparent; height: 0; width: 0;
    }}
    """
