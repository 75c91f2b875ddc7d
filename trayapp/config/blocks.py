"""Which lines of services.toml belong to one table, so that saving it touches no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trayapp.config.lines import Mark, Path, marks


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines [start, end): from a header to the last key of the tables that follow it without another between."""

    start: int
    end: int


def blocks_of(text: str, own: Path) -> list[Block] | None:
    """The blocks of the table with this path, such as [services.ID], and the tables within it, in order.

    None when it is written in another way: in one line, or with dotted keys in a table around it.
    """
    found: list[Block] = []
    inside = continues = False
    for mark in marks(text):
        belongs = mark.path[: len(own)] == own
        if mark.header:
            continues, inside = inside and belongs, belongs
        elif belongs and not inside:
            return None
        if not inside:
            continue
        if mark.header and not continues:
            found.append(Block(_line_start(text, mark), _line_end(text, mark)))
        else:
            found[-1] = Block(found[-1].start, max(found[-1].end, _line_end(text, mark)))
    return found or None


def without_blocks(text: str, blocks: Sequence[Block]) -> str:
    """The text without these lines and the comments that belong to them; other tables keep theirs.

    Comments belong to the table below them, unless a blank line parts them from it and none from the lines above.
    """
    for block in reversed(blocks):
        start, end = _with_comments_above(text, block.start), _with_comments_below(text, block.end)
        text = text[:start] + text[end:].removeprefix("\r").removeprefix("\n")
    return text


def _with_comments_above(text: str, start: int) -> int:
    while start:
        above = text.rfind("\n", 0, start - 1) + 1
        line = text[above:start].strip()
        if not line.startswith("#") or line.startswith("#:"):  # "#:schema" speaks of the file
            break
        start = above
    return start


def _with_comments_below(text: str, end: int) -> int:
    following = end
    while text[following:].lstrip(" \t").startswith("#"):
        newline = text.find("\n", following)
        following = newline + 1 if newline >= 0 else len(text)
    blank_follows = not text[following:].split("\n", 1)[0].strip()
    return following if blank_follows else end


def _line_start(text: str, mark: Mark) -> int:
    return text.rfind("\n", 0, mark.start) + 1


def _line_end(text: str, mark: Mark) -> int:
    newline = text.find("\n", mark.end)
    return newline + 1 if newline >= 0 else len(text)
