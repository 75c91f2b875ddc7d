"""Which editor a declared key gets: decided by its type alone."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from trayapp.config.written import shape_of
from trayapp.core.keys import DeclaredKey, Duration, Reference
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.editor import Editor
from trayapp.ui.settings.mapping_editor import MappingEditor
from trayapp.ui.settings.plain_editors import (
    ChoiceEditor,
    LineEditor,
    NumberEditor,
    SwitchEditor,
    WordsEditor,
)
from trayapp.ui.settings.text_editor import TextEditor


def editor_for(declared: DeclaredKey, appearance: Appearance, parent: QWidget | None = None) -> Editor:
    """A new editor for the key. TypeError for a type that services.toml cannot hold."""
    form = shape_of(declared.type).form
    if form is Reference:
        return TextEditor(declared, appearance, parent)
    if form is Mapping:
        return MappingEditor(declared, appearance, parent)
    if form is tuple:
        return WordsEditor(declared, parent=parent)
    if form is bool:
        return SwitchEditor(declared, appearance, parent)
    if form in (int, float):
        return NumberEditor(declared, form, parent)
    if declared.choices:
        return ChoiceEditor(declared, appearance, parent)
    return LineEditor(declared, short=form is Duration, parent=parent)
