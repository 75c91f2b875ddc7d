"""From one text of services.toml to the next: tomlkit changes it, and it must say what was meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from trayapp.config.broken import parse_toml
from trayapp.config.faults import Fault
from trayapp.config.writing import CannotSave

BY_HAND = "this is written in a way that cannot be changed from here; edit the file by hand"


def read(text: str) -> dict[str, Any]:
    """What the text says, as a document of its own to be changed. Raises CannotSave where that cannot be told."""
    document = parse_toml(text)
    if isinstance(document, Fault):
        raise CannotSave(f"the file must be mended first: {document}")
    if not isinstance(document.get("services", {}), dict):
        raise CannotSave("the file must be mended first: services: must be a table")
    return document


def changed(text: str, change: Callable[[Any], object]) -> str:
    """The text after tomlkit changed its document. Raises CannotSave."""
    import tomlkit  # noqa: PLC0415  (only when something is saved)

    try:
        document = tomlkit.parse(text)
        change(document)
        new = tomlkit.dumps(document)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise CannotSave(BY_HAND) from error  # tomlkit 0.15 loses count of tables made by dotted keys, for one
    return with_newlines_of(text, new)


def with_newlines_of(text: str, new: str) -> str:
    """A file from Windows keeps its line ends, the new lines too."""
    if "\n" in text and text.count("\n") == text.count("\r\n"):
        return re.sub(r"(?<!\r)\n", "\r\n", new)
    return new


def checked(text: str, meant: Mapping[str, Any]) -> str:
    """The new text, if it says what was meant: whatever tomlkit or we got wrong never reaches the file."""
    document = parse_toml(text)
    if isinstance(document, Fault) or _services_apart(document) != _services_apart(meant):
        raise CannotSave(BY_HAND)
    return text


def _services_apart(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document with its services as a table even where there are none."""
    return {"services": {}, **document}
