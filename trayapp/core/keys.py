"""How a key of services.toml is declared: once, at the field that holds its value.

From these declarations follow parsing, saving, the JSON Schema, the form in the settings
dialog, the reference in the documentation and the contract test of every probe kind.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NewType, TypeAlias, get_args, get_origin, get_type_hints

Duration = NewType("Duration", int)
"""Milliseconds; written as "800ms", "60s", "5m", "2h" or "1d"."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A string that is not in the file: `{ secret = "name" }`, `{ env = "NAME" }` or `{ file = "path" }`."""

    source: str
    name: str

    def __str__(self) -> str:
        return f"{{{self.source} = {self.name}}}"


Text: TypeAlias = str | Reference
"""A string, or where to find it when it is needed."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a person and a parser must know of one key.

    `least` and `most` bound a number, a duration in milliseconds, or the length of a string.
    `pattern` must match the whole string; a plain alternation ("all|down|none") is a choice.
    `check` raises ValueError with a message that quotes the value when it is wrong.
    `advanced` keys stand under "More" in the form; `secret` ones are offered as secrets there.
    """

    label: str
    help: str
    least: float | None = None
    most: float | None = None
    pattern: str = ""
    check: Callable[[Any], object] | None = None
    placeholder: str = ""
    advanced: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredKey:
    """One declared key with its type and default; `default` is dataclasses.MISSING where it is required.

    `name` is the key in the file, `field` the one of the dataclass: `from_` for `from`, which Python keeps for itself.
    """

    name: str
    type: Any
    key: Key
    default: Any
    field: str

    @property
    def required(self) -> bool:
        return self.default is dataclasses.MISSING

    @property
    def choices(self) -> tuple[str, ...]:
        """The values to choose from, where the pattern is a plain alternation."""
        words = self.key.pattern.split("|")
        return tuple(words) if len(words) > 1 and all(w.replace("-", "").isalnum() for w in words) else ()


def declared_keys(cls: type) -> Mapping[str, DeclaredKey]:
    """The declared keys of a dataclass by name, in order. Fields without a Key are not the user's."""
    hints = get_type_hints(cls, include_extras=True)
    found = {}
    for field in dataclasses.fields(cls):
        hint = hints[field.name]
        if get_origin(hint) is not Annotated:
            continue
        plain, *extras = get_args(hint)
        for key in extras:
            if isinstance(key, Key):
                default = field.default
                if field.default_factory is not dataclasses.MISSING:
                    default = field.default_factory()
                name = field.name.removesuffix("_")
                found[name] = DeclaredKey(name, plain, key, default, field.name)
    return found
