"""What a check confided to its target, and how to keep it out of what the target says.

A server may print what it was sent into its error page: as it came, quoted, encoded, in pieces. So not only the whole
of a secret is looked for, but every run of its characters that is long enough to tell something.
"""

from __future__ import annotations

import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from trayapp.core.concealing import HIDDEN, conceal

RUN = 8
"""Characters in a row that a text may not share with a secret; a shorter secret is looked for as a whole."""

SHORTEST = 4
"""Shorter ones cannot be told from what stands in any text: then nothing is quoted."""

_LONGEST = 16 * 1024
"""Longer ones, such as the content of a form, take too long to look for: then nothing is quoted."""

_MANY_FORMS = 1024
"""Up to so many characters a secret is looked for in every form that a server may give it."""

_LOWER = str.maketrans({chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)})


class Confided:
    """These secrets. Upper and lower case are the same."""

    def __init__(self, secrets: Iterable[str]) -> None:
        told = {secret.strip() for secret in secrets} - {""}
        self.quotable = all(SHORTEST <= len(secret) <= _LONGEST for secret in told)
        """Whether anything that the target says may be repeated at all."""
        forms = {form.translate(_LOWER) for secret in told if self.quotable for form in _forms(secret)}
        self._whole = sorted((form for form in forms if SHORTEST <= len(form) < RUN), key=len, reverse=True)
        self._runs = frozenset(form[at : at + RUN] for form in forms for at in range(len(form) - RUN + 1))

    def scrub(self, text: str) -> str:
        """The text without the secrets, nor what looks like a credential; empty where nothing may be quoted."""
        if not self.quotable:
            return ""
        if not (self._runs or self._whole):
            return conceal(text)
        lower = text.translate(_LOWER)
        hidden = bytearray(len(text))
        for at in range(len(lower) - RUN + 1):
            if lower[at : at + RUN] in self._runs:
                hidden[at : at + RUN] = b"\x01" * RUN
        for form in self._whole:
            at = lower.find(form)
            while at >= 0:
                hidden[at : at + len(form)] = b"\x01" * len(form)
                at = lower.find(form, at + 1)
        return conceal("".join(_shown(text, hidden)))


def words_of(value: str) -> Iterator[str]:
    """The value of a header, and what it holds that is a secret by itself: the token of "Bearer <token>"."""
    yield value
    yield from (word for word in value.split() if len(word) >= RUN)


def _shown(text: str, hidden: bytearray) -> Iterator[str]:
    for at, character in enumerate(text):
        if not hidden[at]:
            yield character
        elif not at or not hidden[at - 1]:
            yield HIDDEN


def _forms(secret: str) -> Iterator[str]:
    """As it is, and as a server writes it into a page, an URL, JSON, a log or a dump."""
    yield secret
    yield json.dumps(secret)[1:-1]
    if len(secret) > _MANY_FORMS:
        return
    yield from (json.dumps(secret)[1:-1].replace("/", "\\/"), json.dumps(secret, ensure_ascii=False)[1:-1])
    yield from (quote(secret, safe=""), quote(secret), quote_plus(secret), html.escape(secret), repr(secret)[1:-1])
    raw = secret.encode("utf-8", "replace")
    yield raw.hex()
    for before in range(3):  # within something longer it begins at any of these
        for encode in (b64encode, urlsafe_b64encode):
            encoded = encode(b"\0" * before + raw).decode("ascii").rstrip("=")
            yield encoded[(0, 2, 3)[before] : len(encoded) - (1 if (before + len(raw)) % 3 else 0)]
