"""What looks like a credential in a text, whoever's it is: passwords in URLs, tokens in headers."""

from __future__ import annotations

import re

HIDDEN = "***"

# Every quantifier is bounded or cannot overlap its neighbour: these run over text from servers.
_URL_CREDENTIALS = re.compile(r"\b([a-z][a-z0-9+.-]{0,30}://)[^\s/?#\"'<>]{1,2000}@", re.IGNORECASE)
_URL_PARAMETER = re.compile(
    r"([?&;][\w.-]{0,60}(?:token|secret|password|passwd|api_?key|signature)=)[^&;\s#\"'<>]+", re.IGNORECASE
)
_HEADER = re.compile(
    r"\b((?:proxy-)?authorization|(?:set-)?cookie|api-?key|x-[\w-]{0,60}(?:token|key|secret|auth)|password|passwd)"
    r"(\\?[\"']?\s{0,8}[:=]\s{0,8}|[\"'],\s{0,8})"  # "Name: value", {"Name": "value"}, ("Name", "value")
    r"(?:b?\"(?:[^\"\\\n]|\\.)*\"|b?'(?:[^'\\\n]|\\.)*'|[^\s\"'][^\n]*)",
    re.IGNORECASE,
)


def conceal(text: str) -> str:
    """The text without what looks like a credential."""
    text = _URL_CREDENTIALS.sub(rf"\1{HIDDEN}@", text)
    text = _URL_PARAMETER.sub(rf"\1{HIDDEN}", text)
    return _HEADER.sub(rf"\1\2{HIDDEN}", text)


_CONFIDING = re.compile(r"token|secret|pass|pwd|key|auth|sig|session|sid|code|credential|access|jwt", re.IGNORECASE)
_RANDOM = re.compile(r"(?=.{0,200}\d)(?=.{0,200}[A-Za-z])[\w+/=.~%-]{16,}")


def looks_random(value: str) -> bool:
    """Whether it may be a token by its looks: long, in one piece, of letters and digits."""
    return _RANDOM.fullmatch(value) is not None


def query_secrets(url: str) -> list[str]:
    """The values in the query of a URL that may be secrets, by the names of their keys or by their looks."""
    query = url.partition("#")[0].partition("?")[2]
    pairs = (pair.partition("=") for pair in re.split("[&;]", query))
    return [value for name, _, value in pairs if value and (_CONFIDING.search(name) or looks_random(value))]


def without_secrets(url: str) -> str:
    """A URL, or any other target, to be shown to others: without the values in its query that may be secrets."""
    shown = conceal(url)
    for value in query_secrets(shown):
        if value != HIDDEN:
            shown = shown.replace(f"={value}", f"={HIDDEN}")
    return shown
