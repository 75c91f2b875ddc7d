"""Which editor a declared key gets: decided by what it declares, never by its name."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from trayapp.config.written import shape_of
from trayapp.core.keys import DeclaredKey, Duration, Key, Reference
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.chips_editor import ChipsEditor
from trayapp.ui.settings.editor import Editor
from trayapp.ui.settings.lines_editor import LinesEditor
from trayapp.ui.settings.mapping_editor import MappingEditor
from trayapp.ui.settings.pick_editor import PickEditor
from trayapp.ui.settings.plain_editors import (
    ChoiceEditor,
    LineEditor,
    NumberEditor,
    SwitchEditor,
    WordsEditor,
)
from trayapp.ui.settings.text_editor import TextEditor


def editor_for(
    declared: DeclaredKey, appearance: Appearance, parent: QWidget | None = None, *, picked: bool = False
) -> Editor:
    """A new editor for the key. `picked`: its words name what exists, and will be offered.

    TypeError for a type that services.toml cannot hold.
    """
    form = shape_of(declared.type).form
    if picked:
        return PickEditor(declared, appearance, parent)
    if form is Reference:
        return TextEditor(declared, appearance, parent)
    if form is Mapping:
        return MappingEditor(declared, appearance, parent)
    if form is tuple:
        return _editor_for_several(declared, parent)
    if form is bool:
        return SwitchEditor(declared, appearance, parent)
    if form in (int, float):
        return NumberEditor(declared, form, parent)
    if declared.choices:
        return ChoiceEditor(declared, appearance, parent)
    return LineEditor(declared, short=form is Duration or _is_brief(declared.key), parent=parent)


def _editor_for_several(declared: DeclaredKey, parent: QWidget | None) -> Editor:
    """Words to choose from are chips; where several are the usual, each has a line; else they share one."""
    if declared.choices:
        return ChipsEditor(declared, parent)
    if isinstance(declared.default, tuple) and len(declared.default) > 1:
        return LinesEditor(declared, parent)
    return WordsEditor(declared, parent=parent)


def _is_brief(key: Key) -> bool:
    """Whether all that it may hold is about as long as its example: a time, a date."""
    return bool(key.pattern and key.placeholder) and "*" not in key.pattern and "+" not in key.pattern
