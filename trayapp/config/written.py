"""How a declared key is written in TOML, as msgspec types: from these come reading and the JSON Schema."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trayapp.config import durations
from trayapp.core.keys import Duration, Key, Reference

NAME_PATTERN = "[A-Za-z0-9._-]{1,100}"
"""Names of secrets, and ids of services and of maintenance."""

ID_IN_WORDS = 'an id has 1 to 100 letters, digits, ".", "_" and "-"; put other words into its name'
"""What is said of an id that is none."""


class Elsewhere(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A string that is not in the file: exactly one of the three."""

    secret: Annotated[str, Meta(pattern=f"^{NAME_PATTERN}$", description="Name in the keyring.")] | UnsetType = UNSET
    env: Annotated[str, Meta(min_length=1, description="An environment variable.")] | UnsetType = UNSET
    file: Annotated[str, Meta(min_length=1, description="A file of yours with mode 0600.")] | UnsetType = UNSET


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """The parts of a declared type that reading must know: its form (`str`, `Reference` for Text, `Duration`,
    `int`, `float`, `bool`, `tuple`, `Mapping`) and, of the last two, the shape of what is in it."""

    form: Any
    inside: Shape | None = None


@cache
def shape_of(declared: Any) -> Shape:
    """The shape of a declared type; "or None" is left off, for TOML cannot write it. TypeError for others."""
    alternatives = set(get_args(declared)) - {type(None)} if get_origin(declared) in (Union, UnionType) else {declared}
    if alternatives == {str, Reference}:
        return Shape(Reference)
    if len(alternatives) != 1:
        raise TypeError(f"a key of services.toml cannot be {declared}")
    (only,) = alternatives
    if only in (str, int, float, bool, Duration):
        return Shape(only)
    match get_origin(only), get_args(only):
        case origin, (item, last) if origin is tuple and last is Ellipsis:
            return Shape(tuple, shape_of(item))
        case origin, (key, item) if origin is Mapping and key is str:
            return Shape(Mapping, shape_of(item))
    raise TypeError(f"a key of services.toml cannot be {declared}")


@cache
def written_type(shape: Shape, key: Key) -> Any:
    """The msgspec type of a value as it stands in the file, with the key's bounds."""
    least, most = key.least, key.most
    if shape.form in (tuple, Mapping):
        assert shape.inside is not None
        item: Any = written_type(shape.inside, key)
        return list[item] if shape.form is tuple else dict[str, item]
    if shape.form is Duration:
        return Annotated[str, Meta(pattern=anchored(durations.PATTERN), examples=["60s"])]
    if shape.form is bool:
        return bool
    if shape.form in (int, float):
        return Annotated[shape.form, Meta(ge=_bound(shape, least), le=_bound(shape, most))]
    text = Annotated[
        str,
        Meta(
            min_length=int(least) if least is not None else None,
            max_length=int(most) if most is not None else None,
            pattern=anchored(key.pattern) if key.pattern else None,
        ),
    ]
    return text | Elsewhere


def _bound(shape: Shape, bound: float | None) -> float | None:
    return bound if bound is None else shape.form(bound)


def anchored(pattern: str) -> str:
    """A pattern for the whole string, in `re` and JSON Schema alike: in `re`, "$" alone lets a newline follow."""
    return rf"^(?:{pattern})$(?!\n)"
