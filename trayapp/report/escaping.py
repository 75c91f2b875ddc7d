"""Names, messages and excerpts come from elsewhere: each format writes them so that they are text and nothing else."""

from __future__ import annotations

import html as entities
import re

from trayapp.core.wording import plain

LONGEST = 300
"""Characters of one such text."""

_MARKDOWN = re.compile(r"[\\`*_{}\[\]#~|$!]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}
"""What even a backslash does not keep some ticket system from reading: HTML, and the calling of people."""

_LINK = re.compile(r"(?<=\w)(:)(?=//)|(?<=\bwww)(\.)", re.IGNORECASE)
_LIST = re.compile(r"^([-+=](?=[-+=\s]|$)|\d{1,9}(?=[.)](?:\s|$)))")

_FORMULA = re.compile(r"(^|[;,|\"])(\s*)(?=[=+\-@＝＋－＠])")  # the last four are their full-width sisters
"""Where a spreadsheet, whatever it divides cells at, would begin to calculate."""

_COLUMNS = re.compile(r"( {2,40})")


def html(text: str, limit: int = LONGEST) -> str:
    """One line of text as it may stand in an element or in a quoted attribute."""
    return entities.escape(plain(text, limit))


def html_lines(text: str) -> str:
    """Text that keeps its lines and its columns, for <pre>."""
    return "\n".join(
        "".join(part if part.isspace() else html(part) for part in _COLUMNS.split(line)) for line in text.splitlines()
    )


def markdown(text: str, limit: int = LONGEST) -> str:
    """One line of text as it may stand in a paragraph or in a table's cell (GitHub flavoured, CommonMark 0.31, 2.4)."""
    escaped = _MARKDOWN.sub(lambda sign: f"\\{sign[0]}", plain(text, limit))
    escaped = "".join(_ENTITIES.get(sign, sign) for sign in escaped)
    escaped = _LINK.sub(lambda sign: f"&#{ord(sign[0])};", escaped)
    return _LIST.sub(lambda sign: f"&#{ord(sign[0][0])};{sign[0][1:]}", escaped)


def sheet(text: str, limit: int = LONGEST) -> str:
    """One line of text as a cell in which no spreadsheet finds a formula."""
    return _FORMULA.sub(r"\1\2'", plain(text, limit))
